package syncertest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// StoreHarness is a StateStore under test. Only Store is needed; what else is left out skips the
// cases that need it.
type StoreHarness struct {
	Store syncer.StateStore
	// Lease is how long a lease of the store lasts, and Advance moves the clock by which it runs out.
	Lease   time.Duration
	Advance func(d time.Duration)
	// Reopen returns the store as another process finds it after this one was killed. Store is not
	// used any more.
	Reopen func(ctx context.Context) (syncer.StateStore, error)
	// Close is called after each case.
	Close func()
}

// TestStateStore holds a store to every promise of syncer.StateStore, View, State and Batch. Each
// case gets a StoreHarness of its own from open, with an empty store.
func TestStateStore(t *testing.T, open func(t *testing.T) *StoreHarness) {
	t.Helper()
	testCases(t, stateCases(), open)
}

// CheckStateStore does what TestStateStore does without a testing.T, and returns a joined error of
// Failures, or nil.
func CheckStateStore(ctx context.Context, open func(ctx context.Context) (*StoreHarness, error)) error {
	return checkCases(ctx, stateCases(), open)
}

// statePromise is one case of the suites for stores and journals.
type statePromise struct {
	name string
	why  string
	run  func(c *stateCheck)
}

func stateCases() []storeCase[*StoreHarness] {
	return bind(
		leaseCases, viewCases, batchCases, freshCases, parentCases, lookupCases, childCases, orderCases, itemCases, holdCases, clashCases,
		inboxCases, streamCases, crowdedCases, durableCases, upkeepCases,
	)
}

func bind(groups ...[]statePromise) []storeCase[*StoreHarness] {
	var all []storeCase[*StoreHarness]
	for _, group := range groups {
		for _, p := range group {
			all = append(all, storeCase[*StoreHarness]{p.name, p.why, func(c *check, h *StoreHarness) {
				p.run(&stateCheck{check: c, h: h})
			}})
		}
	}
	return all
}

func (h *StoreHarness) close() {
	if h.Close != nil {
		h.Close()
	}
}

// storeCase is one case of a suite whose harness is H.
type storeCase[H interface{ close() }] struct {
	name string
	why  string
	run  func(c *check, h H)
}

func testCases[H interface{ close() }](t *testing.T, cases []storeCase[H], open func(t *testing.T) H) {
	t.Helper()
	for _, s := range cases {
		t.Run(s.name, func(t *testing.T) {
			skipped, err := s.check(t.Context(), open(t))
			if err != nil {
				t.Fatal(err)
			}
			if skipped != "" {
				t.Skip(skipped)
			}
		})
	}
}

func checkCases[H interface{ close() }](ctx context.Context, cases []storeCase[H], open func(ctx context.Context) (H, error)) error {
	var failures []error
	for _, s := range cases {
		h, err := open(ctx)
		if err != nil {
			return fmt.Errorf("open harness for %q: %w", s.name, err)
		}
		if _, err := s.check(ctx, h); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// check runs the case. It says why it was skipped, or returns a *Failure.
func (s storeCase[H]) check(ctx context.Context, h H) (skipped string, err error) {
	defer h.close()
	c := &check{ctx: ctx}
	defer func() {
		if r := recover(); r != nil {
			early, ours := r.(stop)
			if !ours {
				panic(r)
			}
			skipped = early.skip
		}
		if len(c.errs) > 0 {
			err = &Failure{Case: s.name, Promise: s.why, Err: errors.Join(c.errs...)}
		}
	}()
	s.run(c, h)
	return "", nil
}
