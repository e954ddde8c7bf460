package syncertest_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// calls counts the calls of a hinted run, without those of its feeds.
func (s *stage) calls() int {
	s.t.Helper()
	n := 0
	for _, e := range s.ends() {
		e.conn.OnCall(func(c syncertest.Call) error {
			if c.Phase == syncertest.Before && c.Op != "Changes" && c.Op != "Now" {
				n++
			}
			return nil
		})
	}
	s.hinted()
	for _, e := range s.ends() {
		e.conn.OnCall(nil)
	}
	return n
}

func TestWhatIsHeldCostsNoCallUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		all := tree{"k": "k"}
		for i := range 20 {
			all[fmt.Sprintf("d/f%02d", i)] = fmt.Sprint(i)
		}
		s.given(all, limited(3))
		s.a.Remove("d")
		s.run()
		require.Len(t, s.report.Holds, 21-3)
		s.hinted() // it is done with the events of its own deletes
		require.Zero(t, s.calls())
		require.Len(t, s.report.Holds, 21-3)

		s.b.Write("k", "k2")
		alone := s.calls()
		require.Less(t, alone, 10, "an edit elsewhere looks at no hold")
		require.Equal(t, "k2", s.a.Tree()["k"])

		files := slices.DeleteFunc(held(s), func(at string) bool { return at == "d" })
		s.approve(files[0])
		s.hinted()
		require.False(t, s.b.Has(files[0]), "what a person approves is done by the next run")
		require.Len(t, s.report.Holds, 21-4)

		s.b.Write(files[1], "edited")
		s.hinted()
		require.Equal(t, "edited", s.a.Tree()[files[1]], "what is edited is held no more")

		s.Later(25 * time.Hour)
		s.hinted()
		require.Equal(t, 3, s.report.Totals.Deletes, "as soon as there is room")
		s.full()
		s.requireNoWrites()
		s.hinted()
		require.Zero(t, s.calls())
	})(t, nil)
}

// scold holds every delete, with what it says now.
type scold struct{ says *string }

func (g scold) Judge(_ context.Context, p *syncer.Plan) (all []syncer.Verdict, _ error) {
	for _, a := range p.Actions {
		if a.Op == syncer.OpDelete {
			all = append(all, syncer.Verdict{Action: a.ID, Reason: *g.says})
		}
	}
	return all, nil
}

func TestWhatRestsIsHeldForTheReasonThatCountsNow(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		why := "after a restore"
		s.given(tree{"d/f": "1", "k": "k"}, with(func(o *syncer.Options) { o.Policies.Guards = []syncer.Guard{scold{&why}} }))
		s.a.Remove("d")
		s.run()
		s.requireHolds("d", "d/f")
		s.hinted()
		why = "over the limit"
		require.Zero(t, s.calls())
		for _, h := range s.report.Holds {
			require.Equal(t, "over the limit", h.Reason, h.Path)
		}
		require.Equal(t, "over the limit", s.explain("d/f").Reason)
	})(t, nil)
}

func TestANewFileInAFolderWhoseDeleteIsHeldBringsTheFolderBack(t *testing.T) {
	t.Parallel()
	both(func(_ *testing.T, s *stage) {
		s.given(tree{"d/e/f": "1", "d/g": "2", "k": "k"}, limited(0))
		s.a.Remove("d")
		s.run()
		s.requireHolds("d", "d/e", "d/e/f", "d/g")
		s.b.Write("d/e/new", "new")
		s.hinted()
		s.requireTree(s.a, tree{"d/e/new": "new", "k": "k"})
		s.requireHolds("d/e/f", "d/g")
	})(t, nil)
}

func TestFilesThatMayBeOneCostNoCallUntilAPersonSaysSo(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		files := tree{}
		for i := range 20 {
			files[fmt.Sprintf("f%02d", i)] = fmt.Sprint(i)
		}
		s.start(files, files, onBoth(digestless), with(func(o *syncer.Options) { o.Adopt = syncer.AdoptAsked }))
		s.full()
		s.poll()
		s.full()
		require.Len(t, s.report.Holds, 20)
		s.hinted()
		require.Zero(t, s.calls())
		require.Len(t, s.report.Holds, 20)

		s.approve("f07")
		s.hinted()
		require.Len(t, s.report.Holds, 19)
		s.b.Remove("f08")
		s.hinted()
		require.NotContains(t, held(s), "f08", "there is nothing to be asked any more")
		require.Len(t, s.report.Holds, 18)
		require.Zero(t, s.calls())
	})(t, nil)
}
