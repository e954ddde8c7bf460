package syncertest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
