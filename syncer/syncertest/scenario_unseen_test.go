package syncertest_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func listingFailedHalfWay(_ *testing.T, s *stage) {
	files := tree{"d/x": "x", "d/y": "y", "e/z": "z", "e/f/w": "w", "k": "k"}
	s.t.Run("a subfolder cannot be read", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.given(files, limited(10))
		s.a.Remove("d/x")
		s.a.Remove("e/z")
		s.a.Bar("d")
		s.run()
		// What hangs below d is unknown. Nothing else waits for it.
		s.requireTree(s.b, tree{"d/x": "x", "d/y": "y", "e/f/w": "w", "k": "k"})
		require.False(t, s.report.Settled())
		s.requireCharged(1)
		s.a.Unbar("d")
		s.Later(2 * time.Hour)
		s.run()
		s.requireTrees(tree{"d/y": "y", "e/f/w": "w", "k": "k"})
		s.requireSettled()
	})
	if s.way == hinted {
		return // there is no listing that could fail
	}
	for _, bad := range []error{errors.New("500"), syncer.ErrBusy, fs.ErrPermission, fs.ErrNotExist} {
		s.t.Run("a page fails with "+bad.Error(), func(t *testing.T) {
			lists := 2
			for page := 1; page <= lists; page++ {
				s := newStage(t, s.way, s.mirrored)
				s.given(files, onA(func(o *syncertest.Options) { o.PageSize = 2 }))
				lists = s.a.conn.Count("List")
				s.a.Remove("d/x")
				n := 0
				s.a.conn.OnCall(func(c syncertest.Call) error {
					if c.Op == "List" && c.Phase == syncertest.Before {
						if n++; n >= page {
							return bad
						}
					}
					return nil
				})
				err := s.try(syncer.RunOptions{})
				require.True(t, err != nil || !s.report.Full && !s.report.Settled(), "page %d", page)
				s.requireTree(s.b, files)
				s.requireWrites(s.b)
				s.recover()
				s.run()
				s.requireTrees(tree{"d/y": "y", "e/z": "z", "e/f/w": "w", "k": "k"})
				s.requireSettled()
			}
			require.Greater(t, lists, 3)
		})
	}
}

func permissionLost(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		files := tree{"d/x": "x", "d/e/y": "y", "k": "k"}
		s.given(files, on)
		s.a.Hide("d")
		s.run()
		s.requireNoWrites()
		s.requireTrees(files)
		require.False(t, s.report.Settled(), "the report says what waits")
		s.b.Write("d/x", "x edited")
		s.b.Write("k", "k edited")
		s.run()
		s.requireTree(s.b, tree{"d/x": "x edited", "d/e/y": "y", "k": "k edited"})
		require.Equal(t, "k edited", s.a.Tree()["k"], "other items go on")
		s.a.Show("d")
		s.run()
		s.run()
		s.requireTrees(tree{"d/x": "x edited", "d/e/y": "y", "k": "k edited"})
		require.Empty(t, s.a.Trash())
		require.Empty(t, s.b.Trash())
		s.requireSettled()
	}, ordinary, digestlessA)
}
