package policy

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// DeleteLimit allows so many deletes in any window of time and holds the rest until there is room
// again or a person approves them. Everything else flows on.
//
// It is a [syncer.Guard] and a [syncer.Gate], and belongs in both lists. The Guard only forecasts,
// so that a plan tells what would be held; the Gate decides, and counts in the Ledger before the
// call goes out. Every item counts, those in a deleted folder too. A delete that a person approved
// goes through whatever the count, and counts itself.
type DeleteLimit struct {
	Ledger syncer.Ledger
	// Scope names what is limited, by custom the pair. Most is how many deletes it may hold.
	Scope string
	Most  int
	// Also names further limits that each delete must keep to, of an account or a company.
	Also []syncer.Limit
	// Window is how long a delete counts; 0 means 24 hours.
	Window time.Duration
}

var (
	_ syncer.Guard = DeleteLimit{}
	_ syncer.Gate  = DeleteLimit{}
)

// Judge implements [syncer.Guard]. What has been held longest goes first, then the plan's order
// counts; what is over the limit is held. The engine lets no folder go while something in it is held.
func (l DeleteLimit) Judge(ctx context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	var deletes []syncer.Action
	for _, a := range p.Actions {
		if counts(a) && !a.Approved {
			deletes = append(deletes, a)
		}
	}
	slices.SortStableFunc(deletes, byAge)
	if len(deletes) == 0 {
		return nil, nil
	}
	left, reason, err := l.left(ctx)
	if err != nil {
		return nil, err
	}
	var verdicts []syncer.Verdict
	for _, a := range deletes[min(left, len(deletes)):] {
		verdicts = append(verdicts, syncer.Verdict{Action: a.ID, Reason: reason})
	}
	return verdicts, nil
}

// byAge puts what was held first before what was held later, and both before what never was.
func byAge(a, b syncer.Action) int {
	switch {
	case a.Since.IsZero() != b.Since.IsZero():
		if a.Since.IsZero() {
			return 1
		}
		return -1
	default:
		return a.Since.Compare(b.Since)
	}
}

// left returns how many deletes still fit, and why no more do.
func (l DeleteLimit) left(ctx context.Context) (least int, reason string, err error) {
	if err := l.check(); err != nil {
		return 0, "", err
	}
	least = math.MaxInt
	for _, limit := range l.limits() {
		used, until, err := l.Ledger.Used(ctx, limit.Scope, l.window())
		if err != nil {
			return 0, "", fmt.Errorf("forecast deletes of %q: %w", limit.Scope, err)
		}
		if left := max(limit.Most-used, 0); left < least {
			least = left
			reason = fmt.Sprintf("over the limit of %d deletes in %s for %q, %d are used", limit.Most, l.window(), limit.Scope, used)
			if !until.IsZero() {
				reason += "; room from " + until.UTC().Format(time.DateTime) + " UTC"
			}
		}
	}
	return least, reason, nil
}

// Admit implements [syncer.Gate].
func (l DeleteLimit) Admit(ctx context.Context, a syncer.Action, approved bool) error {
	if !counts(a) {
		return nil
	}
	if err := l.check(); err != nil {
		return err
	}
	limits := l.limits()
	if approved {
		for i := range limits {
			limits[i].Most = math.MaxInt
		}
	}
	err := l.Ledger.Charge(ctx, syncer.Charge{Action: a.ID, Count: 1, Window: l.window(), Scopes: limits})
	if err != nil {
		return fmt.Errorf("count the delete of %q: %w", a.Path, err)
	}
	return nil
}

// Withdraw implements [syncer.Gate].
func (l DeleteLimit) Withdraw(ctx context.Context, a syncer.Action) error {
	if !counts(a) {
		return nil
	}
	if err := l.check(); err != nil {
		return err
	}
	if err := l.Ledger.Refund(ctx, a.ID); err != nil {
		return fmt.Errorf("give back the delete of %q: %w", a.Path, err)
	}
	return nil
}

func (l DeleteLimit) limits() []syncer.Limit {
	return append([]syncer.Limit{{Scope: l.Scope, Most: l.Most}}, l.Also...)
}

func (l DeleteLimit) window() time.Duration {
	if l.Window > 0 {
		return l.Window
	}
	return 24 * time.Hour
}

func (l DeleteLimit) check() error {
	switch {
	case l.Ledger == nil:
		return fmt.Errorf("DeleteLimit.Ledger is missing: %w", syncer.ErrInvalid)
	case l.Scope == "":
		return fmt.Errorf("DeleteLimit.Scope is empty: %w", syncer.ErrInvalid)
	case l.Window < 0:
		return fmt.Errorf("DeleteLimit.Window is negative: %w", syncer.ErrInvalid)
	}
	return nil
}
