package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func crashScenarios() []scenario {
	return []scenario{
		{"idle-second-run", both(idleSecondRun)},
		{"kill-before-call", func(t *testing.T, _ *stage) {
			// It takes long, so not every combination is tried.
			t.Run("scanned", func(t *testing.T) { killAnywhere(t, newStage(t, scanned, false)) })
			t.Run("hinted-mirrored", func(t *testing.T) { killAnywhere(t, newStage(t, hinted, true)) })
		}},
		{"uploaded-but-not-recorded", both(uploadedButNotRecorded)},
		{"reply-lost", both(replyLost)},
		{"partially-failed-apply", both(partiallyFailedApply)},
		{"poison-item", both(poisonItem)},
		{"two-runs-at-once", both(twoRunsAtOnce)},
		{"overlapping-pairs", overlappingPairs},
		{"stop-signal", both(stopSignal)},
		{"preservation-fails", both(preservationFails)},
		{"changed-since-plan", both(changedSincePlan)},
		{"state-write-fails", both(stateWriteFails)},
	}
}

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

var errDead = errors.New("the process was killed")

// killer counts external calls and operations of the store. It kills the process at one of them:
// from then on nothing has any effect and everything fails.
type killer struct {
	mu          sync.Mutex
	calls, ops  int
	atCall      int // 0: never
	afterCall   bool
	atOp        int
	afterOp     bool
	dead, armed bool
	what        string
	number      map[string]int // of the calls that were begun
}

func (k *killer) arm() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls, k.ops, k.armed, k.number = 0, 0, true, map[string]int{}
}

func (k *killer) disarm() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.armed, k.dead = false, false
}

// watch lets the killer see the calls of both sides.
func (k *killer) watch(s *stage) {
	for _, e := range s.ends() {
		e.conn.OnCall(func(c syncertest.Call) error { return k.hook(e.side, c) })
	}
}

func (k *killer) hook(side syncer.Side, c syncertest.Call) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.armed {
		return nil
	}
	if k.dead {
		return errDead
	}
	which := fmt.Sprint(side, c.Seq)
	if c.Phase == syncertest.Before {
		k.calls++
		k.number[which] = k.calls
	}
	if k.number[which] == k.atCall && k.afterCall == (c.Phase == syncertest.After) {
		k.dead, k.what = true, fmt.Sprintf("%s of %q %q on %s", c.Op, c.ID, c.Name, side)
		return errDead
	}
	return nil
}

func (k *killer) fail(op memory.Op, done bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.armed {
		return nil
	}
	if k.dead {
		return errDead
	}
	if op == memory.OpRead {
		return nil
	}
	if !done {
		k.ops++
	}
	if k.ops == k.atOp && k.afterOp == done {
		k.dead, k.what = true, "state: "+string(op)
		return errDead
	}
	return nil
}

// killable makes everything die together.
func (k *killer) option(c *config) {
	c.store.Fail = k.fail
	c.ledger = memory.NewLedger(memory.Options{Clock: c.store.Clock, Fail: k.fail})
	limit := policy.DeleteLimit{Ledger: c.ledger, Scope: "pair", Most: 100}
	c.engine.Policies.Guards = append(c.engine.Policies.Guards, limit)
	c.engine.Policies.Gates = append(c.engine.Policies.Gates, limit)
}

// settling makes both sides show writes late.
func settlingFor(d time.Duration) option {
	return onBoth(func(o *syncertest.Options) { o.Info.Settle = d })
}

func killAnywhere(t *testing.T, s *stage) {
	for _, settle := range []time.Duration{0, 10 * time.Second} {
		t.Run(fmt.Sprintf("settle-%s", settle), func(t *testing.T) {
			// live runs once with a killer and returns the stage as the killed process left it.
			live := func(t *testing.T, k *killer) *stage {
				s := s.again(t)
				s.given(diverse, k.option, settlingFor(settle))
				s.Later(time.Minute)
				s.edit()
				if s.way == hinted {
					s.poll()
				}
				k.watch(s)
				s.a.conn.Clear()
				s.b.conn.Clear()
				k.arm()
				report, err := s.World.Run(s.t.Context(), &syncer.RunOptions{Full: s.way == scanned})
				s.report = report
				if k.atCall+k.atOp == 0 {
					require.NoError(t, err)
				}
				return s
			}
			// revive is a new process, which finds nothing but what was durable.
			revive := func(s *stage, k *killer) {
				k.disarm()
				s.crash()
			}
			whole := &killer{}
			want := live(t, whole)
			calls, ops := whole.calls, whole.ops
			require.True(t, want.report.Settled(), want.report)
			want.requireEqualTrees()
			tree, trash := want.a.Tree(), [2][]string{trashed(want.a.Trash()), trashed(want.b.Trash())}
			want.inspect()

			check := func(t *testing.T, s *stage, k *killer) {
				revive(s, k)
				require.NoError(t, s.try(syncer.RunOptions{}), k.what)
				s.Later(2 * time.Minute)
				for range 2 {
					require.NoError(t, s.try(syncer.RunOptions{}), k.what)
				}
				require.Equal(t, tree, s.a.Tree(), "%s\n%s", k.what, s.report)
				require.Equal(t, tree, s.b.Tree(), "%s\n%s", k.what, s.report)
				for _, e := range s.ends() {
					for at := range e.Tree() {
						require.NotContains(t, at, "procorebox-moving-", k.what)
					}
				}
				for i, e := range s.ends() {
					require.Equal(t, trash[i], trashed(e.Trash()), "%s: in the trash\n%s", k.what, s.report)
				}
				require.Empty(t, s.snapshot().Intents, k.what)
				s.Later(2 * time.Minute)
				s.run()
				s.requireSettled()
			}
			name := func(what string, i int, after bool) string {
				if after {
					return fmt.Sprintf("after-%s-%d", what, i)
				}
				return fmt.Sprintf("before-%s-%d", what, i)
			}
			step := 1
			if testing.Short() {
				step = 7
			}
			for _, after := range []bool{false, true} {
				for i := 1; i <= calls; i += step {
					t.Run(name("call", i, after), func(t *testing.T) {
						k := &killer{atCall: i, afterCall: after}
						s := live(t, k)
						require.True(t, k.dead)
						check(t, s, k)
					})
				}
				for i := 1; i <= ops; i += step {
					t.Run(name("state-write", i, after), func(t *testing.T) {
						k := &killer{atOp: i, afterOp: after}
						s := live(t, k)
						require.True(t, k.dead)
						check(t, s, k)
					})
				}
			}
			for i := 1; i <= calls; i += 2 * step {
				t.Run(fmt.Sprintf("twice-%d", i), func(t *testing.T) {
					k := &killer{atCall: i, afterCall: i%4 == 1}
					s := live(t, k)
					first := k.what
					revive(s, k)
					s.Later(time.Minute)
					k.mu.Lock()
					k.atCall, k.afterCall = 0, false
					k.atOp, k.afterOp = 2+i%7, i%3 == 0
					k.mu.Unlock()
					if s.way == hinted {
						s.poll()
					}
					k.arm()
					_, _ = s.World.Run(s.t.Context(), &syncer.RunOptions{Full: s.way == scanned})
					k.what = first + ", then " + k.what
					check(t, s, k)
				})
			}
		})
	}
}

// trashed returns the contents of the files in a tree, sorted.
func trashed(tree syncertest.Tree) []string {
	var out []string
	for at, body := range tree {
		if !strings.HasSuffix(strings.Split(at, "#")[0], "/") {
			out = append(out, body)
		}
	}
	slices.Sort(out)
	return out
}

func uploadedButNotRecorded(t *testing.T, s *stage) {
	for _, digests := range []bool{true, false} {
		t.Run(fmt.Sprintf("digests-%t", digests), func(t *testing.T) {
			s := s.again(t)
			dead := false
			s.given(syncertest.Tree{"keep": "k", "old": "1"}, onBoth(func(o *syncertest.Options) {
				if !digests {
					o.Info.Digest = ""
				}
			}), func(c *config) {
				c.store.Fail = func(memory.Op, bool) error {
					if dead {
						return errDead
					}
					return nil
				}
			})
			crashAfter := func(op string) {
				s.b.conn.OnCall(func(c syncertest.Call) error {
					if c.Op == op && c.Phase == syncertest.After {
						dead = true
					}
					return nil
				})
				require.ErrorIs(t, s.try(syncer.RunOptions{}), errDead)
				s.b.conn.OnCall(nil)
				dead = false
				s.crash()
				s.Later(time.Minute)
				require.Equal(t, 1, s.b.conn.Count(op))
			}

			s.a.Write("new", "fresh")
			crashAfter("CreateFile")
			id := s.b.ID("new")
			s.run()
			s.requireTrees(syncertest.Tree{"keep": "k", "old": "1", "new": "fresh"})
			s.requireSame(s.b, id, "new")
			s.requireNoWrites()
			s.requireNoConflict()
			if digests {
				s.requireNoBytes()
			}
			s.requireSettled()

			s.a.Write("old", "two")
			crashAfter("UpdateFile")
			s.run()
			s.requireTrees(syncertest.Tree{"keep": "k", "old": "two", "new": "fresh"})
			s.requireNoWrites()
			s.requireNoConflict()
			require.Equal(t, []string{"1", "two"}, s.b.History("old"), "one new version")
			s.requireSettled()

			s.a.Mkdir("folder")
			crashAfter("CreateFolder")
			id = s.b.ID("folder")
			s.run()
			s.requireSame(s.b, id, "folder")
			s.requireNoWrites()
			s.requireSettled()

			// What our upload became was edited before the next run.
			s.a.Write("raced", "ours")
			crashAfter("CreateFile")
			s.b.Write("raced", "edited by b")
			s.run()
			s.requireEqualTrees()
			require.Contains(t, s.a.byContents(t), "edited by b")
			s.requireSettled()
		})
	}
}

// errReset is a reply that leaves open whether the call had its effect.
var errReset = errors.New("connection reset by peer")

func replyLost(t *testing.T, s *stage) {
	changes := map[string]func(s *stage){
		"CreateFolder": func(s *stage) { s.a.Mkdir("new folder") },
		"CreateFile":   func(s *stage) { s.a.Write("new file", "n") },
		"UpdateFile":   func(s *stage) { s.a.Write("edit", "2") },
		"Move":         func(s *stage) { s.a.Move("move", "d/moved") },
		"Delete":       func(s *stage) { s.a.Remove("delete") },
	}
	base := syncertest.Tree{"edit": "1", "move": "m", "delete": "x", "d/": ""}
	for _, op := range slices.Sorted(maps.Keys(changes)) {
		t.Run("done/"+op, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(10))
			changes[op](s)
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == op && c.Phase == syncertest.After {
					return errReset
				}
				return nil
			})
			require.NoError(t, s.try(syncer.RunOptions{}))
			s.requireWrites(s.b, op)
			require.False(t, s.report.Settled(), "what is not known to be done is reported")
			s.b.conn.OnCall(nil)
			s.Later(2 * time.Minute)
			s.run()
			s.requireNoWrites()
			s.requireEqualTrees()
			s.requireSettled()
		})
		t.Run("not-done/"+op, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(10))
			changes[op](s)
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == op && c.Phase == syncertest.Before {
					return errReset
				}
				return nil
			})
			require.NoError(t, s.try(syncer.RunOptions{}))
			s.requireWrites(s.b, op)
			s.b.conn.OnCall(nil)
			s.Later(2 * time.Minute)
			s.run()
			s.requireWrites(s.b, op)
			s.requireEqualTrees()
			s.requireSettled()
		})
		t.Run("late/"+op, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(10), settlingFor(10*time.Second))
			s.Later(time.Minute)
			changes[op](s)
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == op && c.Phase == syncertest.Before {
					return syncertest.ErrLate
				}
				return nil
			})
			require.NoError(t, s.try(syncer.RunOptions{}))
			s.requireWrites(s.b, op)
			s.b.conn.OnCall(nil)
			for range 2 { // it may still land: nobody touches it
				require.NoError(t, s.try(syncer.RunOptions{}))
				s.requireNoWrites()
				require.NotEmpty(t, append(reasons(s.report), s.report.Incomplete...))
			}
			s.Later(11 * time.Second)
			s.Later(2 * time.Minute)
			s.run()
			s.requireNoWrites()
			s.requireEqualTrees()
			s.requireSettled()
		})
	}
	for _, phase := range []syncertest.Phase{syncertest.Before, syncertest.After} {
		t.Run(fmt.Sprintf("rename-of-a-conflict-%d", phase), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"d/p.txt": "0", "keep": "k"})
			s.a.Write("d/p.txt", "of a")
			s.b.Write("d/p.txt", "of b")
			lost := func(c syncertest.Call) error {
				if c.Op == "Move" && c.Phase == phase {
					return errReset
				}
				return nil
			}
			s.a.conn.OnCall(lost)
			s.b.conn.OnCall(lost)
			s.run()
			require.LessOrEqual(t, s.a.conn.Count("Move")+s.b.conn.Count("Move"), 1, "nobody touches it before it is settled")
			s.a.conn.OnCall(nil)
			s.b.conn.OnCall(nil)
			for range 2 {
				s.Later(2 * time.Minute)
				s.run()
			}
			s.requireEqualTrees()
			got := s.a.byContents(t)
			require.Len(t, got, 3)
			require.Contains(t, got, "of a")
			require.Contains(t, got, "of b")
			s.requireSettled()
		})
	}
	t.Run("busy-for-long", func(t *testing.T) {
		// A 503 that took effect: NotDone does not hold for it, so a connector gives no ErrBusy.
		s := s.again(t)
		s.given(base)
		s.a.Write("new file", "n")
		down := false
		s.b.conn.OnCall(func(c syncertest.Call) error {
			if down && c.Phase == syncertest.Before && c.Op != "Changes" {
				return fmt.Errorf("503: %w", errReset)
			}
			if c.Op == "CreateFile" && c.Phase == syncertest.After {
				down = true
				return fmt.Errorf("503: %w", errReset)
			}
			return nil
		})
		_ = s.try(syncer.RunOptions{})
		for range 3 {
			s.Later(time.Hour)
			_ = s.try(syncer.RunOptions{})
			require.Empty(t, s.b.conn.Writes(), "nothing is written before somebody has looked")
		}
		down = false
		s.b.conn.OnCall(nil)
		s.Later(time.Hour)
		s.run()
		s.requireNoWrites()
		s.requireEqualTrees()
		s.requireSettled()
	})
}

// reasons lists why things were left, in the report.
func reasons(r *syncer.Report) []string {
	var out []string
	for _, h := range r.Holds {
		out = append(out, h.Reason)
	}
	for _, k := range r.Skips {
		out = append(out, k.Reason)
	}
	for _, f := range r.Failures {
		out = append(out, f.Err)
	}
	return out
}

func partiallyFailedApply(t *testing.T, s *stage) {
	s.given(nil)
	want := syncertest.Tree{}
	for i := range 95 {
		want[fmt.Sprintf("file %02d", i)] = fmt.Sprint(i)
	}
	for i := range 5 {
		want[fmt.Sprintf("bad folder/deep/%d", i)] = fmt.Sprint("inner ", i)
	}
	for at, body := range want {
		s.a.Write(at, body)
	}
	bad := func(name string) bool { return name == "bad folder" || name == "file 07" || name == "file 70" }
	tried := map[string]int{}
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.Before && c.Writes {
			tried[c.Name]++
			if bad(c.Name) {
				return fmt.Errorf("something is wrong with it: %w", syncer.ErrRefused)
			}
		}
		return nil
	})
	s.run()
	left := maps.Clone(want)
	maps.DeleteFunc(left, func(at, _ string) bool {
		return bad(at) || strings.HasPrefix(at, "bad folder")
	})
	s.requireTree(s.a, want)
	s.requireTree(s.b, left)
	require.Equal(t, 93, s.report.Totals.Writes)
	require.Len(t, tried, 96, "what depends on the failed folder is not tried")
	for name, n := range tried {
		require.Equal(t, 1, n, name)
	}
	dependants := []string{"bad folder/deep"}
	for i := range 5 {
		dependants = append(dependants, fmt.Sprintf("bad folder/deep/%d", i))
	}
	check := func() {
		s.requireReported(append(dependants, "bad folder", "file 07", "file 70")...)
		for _, f := range s.report.Failures {
			if f.Result == syncer.Failed {
				require.True(t, bad(f.Path), f.Path)
			}
		}
	}
	check()
	journal, err := s.Journal(t.Context())
	require.NoError(t, err)
	for _, o := range journal {
		require.True(t, o.Result != syncer.Failed || bad(o.Path), "%s fails loudly", o.Path)
	}

	s.run() // too soon for another try
	s.requireNoWrites()
	check()
	s.Later(time.Minute)
	s.run()
	s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFolder")
	check()
	s.Later(time.Minute) // the second wait is longer
	s.run()
	s.requireNoWrites()
	s.Later(time.Minute)
	s.run()
	s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFolder")
	check()

	s.b.conn.OnCall(nil)
	s.Later(time.Hour)
	s.run()
	s.requireTrees(want)
	require.Equal(t, 9, s.report.Totals.Writes)
	s.requireSettled()
}

func poisonItem(t *testing.T, s *stage) {
	unreadable(t, s)
	for name, poison := range map[string]error{"refused": syncer.ErrRefused, "unclear": errReset} {
		t.Run(name, func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"poison": "1", "d/x": "1"})
			tried := 0
			id := s.b.ID("poison")
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Phase == syncertest.Before && c.Writes && c.ID == id {
					tried++
					return poison
				}
				return nil
			})
			s.a.Write("poison", "2")
			full := 0
			for round := range 20 {
				at := fmt.Sprintf("d/file %d", round)
				s.a.Write("d/x", fmt.Sprint("edit ", round))
				s.b.Write(at, fmt.Sprint("new ", round))
				s.run()
				if s.report.Full {
					full++
				}
				require.Equal(t, s.a.Tree()[at], s.b.Tree()[at])
				require.Equal(t, fmt.Sprint("edit ", round), s.b.Tree()["d/x"])
				s.requireReported("poison")
				require.Equal(t, "1", s.b.Tree()["poison"])
				require.Equal(t, "2", s.a.Tree()["poison"])
				s.Later(10 * time.Minute)
			}
			if s.way == hinted {
				require.Zero(t, full, "a full scan was forced")
			}
			require.LessOrEqual(t, tried, 10, "it is tried ever more rarely")
			require.GreaterOrEqual(t, tried, 4)
			s.b.conn.OnCall(nil)
			s.Later(time.Hour)
			s.run()
			s.requireEqualTrees()
			require.Equal(t, "2", s.b.Tree()["poison"])
			s.requireSettled()
		})
	}
}

// unreadable is about items that cannot be read for ever.
func unreadable(t *testing.T, s *stage) {
	for _, op := range []string{"Look", "Open", "Find"} {
		for i, err := range []error{errReset, fs.ErrPermission, errReset, fs.ErrPermission} {
			t.Run(fmt.Sprintf("%s-%s-%d", op, err, i), func(t *testing.T) {
				s := s.again(t)
				s.given(syncertest.Tree{"bad/x": "1", "d/x": "1", "e/x": "1"}, limited(10))
				files := i < 2 // or only the folders are bad
				ids := map[string]bool{s.a.ID("bad"): true, s.a.ID("bad/x"): files}
				s.a.Write("bad/x", "2")
				ids[s.a.Write("bad/new", "new")] = files
				ids[s.a.Write("worse/in", "new")] = files
				ids[s.a.ID("worse")] = true
				s.a.conn.OnCall(func(c syncertest.Call) error {
					if c.Phase == syncertest.Before && c.Op == op && (ids[c.ID] || ids[c.Parent]) {
						return err
					}
					return nil
				})
				s.a.Write("d/x", "2")
				s.b.Remove("e")
				for round := range 4 {
					s.a.Write(fmt.Sprint("d/file ", round), fmt.Sprint(round))
					s.b.Write(fmt.Sprint("e2/file ", round), fmt.Sprint(round))
					s.run()
					require.True(t, s.b.Has(fmt.Sprint("d/file ", round)), s.report)
					require.True(t, s.a.Has(fmt.Sprint("e2/file ", round)), s.report)
					require.Equal(t, "2", s.b.Tree()["d/x"])
					require.False(t, s.a.Has("e"))
					require.True(t, s.a.Has("bad/new") && s.a.Has("worse/in") && s.b.Has("bad/x"))
					s.requireCharged(2)
					s.Later(10 * time.Minute)
				}
				s.a.conn.OnCall(nil)
				s.Later(time.Hour)
				s.run()
				s.requireEqualTrees()
				s.requireCharged(2)
				s.requireSettled()
			})
		}
	}
}

func twoRunsAtOnce(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"keep": "k"})
	s.a.Write("one", "1")
	s.a.Write("two", "2")
	second := 0
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.Before && c.Op == "CreateFile" {
			report, err := s.World.Run(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
			require.ErrorIs(t, err, syncer.ErrLocked)
			require.Zero(t, report.Totals.Writes)
			second++
		}
		return nil
	})
	s.run()
	s.b.conn.OnCall(nil)
	require.Equal(t, 2, second)
	s.requireTrees(syncertest.Tree{"keep": "k", "one": "1", "two": "2"})
	s.requireWrites(s.b, "CreateFile", "CreateFile")
	s.requireSettled()

	t.Run("a-dead-owner-is-taken-over", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k"})
		_, err := s.Store.Open(t.Context(), s.Pair.Name)
		require.NoError(t, err)
		s.a.Write("one", "1")
		require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrLocked)
		s.requireTree(s.b, syncertest.Tree{"keep": "k"})
		s.Later(31 * time.Second)
		s.run()
		s.requireTrees(syncertest.Tree{"keep": "k", "one": "1"})
		s.requireSettled()
	})
	for _, settle := range []time.Duration{0, 10 * time.Second} {
		t.Run(fmt.Sprintf("a-zombie-does-no-harm-settle-%s", settle), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"keep": "k", "edit": "1"}, settlingFor(settle))
			s.Later(time.Minute)
			s.a.Write("edit", "2")
			s.a.Write("one", "1")
			s.a.Write("two", "2")
			once := false
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Phase == syncertest.Before && c.Writes && !once {
					// The process sleeps while it makes this call, and another one takes over.
					once = true
					s.Later(time.Minute)
					_, err := s.World.Run(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
					require.NoError(t, err)
				}
				return nil
			})
			require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrFenced)
			s.b.conn.OnCall(nil)
			s.Later(time.Minute)
			s.run()
			s.requireTrees(syncertest.Tree{"keep": "k", "edit": "2", "one": "1", "two": "2"})
			s.requireNoConflict()
			s.requireSettled()
		})
	}
}

func overlappingPairs(t *testing.T, _ *stage) {
	service := func(realm string) *syncertest.Service {
		info := syncertest.Ordinary()
		info.Realm = realm
		return syncertest.New(syncertest.Options{Info: info, Prefix: realm}, syncertest.Tree{"a/b/c/": "", "a/d/": "", "e/": "", "ab/": ""})
	}
	one, two, unknown := service("one"), service("two"), service("")
	pair := func(name string, source *syncertest.Service, from string, destination *syncertest.Service, to string) syncer.Pair {
		s, d := source.ConnectAt(from), destination.ConnectAt(to)
		return syncer.Pair{
			Name:        name,
			Source:      syncer.Endpoint{FS: s.FileSystem(), Root: s.Root()},
			Destination: syncer.Endpoint{FS: d.FileSystem(), Root: d.Root()},
		}
	}
	for _, c := range []struct {
		name     string
		pairs    []syncer.Pair
		overlaps bool
	}{
		{"apart", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "e", two, "e")}, false},
		{"names that begin alike", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "ab", two, "ab")}, false},
		{"siblings", []syncer.Pair{pair("p", one, "a/b", two, "a/b"), pair("q", one, "a/d", two, "a/d")}, false},
		{"the same source", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "a", two, "e")}, true},
		{"the same destination", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "e", two, "a")}, true},
		{"below", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "a/b", two, "e")}, true},
		{"far below", []syncer.Pair{pair("p", one, "e", two, "."), pair("q", one, "a", two, "a/b/c")}, true},
		{"above", []syncer.Pair{pair("p", one, "a/b", two, "a"), pair("q", one, "a", two, "e")}, true},
		{"across sides", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", two, "a/b", one, "e")}, true},
		{"a pair with itself", []syncer.Pair{pair("p", one, "a", one, "a/b")}, true},
		{"the third of three", []syncer.Pair{pair("p", one, "e", two, "e"), pair("q", one, "a", two, "a"), pair("r", one, "a/d", two, "ab")}, true},
		{"services that cannot be compared", []syncer.Pair{pair("p", unknown, "a", unknown, "e"), pair("q", unknown, "a", unknown, "a")}, false},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			err := syncer.CheckOverlap(t.Context(), c.pairs...)
			if !c.overlaps {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, syncer.ErrOverlap)
			last := c.pairs[len(c.pairs)-1].Name
			require.ErrorContains(t, err, last, "the error names the pair")
		})
	}
}

func stopSignal(t *testing.T, s *stage) {
	want := syncertest.Tree{"edit": "2", "d/in": "i"}
	for i := range 10 {
		want[fmt.Sprintf("file %d", i)] = fmt.Sprint("body ", i)
	}
	prepare := func(t *testing.T, parallel int) *stage {
		s := s.again(t)
		s.given(syncertest.Tree{"edit": "1", "d/in": "i"}, with(func(o *syncer.Options) { o.Parallel = parallel }))
		for at, body := range want {
			s.a.Write(at, body)
		}
		return s
	}
	stopped := func(s *stage, when func(c syncertest.Call) bool) {
		t := s.t
		if s.way == hinted {
			s.poll()
		}
		s.a.conn.Clear()
		s.b.conn.Clear()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var once sync.Once
		calls := 0
		hook := func(c syncertest.Call) error {
			if when(c) {
				once.Do(func() {
					stop()
					calls = s.a.conn.Count() + s.b.conn.Count()
				})
			}
			return nil
		}
		s.a.conn.OnCall(hook)
		s.b.conn.OnCall(hook)
		report, err := s.World.Run(ctx, &syncer.RunOptions{Full: s.way == scanned})
		s.report = report
		require.ErrorIs(t, err, context.Canceled)
		started := s.a.conn.Count() + s.b.conn.Count() - calls
		require.Less(t, started, s.Options.Parallel, "calls were started after the stop, other than those just beginning")
		s.a.conn.OnCall(nil)
		s.b.conn.OnCall(nil)
	}
	finish := func(s *stage) {
		t := s.t
		done := s.b.IDs()
		for at, body := range s.b.Tree() {
			if at != "edit" {
				require.Equal(t, want[at], body, "a short file")
			}
		}
		s.Later(2 * time.Minute)
		s.run()
		s.requireTrees(want)
		for at, id := range done {
			s.requireSame(s.b, id, at)
		}
		s.requireSettled()
	}
	for _, parallel := range []int{1, 4} {
		t.Run(fmt.Sprintf("between-calls-parallel-%d", parallel), func(t *testing.T) {
			s := prepare(t, parallel)
			var mu sync.Mutex
			writes := 0
			stopped(s, func(c syncertest.Call) bool {
				mu.Lock()
				defer mu.Unlock()
				if c.Writes && c.Phase == syncertest.After {
					writes++
				}
				return writes == 3
			})
			records, err := s.Records(t.Context())
			require.NoError(t, err)
			if parallel == 1 {
				known := 0
				for _, r := range records {
					if r.ID != syncer.RootRecord && r.Half(s.b.side).Presence == syncer.Present {
						known++
					}
				}
				require.Len(t, s.b.IDs(), known, "what was done is recorded")
				require.Equal(t, 3, s.report.Totals.Writes)
			}
			finish(s)
		})
	}
	t.Run("in-a-transfer", func(t *testing.T) {
		s := prepare(t, 1)
		opened := 0
		stopped(s, func(c syncertest.Call) bool {
			if c.Op == "Open" && c.Phase == syncertest.After {
				opened++
			}
			return opened == 3
		})
		finish(s)
	})
	t.Run("while-listing", func(t *testing.T) {
		s := prepare(t, 1)
		stopped(s, func(c syncertest.Call) bool { return c.Op == "List" || c.Op == "Look" })
		require.Zero(t, s.report.Totals.Writes)
		finish(s)
	})
	t.Run("before-the-start", func(t *testing.T) {
		s := prepare(t, 1)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_, err := s.World.Run(ctx, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, s.try(syncer.RunOptions{}), "the lease is free")
		s.requireTrees(want)
		s.requireSettled()
	})
}

func preservationFails(t *testing.T, s *stage) {
	failures := map[string]error{"refused": syncer.ErrRefused, "locked": syncer.ErrLocked, "unclear": errReset, "no-permission": syncer.ErrReadOnly}
	for _, name := range slices.Sorted(maps.Keys(failures)) {
		t.Run(name, func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"d/plan.pdf": "0"})
			s.a.Write("d/plan.pdf", "of a")
			s.b.Write("d/plan.pdf", "of b")
			bad := func(c syncertest.Call) error {
				if c.Op == "Move" && c.Phase == syncertest.Before {
					return failures[name]
				}
				return nil
			}
			s.a.conn.OnCall(bad)
			s.b.conn.OnCall(bad)
			for range 3 {
				s.run()
				s.requireTree(s.a, syncertest.Tree{"d/plan.pdf": "of a"})
				s.requireTree(s.b, syncertest.Tree{"d/plan.pdf": "of b"})
				for _, e := range s.ends() {
					require.NotContains(t, s.wrote(e), "UpdateFile")
					require.NotContains(t, s.wrote(e), "CreateFile")
				}
				require.NotEmpty(t, reasons(s.report))
				s.Later(time.Hour)
			}
			s.a.conn.OnCall(nil)
			s.b.conn.OnCall(nil)
			s.run()
			s.requireEqualTrees()
			got := s.a.byContents(t)
			require.Len(t, got, 2)
			require.Contains(t, got, "of a")
			require.Contains(t, got, "of b")
			s.requireSettled()
		})
	}
	t.Run("neither-side-can-rename", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"plan.pdf": "0"}, onBoth(func(o *syncertest.Options) { o.Info.File.Rename = false }))
		s.a.Write("plan.pdf", "of a")
		s.b.Write("plan.pdf", "of b")
		s.run()
		s.requireTree(s.a, syncertest.Tree{"plan.pdf": "of a"})
		s.requireTree(s.b, syncertest.Tree{"plan.pdf": "of b"})
		s.requireNoWrites()
		s.requireReported("plan.pdf")
		s.full()
		s.requireNoWrites()
		s.requireReported("plan.pdf")
	})
	t.Run("the-copy-cannot-be-made", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"plan.pdf": "0"})
		s.a.Write("plan.pdf", "of a")
		s.b.Write("plan.pdf", "of b")
		bad := func(c syncertest.Call) error {
			if c.Op == "CreateFile" && c.Phase == syncertest.Before {
				return syncer.ErrRefused
			}
			return nil
		}
		s.a.conn.OnCall(bad)
		s.b.conn.OnCall(bad)
		for range 3 {
			s.run()
			require.Contains(t, s.a.byContents(t), "of a", "is current")
			require.Contains(t, s.b.byContents(t), "of b", "is current")
			s.Later(time.Hour)
		}
		s.a.conn.OnCall(nil)
		s.b.conn.OnCall(nil)
		s.run()
		s.requireEqualTrees()
		require.Len(t, s.a.byContents(t), 2)
		s.requireSettled()
	})
}

func changedSincePlan(t *testing.T, s *stage) {
	base := syncertest.Tree{"p": "1", "q": "q", "d/x": "x", "e/": ""}
	cases := map[string]struct {
		planned, meanwhile func(s *stage)
		want               syncertest.Tree // contents, wherever they stand
		trees              syncertest.Tree // if it is sure
	}{
		"update-vs-edit": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.b.Write("p", "of b") },
			syncertest.Tree{"of a": "", "of b": "", "q": "", "x": ""},
			nil,
		},
		"update-vs-rename": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.b.Rename("p", "p2") },
			nil,
			syncertest.Tree{"p2": "of a", "q": "q", "d/x": "x", "e/": ""},
		},
		"update-vs-delete": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.b.Remove("p") },
			nil,
			syncertest.Tree{"p": "of a", "q": "q", "d/x": "x", "e/": ""},
		},
		"move-vs-edit": {
			func(s *stage) { s.a.Move("p", "e/p") }, func(s *stage) { s.b.Write("p", "of b") },
			nil,
			syncertest.Tree{"e/p": "of b", "q": "q", "d/x": "x"},
		},
		"move-vs-delete": {
			func(s *stage) { s.a.Move("p", "e/p") }, func(s *stage) { s.b.Remove("p") },
			nil,
			syncertest.Tree{"e/": "", "q": "q", "d/x": "x"},
		},
		"move-vs-name-taken": {
			func(s *stage) { s.a.Rename("p", "new") }, func(s *stage) { s.b.Write("new", "of b") },
			syncertest.Tree{"1": "", "of b": "", "q": "", "x": ""},
			nil,
		},
		"delete-vs-edit": {
			func(s *stage) { s.a.Remove("p") }, func(s *stage) { s.b.Write("p", "of b") },
			nil,
			syncertest.Tree{"p": "of b", "q": "q", "d/x": "x", "e/": ""},
		},
		"delete-vs-move": {
			func(s *stage) { s.a.Remove("d") }, func(s *stage) { s.b.Move("d/x", "x") },
			syncertest.Tree{"1": "", "q": ""},
			nil,
		},
		"folder-delete-vs-child-added": {
			func(s *stage) { s.a.Remove("d") }, func(s *stage) { s.b.Write("d/new", "n") },
			nil,
			syncertest.Tree{"p": "1", "q": "q", "d/new": "n", "e/": ""},
		},
		"create-vs-create": {
			func(s *stage) { s.a.Write("new", "of a") }, func(s *stage) { s.b.Write("new", "of b") },
			syncertest.Tree{"1": "", "of a": "", "of b": "", "q": "", "x": ""},
			nil,
		},
		"create-vs-same-create": {
			func(s *stage) { s.a.Write("new", "same") }, func(s *stage) { s.b.Write("new", "same") },
			nil,
			syncertest.Tree{"p": "1", "new": "same", "q": "q", "d/x": "x", "e/": ""},
		},
		"create-vs-parent-deleted": {
			func(s *stage) { s.a.Write("d/new", "of a") }, func(s *stage) { s.b.Remove("d") },
			nil,
			syncertest.Tree{"p": "1", "q": "q", "d/new": "of a", "e/": ""},
		},
		"folder-create-vs-create": {
			func(s *stage) { s.a.Write("f/a", "of a") }, func(s *stage) { s.b.Write("f/b", "of b") },
			nil,
			syncertest.Tree{"p": "1", "q": "q", "d/x": "x", "e/": "", "f/a": "of a", "f/b": "of b"},
		},
		"source-edited-again": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.a.Write("p", "of a, again") },
			nil,
			syncertest.Tree{"p": "of a, again", "q": "q", "d/x": "x", "e/": ""},
		},
		"source-deleted": {
			func(s *stage) { s.a.Write("new", "of a") }, func(s *stage) { s.a.Remove("new") },
			nil, base,
		},
	}
	for _, guarded := range []bool{true, false} {
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			c := cases[name]
			t.Run(fmt.Sprintf("%s-guarded-%t", name, guarded), func(t *testing.T) {
				s := s.again(t)
				armed := false
				s.given(base, limited(10), onBoth(func(o *syncertest.Options) {
					if !guarded {
						o.Info.Guards = syncer.Guards{}
					}
				}), with(func(o *syncer.Options) {
					o.Observe = func(e syncer.Event) {
						if armed && e.Phase == syncer.PhasePlan {
							armed = false
							c.meanwhile(s)
						}
					}
				}))
				c.planned(s)
				armed = true
				s.run()
				require.False(t, armed)
				for i := 0; i < 2 && !s.report.Settled(); i++ {
					s.Later(2 * time.Minute)
					s.run()
				}
				if c.trees != nil {
					s.run()
					s.requireTrees(c.trees)
				} else {
					s.run()
					s.requireEqualTrees()
					got := s.a.byContents(t)
					for body := range c.want {
						require.Contains(t, got, body, s.report)
					}
				}
				s.requireSettled()
			})
		}
	}
}

func stateWriteFails(t *testing.T, s *stage) {
	full := errors.New("no space left on device")
	for _, once := range []bool{false, true} {
		for n := 1; ; n++ {
			hit := false
			t.Run(fmt.Sprintf("write-%d-once-%t", n, once), func(t *testing.T) {
				s := s.again(t)
				armed, count := false, 0
				writes := -1
				s.given(diverse, limited(100), func(c *config) {
					c.store.Fail = func(op memory.Op, done bool) error {
						if !armed || done || op != memory.OpCommit {
							return nil
						}
						count++
						if count < n || once && count > n {
							return nil
						}
						if writes < 0 {
							writes = len(s.a.conn.Writes()) + len(s.b.conn.Writes())
						}
						hit = true
						return full
					}
				})
				s.edit()
				if s.way == hinted {
					s.poll()
				}
				s.a.conn.Clear()
				s.b.conn.Clear()
				armed = true
				_, err := s.World.Run(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
				armed = false
				if hit {
					require.ErrorIs(t, err, full)
					require.Equal(t, writes, len(s.a.conn.Writes())+len(s.b.conn.Writes()), "something was written after the state could not be")
				} else {
					require.NoError(t, err)
				}
				s.Later(2 * time.Minute)
				s.run()
				s.run()
				s.requireEqualTrees()
				require.True(t, s.report.Settled(), s.report)
				s.requireSettled()
			})
			if !hit || t.Failed() && n > 100 {
				break
			}
		}
	}
}
