package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func moveScenarios() []scenario {
	return []scenario{
		{"rename-file", both(renameFile)},
		{"move-file", both(moveFile)},
		{"move-and-rename", both(moveAndRename)},
		{"rename-vs-edit", both(renameVsEdit)},
		{"move-and-edit-same-side", both(moveAndEditSameSide)},
		{"rename-vs-delete", both(renameVsDelete)},
		{"rename-rename-different", both(renameRenameDifferent)},
		{"rename-rename-same", both(renameRenameSame)},
		{"rename-onto-existing", both(renameOntoExisting)},
		{"swap-names", both(swapNames)},
		{"rotate-names", both(rotateNames)},
		{"swap-vs-edit", both(swapVsEdit)},
		{"rename-folder", both(renameFolder)},
		{"rename-folder-vs-child-edit", both(renameFolderVsChildEdit)},
		{"rename-folder-vs-child-added", both(renameFolderVsChildAdded)},
		{"move-folder-into-itself-crosswise", both(moveFolderCrosswise)},
		{"move-into-excluded", both(moveIntoExcluded)},
		{"move-out-of-excluded", both(moveOutOfExcluded)},
		{"rename-detect-ambiguous", both(renameDetectAmbiguous)},
		{"case-only-rename", both(caseOnlyRename)},
		{"copy-on-one-side", both(copyOnOneSide)},
	}
}

// requireOneMove demands that the last run did nothing but move the item with an ID on B.
func (s *stage) requireOneMove(id, at string) {
	s.t.Helper()
	s.requireWrites(s.a)
	s.requireWrites(s.b, "Move")
	s.requireSame(s.b, id, at)
	s.requireNoBytes()
	s.requireNoConflict()
	require.Equal(s.t, 1, s.report.Totals.Moves)
	require.Zero(s.t, s.report.Totals.Deletes)
}

func renameFile(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "p", "k": "k"}, on, limited(0))
		id := s.b.ID("d/p")
		s.a.Rename("d/p", "q")
		s.run()
		s.requireTrees(tree{"d/q": "p", "k": "k"})
		s.requireOneMove(id, "d/q")
		s.requireSettled()
	}, ordinary, digestlessA, digestlessAB, bareA, reusingA, reusingB,
		kind{"B checks no move", onB(func(o *syncertest.Options) { o.Info.Guards = syncer.Guards{} })})

	// A side that cannot rename keeps its name, without an error and without a second try. What is
	// edited there or here still finds its way.
	s.t.Run("B cannot rename", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.given(tree{"p": "1"}, onB(func(o *syncertest.Options) { o.Without = syncertest.Moving }))
		s.a.Rename("p", "q")
		s.run()
		s.requireTree(s.a, tree{"q": "1"})
		s.requireTree(s.b, tree{"p": "1"})
		s.requireNoWrites()
		require.Len(t, s.report.Skips, 1)
		require.Contains(t, s.report.Skips[0].Reason, "cannot rename")
		s.requireIdle()
		s.a.Write("q", "2")
		s.run()
		s.requireTree(s.b, tree{"p": "2"})
		s.b.Write("p", "3")
		s.run()
		s.requireTree(s.a, tree{"q": "3"})
		s.requireTree(s.b, tree{"p": "3"})
		s.requireIdle()
	})
}

func moveFile(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "p", "e/": ""}, on, limited(0))
		id := s.b.ID("d/p")
		s.a.Move("d/p", "e/p")
		s.run()
		s.requireTrees(tree{"d/": "", "e/p": "p"})
		s.requireOneMove(id, "e/p")
		s.requireSettled()
		// The same into a folder that is new.
		s.a.Move("e/p", "f/g/p")
		s.run()
		s.requireTrees(tree{"d/": "", "e/": "", "f/g/p": "p"})
		s.requireWrites(s.b, "CreateFolder", "CreateFolder", "Move")
		s.requireSame(s.b, id, "f/g/p")
		s.requireNoBytes()
		s.requireSettled()
	}, ordinary, digestlessA, bareA, reusingA)
}

func moveAndRename(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "p", "e/": ""}, on, limited(0))
		id := s.b.ID("d/p")
		s.a.Move("d/p", "e/q")
		s.run()
		s.requireTrees(tree{"d/": "", "e/q": "p"})
		s.requireWrites(s.a)
		require.LessOrEqual(t, len(s.wrote(s.b)), 2)
		require.NotContains(t, s.wrote(s.b), "CreateFile")
		s.requireSame(s.b, id, "e/q")
		s.requireNoBytes()
		s.requireSettled()
	}, ordinary, bareA, reusingA)
}

func renameVsEdit(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "1"}, on)
		a, b := s.a.ID("d/p"), s.b.ID("d/p")
		s.a.Rename("d/p", "q")
		s.b.Write("d/p", "2")
		s.run()
		s.requireTrees(tree{"d/q": "2"})
		s.requireSame(s.a, a, "d/q")
		s.requireSame(s.b, b, "d/q")
		s.requireWrites(s.a, "UpdateFile")
		s.requireWrites(s.b, "Move")
		s.requireNoConflict()
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB, bareA, reusingB)
}

func moveAndEditSameSide(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "1", "e/": ""}, on)
		id := s.b.ID("d/p")
		s.a.Move("d/p", "e/q")
		s.a.Write("e/q", "2")
		s.run()
		s.requireTrees(tree{"d/": "", "e/q": "2"})
		s.requireWrites(s.a)
		s.requireWrites(s.b, "Move", "UpdateFile")
		s.requireSame(s.b, id, "e/q")
		require.Equal(t, []string{"1", "2"}, s.b.History("e/q"))
		s.requireSettled()
	}, ordinary, digestlessA, bareA)
}

func renameVsDelete(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "1", "r": "1", "k": "k"}, on, limited(10))
		id := s.a.ID("r")
		s.a.Rename("p", "q") // the bytes are as they were: the delete goes through
		s.a.Rename("r", "s")
		s.a.Write("s", "2") // these are not: the renamed file survives
		s.b.Remove("p")
		s.b.Remove("r")
		s.run()
		s.requireTrees(tree{"s": "2", "k": "k"})
		s.requireSame(s.a, id, "s")
		s.requireWrites(s.a, "Delete")
		require.Equal(t, tree{"q": "1"}, s.a.Trash())
		s.requireTold("s")
		s.requireCharged(1)
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB)
}

func renameRenameDifferent(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "1", "e/": "", "f/": ""}, on)
		a, b := s.a.ID("d/p"), s.b.ID("d/p")
		s.source().Rename("d/p", "q")
		s.destination().Rename("d/p", "r")
		s.run()
		s.requireTrees(tree{"d/q": "1", "e/": "", "f/": ""}) // the source's name counts
		s.requireWrites(s.source())
		s.requireWrites(s.destination(), "Move")
		s.requireSame(s.a, a, "d/q")
		s.requireSame(s.b, b, "d/q")
		s.requireNoBytes()
		s.requireTold("d/q")
		s.requireSettled()
		// Name and folder are two things: each side may have changed one of them.
		s.source().Move("d/q", "e/q")
		s.destination().Rename("d/q", "s")
		s.run()
		s.requireTrees(tree{"d/": "", "e/s": "1", "f/": ""})
		s.requireSettled()
		// And both sides the folder.
		s.source().Move("e/s", "d/s")
		s.destination().Move("e/s", "f/s")
		s.run()
		s.requireTrees(tree{"d/s": "1", "e/": "", "f/": ""})
		s.requireTold("d/s")
		s.requireSettled()
	}, ordinary, digestlessA)
}

func renameRenameSame(_ *testing.T, s *stage) {
	s.given(tree{"d/p": "1", "e/": ""}, limited(0))
	for _, e := range s.ends() {
		e.Move("d/p", "e/q")
		e.Rename("d", "dd")
	}
	s.run()
	s.requireTrees(tree{"dd/": "", "e/q": "1"})
	s.requireNoWrites()
	s.requireNoConflict()
	s.requireSettled()
}

func renameOntoExisting(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p.txt": "of a", "k": "k"}, on)
		a := s.a.ID("d/p.txt")
		s.a.Rename("d/p.txt", "q.txt")
		b := s.b.Write("d/q.txt", "of b")
		s.run()
		s.requireEqualTrees()
		bodies, names := []string{}, []string{}
		for at, body := range s.a.Tree() {
			if at != "k" && at != "d/" {
				bodies, names = append(bodies, body), append(names, at)
			}
		}
		require.ElementsMatch(t, []string{"of a", "of b"}, bodies)
		require.Contains(t, names, "d/q.txt")
		for _, at := range names {
			require.Regexp(t, `^d/q( \((conflict )?[0-9a-f]+\))?\.txt$`, at)
		}
		// Both are the items that they were.
		require.Equal(t, "of a", s.a.Tree()[s.a.Path(a)])
		require.Equal(t, "of b", s.b.Tree()[s.b.Path(b)])
		require.Zero(t, s.report.Totals.Deletes)
		require.NotContains(t, append(s.wrote(s.a), s.wrote(s.b)...), "UpdateFile")
		s.requireSettled()
	}, ordinary, digestlessA, bareA)
}

// swap gives two items of one folder each other's name, as a person does.
func (e *end) swap(x, y string) {
	e.Move(x, "aside")
	e.Move(y, x)
	e.Move("aside", y)
}

func swapNames(t *testing.T, s *stage) {
	swapped := func(s *stage) (x, y string) {
		s.given(tree{"x": "1", "y": "2", "d/": ""}, limited(0))
		x, y = s.b.ID("x"), s.b.ID("y")
		s.a.swap("x", "y")
		return x, y
	}
	check := func(s *stage, x, y string) {
		s.requireTrees(tree{"x": "2", "y": "1", "d/": ""})
		s.requireSame(s.b, x, "y")
		s.requireSame(s.b, y, "x")
		require.NotContains(s.t, append(s.wrote(s.a), s.wrote(s.b)...), "CreateFile")
		s.requireNoBytes()
		s.requireNoConflict()
		s.requireSettled()
	}
	x, y := swapped(s)
	s.run()
	s.requireWrites(s.a)
	s.requireWrites(s.b, "Move", "Move", "Move")
	check(s, x, y)

	// Killed before or after each of the three calls, the next run ends it.
	for call := 1; call <= 3; call++ {
		for _, phase := range []syncertest.Phase{syncertest.Before, syncertest.After} {
			t.Run(fmt.Sprintf("killed at call %d phase %d", call, phase), func(t *testing.T) {
				s := newStage(t, s.way, s.mirrored)
				x, y := swapped(s)
				s.killAt("Move", call, phase)
				s.run()
				check(s, x, y)
			})
		}
	}
}

// killAt runs and kills the process at the n-th call of a method on B: neither calls nor state get
// through any more. Then a new process finds what was durable.
func (s *stage) killAt(op string, n int, phase syncertest.Phase) {
	s.t.Helper()
	ctx, kill := context.WithCancel(s.t.Context())
	defer kill()
	calls := 0
	hook := func(c syncertest.Call) error {
		if c.Op == op && c.Phase == phase {
			calls++
		}
		if calls >= n {
			kill()
			return errors.New("the process is dead")
		}
		return nil
	}
	s.b.conn.OnCall(hook)
	s.ctx, s.Store = ctx, dying{s.Store, func() bool { return calls >= n }}
	require.Error(s.t, s.try(syncer.RunOptions{}))
	s.ctx = nil
	s.crash()
	s.recover()
}

func rotateNames(_ *testing.T, s *stage) {
	s.given(tree{"x": "1", "y": "2", "z": "3", "d/p": "4", "e/p": "5"}, limited(0))
	ids := s.b.IDs()
	s.a.Move("z", "aside") // x to y, y to z, z to x
	s.a.Move("y", "z")
	s.a.Move("x", "y")
	s.a.Move("aside", "x")
	s.a.Move("d/p", "aside") // and two of one name change their folders
	s.a.Move("e/p", "d/p")
	s.a.Move("aside", "e/p")
	s.run()
	s.requireTrees(tree{"y": "1", "z": "2", "x": "3", "e/p": "4", "d/p": "5"})
	for from, to := range map[string]string{"x": "y", "y": "z", "z": "x", "d/p": "e/p", "e/p": "d/p"} {
		s.requireSame(s.b, ids[from], to)
	}
	s.requireWrites(s.a)
	s.requireWrites(s.b, "Move", "Move", "Move", "Move", "Move", "Move", "Move")
	s.requireNoBytes()
	s.requireNoConflict()
	s.requireSettled()
}

func swapVsEdit(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"x": "1", "y": "2"}, on)
		x, y := s.b.ID("x"), s.b.ID("y")
		s.a.swap("x", "y")
		s.b.Write("x", "1 edited")
		s.run()
		s.requireTrees(tree{"x": "2", "y": "1 edited"})
		s.requireSame(s.b, x, "y")
		s.requireSame(s.b, y, "x")
		s.requireWrites(s.a, "UpdateFile")
		s.requireWrites(s.b, "Move", "Move", "Move")
		s.requireNoConflict()
		s.requireSettled()
	}, ordinary, digestlessB)
}

func renameFolder(t *testing.T, s *stage) {
	files := tree{}
	for i := range 1000 {
		files[fmt.Sprintf("d/%d/%d", i%10, i)] = fmt.Sprint(i)
	}
	s.given(files, limited(0))
	id, child := s.b.ID("d"), s.b.ID("d/7/777")
	s.a.Rename("d", "dd")
	s.run()
	s.requireOneMove(id, "dd")
	s.requireSame(s.b, child, "dd/7/777")
	s.requireEqualTrees()
	if s.way == hinted {
		require.Less(t, s.a.conn.Count()+s.b.conn.Count(), 30, "no call for a child")
	}
	s.requireSettled()
	// The children are where their folder is.
	s.a.Write("dd/7/777", "edited")
	s.run()
	s.requireWrites(s.b, "UpdateFile")
	require.Equal(t, "dd/7/777", s.outcomes("dd/7/777")[0].Path)
	s.requireEqualTrees()
}

func renameFolderVsChildEdit(t *testing.T, s *stage) {
	s.given(tree{"d/x": "1", "d/y": "2"})
	a, b := s.a.ID("d/x"), s.b.ID("d/x")
	s.a.Rename("d", "d2")
	s.b.Write("d/x", "1 edited")
	s.run()
	s.requireTrees(tree{"d2/x": "1 edited", "d2/y": "2"})
	s.requireSame(s.a, a, "d2/x")
	s.requireSame(s.b, b, "d2/x")
	s.requireWrites(s.a, "UpdateFile")
	s.requireWrites(s.b, "Move")
	s.requireNoConflict()
	s.requireSettled()
}

func renameFolderVsChildAdded(t *testing.T, s *stage) {
	s.given(tree{"d/x": "1"})
	s.a.Rename("d", "d2")
	s.b.Write("d/new", "n")
	s.b.Write("d/e/deep", "m")
	s.run()
	s.requireTrees(tree{"d2/x": "1", "d2/new": "n", "d2/e/deep": "m"})
	s.requireWrites(s.a, "CreateFile", "CreateFile", "CreateFolder")
	s.requireWrites(s.b, "Move")
	s.requireNoConflict()
	s.requireSettled()
}

func moveFolderCrosswise(t *testing.T, s *stage) {
	s.given(tree{"d/x": "1", "e/y": "2", "f/g/z": "3"}, limited(0))
	ids := [2]map[string]string{s.a.IDs(), s.b.IDs()}
	s.a.Move("d", "e/d")
	s.b.Move("e", "d/e")
	s.run()
	if s.report.Settled() {
		s.requireEqualTrees()
	} else {
		s.run()
	}
	s.requireEqualTrees()
	for i, e := range s.ends() {
		require.Len(t, e.Tree(), 8-1, "nothing is there twice, and nothing is missing")
		for was, id := range ids[i] { // all are the items that they were
			require.True(t, e.Has(e.Path(id)), was)
		}
	}
	require.NotContains(t, append(s.wrote(s.a), s.wrote(s.b)...), "CreateFile")
	require.NotContains(t, append(s.wrote(s.a), s.wrote(s.b)...), "Delete")
	s.requireNoBytes()
	s.requireSettled()
}

// excluding keeps what stands in a folder called out of sync.
func excluding(c *config) {
	globs, err := policy.NewGlobs(policy.GlobOptions{Exclude: []string{"out"}})
	require.NoError(c.t, err)
	c.engine.Policies.Filter = globs
}

func moveIntoExcluded(_ *testing.T, s *stage) {
	s.t.Run("out of the root", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.given(tree{"p": "p", "d/x": "x", "k": "k"}, limited(10))
		s.a.MoveOut("p")
		s.a.MoveOut("d")
		s.run()
		// It is gone from A's root and in nobody's trash: a person decides.
		s.requireTree(s.a, tree{"k": "k"})
		s.requireTree(s.b, tree{"p": "p", "d/x": "x", "k": "k"})
		s.requireNoWrites()
		s.requireHolds("p", "d", "d/x")
		s.requireCharged(0)
		s.requireIdle()
		s.approve("p")
		s.run()
		s.requireTree(s.b, tree{"d/x": "x", "k": "k"})
		s.requireCharged(1)
		s.requireHolds("d", "d/x")
		// It comes back, and nothing has happened to it.
		s.a.MoveIn("d", "d")
		s.run()
		s.requireNoWrites()
		s.requireTrees(tree{"d/x": "x", "k": "k"})
		s.requireSettled()
	})
	s.t.Run("into what the filter leaves out", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.start(tree{"p": "p", "d/x": "x", "k": "k", "out/o": "o"}, tree{"p": "p", "d/x": "x", "k": "k"}, excluding, limited(10))
		s.base()
		s.a.Move("p", "out/p")
		s.a.Move("d", "out/d")
		s.run()
		// Left alone by policy, and the report says so.
		s.requireTree(s.a, tree{"out/p": "p", "out/d/x": "x", "k": "k", "out/o": "o"})
		s.requireTree(s.b, tree{"p": "p", "d/x": "x", "k": "k"})
		s.requireNoWrites()
		s.requireCharged(0)
		require.Contains(t, s.report.String(), `"p"`)
		require.Contains(t, s.report.String(), `"d"`)
		s.requireIdle()
	})
}

func moveOutOfExcluded(_ *testing.T, s *stage) {
	s.t.Run("into the root", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.given(tree{"k": "k"})
		s.a.Write("../p", "p")
		s.a.Write("../d/e/x", "x")
		s.run()
		s.requireNoWrites()
		s.a.MoveIn("p", "q")
		s.a.MoveIn("d", "k2/d")
		s.run()
		s.requireTrees(tree{"k": "k", "q": "p", "k2/d/e/x": "x"})
		s.requireWrites(s.a)
		s.requireSettled()
	})
	s.t.Run("out of what the filter leaves out", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.start(tree{"k": "k", "out/p": "p", "out/d/e/x": "x"}, tree{"k": "k"}, excluding)
		s.base()
		s.a.Move("out/p", "p")
		s.a.Move("out/d", "d")
		s.run()
		s.requireTree(s.b, tree{"k": "k", "p": "p", "d/e/x": "x"})
		s.requireTree(s.a, tree{"k": "k", "p": "p", "d/e/x": "x", "out/": ""})
		s.requireWrites(s.a)
		s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFolder", "CreateFolder")
		s.requireIdle()
	})
	s.t.Run("there and back", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.start(tree{"p": "1", "k": "k", "out/": ""}, tree{"p": "1", "k": "k"}, excluding, limited(0))
		s.base()
		id := s.b.ID("p")
		s.a.Move("p", "out/p")
		s.run()
		s.a.Move("out/p", "p")
		s.run()
		s.run() // what was out of scope is compared in the next run at the latest
		s.requireTree(s.b, tree{"p": "1", "k": "k"})
		s.requireSame(s.b, id, "p")
		s.requireNoConflict()
		s.requireIdle()
	})
}

func renameDetectAmbiguous(_ *testing.T, s *stage) {
	// What a rename looks like on a side that gives a new ID with each: some files vanish, others
	// appear.
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"x": "same", "y": "same", "k": "k"}, on)
		s.rough = !s.a.conn.Info().Trash
		x, y := s.b.ID("x"), s.b.ID("y")
		s.a.Remove("x")
		s.a.Remove("y")
		s.a.Write("p", "same")
		s.a.Write("q", "same")
		s.run()
		s.requireTrees(tree{"p": "same", "q": "same", "k": "k"})
		// Which is which nobody knows: copies and deletes, no mixed histories.
		s.requireWrites(s.b, "CreateFile", "CreateFile", "Delete", "Delete")
		require.NotContains(t, []string{x, y}, s.b.ID("p"))
		require.NotContains(t, []string{x, y}, s.b.ID("q"))
		s.requireSettled()
	}, ordinary, reusingA, binlessA)

	// An ID that a deleted file had now names quite another one. The new file does not wait for the
	// delete of the old one, which may be held.
	s.each(func(t *testing.T, s *stage, on option) {
		for _, most := range []int{10, 0} {
			s := newStage(t, s.way, s.mirrored)
			s.given(tree{"x": "1", "k": "k"}, on, limited(most))
			id := s.a.ID("x")
			s.a.Purge("x")
			require.Equal(t, id, s.a.Write("q", "22"))
			s.run()
			s.requireTree(s.a, tree{"q": "22", "k": "k"})
			if most == 0 {
				s.requireTree(s.b, tree{"x": "1", "q": "22", "k": "k"})
				s.requireHolds("x")
				s.requireIdle()
				continue
			}
			s.requireTrees(tree{"q": "22", "k": "k"})
			s.requireWrites(s.b, "CreateFile", "Delete")
			s.requireSettled()
		}
	}, reusingA)

	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"x": "one of a kind", "k": "k"}, on)
		id := s.b.ID("x")
		s.a.Remove("x")
		s.a.Write("p", "one of a kind")
		s.run()
		s.requireTrees(tree{"p": "one of a kind", "k": "k"})
		if s.b.ID("p") == id { // then it was matched by its bytes
			s.requireOneMove(id, "p")
		} else {
			s.requireWrites(s.b, "CreateFile", "Delete")
		}
		s.requireSettled()
	}, ordinary, digestlessA, reusingA, binlessA)
}

func caseOnlyRename(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"Plan.pdf": "p", "docs/x": "x"}, on)
		id := s.b.ID("Plan.pdf")
		s.a.Rename("Plan.pdf", "PLAN.pdf")
		s.run()
		s.requireTrees(tree{"PLAN.pdf": "p", "docs/x": "x"})
		s.requireOneMove(id, "PLAN.pdf")
		s.requireSettled()
		id = s.b.ID("docs")
		s.a.Rename("docs", "Docs")
		s.run()
		s.requireTrees(tree{"PLAN.pdf": "p", "Docs/x": "x"})
		s.requireOneMove(id, "Docs")
		s.requireSettled()
	},
		ordinary, // both sides take names of different case for the same
		kind{"A tells case apart", onA(exact)},
		kind{"B tells case apart", onB(exact)},
		kind{"both tell case apart", onBoth(exact)},
		bareA,
	)
}

func copyOnOneSide(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "p", "d/": ""}, on)
		id, was := s.b.ID("p"), s.b.Entry("p").Content
		s.Later(time.Minute)
		s.a.Copy("p", "d/q")
		s.run()
		s.requireTrees(tree{"p": "p", "d/q": "p"})
		s.requireSame(s.b, id, "p")
		require.Equal(t, was, s.b.Entry("p").Content)
		require.Len(t, s.wrote(s.b), 1)
		require.Subset(t, []string{"CreateFile", "Copy"}, s.wrote(s.b))
		s.requireWrites(s.a)
		s.requireSettled()
	}, ordinary, digestlessA, bareA)
}
