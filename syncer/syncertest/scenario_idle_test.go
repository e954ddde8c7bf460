package syncertest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// diverse is a base, and edit a bit of everything that can happen to it.
var diverse = syncertest.Tree{
	"edit": "e1", "move": "m1", "rename": "r1", "delete": "x1", "swap1": "s1", "swap2": "s2", "conflict": "c1",
	"touched": "t1", "folder/a": "fa", "folder/b": "fb", "folder/sub/c": "fc", "dir/in": "in", "dir/deep/er": "er",
	"b edit": "be1", "b move": "bm1", "b delete": "bx1", "b folder/x": "bf", "b folder/y": "bg", "empty/": "",
	"x to folder": "xf", "round1": "o1", "round2": "o2", "round3": "o3",
}

func (s *stage) edit() {
	s.a.Write("edit", "e2")
	s.a.Move("move", "dir/moved")
	s.a.Rename("rename", "renamed")
	s.a.Remove("delete")
	s.a.Rename("swap1", "aside")
	s.a.Rename("swap2", "swap1")
	s.a.Rename("aside", "swap2")
	s.a.Write("conflict", "c of a")
	s.a.Remove("folder")
	s.a.Write("new/deep/file", "n1")
	s.a.Mkdir("new/empty")
	s.a.Rename("dir", "dir new")
	s.a.Touch("touched")
	s.a.Remove("x to folder")
	s.a.Write("x to folder/in", "xi")
	s.b.Write("b edit", "be2")
	s.b.Move("b move", "b new/moved")
	s.b.Remove("b delete")
	s.b.Write("conflict", "c of b")
	s.b.Remove("b folder")
	s.b.Write("b new/other", "bn")
	s.b.Write("dir/deep/added", "added")
	s.b.Rename("round1", "aside")
	s.b.Rename("round3", "round1")
	s.b.Rename("round2", "round3")
	s.b.Rename("aside", "round2")
	s.b.Write("swap1", "s1 edited")
}

// snapshot is everything that a pair's state holds but its cursor and the time of its last scan.
type snapshot struct {
	Header  syncer.Header
	Records []syncer.Record
	Intents []syncer.Intent
	Pending []syncer.Pending
	Holds   []syncer.Hold
	Inbox   []syncer.Hinted
	Journal []syncer.Outcome
}

func (s *stage) snapshot() snapshot {
	s.t.Helper()
	ctx := s.t.Context()
	v, err := s.Store.View(ctx, s.Pair.Name)
	require.NoError(s.t, err)
	var out snapshot
	out.Header, err = v.Header(ctx)
	require.NoError(s.t, err)
	out.Header.Generation, out.Header.Completed = 0, time.Time{}
	out.Records, err = s.Records(ctx)
	require.NoError(s.t, err)
	out.Journal, err = s.Journal(ctx)
	require.NoError(s.t, err)
	for x, err := range v.Intents(ctx) {
		require.NoError(s.t, err)
		out.Intents = append(out.Intents, x)
	}
	for x, err := range v.Pending(ctx) {
		require.NoError(s.t, err)
		out.Pending = append(out.Pending, x)
	}
	for x, err := range v.Holds(ctx) {
		require.NoError(s.t, err)
		out.Holds = append(out.Holds, x)
	}
	for x, err := range v.Inbox(ctx) {
		require.NoError(s.t, err)
		out.Inbox = append(out.Inbox, x)
	}
	return out
}

func idleSecondRun(t *testing.T, s *stage) {
	commits := 0
	s.given(diverse, func(c *config) {
		c.store.Fail = func(op memory.Op, done bool) error {
			if op == memory.OpCommit && done {
				commits++
			}
			return nil
		}
	})
	s.edit()
	s.run()
	require.NotZero(t, s.report.Totals.Writes)
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)

	before := s.snapshot()
	before.Inbox = nil
	s.run()
	s.requireNoWrites()
	s.requireNoConflict()
	require.Equal(t, before, s.snapshot(), "a run without edits changed the state")
	s.requireNoBytes()

	s.poll()
	s.full()
	commits = 0
	s.hinted()
	require.Zero(t, commits, "a hinted run without hints wrote to the state")
	require.Zero(t, s.a.conn.Count()+s.b.conn.Count(), "a hinted run without hints called a service")
	s.full()
	require.LessOrEqual(t, commits, 1, "a full scan without changes writes the header and nothing else")
	require.Equal(t, before, s.snapshot())
	s.requireSettled()
}
