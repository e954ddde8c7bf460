package syncertest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func timeScenarios() []scenario {
	return []scenario{
		{"stale-listing", both(staleListing)},
		{"resurrected-listing", both(resurrectedListing)},
		{"page-shift", eitherSide(scanned, pageShift)},
		{"clock-skew", both(clockSkew)},
		{"all-times-changed", both(allTimesChanged)},
		{"coarse-times", both(coarseTimes)},
	}
}

// stale makes every read of both sides show what was there before our writes that have not settled.
func (s *stage) stale(on bool) {
	for i, e := range s.ends() {
		f := syncertest.Faults{}
		if on {
			f = syncertest.Faults{Rand: rand.New(rand.NewPCG(1, uint64(i))), Stale: 1}
		}
		e.conn.Inject(f)
	}
}

func staleListing(t *testing.T, s *stage) {
	base := syncertest.Tree{"edit": "1", "move": "m", "dir/in": "i", "keep": "k"}
	s.given(base, settlingFor(10*time.Second), limited(10))
	s.Later(time.Minute)
	s.a.Write("new", "n")
	s.a.Write("folder/inner", "f")
	s.a.Write("edit", "2")
	s.a.Move("move", "dir/moved")
	s.a.Rename("dir", "dir2")
	s.run()
	want := syncertest.Tree{"new": "n", "folder/inner": "f", "edit": "2", "dir2/moved": "m", "dir2/in": "i", "keep": "k"}
	s.requireTrees(want)

	s.stale(true)
	for range 4 {
		s.Later(2 * time.Second)
		require.NoError(t, s.try(syncer.RunOptions{}))
		s.requireNoWrites()
		s.requireNoConflict()
		s.requireTrees(want)
	}
	s.requireCharged(0)
	s.stale(false)
	s.Later(10 * time.Second)
	s.run()
	s.requireNoWrites()
	s.requireTrees(want)
	require.Equal(t, []string{"1", "2"}, s.b.History("edit"))
	s.requireSettled()

	t.Run("a-user-edits-meanwhile", func(t *testing.T) {
		s := s.again(t)
		s.given(base, settlingFor(10*time.Second), limited(10))
		s.Later(time.Minute)
		s.a.Write("edit", "2")
		s.a.Write("new", "n")
		s.run()
		s.a.Write("new", "n2") // the side that we did not write to
		s.a.Write("edit", "3")
		s.stale(true)
		require.NoError(t, s.try(syncer.RunOptions{}))
		s.stale(false)
		s.Later(2 * time.Minute)
		s.run()
		s.requireTrees(syncertest.Tree{"edit": "3", "new": "n2", "move": "m", "dir/in": "i", "keep": "k"})
		s.requireNoConflict()
		s.requireSettled()
	})
}

func resurrectedListing(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"p": "1", "d/x": "x", "d/y": "y", "keep": "k"}, settlingFor(10*time.Second), limited(10))
	s.Later(time.Minute)
	s.a.Remove("p")
	s.a.Remove("d")
	s.run()
	s.requireTrees(syncertest.Tree{"keep": "k"})
	s.requireCharged(4)
	s.stale(true)
	for range 4 {
		s.Later(2 * time.Second)
		require.NoError(t, s.try(syncer.RunOptions{}))
		s.requireNoWrites()
		s.requireTrees(syncertest.Tree{"keep": "k"})
	}
	s.stale(false)
	s.Later(10 * time.Second)
	s.run()
	s.requireNoWrites()
	s.requireTrees(syncertest.Tree{"keep": "k"})
	require.Len(t, s.b.Trash(), 4)
	s.requireCharged(4)
	s.requireSettled()

	t.Run("without-a-trash", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"p": "1", "keep": "k"}, settlingFor(10*time.Second),
			onBoth(func(o *syncertest.Options) { o.Info.Trash = false }))
		s.lossy = true
		s.Later(time.Minute)
		s.a.Remove("p")
		s.run()
		s.stale(true)
		for range 2 {
			require.NoError(t, s.try(syncer.RunOptions{}))
			s.requireNoWrites()
		}
		s.stale(false)
		s.Later(time.Minute)
		s.run()
		s.requireNoWrites()
		s.requireTrees(syncertest.Tree{"keep": "k"})
		s.requireSettled()
	})
}

func pageShift(t *testing.T, s *stage) {
	base := syncertest.Tree{}
	for i := range 9 {
		base[fmt.Sprintf("a/%d", i)] = fmt.Sprint("a", i)
		base[fmt.Sprintf("z/%d", i)] = fmt.Sprint("z", i)
	}
	small := onBoth(func(o *syncertest.Options) { o.PageSize = 2 })
	t.Run("the-first-of-each-page-is-left-out", func(t *testing.T) {
		s := s.again(t)
		s.given(base, small, limited(100))
		for i, e := range s.ends() {
			e.conn.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(1, uint64(i))), Shift: 1})
		}
		for range 2 {
			s.run()
			s.requireNoWrites()
			s.requireCharged(0)
		}
		s.requireTrees(base)
		for _, e := range s.ends() {
			e.conn.Inject(syncertest.Faults{})
		}
		s.run()
		s.requireNoWrites()
		s.requireSettled()
	})
	for name, without := range map[string]syncertest.Power{
		"looker": syncertest.Looking, "looker-and-finder": syncertest.Looking | syncertest.Finding, "everything": syncertest.Everything,
	} {
		t.Run("without-"+name, func(t *testing.T) {
			s := s.again(t)
			s.given(base, small, limited(100), onBoth(func(o *syncertest.Options) { o.Without = without }))
			for i, e := range s.ends() {
				pages := 0
				e.conn.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(1, uint64(i))), Shift: 1})
				e.conn.OnCall(func(c syncertest.Call) error {
					if c.Op == "List" && c.Phase == syncertest.Before {
						if pages++; pages == 4 { // somewhere in the middle of the listing it stops
							e.conn.Inject(syncertest.Faults{})
						}
					}
					return nil
				})
			}
			s.run()
			s.requireNoWrites()
			s.requireCharged(0)
			s.requireTrees(base)
			s.run()
			s.requireNoWrites()
			s.requireSettled()
		})
	}
	t.Run("an-item-moves-to-where-the-listing-was", func(t *testing.T) {
		s := s.again(t)
		s.given(base, small, limited(100))
		id, pages := s.b.ID("z/8"), 0
		s.a.conn.OnCall(func(c syncertest.Call) error {
			if c.Op == "List" && c.Phase == syncertest.Before && c.ID == s.a.ID("z") {
				if pages++; pages == 1 {
					s.a.Move("z/8", "a/late")
					s.a.Move("z/0", "early")
				}
			}
			return nil
		})
		s.run()
		require.NotZero(t, pages)
		s.a.conn.OnCall(nil)
		s.requireCharged(0)
		require.Zero(t, s.report.Totals.Deletes)
		s.run()
		s.requireEqualTrees()
		s.requireSame(s.b, id, "a/late")
		require.True(t, s.b.Has("early"))
		s.requireCharged(0)
		s.requireSettled()
	})
}

func clockSkew(t *testing.T, s *stage) {
	// What comes of the changes with clocks that agree.
	s.given(diverse, limited(100))
	s.edit()
	s.run()
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	want := s.a.Tree()

	for _, skew := range [][2]time.Duration{{5 * time.Hour, -7 * time.Hour}, {-90 * 24 * time.Hour, 0}, {0, 365 * 24 * time.Hour}} {
		t.Run(fmt.Sprintf("a-%s-b-%s", skew[0], skew[1]), func(t *testing.T) {
			s := s.again(t)
			var jump [2]time.Duration
			s.given(diverse, limited(100), func(c *config) {
				clock := c.store.Clock
				c.a.Now = func() time.Time { return clock().Add(skew[0] + jump[0]) }
				c.b.Now = func() time.Time { return clock().Add(skew[1] + jump[1]) }
			})
			s.edit()
			s.run()
			s.requireTrees(want)
			require.True(t, s.report.Settled(), s.report)
			s.requireSettled()

			jump = [2]time.Duration{-30 * time.Hour, 30 * time.Hour}
			s.run()
			s.requireNoWrites()
			s.a.Write("edit", "older by its clock")
			s.b.Write("b edit", "newer by its clock")
			s.run()
			require.Equal(t, "older by its clock", s.b.Tree()["edit"])
			require.Equal(t, "newer by its clock", s.a.Tree()["b edit"])
			s.requireNoConflict()
			s.requireSettled()
		})
	}
	for _, settle := range []time.Duration{0, 10 * time.Second} {
		for _, jump := range []time.Duration{-3 * time.Hour, -40 * 24 * time.Hour, 1000 * time.Hour} {
			t.Run(fmt.Sprintf("ours-jumps-by-%s-settle-%s", jump, settle), func(t *testing.T) {
				s := s.again(t)
				s.given(syncertest.Tree{"p": "1", "q": "1"}, limited(10), settlingFor(settle))
				s.Later(time.Minute)
				s.a.Write("p", "2")
				s.a.Write("new", "n")
				s.run()
				s.requireTrees(syncertest.Tree{"p": "2", "q": "1", "new": "n"})
				s.Later(jump)
				s.run()
				s.requireNoWrites()
				s.b.Write("p", "3")
				s.b.Remove("new")
				s.a.Write("q", "2")
				s.run()
				s.Later(time.Minute) // more than it takes to settle
				s.run()
				s.requireTrees(syncertest.Tree{"p": "3", "q": "2"})
				s.requireNoConflict()
				s.requireSettled()
			})
		}
	}
	t.Run("only-newest-wins-looks-at-times", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"p": "1"}, with(func(o *syncer.Options) { o.Policies.Resolver = policy.Newest{} }))
		s.a.Write("p", "older")
		s.Later(time.Second)
		s.b.Write("p", "newer")
		s.run()
		s.requireTrees(syncertest.Tree{"p": "newer"})
		require.Len(t, s.report.Conflicts, 1)
		require.Equal(t, []string{"1", "older", "newer"}, s.a.History("p"))
		s.requireSettled()
	})
}

// rewrites is a guard against a run that would write most files anew.
type rewrites struct{}

func (rewrites) Judge(_ context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		updates := 0
		for _, a := range p.Actions {
			if a.Op == syncer.OpUpdate && a.On == side {
				updates++
			}
		}
		if known := p.Tally(side).Known; p.Full && updates > 10 && 2*updates > known {
			return nil, fmt.Errorf("%d of %d items on %s would be written anew: %w", updates, known, side, syncer.ErrHalted)
		}
	}
	return nil, nil
}

func allTimesChanged(t *testing.T, s *stage) {
	base := syncertest.Tree{}
	for i := range 30 {
		base[fmt.Sprintf("d%d/%d.txt", i%3, i)] = fmt.Sprint("body ", i)
	}
	for _, digests := range []bool{true, false} {
		t.Run(fmt.Sprintf("digests-%t", digests), func(t *testing.T) {
			s := s.again(t)
			s.given(base, onBoth(func(o *syncertest.Options) {
				if !digests {
					o.Info.Digest = ""
				}
			}))
			s.Later(5 * time.Hour)
			for at := range base {
				s.a.Touch(at)
			}
			s.run()
			s.requireNoWrites()
			s.requireNoConflict()
			if digests {
				s.requireNoBytes()
			}
			require.True(t, s.report.Settled(), s.report)
			s.requireTrees(base)
			s.run() // and nothing is read again
			s.requireNoWrites()
			s.requireNoBytes()
			for at := range base {
				s.a.Touch(at)
				s.b.Touch(at)
			}
			s.run()
			s.requireNoWrites()
			s.requireNoConflict()
			s.requireTrees(base)
			s.requireSettled()
		})
	}
	t.Run("a-guard-stops-a-total-rewrite", func(t *testing.T) {
		s := s.again(t)
		s.given(base, with(func(o *syncer.Options) { o.Policies.Guards = append(o.Policies.Guards, rewrites{}) }))
		for at := range base {
			s.a.Write(at, "encrypted "+at)
		}
		require.ErrorIs(t, s.try(syncer.RunOptions{Full: true}), syncer.ErrHalted)
		s.requireWrites(s.a)
		s.requireWrites(s.b)
		s.requireTree(s.b, base)
		for at, body := range base {
			s.a.Write(at, body)
		}
		s.run()
		s.requireNoWrites()
		s.requireSettled()
	})
}

func coarseTimes(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"p": "1", "q": "1"}, func(c *config) {
		clock := c.store.Clock
		c.b.Now = func() time.Time { return clock().Truncate(2 * time.Second) }
	})
	s.Later(1234567 * time.Microsecond)
	s.a.Write("p", "2")
	s.a.Write("new", "n")
	s.b.Write("q", "2")
	s.run()
	s.requireTrees(syncertest.Tree{"p": "2", "q": "2", "new": "n"})
	for range 4 {
		s.Later(700 * time.Millisecond)
		s.run()
		s.requireNoWrites()
		s.requireNoBytes()
	}
	// Two edits within what is one instant on B.
	s.b.Write("p", "3")
	s.run()
	require.Equal(t, "3", s.a.Tree()["p"])
	s.b.Write("p", "4")
	s.run()
	s.requireTrees(syncertest.Tree{"p": "4", "q": "2", "new": "n"})
	s.requireNoConflict()
	s.a.Touch("p")
	s.run()
	s.requireNoWrites()
	s.requireSettled()
}
