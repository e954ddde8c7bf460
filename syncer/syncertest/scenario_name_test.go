package syncertest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func nameScenarios() []scenario {
	return []scenario{
		{"unicode-nfc-nfd", both(unicodeForms)},
		{"unicode-twins-on-one-side", both(unicodeTwins)},
		{"case-twins", both(caseTwins)},
		{"duplicate-names-in-a-folder", both(duplicateNames)},
	}
}

const (
	composed   = "caf\u00e9"
	decomposed = "cafe\u0301"
)

func unicodeForms(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.start(tree{composed + ".txt": "1", composed + "/x": "x"}, tree{decomposed + ".txt": "1", decomposed + "/x": "x"}, on)
		s.full()
		s.requireNoWrites()
		s.requireNoConflict()
		s.requireSettled()
		s.base()
		// Each side keeps the name as its users wrote it, whatever happens to the item.
		s.a.Write(composed+".txt", "2")
		s.b.Write(decomposed+"/new", "n")
		s.run()
		s.requireTree(s.a, tree{composed + ".txt": "2", composed + "/x": "x", composed + "/new": "n"})
		s.requireTree(s.b, tree{decomposed + ".txt": "2", decomposed + "/x": "x", decomposed + "/new": "n"})
		s.requireWrites(s.a, "CreateFile")
		s.requireWrites(s.b, "UpdateFile")
		s.requireSettled()
		s.a.Move(composed+".txt", composed+"/"+composed+".txt")
		s.run()
		s.requireWrites(s.b, "Move")
		require.Equal(t, "2", s.b.Tree()[decomposed+"/"+decomposed+".txt"])
		s.requireSettled()
	},
		ordinary,
		kind{"both sides tell forms apart", onBoth(exact)},
		digestlessA,
	)
}

// twins is about two files of A whose names are one to B. names are those on A.
func twins(s *stage, on option, names ...string) {
	files := tree{}
	for i, at := range names {
		files[at] = strings.Repeat("+", i+1)
	}
	var first tree
	for _, byName := range []bool{false, true} { // the order of listings does not matter
		s = newStage(s.t, s.way, s.mirrored)
		s.start(tree{}, tree{"k": "k"}, on, onA(exact), onA(func(o *syncertest.Options) { o.ByName = byName }))
		for _, at := range names {
			s.a.Write(at, files[at])
		}
		s.full()
		s.requireTree(s.a, union(files, tree{"k": "k"}))
		s.requireTwins(files)
		require.True(s.t, s.report.Settled(), s.report)
		s.base()
		s.requireSettled()
		s.requireTree(s.a, union(files, tree{"k": "k"}))
		if !byName {
			first = s.b.Tree()
		}
		require.Equal(s.t, first, s.b.Tree(), "other names in another order")
	}
	// An edit finds its file, on either side, and changes no name.
	for _, e := range s.ends() {
		for at, id := range e.IDs() {
			if at == "k" || e.Tree()[at] == "" {
				continue
			}
			old := s.b.Tree()
			body := e.Tree()[at]
			other := s.withBody(s.other(e), body)
			e.Write("id:"+id, body+" edited")
			s.run()
			require.Equal(s.t, body+" edited", s.other(e).Tree()[other])
			require.Len(s.t, append(s.wrote(s.a), s.wrote(s.b)...), 1)
			require.Equal(s.t, sortedKeys(old), sortedKeys(s.b.Tree()))
			s.requireSettled()
		}
	}
	// One goes, and only that one.
	gone := s.withBody(s.b, s.a.Tree()[names[0]])
	s.a.Remove(names[0])
	s.run()
	s.requireWrites(s.b, "Delete")
	require.False(s.t, s.b.Has(gone))
	require.Len(s.t, s.b.Tree(), len(names))
	s.requireSettled()
}

func union(a, b tree) tree {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func sortedKeys(t tree) []string { return slices.Sorted(maps.Keys(t)) }

func (s *stage) other(e *end) *end { return s.at(e.side.Other()) }

// withBody returns the path of the one file of a side with these contents.
func (s *stage) withBody(e *end, body string) string {
	s.t.Helper()
	found := ""
	for at, b := range e.Tree() {
		if b == body {
			require.Empty(s.t, found, "%q is there twice", body)
			found = at
		}
	}
	require.NotEmpty(s.t, found, "%q is not on %s", body, e.side)
	return found
}

// requireTwins demands that B has all contents under names that differ for B, one of them unchanged.
func (s *stage) requireTwins(files tree) {
	s.t.Helper()
	got, keys, unchanged := []string{}, map[syncer.Key]bool{}, 0
	for at, body := range s.b.Tree() {
		if at == "k" {
			continue
		}
		got = append(got, body)
		if _, same := files[at]; same {
			unchanged++
		} else {
			require.Regexp(s.t, `^[^(]+ \([0-9a-f]{6,16}\)(\.txt)?$`, at)
		}
		require.False(s.t, keys[syncer.NameKey(at)])
		keys[syncer.NameKey(at)] = true
	}
	require.ElementsMatch(s.t, slices.Collect(maps.Values(files)), got)
	require.Equal(s.t, 1, unchanged, "one keeps its name: %v", s.b.Tree())
}

func unicodeTwins(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		twins(s, on, composed+".txt", decomposed+".txt")
	}, ordinary, digestlessA)
}

func caseTwins(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		twins(s, on, "a.txt", "A.txt")
		twins(s, on, "plan", "Plan", "PLAN")
	}, ordinary, digestlessA)

	// Twins arrive one after the other: the name that B has stays where it is. And one goes out of
	// the way of the other.
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/a.txt": "1"}, on, onA(exact))
		id := s.b.ID("d/a.txt")
		s.a.Write("d/A.txt", "2")
		s.run()
		s.requireTree(s.a, tree{"d/a.txt": "1", "d/A.txt": "2"})
		s.requireSame(s.b, id, "d/a.txt")
		require.Regexp(t, `^d/A \([0-9a-f]+\)\.txt$`, s.withBody(s.b, "2"))
		s.requireWrites(s.b, "CreateFile")
		s.requireSettled()
		twin := s.withBody(s.b, "2")
		s.a.Remove("d/a.txt")
		s.run()
		s.requireTree(s.a, tree{"d/A.txt": "2"})
		s.requireTree(s.b, tree{twin: "2"}) // its mapped name is stable
		s.requireSettled()
	}, ordinary)

	// Folders too, with what is in them.
	s.each(func(t *testing.T, s *stage, on option) {
		s.start(tree{"d/x": "1", "D/x": "2"}, tree{"k": "k"}, on, onA(exact))
		s.base()
		s.requireTree(s.a, tree{"d/x": "1", "D/x": "2", "k": "k"})
		require.Len(t, s.b.Tree(), 5)
		one, two := s.withBody(s.b, "1"), s.withBody(s.b, "2")
		require.NotEqual(t, syncer.NameKey(one), syncer.NameKey(two))
		s.requireSettled()
	}, ordinary)
}

func duplicateNames(_ *testing.T, s *stage) {
	duplicates := onA(func(o *syncertest.Options) { o.Info.Names.Unique = syncer.UniqueNone })
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"k": "k", "d/": ""}, on, duplicates)
		one, two, three := s.a.Add("d/p.txt", "1"), s.a.Add("d/p.txt", "2"), s.a.Add("d/p.txt", "3")
		s.run()
		require.Equal(t, []string{"1", "2", "3"}, bodiesBelow(s.b, "d/"))
		s.requireWrites(s.a) // its names are as its users wrote them
		s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFile")
		require.True(t, s.report.Settled(), s.report)
		s.requireIdle()
		names := sortedKeys(s.b.Tree())
		require.Contains(t, names, "d/p.txt")

		// They are kept apart by ID: an edit on either side, a rename, a delete.
		at := s.withBody(s.b, "2")
		s.a.Write("id:"+two, "2 edited")
		s.b.Write(s.withBody(s.b, "3"), "3 edited")
		s.run()
		require.Equal(t, "2 edited", s.b.Tree()[at])
		require.Equal(t, []string{"1", "2 edited", "3 edited"}, bodiesBelow(s.a, "d/"))
		require.Equal(t, names, sortedKeys(s.b.Tree()), "stable over runs")
		s.requireIdle()
		s.a.Rename("id:"+three, "q.txt")
		s.a.Remove("id:" + one)
		s.run()
		require.Equal(t, []string{"2 edited", "3 edited"}, bodiesBelow(s.b, "d/"))
		require.Equal(t, "3 edited", s.b.Tree()["d/q.txt"])
		require.Equal(t, "2 edited", s.b.Tree()[at])
		require.Equal(t, []string{"2 edited", "3 edited"}, bodiesBelow(s.a, "d/"))
		s.requireIdle()
	}, ordinary, digestlessA)

	// When the state is lost the names tell which is which: nothing is carried over once more.
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"k": "k", "d/": ""}, on, duplicates)
		s.a.Add("d/p.txt", "1")
		two := s.a.Add("d/p.txt", "2")
		s.a.Add("d/p.txt", "3")
		s.run()
		at, names := s.withBody(s.b, "2"), sortedKeys(s.b.Tree())
		s.memory = memory.New(memory.Options{Clock: s.Clock.Now})
		s.Store = s.memory
		s.full()
		s.requireNoWrites()
		s.requireSettled()
		s.a.Write("id:"+two, "2 edited")
		s.run()
		require.Equal(t, "2 edited", s.b.Tree()[at])
		require.Equal(t, names, sortedKeys(s.b.Tree()))
		s.requireIdle()
	}, ordinary, digestlessA)

	// A first run with twins on one side and one of them on the other.
	s.each(func(t *testing.T, s *stage, on option) {
		s.start(tree{}, tree{"p": "2"}, on, duplicates)
		s.a.Add("p", "1")
		s.a.Add("p", "2")
		s.base()
		require.Subset(t, bodiesBelow(s.b, ""), []string{"1", "2"})
		require.ElementsMatch(t, bodiesBelow(s.b, ""), bodiesBelow(s.a, ""))
	}, ordinary)

	// Where files may be twins and folders may not, names of folders are swapped by way of another one.
	s.each(func(t *testing.T, s *stage, on option) {
		folders := onA(func(o *syncertest.Options) { o.Info.Names.Unique = syncer.UniqueFolders })
		s.given(tree{"d/x": "1", "e/y": "2"}, on, folders)
		s.a.Add("d/p.txt", "3")
		s.a.Add("d/p.txt", "4")
		s.run()
		s.b.Rename("d", "f")
		s.b.Rename("e", "d")
		s.b.Rename("f", "e")
		s.run()
		require.Equal(t, []string{"1", "3", "4"}, bodiesBelow(s.a, "e/"))
		require.Equal(t, []string{"2"}, bodiesBelow(s.a, "d/"))
		require.Equal(t, []string{"1", "3", "4"}, bodiesBelow(s.b, "e/"))
		s.requireIdle()
	}, ordinary)

	// Folders of one name are two folders.
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"k": "k"}, on, duplicates)
		first, second := s.a.AddFolder("d"), s.a.AddFolder("d")
		s.a.Write("d/x", "1")
		s.a.Move("id:"+s.a.Write("x", "2"), "d/y")
		s.a.Rename("id:"+second, "e")
		s.a.Write("e/x", "3")
		s.a.Rename("id:"+second, "d")
		s.run()
		require.Len(t, s.b.Tree(), 6)
		require.Equal(t, "d", s.a.Path(first))
		require.Equal(t, "d", s.a.Path(second))
		one, two, three := s.withBody(s.b, "1"), s.withBody(s.b, "2"), s.withBody(s.b, "3")
		require.Equal(t, strings.TrimSuffix(one, "x"), strings.TrimSuffix(two, "y"))
		require.NotEqual(t, one, three)
		s.requireIdle()
	}, ordinary)
}

// bodiesBelow returns the contents of the files below a prefix, sorted.
func bodiesBelow(e *end, prefix string) (out []string) {
	for at, body := range e.Tree() {
		if strings.HasPrefix(at, prefix) && body != "" {
			out = append(out, body)
		}
	}
	slices.Sort(out)
	return out
}
