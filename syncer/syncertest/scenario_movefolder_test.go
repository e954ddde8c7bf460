package syncertest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

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
