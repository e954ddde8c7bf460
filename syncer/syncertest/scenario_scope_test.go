package syncertest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func scopeScenarios() []scenario {
	return []scenario{
		{"filter-narrowed", both(filterNarrowed)},
		{"filter-widened", both(filterWidened)},
		{"tool-filter", toolFilter},
		{"one-way-folder", both(oneWayFolder)},
		{"deletes-off", both(deletesOff)},
		{"size-or-type-limit", both(sizeOrTypeLimit)},
		{"mapping-changed", both(mappingChanged)},
		{"dry-run", both(dryRun)},
		{"read-only-account", both(readOnlyAccount)},
		{"private-items", both(privateItems)},
	}
}

// filter sets what is in scope from now on.
func (s *stage) filter(o globs) {
	s.t.Helper()
	g, err := policy.NewGlobs(policy.GlobOptions(o))
	require.NoError(s.t, err)
	s.Options.Policies.Filter = g
}

// globs are what is in scope.
type globs policy.GlobOptions

func filterNarrowed(t *testing.T, s *stage) {
	base := syncertest.Tree{"in/x": "1", "out/x": "1", "out/deep/y": "1", "z.tmp": "1", "in/z.tmp": "1"}
	s.given(base, limited(10))
	s.filter(globs{Exclude: []string{"out", "**/*.tmp"}})
	s.run()
	s.requireNoWrites()
	s.requireTrees(base)
	s.run()
	s.requireNoWrites()

	s.a.Write("out/x", "edited on a")
	s.b.Write("out/x", "edited on b")
	s.a.Remove("out/deep/y")
	s.b.Remove("z.tmp")
	s.a.Rename("in/z.tmp", "renamed.tmp")
	s.a.Write("out/new", "new")
	s.a.Write("in/new", "new")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"in/x": "1", "in/new": "new", "out/x": "edited on a", "out/new": "new", "z.tmp": "1", "in/renamed.tmp": "1", "out/deep/": ""})
	s.requireTree(s.b, syncertest.Tree{"in/x": "1", "in/new": "new", "out/x": "edited on b", "out/deep/y": "1", "in/z.tmp": "1"})
	s.requireWrites(s.a)
	s.requireWrites(s.b, "CreateFile")
	s.requireNoConflict()
	s.requireCharged(0)
	for range 2 {
		s.full()
		s.requireNoWrites()
		s.hinted()
		s.requireNoWrites()
	}

	// A folder is not deleted on the side where it holds something that is left out.
	s.b.Remove("in")
	s.run()
	require.True(t, s.a.Has("in/renamed.tmp"))
	require.False(t, s.a.Has("in/x"))
	require.False(t, s.b.Has("in"))
	s.requireCharged(2)
	s.full()
	s.requireNoWrites()
	require.False(t, s.b.Has("in"), "it does not come back")

	t.Run("an-edit-and-a-delete-at-the-same-time", func(t *testing.T) {
		s := s.again(t)
		s.given(base, limited(10))
		s.a.Remove("out/deep")
		s.b.Remove("in/z.tmp")
		s.a.Write("out/x", "2")
		s.filter(globs{Exclude: []string{"out", "**/*.tmp"}})
		s.run()
		s.requireNoWrites()
		s.requireTree(s.b, syncertest.Tree{"in/x": "1", "out/x": "1", "out/deep/y": "1", "z.tmp": "1"})
		s.requireTree(s.a, syncertest.Tree{"in/x": "1", "out/x": "2", "z.tmp": "1", "in/z.tmp": "1"})
		s.requireCharged(0)
		s.run()
		s.requireNoWrites()
	})
}

func filterWidened(t *testing.T, s *stage) {
	base := syncertest.Tree{
		"in/x": "1", "out/same": "1", "out/one": "1", "out/both": "1", "out/gone": "1", "out/gone twice": "1", "out/alike": "1", "out/d/in": "1",
	}
	s.given(base, limited(10))
	s.filter(globs{Exclude: []string{"out"}})
	s.run()
	s.a.Write("out/one", "one of a")
	s.a.Write("out/both", "both of a")
	s.b.Write("out/both", "both of b")
	s.a.Write("out/alike", "alike")
	s.b.Write("out/alike", "alike")
	s.a.Remove("out/gone")
	s.a.Remove("out/gone twice")
	s.b.Remove("out/gone twice")
	s.a.Remove("out/d")
	s.a.Write("out/new", "new of a")
	s.b.Write("out/new too", "new of b")
	s.run()
	s.requireNoWrites()

	s.Options.Policies.Filter = nil
	s.run()
	require.Zero(t, s.report.Totals.Deletes)
	s.run()
	s.run()
	s.requireEqualTrees()
	tree := s.a.Tree()
	for at, body := range (syncertest.Tree{
		"in/x": "1", "out/same": "1", "out/gone": "1", "out/alike": "alike", "out/d/in": "1", "out/new": "new of a", "out/new too": "new of b",
	}) {
		require.Equal(t, body, tree[at], at)
	}
	require.NotContains(t, tree, "out/gone twice")
	got := slices.Collect(maps.Values(tree))
	require.Contains(t, got, "one of a")
	require.Contains(t, got, "both of a")
	require.Contains(t, got, "both of b")
	s.requireCharged(0)
	s.requireSettled()

	t.Run("unchanged-items-cost-nothing", func(t *testing.T) {
		s := s.again(t)
		s.given(base)
		s.filter(globs{Exclude: []string{"out"}})
		s.run()
		s.Options.Policies.Filter = nil
		for range 3 {
			s.run()
			s.requireNoWrites()
			s.requireNoBytes()
		}
		s.a.Write("out/same", "2")
		s.b.Remove("out/gone")
		s.run()
		require.Equal(t, "2", s.b.Tree()["out/same"])
		require.False(t, s.a.Has("out/gone"), "from now on a delete is one again")
		s.requireEqualTrees()
		s.requireSettled()
	})
	t.Run("from-the-first-run-on", func(t *testing.T) {
		s := s.again(t)
		s.start(syncertest.Tree{"in/x": "1", "out/a": "a", "out/p": "p of a", "out/q": "q"},
			syncertest.Tree{"in/x": "1", "out/b": "b", "out/p": "p of b", "out/q": "q"}, limited(10))
		s.filter(globs{Include: []string{"in"}})
		s.base()
		s.requireTree(s.b, syncertest.Tree{"in/x": "1", "out/b": "b", "out/p": "p of b", "out/q": "q"})
		s.Options.Policies.Filter = nil
		s.run()
		require.Len(t, s.report.Conflicts, 1)
		s.requireEqualTrees()
		require.Len(t, s.a.Tree(), 8)
		s.requireCharged(0)
		s.requireSettled()
	})
}

func toolFilter(t *testing.T, _ *stage) {
	t.Run("folders", everyWay(func(t *testing.T, s *stage) {
		onA := syncertest.Tree{
			"Documents/plan.pdf": "1", "Documents/Private/x": "2", "Drawings/a.dwg": "3", "Recycle Bin/old": "4", "Photos/p.jpg": "5",
		}
		onB := syncertest.Tree{"Drawings/b.dwg": "6", "Mine/x": "7", "recycle bin/older": "8"}
		s.start(onA, onB, limited(10))
		s.filter(globs{
			Include: []string{"Documents", "Drawings"}, Exclude: []string{"Documents/Private", "Recycle Bin"}, Fold: true,
		})
		s.base()
		check := func() {
			s.requireTree(s.a, syncertest.Tree{
				"Documents/plan.pdf": "1", "Documents/Private/x": "2", "Drawings/a.dwg": "3", "Drawings/b.dwg": "6",
				"Recycle Bin/old": "4", "Photos/p.jpg": "5",
			})
			s.requireTree(s.b, syncertest.Tree{
				"Documents/plan.pdf": "1", "Drawings/a.dwg": "3", "Drawings/b.dwg": "6", "Mine/x": "7", "recycle bin/older": "8",
			})
		}
		check()
		for _, e := range s.ends() {
			for at, id := range e.IDs() {
				if strings.HasPrefix(at, "Documents") && !strings.HasPrefix(at, "Documents/Private") || strings.HasPrefix(at, "Drawings") {
					continue
				}
				for _, c := range e.conn.Calls() {
					require.False(t, c.ID == id && c.Op != "List", "%s of %q", c.Op, at)
				}
			}
		}
		s.a.Write("Photos/p.jpg", "5 edited")
		s.a.Remove("Recycle Bin")
		s.b.Write("Mine/y", "9")
		s.run()
		s.requireNoWrites()
		s.a.Write("Photos/p.jpg", "5")
		s.a.Write("Recycle Bin/old", "4")
		s.b.Remove("Mine/y")
		s.run()
		s.requireNoWrites()
		check()
		s.requireCharged(0)
	}))
	// That tools which nobody has chosen are not even listed is tested under this name in package mapping,
	// where a pair is a tool.
}

// limitedInfo shows other facts than the service's own.
type limitedInfo struct {
	*syncertest.Handle
	change func(i *syncer.Info)
}

func (l limitedInfo) Info() syncer.Info {
	i := l.Handle.Info()
	l.change(&i)
	return i
}

func sizeOrTypeLimit(t *testing.T, s *stage) {
	s.start(nil, nil, limited(10))
	side := s.Pair.Endpoint(s.b.side)
	side.FS = limitedInfo{s.b.conn, func(i *syncer.Info) { i.MaxSize, i.Extensions = 10, []string{".pdf", ".txt"} }}
	s.base()
	onA := syncertest.Tree{"small.pdf": "1", "big.pdf": "12345678901", "d/Small.TXT": "2", "d/model.dwg": "3", "no extension": "4"}
	for at, body := range onA {
		s.a.Write(at, body)
	}
	s.run()
	s.requireTree(s.a, onA)
	s.requireTree(s.b, syncertest.Tree{"small.pdf": "1", "d/Small.TXT": "2"})
	s.requireSkips("big.pdf", "d/model.dwg", "no extension")
	s.requireFailures()
	s.requireIdle()
	s.hinted()
	s.requireSkips("big.pdf", "d/model.dwg", "no extension")

	// A file grows above the limit: B keeps what it has.
	s.a.Write("small.pdf", "now it is too big")
	s.run()
	require.Equal(t, "1", s.b.Tree()["small.pdf"])
	require.Equal(t, "now it is too big", s.a.Tree()["small.pdf"])
	s.requireSkips("big.pdf", "d/model.dwg", "no extension", "small.pdf")
	s.requireIdle()
	s.a.Write("small.pdf", "1 again")
	s.run()
	require.Equal(t, "1 again", s.b.Tree()["small.pdf"])
	s.requireSkips("big.pdf", "d/model.dwg", "no extension")
	s.a.Write("small.pdf", "and too big again")
	s.run()

	// The limits change.
	side.FS = limitedInfo{s.b.conn, func(i *syncer.Info) { i.MaxSize, i.Extensions = 0, []string{".pdf", ".txt", ".dwg"} }}
	s.Later(25 * time.Hour)
	s.run()
	require.True(t, s.report.Full)
	onA["small.pdf"] = "and too big again"
	s.requireTree(s.a, onA)
	s.requireTree(s.b, syncertest.Tree{"small.pdf": "and too big again", "big.pdf": "12345678901", "d/Small.TXT": "2", "d/model.dwg": "3"})
	s.requireSkips("no extension")
	side.FS = s.b.conn
	s.Later(25 * time.Hour)
	s.run()
	s.requireTrees(onA)
	s.requireCharged(0)
	s.requireSettled()

	t.Run("by-a-filter", func(t *testing.T) {
		s := s.again(t)
		s.given(nil)
		s.filter(globs{Exclude: []string{"**/*.dwg"}})
		s.a.Write("d/model.dwg", "1")
		s.a.Write("d/plan.pdf", "2")
		s.run()
		s.requireTree(s.b, syncertest.Tree{"d/plan.pdf": "2"})
		s.Options.Policies.Filter = nil
		s.run()
		s.requireTrees(syncertest.Tree{"d/model.dwg": "1", "d/plan.pdf": "2"})
		s.requireSettled()
	})
	t.Run("a-file-that-is-too-big-from-the-start-is-deleted-again", func(t *testing.T) {
		s := s.again(t)
		s.given(nil, onB(func(o *syncertest.Options) { o.Info.MaxSize = 10 }))
		s.a.Write("big", "12345678901")
		s.run()
		s.requireSkips("big")
		s.a.Remove("big")
		s.run()
		s.requireNoWrites()
		s.full()
		s.requireSettled()
	})
}

func mappingChanged(t *testing.T, s *stage) {
	base := syncertest.Tree{"p": "1", "q": "1", "gone": "1", "d/x": "1"}
	for _, remapped := range []string{"a", "b"} {
		t.Run("the-root-of-"+remapped, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(10))
			moved, other := s.b, s.a
			if remapped == "a" {
				moved, other = s.a, s.b
			}
			moved.Write("../other/q", "other q")
			moved.Write("../other/d/x", "1")
			moved.Write("../other/own", "own")
			other.Remove("gone")
			old := moved.Tree()
			h := moved.Service.ConnectAt("../other")
			end := s.Pair.Endpoint(moved.side)
			end.FS, end.Root = h.FileSystem(), h.Root()
			moved.conn = h
			s.run()
			require.Zero(t, s.report.Totals.Deletes)
			require.Equal(t, old, moved.Tree(), "the old root is left alone")
			want := syncertest.Tree{}
			for at, body := range moved.Outside() {
				if at, below := strings.CutPrefix(at, "other/"); below && at != "" {
					want[at] = body
				}
			}
			require.Equal(t, want, other.Tree())
			for at, body := range (syncertest.Tree{"p": "1", "d/x": "1", "own": "own"}) {
				require.Equal(t, body, want[at], at)
			}
			require.NotContains(t, want, "gone")
			all := slices.Collect(maps.Values(want))
			require.Contains(t, all, "other q")
			require.Len(t, want, 6, "both versions of q")
			s.requireCharged(0)
			require.Empty(t, h.Service().Violations())
			for _, w := range []way{scanned, hinted} {
				s.must(w)
				s.requireNoWrites()
			}
			// And back: again a fresh base, again no delete.
			other.Remove("own")
			end.Root, end.FS = moved.Service.Root(), moved.Service.Connect().FileSystem()
			s.full()
			require.Zero(t, s.report.Totals.Deletes)
			require.True(t, moved.Has("gone") && other.Has("gone"))
			require.True(t, moved.Has("../other/own"))
		})
	}
}
