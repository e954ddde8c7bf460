package memory

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Ledger is a [syncer.Ledger]. It never forgets a charge, since it may be asked for any window.
type Ledger struct {
	options Options
	mu      sync.Mutex
	latest  time.Time // of all charges
	charges map[syncer.ActionID]*charge
	scopes  map[string][]*charge // in the order of time
}

type charge struct {
	action syncer.ActionID
	count  int
	at     time.Time
	scopes []string
}

var _ syncer.Ledger = (*Ledger)(nil)

// NewLedger returns an empty Ledger. Of the Options it uses Clock and Fail.
func NewLedger(o Options) *Ledger {
	return &Ledger{
		options: o.withDefaults(),
		charges: map[syncer.ActionID]*charge{},
		scopes:  map[string][]*charge{},
	}
}

// Clone returns a Ledger of its own with everything that l holds.
func (l *Ledger) Clone() *Ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := NewLedger(l.options)
	c.latest = l.latest
	maps.Copy(c.charges, l.charges)
	for scope, charges := range l.scopes {
		c.scopes[scope] = slices.Clone(charges)
	}
	return c
}

// Charge implements [syncer.Ledger].
func (l *Ledger) Charge(ctx context.Context, c syncer.Charge) error {
	if c.Count < 0 || c.Window <= 0 {
		return fmt.Errorf("charge %d within %s: %w", c.Count, c.Window, syncer.ErrInvalid)
	}
	return l.options.do(ctx, OpCharge, func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		now := l.now()
		if old := l.charges[c.Action]; old != nil && old.at.After(now.Add(-c.Window)) {
			l.renew(c.Action, now)
			return nil
		}
		taken := &charge{action: c.Action, count: c.Count, at: now}
		for _, limit := range c.Scopes {
			used, _ := l.used(limit.Scope, now, c.Window)
			if used > limit.Most-c.Count {
				return fmt.Errorf("%d of at most %d in %s within %s are used: %w",
					used, limit.Most, limit, c.Window, syncer.ErrHeld)
			}
			if !slices.Contains(taken.scopes, limit.Scope) {
				taken.scopes = append(taken.scopes, limit.Scope)
			}
		}
		l.latest = now
		l.charges[c.Action] = taken
		for _, scope := range taken.scopes {
			l.scopes[scope] = append(l.scopes[scope], taken)
		}
		return nil
	})
}

// renew lets a charge count from now on: the deed it was made for may happen now. Charges are never
// changed in place, since a clone shares them.
func (l *Ledger) renew(action syncer.ActionID, now time.Time) {
	old := l.charges[action]
	fresh := &charge{action: action, count: old.count, at: now, scopes: old.scopes}
	l.latest, l.charges[action] = now, fresh
	for _, scope := range old.scopes {
		l.scopes[scope] = append(slices.DeleteFunc(l.scopes[scope], func(c *charge) bool { return c == old }), fresh)
	}
}

// Refund implements [syncer.Ledger]. An action that was not charged needs none.
func (l *Ledger) Refund(ctx context.Context, action syncer.ActionID) error {
	return l.options.do(ctx, OpRefund, func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		taken := l.charges[action]
		if taken == nil {
			return nil
		}
		delete(l.charges, action)
		for _, scope := range taken.scopes {
			l.scopes[scope] = slices.DeleteFunc(l.scopes[scope], func(c *charge) bool { return c == taken })
		}
		return nil
	})
}

// Used implements [syncer.Ledger].
func (l *Ledger) Used(ctx context.Context, scope string, window time.Duration) (int, time.Time, error) {
	if err := l.options.start(ctx, OpRead); err != nil {
		return 0, time.Time{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	used, oldest := l.used(scope, l.now(), window)
	if oldest.IsZero() {
		return 0, time.Time{}, nil
	}
	return used, oldest.Add(window), nil
}

// Charged implements [syncer.Ledger].
func (l *Ledger) Charged(ctx context.Context, scope string, window time.Duration) iter.Seq2[syncer.ActionID, error] {
	return func(yield func(syncer.ActionID, error) bool) {
		if err := l.options.start(ctx, OpRead); err != nil {
			yield("", err)
			return
		}
		for _, action := range l.charged(scope, window) {
			if !yield(action, nil) {
				return
			}
		}
	}
}

func (l *Ledger) charged(scope string, window time.Duration) []syncer.ActionID {
	l.mu.Lock()
	defer l.mu.Unlock()
	since := l.now().Add(-window)
	var actions []syncer.ActionID
	for _, c := range slices.Backward(l.scopes[scope]) {
		if !c.at.After(since) {
			break
		}
		actions = append(actions, c.action)
	}
	return actions
}

// now returns the time, which never runs behind the latest charge.
func (l *Ledger) now() time.Time {
	if now := l.options.Clock(); now.After(l.latest) {
		return now
	}
	return l.latest
}

// used adds up what scope holds, and says when the oldest part of it was charged. A charge leaves
// the window at the instant when it is exactly as old.
func (l *Ledger) used(scope string, now time.Time, window time.Duration) (sum int, oldest time.Time) {
	since := now.Add(-window)
	for _, c := range slices.Backward(l.scopes[scope]) {
		if !c.at.After(since) {
			break
		}
		sum, oldest = sum+c.count, c.at
	}
	return sum, oldest
}
