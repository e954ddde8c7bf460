package syncer

import (
	"context"
	"iter"
	"strconv"
	"time"
)

// Ledger counts deletes over rolling windows. It is shared by everything that spends from the same
// limits, and stands apart from the pairs' state. All methods are safe for use by many goroutines
// and processes.
type Ledger interface {
	// Charge counts c.Count in every scope of c, all or nothing, durably on return. If a scope
	// would hold more than its Limit within the Window before now it counts nothing and fails with
	// an error that wraps ErrHeld and names the scope. The same Action charged again within
	// Window counts once, and from then on: a call that is tried again may have its effect only now.
	Charge(ctx context.Context, c Charge) error
	// Refund takes a charge back. Only for a call that is proved not to have been carried out.
	Refund(ctx context.Context, action ActionID) error
	// Used returns what scope holds within the window before now, and when the oldest part of it
	// leaves the window (zero if it is empty). Time never runs backwards for a Ledger: now is no
	// earlier than the latest charge.
	Used(ctx context.Context, scope string, window time.Duration) (int, time.Time, error)
	// Charged yields, in any order, the actions that scope holds within the window before now:
	// charging one of them again costs nothing. An error ends the sequence.
	Charged(ctx context.Context, scope string, window time.Duration) iter.Seq2[ActionID, error]
}

// Charge is one action's claim on one or more limits. What spends from one Ledger must name its
// actions so that no two of them, of different pairs perhaps, have the same name.
type Charge struct {
	Action ActionID
	Count  int
	Window time.Duration
	Scopes []Limit
}

// Limit is a scope (a pair, an account) and how many it may hold per window.
type Limit struct {
	Scope string
	Most  int
	// Name is what people call it, in reasons; empty means the Scope, quoted.
	Name string
}

// String returns the Name, or else the Scope, quoted.
func (l Limit) String() string {
	if l.Name != "" {
		return l.Name
	}
	return strconv.Quote(l.Scope)
}
