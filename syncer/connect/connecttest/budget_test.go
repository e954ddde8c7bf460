package connecttest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/connect/connecttest"
)

type spend = func(now time.Time, old []byte) ([]byte, error)

// machine is what a Budget goes by: a clock that can be set, and how long it has been running.
type machine struct {
	mu    sync.Mutex
	clock time.Time
	up    time.Duration
}

func (m *machine) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clock
}

func (m *machine) set(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock = m.clock.Add(d)
}

func (m *machine) advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock, m.up = m.clock.Add(d), m.up+max(0, d)
}

// running is a clock that nobody can set.
func (m *machine) running() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(m.up)
}

// brokenBudget is a Budget in memory with a fault. update is nil where it has none.
type brokenBudget struct {
	*memory.Budget
	update func(ctx context.Context, credential string, change spend) error
}

func (b *brokenBudget) Update(ctx context.Context, credential string, change spend) error {
	if b.update != nil {
		return b.update(ctx, credential, change)
	}
	return b.Budget.Update(ctx, credential, change)
}

func budgetOf(breaks func(b *brokenBudget, m *machine)) func(context.Context) (*connecttest.BudgetHarness, error) {
	return func(context.Context) (*connecttest.BudgetHarness, error) {
		m := &machine{clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
		b := &brokenBudget{Budget: memory.NewBudget(memory.Options{Clock: m.running})}
		breaks(b, m)
		same := func(context.Context) (connect.Budget, error) { return b, nil }
		return &connecttest.BudgetHarness{Budget: b, Advance: m.advance, Set: m.set, Other: same, Reopen: same}, nil
	}
}

func TestBudgetSuiteFindsNothingWrongWithABudgetThatKeepsItsPromises(t *testing.T) {
	require.NoError(t, connecttest.CheckBudget(t.Context(), budgetOf(func(*brokenBudget, *machine) {})))
}

func TestBudgetSuiteCatchesABudget(t *testing.T) {
	for _, c := range []struct {
		that   string
		caught string
		breaks func(b *brokenBudget, m *machine)
	}{
		{"begins with something", "account that nobody stored is empty", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				return b.Budget.Update(ctx, credential, func(now time.Time, old []byte) ([]byte, error) {
					if old == nil {
						old = []byte("{}")
					}
					return change(now, old)
				})
			}
		}},
		{"keeps text only", "account comes back whole", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				return b.Budget.Update(ctx, credential, func(now time.Time, old []byte) ([]byte, error) {
					value, err := change(now, old)
					return []byte(strings.ToValidUTF8(string(value), "?")), err
				})
			}
		}},
		{"takes nothing for no change", "account comes back whole", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				return b.Budget.Update(ctx, credential, func(now time.Time, old []byte) ([]byte, error) {
					value, err := change(now, old)
					if len(value) == 0 {
						value = old
					}
					return value, err
				})
			}
		}},
		{"folds the names of credentials", "accounts of credentials are apart", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				return b.Budget.Update(ctx, strings.ToLower(credential), change)
			}
		}},
		{"stores what came with an error", "error of change comes back and nothing is stored", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				var failed error
				err := b.Budget.Update(ctx, credential, func(now time.Time, old []byte) (value []byte, _ error) {
					value, failed = change(now, old)
					return value, nil
				})
				return errors.Join(err, failed)
			}
		}},
		{"keeps the error to itself", "error of change comes back and nothing is stored", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				if b.Budget.Update(ctx, credential, change) != nil {
					return errors.New("update failed")
				}
				return nil
			}
		}},
		{"makes an error of a panic", "panic of change passes through and nothing is stored", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) (err error) {
				defer func() {
					if recover() != nil {
						err = errors.New("change panicked")
					}
				}()
				return b.Budget.Update(ctx, credential, change)
			}
		}},
		{"keeps the place of a change that panics", "panic of change passes through and nothing is stored", func(b *brokenBudget, _ *machine) {
			turn := make(chan struct{}, 1)
			b.update = func(ctx context.Context, credential string, change spend) error {
				select {
				case turn <- struct{}{}:
				case <-time.After(50 * time.Millisecond):
					return errors.New("busy for too long")
				}
				err := b.Budget.Update(ctx, credential, change)
				<-turn
				return err
			}
		}},
		{"works for those who have gone", "cancelled context starts nothing", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				return b.Budget.Update(context.WithoutCancel(ctx), credential, change)
			}
		}},
		{"keeps the caller's buffer", "what is stored is the caller's no more", func(b *brokenBudget, _ *machine) {
			accounts := map[string][]byte{}
			b.update = func(ctx context.Context, credential string, change spend) error {
				return b.Budget.Update(ctx, credential, func(now time.Time, _ []byte) ([]byte, error) {
					value, err := change(now, accounts[credential])
					if err == nil {
						accounts[credential] = value
					}
					return value, err
				})
			}
		}},
		{"reads, and writes later", "updates take turns", func(b *brokenBudget, _ *machine) {
			b.update = func(ctx context.Context, credential string, change spend) error {
				var was []byte
				var at time.Time
				err := b.Budget.Update(ctx, credential, func(now time.Time, old []byte) ([]byte, error) {
					was, at = old, now
					return old, nil
				})
				if err != nil {
					return err
				}
				value, err := change(at, was)
				if err != nil {
					return err
				}
				return b.Budget.Update(ctx, credential, func(time.Time, []byte) ([]byte, error) { return value, nil })
			}
		}},
		{"counts from the year 1", "time lies where it can be counted", func(b *brokenBudget, _ *machine) {
			b.shift(func(now time.Time) time.Time { return now.AddDate(-2025, 0, 0) })
		}},
		{"stands still", "time goes on by what passes", func(b *brokenBudget, _ *machine) {
			b.shift(func(time.Time) time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) })
		}},
		{"counts updates instead of time", "time goes on by what passes", func(b *brokenBudget, m *machine) {
			at := m.now()
			b.shift(func(time.Time) time.Time {
				at = at.Add(time.Second)
				return at
			})
		}},
		{"goes back at times", "time never goes back", func(b *brokenBudget, _ *machine) {
			n := 0
			b.shift(func(now time.Time) time.Time {
				n++
				return now.Add(time.Duration(n%2) * time.Millisecond)
			})
		}},
		{"goes by the clock", "clock that is put back neither frees calls nor stops time", func(b *brokenBudget, m *machine) {
			b.shift(func(time.Time) time.Time { return m.now() })
		}},
		{"waits for a clock that was put back", "clock that is put back neither frees calls nor stops time", func(b *brokenBudget, m *machine) {
			var latest time.Time
			b.shift(func(time.Time) time.Time {
				if now := m.now(); now.After(latest) {
					latest = now
				}
				return latest
			})
		}},
		{"follows a clock that is put forward", "clock that is put forward frees nothing", func(b *brokenBudget, m *machine) {
			last, at := m.now(), m.now()
			b.shift(func(time.Time) time.Time {
				now := m.now()
				at = at.Add(max(0, now.Sub(last)))
				last = now
				return at
			})
		}},
	} {
		t.Run(c.that, func(t *testing.T) {
			err := connecttest.CheckBudget(t.Context(), budgetOf(c.breaks))
			require.ErrorContains(t, err, c.caught)
		})
	}
}

// shift breaks the time.
func (b *brokenBudget) shift(f func(now time.Time) time.Time) {
	b.update = func(ctx context.Context, credential string, change spend) error {
		return b.Budget.Update(ctx, credential, func(now time.Time, old []byte) ([]byte, error) { return change(f(now), old) })
	}
}

func TestBudgetSuiteCatchesABudgetThatForgetsWithItsProcess(t *testing.T) {
	open := budgetOf(func(*brokenBudget, *machine) {})
	err := connecttest.CheckBudget(t.Context(), func(ctx context.Context) (*connecttest.BudgetHarness, error) {
		h, err := open(ctx)
		h.Other = func(context.Context) (connect.Budget, error) { return memory.NewBudget(memory.Options{}), nil }
		h.Reopen = h.Other
		return h, err
	})
	for _, caught := range []string{"account outlives its process", "what one process stored the others see", "updates of all processes take turns"} {
		require.ErrorContains(t, err, caught)
	}
}

// A Budget in memory is tested with the clock of its options, and with that of the system.
func TestABudgetInMemoryKeepsItsPromises(t *testing.T) {
	connecttest.TestBudget(t, func(*testing.T) *connecttest.BudgetHarness {
		m := &machine{clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
		b := memory.NewBudget(memory.Options{Clock: m.now})
		same := func(context.Context) (connect.Budget, error) { return b, nil }
		return &connecttest.BudgetHarness{Budget: b, Advance: m.advance, Other: same, Reopen: same}
	})
	t.Run("by the system's clock", func(t *testing.T) {
		connecttest.TestBudget(t, func(*testing.T) *connecttest.BudgetHarness {
			return &connecttest.BudgetHarness{Budget: memory.NewBudget(memory.Options{})}
		})
	})
}
