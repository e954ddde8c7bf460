package syncertest_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func rootEmptied(t *testing.T, s *stage) {
	files := tree{"d/x": "x", "d/y": "y", "k": "k"}
	s.given(files)
	s.a.Remove("d")
	s.a.Remove("k")
	require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted)
	s.requireNoWrites()
	s.requireTree(s.b, files)
	require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted, "and again, until somebody looks")
	s.requireTree(s.b, files)
	require.ErrorIs(t, s.try(syncer.RunOptions{Confirm: []string{"something else"}}), syncer.ErrHalted)
	halt, ok := errors.AsType[*syncer.Halt](s.try(syncer.RunOptions{}))
	require.True(t, ok)
	require.NoError(t, s.try(syncer.RunOptions{Confirm: []string{halt.Evidence}}))
	s.requireTrees(tree{})
	require.Len(t, s.b.Trash(), 4)
	s.requireSettled()

	// If it was a mistake, nothing has happened.
	s = newStage(t, s.way, s.mirrored)
	s.given(files)
	s.a.Remove("d")
	s.a.Remove("k")
	require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted)
	s.a.Restore("d")
	s.a.Restore("k")
	s.run()
	s.requireTrees(files)
	s.requireNoWrites()
	s.requireSettled()
}

func rootMissingOrReplaced(_ *testing.T, s *stage) {
	files := tree{"d/x": "x", "k": "k"}
	for _, c := range []struct {
		name string
		do   func(s *stage, root string)
	}{
		{"in the trash", func(s *stage, root string) { s.a.Remove("id:" + root) }},
		{"purged", func(s *stage, root string) { s.a.Purge("id:" + root); s.lossy = true }},
		{"invisible", func(s *stage, root string) { s.a.Hide("id:" + root) }},
		{"moved out", func(s *stage, root string) { s.a.Move("id:"+root, "../Elsewhere/Root") }},
		{"replaced by a folder of the same name", func(s *stage, root string) {
			s.a.Move("id:"+root, "../Old root")
			s.point(s.a, s.a.User.AddFolder("../Root"))
			s.a.Write("../Root/other", "other")
		}},
	} {
		s.t.Run(c.name, func(t *testing.T) {
			s := newStage(t, s.way, s.mirrored)
			s.start(files, files)
			root := s.a.Root()
			s.point(s.a, root)
			s.base()
			s.b.Write("new", "new")
			s.a.Remove("k")
			c.do(s, root)
			require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted)
			s.requireNoWrites()
			s.requireTree(s.b, tree{"d/x": "x", "k": "k", "new": "new"})
		})
	}
}

// byPlace is a connection whose root is configured by its place, not by its ID.
type byPlace struct {
	*syncertest.Handle
	root *string
}

func (p byPlace) at(e syncer.Entry) syncer.Entry {
	if e.ID == "/Root" {
		e.ID = *p.root
	}
	return e
}

// point says which folder stands at the place of a side's root.
func (s *stage) point(e *end, root string) {
	end := s.Pair.Endpoint(e.side)
	if p, ok := end.FS.(byPlace); ok {
		*p.root = root
		return
	}
	end.FS, end.Root = byPlace{e.conn, &root}, "/Root"
}

// List, Look, Find and the calls that name a parent understand the place.
func (p byPlace) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return p.Handle.List(ctx, p.at(at), from)
}

func (p byPlace) Look(ctx context.Context, id string) (syncer.Entry, error) {
	return p.Handle.Look(ctx, p.at(syncer.Entry{ID: id}).ID)
}
