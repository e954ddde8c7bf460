package sqlite_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net/rpc"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/connect/connecttest"
)

// budgetAt opens the budget of a path as a process does.
func budgetAt(t *testing.T, path string, o sqlite.BudgetOptions) *sqlite.Budget {
	t.Helper()
	b, err := sqlite.OpenBudget(t.Context(), path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// machine is a machine whose clock can be set.
type machine struct {
	boot   string // empty if it does not tell how long it runs
	passed atomic.Int64
	off    atomic.Int64 // how wrong its clock is
}

func (m *machine) options() sqlite.BudgetOptions {
	return sqlite.BudgetOptions{
		Clock:  func() time.Time { return someDay.Add(time.Duration(m.passed.Load() + m.off.Load())) },
		Uptime: func() (string, time.Duration) { return m.boot, time.Duration(m.passed.Load()) },
	}
}

func (m *machine) advance(d time.Duration) { m.passed.Add(int64(d)) }

func (m *machine) set(d time.Duration) { m.off.Add(int64(d)) }

// TestBudget asks on which machine a Budget keeps its promises: one that tells how long it runs, one
// of which only the clock is known, and the one that the test runs on.
func TestBudget(t *testing.T) {
	on := func(name string, harness func() (sqlite.BudgetOptions, connecttest.BudgetHarness)) {
		t.Run(name, func(t *testing.T) {
			connecttest.TestBudget(t, func(t *testing.T) *connecttest.BudgetHarness {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "budget.db")
				o, h := harness()
				open := func(context.Context) (connect.Budget, error) { return budgetAt(t, path, o), nil }
				h.Budget, h.Other, h.Reopen = budgetAt(t, path, o), open, open
				return &h
			})
		})
	}
	on("a machine that tells how long it runs", func() (sqlite.BudgetOptions, connecttest.BudgetHarness) {
		m := &machine{boot: "boot"}
		return m.options(), connecttest.BudgetHarness{Advance: m.advance, Set: m.set}
	})
	on("a machine with a clock", func() (sqlite.BudgetOptions, connecttest.BudgetHarness) {
		m := new(machine)
		return m.options(), connecttest.BudgetHarness{Advance: m.advance}
	})
	on("this machine", func() (o sqlite.BudgetOptions, h connecttest.BudgetHarness) { return o, h })
}

func TestTheBudgetOfAFileIsABudget(t *testing.T) {
	connecttest.TestBudget(t, func(t *testing.T) *connecttest.BudgetHarness {
		t.Parallel()
		f := openFile(t)
		return &connecttest.BudgetHarness{
			Budget: f.Budget, Advance: f.clock.Advance,
			Other: func(context.Context) (connect.Budget, error) { return f.beside(t).Budget, nil },
			Reopen: func(ctx context.Context) (connect.Budget, error) {
				err := f.open(ctx, "one")
				return f.Budget, err
			},
			Close: func() { require.NoError(t, f.Close()) },
		}
	})
}

// updated stores nothing new, and returns the time of the update.
func updated(t *testing.T, b *sqlite.Budget) (now time.Time) {
	t.Helper()
	err := b.Update(t.Context(), "c", func(at time.Time, old []byte) ([]byte, error) {
		now = at
		return old, nil
	})
	require.NoError(t, err)
	return now
}

// Step is one update of a counter.
type Step struct {
	N   uint64
	Now time.Time
}

// Counter is the parent of children that count together.
type Counter struct {
	mu    sync.Mutex
	steps []Step
}

// Counted takes the steps of a child.
func (c *Counter) Counted(steps []Step, _ *struct{}) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps = append(c.steps, steps...)
	return nil
}

const countSteps = 100

// count counts as fast as it can.
func count(parent *rpc.Client, path string) error {
	ctx := context.Background()
	b, err := sqlite.OpenBudget(ctx, path, sqlite.BudgetOptions{Busy: time.Minute})
	if err != nil {
		return err
	}
	var steps []Step
	for range countSteps {
		err := b.Update(ctx, "c", func(now time.Time, old []byte) ([]byte, error) {
			n := uint64(1)
			if len(old) > 0 {
				n += binary.BigEndian.Uint64(old)
			}
			steps = append(steps, Step{n, now})
			return binary.BigEndian.AppendUint64(nil, n), nil
		})
		if err != nil {
			return err
		}
	}
	if err := parent.Call("Parent.Counted", steps, &struct{}{}); err != nil {
		return err
	}
	return b.Close()
}

func TestProcessesOnOneCredentialUpdateOneAccountInTurnAndAgreeOnTheTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget.db")
	counter := new(Counter)
	var children []*child
	for range 3 {
		children = append(children, start(t, "count", path, counter))
	}
	for _, c := range children {
		require.NoError(t, c.wait())
	}
	slices.SortFunc(counter.steps, func(a, b Step) int { return int(a.N) - int(b.N) })
	require.Len(t, counter.steps, 3*countSteps)
	for i, step := range counter.steps {
		require.EqualValues(t, i+1, step.N, "each one sees what the one before has stored")
		if i > 0 {
			require.False(t, step.Now.Before(counter.steps[i-1].Now), "time goes on only")
		}
	}
}

// linger is in the middle of an update, and never comes back.
func linger(parent *rpc.Client, path string) error {
	b, err := sqlite.OpenBudget(context.Background(), path, sqlite.BudgetOptions{})
	if err != nil {
		return err
	}
	return b.Update(context.Background(), "c", func(time.Time, []byte) ([]byte, error) { return []byte("never"), stay(parent) })
}

func TestAnUpdateWhoseProcessDiesLeavesTheAccountAsItWas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget.db")
	b := budgetAt(t, path, sqlite.BudgetOptions{Busy: time.Millisecond})
	set := func(to string) (old string, err error) {
		err = b.Update(t.Context(), "c", func(_ time.Time, was []byte) ([]byte, error) {
			old = string(was)
			return []byte(to), nil
		})
		return old, err
	}
	_, err := set("spent")
	require.NoError(t, err)
	waiter := &Waiter{there: make(chan struct{}, 1)}
	c := start(t, "linger", path, waiter)
	<-waiter.there
	_, err = set("meanwhile")
	require.Error(t, err, "it has its turn")
	c.kill()
	require.Error(t, c.wait())
	old, err := set("afterwards")
	require.NoError(t, err)
	require.Equal(t, "spent", old)
}

func TestAnUpdateThatFailsOrPanicsStoresNothing(t *testing.T) {
	t.Parallel()
	b := budgetAt(t, filepath.Join(t.TempDir(), "budget.db"), sqlite.BudgetOptions{})
	require.NoError(t, b.Update(t.Context(), "c", func(time.Time, []byte) ([]byte, error) { return []byte("spent"), nil }))
	errMine := errors.New("mine")
	err := b.Update(t.Context(), "c", func(time.Time, []byte) ([]byte, error) { return []byte("not"), errMine })
	require.ErrorIs(t, err, errMine)
	require.Panics(t, func() {
		_ = b.Update(t.Context(), "c", func(time.Time, []byte) ([]byte, error) { panic("mine") })
	})
	require.NoError(t, b.Update(t.Context(), "c", func(_ time.Time, old []byte) ([]byte, error) {
		require.Equal(t, "spent", string(old))
		return old, nil
	}))
}

func TestSettingTheClockNeitherHurriesNorStopsABudgetThatIsOpen(t *testing.T) {
	t.Parallel()
	for name, boot := range map[string]string{"the machine tells how long it runs": "boot", "nobody tells": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "budget.db")
			passed := time.Duration(0)
			off := func(by time.Duration) sqlite.BudgetOptions {
				return sqlite.BudgetOptions{
					// A process reads the clock once; later readings tell what has passed.
					Clock:  func() time.Time { return someDay.Add(by + passed) },
					Uptime: func() (string, time.Duration) { return boot, time.Hour + passed },
				}
			}
			first := budgetAt(t, path, off(0))
			begin := updated(t, first)
			require.True(t, begin.Equal(someDay))
			passed += time.Minute
			behind := budgetAt(t, path, off(-day))
			require.Equal(t, time.Minute, updated(t, first).Sub(begin))
			require.Equal(t, time.Minute, updated(t, behind).Sub(begin), "a clock that was put back takes nothing back")
			passed += time.Minute
			require.Equal(t, 2*time.Minute, updated(t, behind).Sub(begin), "nor does it stop anything")
			require.Equal(t, 2*time.Minute, updated(t, first).Sub(begin))
		})
	}
}

func TestOnOneMachineNoClockThatIsSetForwardHurriesABudget(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget.db")
	passed, boot := time.Duration(0), "first"
	off := func(by time.Duration) sqlite.BudgetOptions {
		return sqlite.BudgetOptions{
			Clock:  func() time.Time { return someDay.Add(by + passed) },
			Uptime: func() (string, time.Duration) { return boot, passed },
		}
	}
	begin := updated(t, budgetAt(t, path, off(0)))
	passed = time.Minute
	ahead := budgetAt(t, path, off(day))
	require.Equal(t, time.Minute, updated(t, ahead).Sub(begin), "another process is asked how long the machine runs, and no clock")
	boot, passed = "second", 2*time.Minute
	require.Equal(t, day+2*time.Minute, updated(t, budgetAt(t, path, off(day))).Sub(begin), "nobody but the clock knows how long it was off")
}

func TestAccountsOfCredentialsAreApart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "budget.db")
	for _, credential := range []string{"a", "A", "", "a\x00", "ä"} {
		b := budgetAt(t, path, sqlite.BudgetOptions{})
		require.NoError(t, b.Update(t.Context(), credential, func(_ time.Time, old []byte) ([]byte, error) {
			require.Empty(t, old)
			return []byte(credential + " has spent"), nil
		}))
	}
	require.NoError(t, budgetAt(t, path, sqlite.BudgetOptions{}).Update(t.Context(), "a", func(_ time.Time, old []byte) ([]byte, error) {
		require.Equal(t, "a has spent", string(old))
		return nil, nil
	}))
}
