package policy

import (
	"context"
	"fmt"
	"math"
	"path"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// DeleteLimit allows so many deletes in any window of time and holds the rest until there is room
// again or a person approves them. Everything else flows on.
//
// It is a [syncer.Guard] and a [syncer.Gate], and belongs in both lists. The Guard only forecasts,
// so that a plan tells what would be held; the Gate decides, and counts in the Ledger at the moment
// of each call, before it goes out. Every item counts, those in a deleted folder too; a move counts
// nothing. A delete that is tried again counts once, from its last try. One that a person approved
// (see Decide of [syncer.StateStore]) goes through whatever the count, and counts itself.
type DeleteLimit struct {
	Ledger syncer.Ledger
	// Scope names what is limited: one pair, and no other. Most is how many deletes it may hold.
	Scope string
	Most  int
	// Name is what people call this limit, in reasons; empty means the Scope, quoted.
	Name string
	// Also names further limits that each delete must keep to, of an account or a company. Pairs
	// that name the same one share it.
	Also []syncer.Limit
	// Window is how long a delete counts; 0 means 24 hours.
	Window time.Duration
}

var _ DeleteRule = DeleteLimit{}

// Judge implements [syncer.Guard]. What has been held longest goes first, with all that is in it;
// then the plan's order counts. What is over the limit is held. What is counted already, because it
// was tried before, and what a person approved is not held.
func (l DeleteLimit) Judge(ctx context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	deletes := byAge(p)
	if len(deletes) == 0 {
		return nil, nil
	}
	left, reason, err := l.left(ctx)
	if err != nil || left >= len(deletes) {
		return nil, err
	}
	paid, err := l.paid(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range deletes {
		if a.Approved && !paid[l.charge(a)] {
			left = max(left-1, 0)
		}
	}
	var verdicts []syncer.Verdict
	for _, a := range deletes {
		switch {
		case a.Approved, paid[l.charge(a)]:
		case left > 0:
			left--
		default:
			verdicts = append(verdicts, syncer.Verdict{Action: a.ID, Reason: reason})
		}
	}
	return verdicts, nil
}

// place is where an action acts.
type place struct {
	on   syncer.Side
	path string
}

// byAge returns the deletes of a plan: what was held first before what was held later, and both
// before what never was. What is in a folder is as old as the folder, so that the folder never waits
// for something that waits behind it.
func byAge(p *syncer.Plan) []syncer.Action {
	since := map[place]time.Time{}
	var deletes []syncer.Action
	for _, a := range p.Actions {
		if counts(a) {
			deletes = append(deletes, a)
			since[place{a.On, a.Path}] = a.Since
		}
	}
	age := func(a syncer.Action) time.Time {
		oldest := a.Since
		for up := path.Dir(a.Path); up != "." && up != "/"; up = path.Dir(up) {
			if t := since[place{a.On, up}]; !t.IsZero() && (oldest.IsZero() || t.Before(oldest)) {
				oldest = t
			}
		}
		return oldest
	}
	slices.SortStableFunc(deletes, func(a, b syncer.Action) int {
		s, t := age(a), age(b)
		switch {
		case s.IsZero() == t.IsZero():
			return s.Compare(t)
		case s.IsZero():
			return 1
		}
		return -1
	})
	return deletes
}

// paid returns what is charged already.
func (l DeleteLimit) paid(ctx context.Context) (map[syncer.ActionID]bool, error) {
	paid := map[syncer.ActionID]bool{}
	for action, err := range l.Ledger.Charged(ctx, l.Scope, l.window()) {
		if err != nil {
			return nil, fmt.Errorf("read which deletes of %q are counted: %w", l.Scope, err)
		}
		paid[action] = true
	}
	return paid, nil
}

// charge names a delete in the Ledger, and one that is sent again after its effect was undone as
// another. Two pairs may have equal ActionIDs: Records are numbered for each, and only the IDs of one
// service differ.
func (l DeleteLimit) charge(a syncer.Action) syncer.ActionID {
	name := l.Scope + ": " + string(a.ID)
	if a.Try > 0 {
		name += fmt.Sprintf(" try %d", a.Try+1)
	}
	return syncer.ActionID(name)
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
			reason = fmt.Sprintf("over the limit of %s in %s for %s, %d used before this run", plural(limit.Most, "delete"), inWords(l.window()), limit, used)
			switch at := until.UTC().Format(time.DateTime) + " UTC"; {
			case until.IsZero() || limit.Most == 0:
			case used > limit.Most: // approved ones count, too
				reason += "; no room before " + at
			default:
				reason += "; room from " + at
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
	err := l.Ledger.Charge(ctx, syncer.Charge{Action: l.charge(a), Count: 1, Window: l.window(), Scopes: limits})
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
	if err := l.Ledger.Refund(ctx, l.charge(a)); err != nil {
		return fmt.Errorf("give back the delete of %q: %w", a.Path, err)
	}
	return nil
}

func (l DeleteLimit) limits() []syncer.Limit {
	return append([]syncer.Limit{{Scope: l.Scope, Most: l.Most, Name: l.Name}}, l.Also...)
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
	case l.Most < 0:
		return fmt.Errorf("DeleteLimit.Most is negative: %w", syncer.ErrInvalid)
	}
	for _, limit := range l.Also {
		if limit.Scope == "" || limit.Most < 0 {
			return fmt.Errorf("DeleteLimit.Also holds a limit of %d for %q: %w", limit.Most, limit.Scope, syncer.ErrInvalid)
		}
	}
	return nil
}

// plural counts things in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// inWords writes whole hours as people do.
func inWords(d time.Duration) string {
	if d%time.Hour == 0 && d > time.Hour {
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return d.String()
}
