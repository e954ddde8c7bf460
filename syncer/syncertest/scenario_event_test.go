package syncertest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func eventReplayed(t *testing.T, s *stage) {
	s.given(diverse, limited(100))
	a, b := s.mark(s.a), s.mark(s.b)
	s.edit()
	s.run()
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	tree, journal := s.a.Tree(), len(s.snapshot().Journal)
	history := append(s.events(s.a, a), s.events(s.b, b)...)
	require.NotEmpty(t, history)
	for _, later := range []time.Duration{0, time.Hour, 20 * time.Hour} {
		s.Later(later)
		s.tell(history...)
		s.requireNoWrites()
		require.False(t, s.report.Full)
		s.requireNoBytes()
		s.requireTrees(tree)
		require.True(t, s.report.Settled(), s.report)
	}
	for range 4 { // days later, with full scans between
		s.Later(24 * time.Hour)
		s.full()
		s.requireNoWrites()
		s.tell(history...)
		s.requireNoWrites()
	}
	require.Len(t, s.snapshot().Journal, journal)
	s.requireTrees(tree)
	s.requireSettled()

	// A delete is replayed after the name was given to a new item, and after the item was restored.
	s.a.Write("delete", "new item")
	s.run()
	s.tell(history...)
	s.requireNoWrites()
	s.requireEqualTrees()
	s.requireSettled()
}

func eventsOutOfOrder(t *testing.T, s *stage) {
	base := syncertest.Tree{"p": "1", "d/x": "x", "d/y": "y", "swap1": "s1", "swap2": "s2", "gone": "g", "e/in": "in"}
	change := func(s *stage) []syncer.Hint {
		a, b := s.mark(s.a), s.mark(s.b)
		s.a.Write("new/deep/child", "c")
		s.a.Rename("new/deep/child", "renamed child")
		s.a.Move("new/deep", "new/deeper")
		s.a.Write("p", "2")
		s.a.Move("p", "new/p")
		s.a.Remove("d")
		s.b.Write("d/x", "edited before the delete came")
		s.a.Rename("swap1", "aside")
		s.a.Rename("swap2", "swap1")
		s.a.Rename("aside", "swap2")
		s.b.Remove("gone")
		s.a.Write("e/in", "edited")
		s.b.Move("e", "f")
		s.a.Write("short lived", "s")
		s.a.Remove("short lived")
		s.a.Remove("e/in")
		s.a.Write("e/in", "again")
		return append(s.events(s.a, a), s.events(s.b, b)...)
	}
	s.given(base, limited(100))
	s.tell(change(s)...)
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	want := s.a.Tree()
	s.requireSettled()

	orders := map[string]func(h []syncer.Hint){"reversed": slices.Reverse[[]syncer.Hint]}
	for seed := range uint64(12) {
		orders[fmt.Sprintf("shuffled-%d", seed)] = func(h []syncer.Hint) {
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(h), func(i, j int) { h[i], h[j] = h[j], h[i] })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(orders)) {
		t.Run("at-once-"+name, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(100))
			hints := change(s)
			orders[name](hints)
			s.tell(hints...)
			s.requireTrees(want)
			require.True(t, s.report.Settled(), s.report)
			s.requireSettled()
		})
		t.Run("one-by-one-"+name, func(t *testing.T) {
			// Each hint alone, with a run between: contents and places are the same in the end.
			s := s.again(t)
			s.given(base, limited(100))
			hints := change(s)
			orders[name](hints)
			for _, h := range hints {
				s.tell(h)
				s.requireFailures()
			}
			s.tell()
			s.requireTrees(want)
			require.True(t, s.report.Settled(), s.report)
			s.requireSettled()
		})
	}
}

func eventMissed(t *testing.T, s *stage) {
	s.given(diverse, limited(100))
	lost := func(e *end) { // the webhook's queue was thrown away
		e.conn.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(1, 1)), Drop: 1})
	}
	lost(s.a)
	lost(s.b)
	s.edit()
	before := s.b.Tree()
	s.run()
	s.requireNoWrites()
	require.False(t, s.report.Full)
	s.requireTree(s.b, before)
	s.a.conn.Inject(syncertest.Faults{})
	s.b.conn.Inject(syncertest.Faults{})
	s.run()
	s.requireNoWrites()

	s.Later(24*time.Hour + time.Second)
	s.run()
	require.True(t, s.report.Full, "the period is over")
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	s.requireSettled()

	t.Run("some-are-missing", func(t *testing.T) {
		for seed := range uint64(10) {
			s := s.again(t)
			s.given(diverse, limited(100))
			s.edit()
			for i, e := range s.ends() {
				e.conn.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(seed, uint64(i))), Drop: 0.5})
			}
			s.run()
			for _, e := range s.ends() {
				e.conn.Inject(syncertest.Faults{})
			}
			s.Later(25 * time.Hour)
			s.run()
			s.run()
			require.True(t, s.report.Settled(), "seed %d\n%s", seed, s.report)
			s.requireEqualTrees()
			s.requireSettled()
		}
	})
}

func createThenDeleteQuickly(t *testing.T, s *stage) {
	for _, purged := range []bool{false, true} {
		t.Run(fmt.Sprintf("purged-%t", purged), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"keep": "k"}, limited(10))
			s.lossy = purged
			drop := s.a.Remove
			if purged {
				drop = s.a.Purge
			}
			s.a.Write("p", "1")
			s.a.Write("d/in", "2")
			drop("p")
			drop("d")
			s.run()
			s.requireNoWrites()
			s.requireTrees(syncertest.Tree{"keep": "k"})
			s.requireSettled()

			// It goes after the feed was read.
			s.a.Write("p", "3")
			s.a.Write("d/in", "4")
			s.poll()
			drop("p")
			drop("d")
			s.run()
			s.requireNoWrites()
			s.requireTrees(syncertest.Tree{"keep": "k"})
			s.requireSettled()

			// It goes between the plan and the call. A folder that was created and then purged could
			// as well be invisible, which is another scenario.
			s.a.Write("p", "5")
			if !purged {
				s.a.Write("d/in", "6")
			}
			once := false
			s.Options.Observe = func(e syncer.Event) {
				if e.Phase == syncer.PhasePlan && !once {
					once = true
					drop("p")
					if !purged {
						drop("d")
					}
				}
			}
			s.run()
			require.True(t, once)
			for range 3 { // at most create and delete, and no failure that comes again and again
				s.Later(2 * time.Minute)
				s.run()
			}
			s.requireNoWrites()
			s.requireTrees(syncertest.Tree{"keep": "k"})
			require.Empty(t, s.report.Failures)
			s.requireSettled()
		})
	}
}

func burst(t *testing.T, s *stage) {
	const files, edits = 400, 25
	base := syncertest.Tree{"keep": "k"}
	for i := range files / 2 {
		base[fmt.Sprintf("old/%03d", i)] = "0"
	}
	s.given(base)
	for n := range edits {
		for i := range files / 2 {
			s.a.Write(fmt.Sprintf("old/%03d", i), fmt.Sprintf("old %d %d", i, n))
			s.a.Write(fmt.Sprintf("new/deep/%03d", i), fmt.Sprintf("new %d %d", i, n))
		}
	}
	s.poll()
	s.a.conn.Clear()
	s.b.conn.Clear()
	for range 3 {
		report, err := s.World.Run(t.Context(), nil)
		require.NoError(t, err)
		require.False(t, report.Full)
		if s.report = report; !report.More {
			break
		}
	}
	require.True(t, s.report.Settled(), s.report)
	s.requireEqualTrees()
	require.Equal(t, files/2, s.b.conn.Count("UpdateFile"), "once an item")
	require.Equal(t, files/2, s.b.conn.Count("CreateFile"))
	require.Equal(t, 2, s.b.conn.Count("CreateFolder"))
	require.LessOrEqual(t, s.a.conn.Count("Look"), 2*files, "once an item, not once an event")
	require.LessOrEqual(t, s.b.conn.Count("Look"), 2*files)
	require.Equal(t, files, s.a.conn.Count("Open"))
	folders := slices.IndexFunc(s.b.conn.Writes(), func(c syncertest.Call) bool { return c.Op == "CreateFolder" && c.Name == "deep" })
	first := slices.IndexFunc(s.b.conn.Writes(), func(c syncertest.Call) bool { return c.Op == "CreateFile" })
	require.Less(t, folders, first, "folders come before what is in them")
	s.lossy = true
	s.requireSettled()
}

func eventOutsideRoot(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"keep": "k"})
	for i := range 50 {
		s.a.Write(fmt.Sprintf("../elsewhere/%d", i), fmt.Sprint(i))
	}
	s.a.Move("../elsewhere/1", "../elsewhere/one")
	s.a.Remove("../elsewhere/2")
	s.poll()
	inbox := len(s.snapshot().Inbox)
	require.GreaterOrEqual(t, inbox, 50)
	s.run()
	s.requireNoWrites()
	require.Zero(t, s.a.conn.Count()+s.b.conn.Count(), "no call is made for what is elsewhere")
	require.True(t, s.report.Settled(), s.report)
	require.Empty(t, s.snapshot().Inbox)
	s.requireTrees(syncertest.Tree{"keep": "k"})

	s.a.Write("../elsewhere/3", "in the same poll")
	s.a.Write("new", "n")
	s.run()
	s.requireTrees(syncertest.Tree{"keep": "k", "new": "n"})
	s.requireWrites(s.b, "CreateFile")
	s.requireSettled()

	t.Run("where-the-feed-does-not-say-where", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k"}, onBoth(func(o *syncertest.Options) { o.Placeless = true }))
		for n := range 5 {
			for i := range 20 {
				s.a.Write(fmt.Sprintf("../elsewhere/%d", i), fmt.Sprint(n, i))
			}
		}
		s.run()
		s.requireNoWrites()
		require.LessOrEqual(t, s.a.conn.Count(), 25, "one look an item, and not for each event")
		s.requireTrees(syncertest.Tree{"keep": "k"})
		s.requireSettled()
	})
}
