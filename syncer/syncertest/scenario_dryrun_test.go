package syncertest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func dryRun(t *testing.T, s *stage) {
	prepare := func(t *testing.T) (*stage, *syncer.Engine) {
		s := s.again(t)
		s.given(diverse, limited(4), renaming)
		s.edit()
		s.a.AddLink("link")
		if s.way == hinted {
			s.poll()
		}
		e, err := s.Engine()
		require.NoError(t, err)
		return s, e
	}
	o := &syncer.RunOptions{Full: s.way == scanned}
	plan := func(s *stage, e *syncer.Engine) *syncer.Plan {
		t := s.t
		before, onA, onB := s.snapshot(), s.a.Tree(), s.b.Tree()
		s.a.conn.Clear()
		s.b.conn.Clear()
		p, err := e.Plan(t.Context(), o)
		require.NoError(t, err)
		require.Empty(t, s.a.conn.Writes())
		require.Empty(t, s.b.conn.Writes())
		require.Equal(t, before, s.snapshot(), "a dry run changed the state")
		s.requireTree(s.a, onA)
		s.requireTree(s.b, onB)
		s.requireCharged(0)
		return p
	}
	writes := func(s *stage) []string {
		out := []string{}
		for _, e := range s.ends() {
			for _, op := range s.wrote(e) {
				out = append(out, e.side.String()+" "+op)
			}
		}
		return out
	}

	one, e := prepare(t)
	p := plan(one, e)
	again := plan(one, e)
	require.Equal(t, p.Hash(), again.Hash())
	require.Equal(t, p.String(), again.String())
	require.NotZero(t, p.Writes())
	require.NotEmpty(t, p.Holds)
	require.Len(t, p.Conflicts, 1)

	// A real run in an equal world does exactly that.
	twin, _ := prepare(t)
	twin.a.conn.Clear()
	twin.b.conn.Clear()
	report, err := twin.World.Run(t.Context(), o)
	require.NoError(t, err)
	twin.report = report
	require.Equal(t, p.Writes(), report.Totals.Writes)
	require.Len(t, report.Holds, len(p.Holds))
	require.Equal(t, p.Conflicts[0].Copy, report.Conflicts[0].Copy)
	journal, err := twin.Journal(t.Context())
	require.NoError(t, err)
	did := []string{}
	for _, out := range journal {
		if out.Op.Writes() && out.Result != syncer.Held {
			did = append(did, fmt.Sprintf("%s %s %s %q", out.Action, out.Op, out.On, out.Path))
		}
	}
	planned := []string{}
	for _, a := range p.Actions {
		if a.Op.Writes() {
			planned = append(planned, fmt.Sprintf("%s %s %s %q", a.ID, a.Op, a.On, a.Path))
		}
	}
	require.Equal(t, planned, did)

	// Apply does it too, once.
	one.a.conn.Clear()
	one.b.conn.Clear()
	report, err = e.Apply(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, p.Writes(), report.Totals.Writes)
	require.Equal(t, writes(twin), writes(one))
	require.Equal(t, twin.a.Tree(), one.a.Tree())
	require.Equal(t, twin.b.Tree(), one.b.Tree())
	_, err = e.Apply(t.Context(), p)
	require.ErrorIs(t, err, syncer.ErrStale)

	t.Run("the-world-moves-on", func(t *testing.T) {
		s, e := prepare(t)
		p := plan(s, e)
		s.a.Write("edit", "e3")
		if s.way == hinted {
			s.poll()
		}
		s.a.conn.Clear()
		s.b.conn.Clear()
		_, err := e.Apply(t.Context(), p)
		require.ErrorIs(t, err, syncer.ErrStale)
		require.Empty(t, s.a.conn.Writes())
		require.Empty(t, s.b.conn.Writes())
		s.requireCharged(0)
	})
	t.Run("before-the-first-run", func(t *testing.T) {
		s := s.again(t)
		s.start(syncertest.Tree{"a/x": "1", "same": "s"}, syncertest.Tree{"b/y": "2", "same": "s"})
		e, err := s.Engine()
		require.NoError(t, err)
		p := plan(s, e)
		require.Equal(t, 4, p.Writes())
		_, err = e.Apply(t.Context(), p)
		require.NoError(t, err)
		s.requireTrees(syncertest.Tree{"a/x": "1", "b/y": "2", "same": "s"})
		s.full()
		s.requireNoWrites()
		s.poll()
		s.full()
		s.requireSettled()
	})
	t.Run("nothing-to-do", func(t *testing.T) {
		s := s.again(t)
		s.given(diverse)
		e, err := s.Engine()
		require.NoError(t, err)
		require.Empty(t, plan(s, e).Actions)
	})
	t.Run("after-a-crash", func(t *testing.T) {
		k := &killer{atOp: 12}
		s := s.again(t)
		s.given(diverse, k.option)
		s.edit()
		k.watch(s)
		k.arm()
		_ = s.rerun()
		k.disarm()
		s.crash()
		if s.way == hinted {
			s.poll()
		}
		e, err := s.Engine()
		require.NoError(t, err)
		before := s.snapshot()
		s.a.conn.Clear()
		s.b.conn.Clear()
		_, err = e.Plan(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, before, s.snapshot())
		require.Empty(t, s.a.conn.Writes())
		require.Empty(t, s.b.conn.Writes())
	})
}
