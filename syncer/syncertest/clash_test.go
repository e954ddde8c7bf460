package syncertest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// clashes returns what the state remembers of conflicts.
func (s *stage) clashes(open bool) []syncer.Clash {
	s.t.Helper()
	view, err := s.Store.View(s.t.Context(), s.Pair.Name)
	require.NoError(s.t, err)
	var all []syncer.Clash
	for c, err := range view.Clashes(s.t.Context(), open) {
		require.NoError(s.t, err)
		all = append(all, c)
	}
	return all
}

func (s *stage) onlyClash() syncer.Clash {
	s.t.Helper()
	all := s.clashes(false)
	require.Len(s.t, all, 1)
	return all[0]
}

// eachWay makes a test that holds as both says.
func eachWay(f func(t *testing.T, s *stage)) func(t *testing.T) {
	return func(t *testing.T) { both(f)(t, nil) }
}

func resolved(r syncer.Resolver) option {
	return with(func(o *syncer.Options) { o.Policies.Resolver = r })
}

// disagree makes a file that both sides have edited: the destination last.
func (s *stage) disagree(on ...option) {
	s.t.Helper()
	s.given(tree{"d/p.txt": "base", "k": "k"}, on...)
	s.source().Write("d/p.txt", "from source")
	s.Later(time.Minute)
	s.destination().Write("d/p.txt", "from the destination")
}

func TestAConflictIsRememberedWithBothVersionsAndHowItWasSettled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		resolver syncer.Resolver
		rule     string
		want     syncer.Resolution
		stays    string // under the name of the file
	}{
		{"without a rule", nil, "keep both", syncer.KeepBoth, "from source"},
		{"keep both", policy.KeepBoth, "keep both", syncer.KeepBoth, "from source"},
		{"newest", policy.Newest{}, "newest", syncer.TakeDestination, "from the destination"},
		{"source", policy.Prefer(syncer.Source), "source", syncer.TakeSource, "from source"},
		{"destination", policy.Prefer(syncer.Destination), "destination", syncer.TakeDestination, "from the destination"},
	} {
		t.Run(c.name, eachWay(func(t *testing.T, s *stage) {
			s.disagree(resolved(c.resolver))
			versions := [2]syncer.Entry{s.source().Entry("d/p.txt"), s.destination().Entry("d/p.txt")}
			met := s.Clock.Now()
			s.run()
			got := s.onlyClash()
			require.Equal(t, "d/p.txt", got.Path)
			require.Equal(t, c.want, got.Resolution)
			require.Equal(t, c.rule, got.Rule)
			require.False(t, got.Open())
			require.Equal(t, met, got.Since)
			require.Equal(t, met, got.Settled)
			require.NotZero(t, got.Run)
			for side := syncer.Source; side <= syncer.Destination; side++ {
				v, e := got.Version(side), versions[side]
				require.Equal(t, e.Stamp(), v.Stamp)
				require.Equal(t, e.Size, v.Size)
				require.Equal(t, e.Digest, v.Digest)
				require.Equal(t, e.Modified, v.Modified)
				require.Equal(t, e.Facts.Author, v.Author)
			}
			view, err := s.Store.View(t.Context(), s.Pair.Name)
			require.NoError(t, err)
			r, err := view.Record(t.Context(), got.Record)
			require.NoError(t, err)
			require.Equal(t, "p.txt", r.Name)
			require.Equal(t, c.stays, s.a.Tree()["d/p.txt"])
			require.Equal(t, c.want == syncer.KeepBoth, got.Copy != "")
			if got.Copy != "" {
				require.Equal(t, "from the destination", s.a.Tree()["d/"+got.Copy])
				copied, err := view.Record(t.Context(), got.CopyRecord)
				require.NoError(t, err)
				require.Equal(t, got.Copy, copied.Destination.Name)
			}
			s.requireSettled()
			require.Equal(t, []syncer.Clash{got}, s.clashes(false), "more runs change nothing about it")
		}))
	}
}

func TestAConflictThatIsLeftStaysOpenUntilPeopleHaveSettledIt(t *testing.T) {
	t.Parallel()
	for name, settle := range map[string]func(s *stage){
		"equal now":      func(s *stage) { s.source().Write("d/p.txt", "from the destination") },
		"deleted here":   func(s *stage) { s.source().Remove("d/p.txt") },
		"deleted on two": func(s *stage) { s.source().Remove("d/p.txt"); s.destination().Remove("d/p.txt") },
	} {
		t.Run(name, eachWay(func(t *testing.T, s *stage) {
			s.disagree(resolved(policy.Leave))
			s.run()
			first := s.onlyClash()
			require.True(t, first.Open())
			require.Equal(t, syncer.Leave, first.Resolution)
			require.Equal(t, "leave", first.Rule)
			require.NotEmpty(t, first.Reason)
			s.Later(time.Hour)
			s.run()
			s.full()
			require.Equal(t, first, s.onlyClash(), "it is the same one in every run")

			settle(s)
			s.run()
			over := s.onlyClash()
			require.Equal(t, s.Clock.Now(), over.Settled)
			require.Equal(t, syncer.Leave, over.Resolution, "nobody but people has settled it")
			s.requireSettled()
		}))
	}
}

func TestAnotherEditMakesAnotherConflict(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree(resolved(policy.Leave))
		s.run()
		s.Later(time.Hour)
		s.source().Write("d/p.txt", "and once more")
		s.run()
		all := s.clashes(false)
		require.Len(t, all, 2)
		require.False(t, all[0].Open())
		require.True(t, all[1].Open())
		require.Equal(t, all[0].Destination.Stamp, all[1].Destination.Stamp)
	})(t)
}

func TestAFileThatIsNewOnBothSidesMayBeLeftToo(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.given(tree{"k": "k"}, resolved(policy.Leave))
		s.a.Write("new.txt", "of a")
		s.b.Write("new.txt", "another of b")
		s.run()
		s.run()
		s.full()
		c := s.onlyClash()
		require.True(t, c.Open())
		require.Zero(t, c.Record)
		require.NoError(t, s.Store.Choose(t.Context(), s.Pair.Name, c.ID, syncer.TakeSource))
		s.run()
		c = s.onlyClash()
		require.False(t, c.Open())
		require.NotZero(t, c.Record)
		require.Equal(t, "chosen", c.Rule)
		s.requireSettled()
		require.Equal(t, s.a.Tree(), s.b.Tree())
	})(t)
}

func TestAPersonsChoiceSettlesAConflictThatWasLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		choice syncer.Resolution
		stays  string
	}{
		"source":      {syncer.TakeSource, "from source"},
		"destination": {syncer.TakeDestination, "from the destination"},
		"both":        {syncer.KeepBoth, "from source"},
	} {
		t.Run(name, eachWay(func(t *testing.T, s *stage) {
			s.disagree(resolved(policy.Leave))
			s.run()
			ids := [2]string{s.source().ID("d/p.txt"), s.destination().ID("d/p.txt")}
			left := s.onlyClash()
			require.NoError(t, s.Store.Choose(t.Context(), s.Pair.Name, left.ID, c.choice))
			s.run()
			got := s.onlyClash()
			require.False(t, got.Open())
			require.Equal(t, c.choice, got.Resolution)
			require.Equal(t, "chosen", got.Rule)
			require.Equal(t, left.Since, got.Since)
			s.requireEqualTrees()
			require.Equal(t, c.stays, s.a.Tree()["d/p.txt"])
			if c.choice != syncer.KeepBoth {
				s.requireSame(s.source(), ids[0], "d/p.txt")
				s.requireSame(s.destination(), ids[1], "d/p.txt")
			}
			s.requireSettled()
		}))
	}
}

func TestAChoiceIsForTheTwoVersionsThatThePersonSaw(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree(resolved(policy.Leave))
		s.run()
		require.NoError(t, s.Store.Choose(t.Context(), s.Pair.Name, s.onlyClash().ID, syncer.TakeSource))
		s.destination().Write("d/p.txt", "edited after the choice")
		s.run()
		s.requireNoWrites()
		open := s.clashes(true)
		require.Len(t, open, 1)
		require.False(t, open[0].Chosen)
		require.Equal(t, "edited after the choice", s.destination().Tree()["d/p.txt"])
	})(t)
}

func TestAChoiceNeverWritesToTheSideThatOnlySends(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		one, err := policy.NewDirections(map[string]syncer.Direction{"": {Mode: syncer.ToDestination, Wrong: syncer.LeaveEdit}})
		require.NoError(t, err)
		s.disagree(with(func(o *syncer.Options) { o.Policies.Director = one }), onBoth(func(o *syncertest.Options) { o.Info.File.Update = syncer.UpdateNever }))
		s.run()
		left := s.onlyClash()
		require.Equal(t, "one way", left.Rule)
		require.NoError(t, s.Store.Choose(t.Context(), s.Pair.Name, left.ID, syncer.TakeDestination))
		s.run()
		s.requireNoWrites()
		require.Len(t, s.clashes(true), 1)
	})(t)
}

func TestAConflictIsOpenUntilEverythingIsDoneThatSettlesIt(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree()
		s.rough = true
		for _, e := range s.ends() {
			e.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == "CreateFile" && c.Phase == syncertest.Before {
					return fmt.Errorf("%w: no room", syncer.ErrRefused)
				}
				return nil
			})
		}
		s.run()
		require.Len(t, s.clashes(true), 1)
		s.recover()
		s.run()
		c := s.onlyClash()
		require.False(t, c.Open())
		require.Equal(t, syncer.KeepBoth, c.Resolution)
		s.requireEqualTrees()
	})(t)
}

func TestWhatWasSettledLongAgoIsForgotten(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.disagree()
		s.run()
		s.Later(399 * 24 * time.Hour)
		s.full()
		require.Len(t, s.clashes(false), 1)
		s.Later(2 * 24 * time.Hour)
		s.full()
		require.Empty(t, s.clashes(false))
	})(t)
}
