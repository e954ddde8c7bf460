package syncertest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func readOnlyAccount(t *testing.T, s *stage) {
	base := syncertest.Tree{"edit": "1", "rename": "r", "delete": "x", "d/in": "i", "b's": "b", "keep": "k"}
	s.given(base, limited(10), onB(func(o *syncertest.Options) { o.ReadOnly = true }))
	s.a.Write("edit", "2")
	s.a.Rename("rename", "renamed")
	s.a.Remove("delete")
	s.a.Remove("d")
	s.a.Write("new/file", "n")
	s.b.Write("b's", "b edited")
	s.b.Write("b new", "bn")
	onB := s.b.Tree()
	onA := syncertest.Tree{"edit": "2", "renamed": "r", "new/file": "n", "b's": "b edited", "b new": "bn", "keep": "k"}
	reported := []string{"edit", "rename|renamed", "delete", "d", "d/in", "new", "new/file"}
	s.run()
	s.requireTree(s.b, onB)
	s.requireTree(s.a, onA)
	require.Len(t, s.b.conn.Writes(), 1, "one refusal is enough")
	s.requireReported(reported...)
	failed := 0
	for _, f := range s.report.Failures {
		if f.Result == syncer.Failed {
			failed++
		}
	}
	require.LessOrEqual(t, failed, 1, "one report, not one an item")
	s.requireCharged(0)
	for range 4 {
		s.run()
		s.requireTree(s.b, onB)
		s.requireTree(s.a, onA)
		s.requireWrites(s.a)
		require.LessOrEqual(t, len(s.b.conn.Writes()), 1)
		s.requireReported(reported...)
		s.requireCharged(0)
		s.Later(10 * time.Minute)
	}

	t.Run("writes-are-allowed-again", func(t *testing.T) {
		s := s.again(t)
		s.given(base, limited(10))
		refuse := true
		s.b.conn.OnCall(func(c syncertest.Call) error {
			if refuse && c.Writes && c.Phase == syncertest.Before {
				return fmt.Errorf("account may only read: %w", syncer.ErrReadOnly)
			}
			return nil
		})
		s.a.Write("edit", "2")
		s.a.Rename("rename", "renamed")
		s.a.Remove("delete")
		s.a.Write("new/file", "n")
		s.run()
		s.requireTree(s.b, base)
		refuse = false
		s.Later(2 * time.Hour)
		s.run()
		s.requireTrees(syncertest.Tree{"edit": "2", "renamed": "r", "d/in": "i", "b's": "b", "keep": "k", "new/file": "n"})
		s.requireSettled()
	})
}

func privateItems(t *testing.T, s *stage) {
	base := syncertest.Tree{"p": "1", "d/x": "1", "d/sub/y": "1", "keep": "k"}
	s.given(base, limited(10))
	a, b := s.a.IDs(), s.b.IDs()
	s.a.Hide("p")
	s.a.Hide("d")
	for range 3 {
		s.run()
		s.requireNoWrites()
		s.requireTrees(base)
		s.requireCharged(0)
		s.Later(30 * time.Hour)
	}
	require.NotEmpty(t, reasons(s.report), "it is reported as held back")
	s.a.Write("keep", "k2")
	s.run()
	require.Equal(t, "k2", s.b.Tree()["keep"], "others go on")

	s.a.Show("p")
	s.a.Show("d")
	for range 3 {
		s.run()
		s.requireNoWrites()
	}
	require.Equal(t, a, s.a.IDs())
	require.Equal(t, b, s.b.IDs())
	s.a.Write("p", "2")
	s.b.Write("d/x", "2")
	s.a.Remove("d/sub")
	s.run()
	s.requireTrees(syncertest.Tree{"p": "2", "d/x": "2", "keep": "k2"})
	s.requireSame(s.a, a["d/x"], "d/x")
	s.requireSame(s.b, b["p"], "p")
	s.requireCharged(2)
	s.requireNoConflict()
	s.requireSettled()

	t.Run("changed-while-it-was-private", func(t *testing.T) {
		s := s.again(t)
		s.given(base, limited(10))
		a, b := s.a.IDs(), s.b.IDs()
		s.a.Hide("d")
		s.a.Hide("p")
		s.run()
		s.a.Write("p", "2")         // behind the curtain
		s.b.Write("d/x", "of b")    // on the side where it is visible
		s.b.Write("d/new", "new")   // in a folder that the other side hides
		s.a.Rename("d/sub", "sub2") // behind the curtain
		s.b.Write("keep", "k2")
		s.run()
		s.requireTree(s.a, syncertest.Tree{"p": "2", "d/x": "1", "d/sub2/y": "1", "keep": "k2"})
		s.requireCharged(0)
		s.requireWrites(s.b)
		s.a.Show("d")
		s.a.Show("p")
		for range 3 {
			s.run()
		}
		want := syncertest.Tree{"p": "2", "d/x": "of b", "d/new": "new", "d/sub2/y": "1", "keep": "k2"}
		s.requireTrees(want)
		s.requireNoConflict()
		s.requireSame(s.b, b["p"], "p")
		s.requireSame(s.a, a["d/x"], "d/x")
		s.requireSame(s.b, b["d/sub"], "d/sub2")
		s.requireCharged(0)
		s.requireSettled()
	})
	t.Run("deleted-on-the-other-side-meanwhile", func(t *testing.T) {
		s := s.again(t)
		s.given(base, limited(10))
		s.a.Hide("p")
		s.run()
		s.b.Remove("p")
		s.run()
		require.True(t, s.a.Has("p"))
		s.a.Show("p")
		for range 3 {
			s.run()
		}
		s.requireEqualTrees()
		s.requireSettled()
	})
}
