package connecttest

import (
	"context"
	"errors"
	"fmt"
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
	for _, c := range budgetCases {
		t.Run(c.name, func(t *testing.T) {
			skipped, err := c.check(t.Context(), open(t))
			if err != nil {
				t.Fatal(err)
			}
			if skipped != "" {
				t.Skip(skipped)
			}
		})
	}
}

// CheckBudget does what TestBudget does without a testing.T. It returns nil or the joined errors of
// the cases, each of which begins with the name of its case.
func CheckBudget(ctx context.Context, open func(ctx context.Context) (*BudgetHarness, error)) error {
	var failures []error
	for _, c := range budgetCases {
		h, err := open(ctx)
		if err != nil {
			return fmt.Errorf("open harness for %q: %w", c.name, err)
		}
		if _, err := c.check(ctx, h); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// budgetCase is one promise.
type budgetCase struct {
	name string
	why  string
	run  func(c *budgetCheck)
}

// budgetStop ends a case early.
type budgetStop struct{ skip string }

func (p budgetCase) check(ctx context.Context, h *BudgetHarness) (skipped string, err error) {
	if h.Close != nil {
		defer h.Close()
	}
	// A Budget that makes somebody wait for ever fails, and does not hang.
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c := &budgetCheck{ctx: ctx, h: h, budget: h.Budget}
	defer func() {
		if r := recover(); r != nil {
			early, ours := r.(budgetStop)
			if !ours {
				panic(r)
			}
			skipped = early.skip
		}
		if len(c.errs) > 0 {
			err = fmt.Errorf("%s: %w\n(%s)", p.name, errors.Join(c.errs...), p.why)
		}
	}()
	p.run(c)
	return "", nil
}

// budgetCheck is what a case works with. Its methods are called on the case's own goroutine only.
type budgetCheck struct {
	ctx    context.Context //nolint:containedctx // it lives exactly as long as its case
	h      *BudgetHarness
	budget connect.Budget
	errs   []error
}

func (c *budgetCheck) expect(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

// must ends the case if err is not nil.
func (c *budgetCheck) must(err error, what string) {
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %w", what, err))
		panic(budgetStop{})
	}
}

// need skips the case unless the harness has what it takes.
func (c *budgetCheck) need(has bool, what string) {
	if !has {
		panic(budgetStop{skip: "harness has no " + what})
	}
}

// open returns the Budget as another process has it.
func (c *budgetCheck) open(f func(ctx context.Context) (connect.Budget, error), what string) connect.Budget {
	c.need(f != nil, what)
	b, err := f(c.ctx)
	c.must(err, what)
	return b
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
