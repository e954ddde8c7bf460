package syncertest_test

import (
	"errors"
	"fmt"
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
