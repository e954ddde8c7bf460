package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// brokenLedger is a Ledger in memory with a fault. Functions that are nil leave it as it is.
type brokenLedger struct {
	*memory.Ledger
	mu     sync.Mutex // the faults are not about goroutines
	charge func(ctx context.Context, c syncer.Charge) error
	refund func(ctx context.Context, action syncer.ActionID) error
	used   func(ctx context.Context, scope string, window time.Duration) (int, time.Time, error)
	listed func(ctx context.Context, scope string, window time.Duration) iter.Seq2[syncer.ActionID, error]
}

func (b *brokenLedger) Charge(ctx context.Context, c syncer.Charge) error {
	if b.charge != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.charge(ctx, c)
	}
	return b.Ledger.Charge(ctx, c)
}

func (b *brokenLedger) Refund(ctx context.Context, action syncer.ActionID) error {
	if b.refund != nil {
		return b.refund(ctx, action)
	}
	return b.Ledger.Refund(ctx, action)
}

func (b *brokenLedger) Used(ctx context.Context, scope string, window time.Duration) (int, time.Time, error) {
	if b.used != nil {
		return b.used(ctx, scope, window)
	}
	return b.Ledger.Used(ctx, scope, window)
}

func (b *brokenLedger) Charged(ctx context.Context, scope string, window time.Duration) iter.Seq2[syncer.ActionID, error] {
	if b.listed != nil {
		return b.listed(ctx, scope, window)
	}
	return b.Ledger.Charged(ctx, scope, window)
}

// ledgerOf returns a function that opens a new Ledger with a fault. The clock is that of the
// harness; a fault may give its Ledgers another.
func ledgerOf(breaks func(b *brokenLedger, clock *syncertest.Clock)) func(context.Context) (*syncertest.LedgerHarness, error) {
	return func(context.Context) (*syncertest.LedgerHarness, error) {
		clock := new(syncertest.Clock)
		b := &brokenLedger{Ledger: memory.NewLedger(memory.Options{Clock: clock.Now})}
		breaks(b, clock)
		return &syncertest.LedgerHarness{
			Ledger: b, Advance: clock.Advance,
			Reopen: func(context.Context) (syncer.Ledger, error) { return b, nil },
		}, nil
	}
}

func TestLedgerSuiteFindsNothingWrongWithALedgerThatKeepsItsPromises(t *testing.T) {
	t.Parallel()
	require.NoError(t, syncertest.CheckLedger(t.Context(), ledgerOf(func(*brokenLedger, *syncertest.Clock) {})))
}

func TestLedgerSuiteCatchesALedger(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		that   string
		caught string
		breaks func(b *brokenLedger, clock *syncertest.Clock)
	}{
		{"has no limit", "charges add up to the limit and no further", func(b *brokenLedger, _ *syncertest.Clock) {
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				scopes := []syncer.Limit{}
				for _, s := range c.Scopes {
					scopes = append(scopes, syncer.Limit{Scope: s.Scope, Most: math.MaxInt})
				}
				c.Scopes = scopes
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"admits one too many", "charges add up to the limit and no further", func(b *brokenLedger, _ *syncertest.Clock) {
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				scopes := []syncer.Limit{}
				for _, s := range c.Scopes {
					scopes = append(scopes, syncer.Limit{Scope: s.Scope, Most: s.Most + 1})
				}
				c.Scopes = scopes
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"keeps the scope to itself", "charges add up to the limit and no further", func(b *brokenLedger, _ *syncertest.Clock) {
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				if err := b.Ledger.Charge(ctx, c); err != nil {
					return syncer.ErrHeld
				}
				return nil
			}
		}},
		{"counts calls", "charge counts whole or not at all", func(b *brokenLedger, _ *syncertest.Clock) {
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				c.Count = 1
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"charges one scope after the other", "charge counts in all of its scopes or in none", func(b *brokenLedger, _ *syncertest.Clock) {
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				for _, s := range c.Scopes {
					one := c
					one.Action += syncer.ActionID(" in " + s.Scope)
					one.Scopes = []syncer.Limit{s}
					if err := b.Ledger.Charge(ctx, one); err != nil {
						return err
					}
				}
				return nil
			}
		}},
		{"looks at the first scope only", "charge counts in all of its scopes or in none", func(b *brokenLedger, _ *syncertest.Clock) {
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				c.Scopes = c.Scopes[:1]
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"counts an action each time", "action that is charged again counts once", func(b *brokenLedger, _ *syncertest.Clock) {
			n := 0
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				n++
				c.Action += syncer.ActionID(fmt.Sprint(n))
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"refuses what it has admitted", "action that is charged again counts once", func(b *brokenLedger, _ *syncertest.Clock) {
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				for _, s := range c.Scopes {
					if used, _, err := b.Ledger.Used(ctx, s.Scope, c.Window); err != nil || used+c.Count > s.Most {
						return errors.Join(err, fmt.Errorf("%s: %w", s.Scope, syncer.ErrHeld))
					}
				}
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"never counts an action again", "action counts anew when the window is over", func(b *brokenLedger, _ *syncertest.Clock) {
			charged := map[syncer.ActionID]bool{}
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				if charged[c.Action] {
					return nil
				}
				charged[c.Action] = true
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"counts a repeated action from its first try", "ledger forgets actions with their charges", func(b *brokenLedger, clock *syncertest.Clock) {
			first := map[syncer.ActionID]time.Time{}
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				if at, charged := first[c.Action]; charged && clock.Now().Before(at.Add(c.Window)) {
					return nil
				}
				first[c.Action] = clock.Now()
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"tells of all actions that it ever saw", "ledger forgets actions with their charges", func(b *brokenLedger, _ *syncertest.Clock) {
			b.listed = func(ctx context.Context, scope string, _ time.Duration) iter.Seq2[syncer.ActionID, error] {
				return b.Ledger.Charged(ctx, scope, 1000*time.Hour)
			}
		}},
		{"tells of the actions of others", "ledger tells which actions a scope holds", func(b *brokenLedger, _ *syncertest.Clock) {
			b.listed = func(ctx context.Context, _ string, window time.Duration) iter.Seq2[syncer.ActionID, error] {
				return b.Ledger.Charged(ctx, "pair", window)
			}
		}},
		{"gives nothing back", "refund takes back one action in all scopes", func(b *brokenLedger, _ *syncertest.Clock) {
			b.refund = func(context.Context, syncer.ActionID) error { return nil }
		}},
		{"begins anew at midnight", "window rolls", func(b *brokenLedger, clock *syncertest.Clock) {
			day := clock.Now().Truncate(24 * time.Hour)
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				if today := clock.Now().Truncate(24 * time.Hour); !today.Equal(day) {
					day = today
					b.Ledger = memory.NewLedger(memory.Options{Clock: clock.Now})
				}
				return b.Ledger.Charge(ctx, c)
			}
		}},
		{"never forgets", "window rolls", func(b *brokenLedger, _ *syncertest.Clock) {
			start := time.Now()
			b.Ledger = memory.NewLedger(memory.Options{Clock: func() time.Time { return start }})
		}},
		{"tells nothing of time", "ledger says when the oldest part leaves", func(b *brokenLedger, clock *syncertest.Clock) {
			b.used = func(ctx context.Context, scope string, window time.Duration) (int, time.Time, error) {
				n, until, err := b.Ledger.Used(ctx, scope, window)
				if n > 0 {
					until = clock.Now()
				}
				return n, until, err
			}
		}},
		{"believes the clock", "clock that is put back frees nothing", func(b *brokenLedger, clock *syncertest.Clock) {
			last := clock.Now()
			b.charge = func(ctx context.Context, c syncer.Charge) error {
				if clock.Now().Before(last) {
					b.Ledger = memory.NewLedger(memory.Options{Clock: clock.Now})
				}
				last = clock.Now()
				return b.Ledger.Charge(ctx, c)
			}
		}},
	} {
		t.Run("that "+c.that, func(t *testing.T) {
			t.Parallel()
			requireCaught(t, syncertest.CheckLedger(t.Context(), ledgerOf(c.breaks)), c.caught)
		})
	}
}

func TestLedgerSuiteCatchesALedgerThatForgets(t *testing.T) {
	t.Parallel()
	requireCaught(t, syncertest.CheckLedger(t.Context(), func(context.Context) (*syncertest.LedgerHarness, error) {
		return &syncertest.LedgerHarness{
			Ledger: memory.NewLedger(memory.Options{}),
			Reopen: func(context.Context) (syncer.Ledger, error) { return memory.NewLedger(memory.Options{}), nil },
		}, nil
	}), "charges outlive the process")
}

func TestLedgerSuiteSkipsWhatTheHarnessCannotDo(t *testing.T) {
	t.Parallel()
	closed := 0
	require.NoError(t, syncertest.CheckLedger(t.Context(), func(context.Context) (*syncertest.LedgerHarness, error) {
		return &syncertest.LedgerHarness{Ledger: memory.NewLedger(memory.Options{}), Close: func() { closed++ }}, nil
	}))
	require.Greater(t, closed, 12, "every harness is closed")
}
