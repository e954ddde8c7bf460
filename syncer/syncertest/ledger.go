package syncertest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// LedgerHarness is a Ledger under test. Only Ledger is needed; what else is left out skips the cases
// that need it.
type LedgerHarness struct {
	Ledger syncer.Ledger
	// Advance moves the clock that the Ledger reads, back if d is negative.
	Advance func(d time.Duration)
	// Reopen returns the Ledger as another process finds it after this one was killed. Ledger is
	// not used any more.
	Reopen func(ctx context.Context) (syncer.Ledger, error)
	// Close is called after each case.
	Close func()
}

func (h *LedgerHarness) close() {
	if h.Close != nil {
		h.Close()
	}
}

// TestLedger holds a Ledger to every promise of syncer.Ledger. Each case gets a LedgerHarness of its
// own from open, with an empty Ledger.
func TestLedger(t *testing.T, open func(t *testing.T) *LedgerHarness) {
	t.Helper()
	testCases(t, allLedgerCases(), open)
}

// CheckLedger does what TestLedger does without a testing.T, and returns a joined error of Failures,
// or nil.
func CheckLedger(ctx context.Context, open func(ctx context.Context) (*LedgerHarness, error)) error {
	return checkCases(ctx, allLedgerCases(), open)
}

// ledgerPromise is one case of the suite.
type ledgerPromise struct {
	name string
	why  string
	run  func(c *ledgerCheck)
}

func allLedgerCases() []storeCase[*LedgerHarness] {
	var all []storeCase[*LedgerHarness]
	for _, group := range [][]ledgerPromise{ledgerCases, ledgerActionCases, ledgerTimeCases, ledgerCrowdCases} {
		for _, p := range group {
			all = append(all, storeCase[*LedgerHarness]{p.name, p.why, func(c *check, h *LedgerHarness) {
				p.run(&ledgerCheck{check: c, h: h})
			}})
		}
	}
	return all
}

// ledgerCheck is what a case about a Ledger works with.
type ledgerCheck struct {
	*check
	h *LedgerHarness
}

// window is the one that the cases charge for.
const window = 24 * time.Hour

// charge counts n deletes against the limits.
func (c *ledgerCheck) charge(action syncer.ActionID, n int, limits ...syncer.Limit) error {
	return c.h.Ledger.Charge(c.ctx, syncer.Charge{Action: action, Count: n, Window: window, Scopes: limits})
}

// admit ends the case unless the charge is taken.
func (c *ledgerCheck) admit(action syncer.ActionID, n int, limits ...syncer.Limit) {
	c.must(c.charge(action, n, limits...), "charge "+string(action))
}

// held notes a failure unless the charge is refused with an ErrHeld that names the scope.
func (c *ledgerCheck) held(scope string, action syncer.ActionID, n int, limits ...syncer.Limit) {
	err := c.charge(action, n, limits...)
	c.wrong(err, "charge over the limit", syncer.ErrHeld)
	if err != nil {
		c.expect(strings.Contains(err.Error(), scope), "error does not name the scope %q: %w", scope, err)
	}
}

// used notes a failure unless scope holds n.
func (c *ledgerCheck) used(scope string, n int) {
	got, until, err := c.h.Ledger.Used(c.ctx, scope, window)
	c.must(err, "read what "+scope+" holds")
	c.expect(got == n, "%s holds %d, not %d", scope, got, n)
	c.expect((n == 0) == until.IsZero(), "%s holds %d, the oldest part until %s", scope, n, until)
}

// charged notes a failure unless scope holds just these actions, each once.
func (c *ledgerCheck) charged(scope string, actions ...syncer.ActionID) {
	var got []syncer.ActionID
	for action, err := range c.h.Ledger.Charged(c.ctx, scope, window) {
		c.must(err, "read which actions "+scope+" holds")
		got = append(got, action)
	}
	slices.Sort(got)
	slices.Sort(actions)
	c.expect(slices.Equal(got, actions), "%s holds the actions %q, not %q", scope, got, actions)
}

func (c *ledgerCheck) advance(d time.Duration) {
	c.need(c.h.Advance != nil, "harness has no clock")
	c.h.Advance(d)
}

func limitOf(most int) syncer.Limit { return syncer.Limit{Scope: "pair", Most: most} }
