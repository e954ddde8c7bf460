package connecttest

import (
	"context"
	"testing"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// BudgetHarness is a Budget under test. Only Budget is needed; what else is left out skips the cases
// that need it.
type BudgetHarness struct {
	// Budget is empty.
	Budget connect.Budget
	// Advance lets time pass. If Set is nil a negative d stands for a clock that is put back.
	Advance func(d time.Duration)
	// Set puts the machine's clock forward or back by d, while no time passes.
	Set func(d time.Duration)
	// Other returns the same Budget as another process would have it beside this one.
	Other func(ctx context.Context) (connect.Budget, error)
	// Reopen returns the Budget as it is found after this process was killed. Budget is not used any
	// more.
	Reopen func(ctx context.Context) (connect.Budget, error)
	// Close is called after each case.
	Close func()
}

// TestBudget holds a Budget to every promise of connect.Budget. Each case gets a harness of its own
// from open.
func TestBudget(t *testing.T, open func(t *testing.T) *BudgetHarness) {
	t.Helper()
	budgetSuite().test(t, open)
}

// CheckBudget does what TestBudget does without a testing.T. It returns nil or the joined errors of
// the cases, each of which begins with the name of its case.
func CheckBudget(ctx context.Context, open func(ctx context.Context) (*BudgetHarness, error)) error {
	return budgetSuite().check(ctx, open)
}

func budgetSuite() suite[*BudgetHarness, *budgetCheck] {
	return suite[*BudgetHarness, *budgetCheck]{
		cases: budgetCases,
		begin: func(h *BudgetHarness, c *check) *budgetCheck { return &budgetCheck{check: c, h: h, budget: h.Budget} },
		end:   func(h *BudgetHarness) func() { return h.Close },
	}
}

// budgetCheck is what a case works with.
type budgetCheck struct {
	*check
	h      *BudgetHarness
	budget connect.Budget
}

// open returns the Budget as another process has it.
func (c *budgetCheck) open(f func(ctx context.Context) (connect.Budget, error), what string) connect.Budget {
	return another(c.check, f, what)
}

// put stores value, and returns what was there.
func (c *budgetCheck) put(b connect.Budget, credential, value string) (old string) {
	err := b.Update(c.ctx, credential, func(_ time.Time, was []byte) ([]byte, error) {
		old = string(was)
		return []byte(value), nil
	})
	c.must(err, "update "+credential)
	return old
}

// holds notes a failure unless that is stored.
func (c *budgetCheck) holds(b connect.Budget, credential, want string) {
	old := c.put(b, credential, want)
	c.expect(old == want, "account of %q is %.40q, not %.40q", credential, old, want)
}

// now returns the time of an update that changes nothing.
func (c *budgetCheck) now(b connect.Budget) (now time.Time) {
	err := b.Update(c.ctx, "a", func(at time.Time, old []byte) ([]byte, error) {
		now = at
		return old, nil
	})
	c.must(err, "update")
	return now
}
