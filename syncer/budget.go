package syncer

import (
	"sync/atomic"
	"time"
)

// Budget bounds one run. When it ends, nothing new is started; what is left stays in the inbox,
// the pending set or the unfinished scan, and the next run goes on. The zero Budget has no bound.
type Budget struct {
	// Time is how long actions are started.
	Time time.Duration
	// Calls is how many calls to the services are started, as far as the engine can count them: a
	// page of a listing is one.
	Calls int
}

// budget is a Budget being spent.
type budget struct {
	calls atomic.Int64
	most  int64
	until time.Time
	clock func() time.Time
}

func newBudget(b Budget, clock func() time.Time) *budget {
	out := &budget{most: int64(b.Calls), clock: clock}
	if b.Time > 0 {
		out.until = clock().Add(b.Time)
	}
	return out
}

// spend counts calls and reports whether the budget is used up.
func (b *budget) spend(calls int) bool {
	b.calls.Add(int64(calls))
	return b.ended()
}

func (b *budget) ended() bool {
	return b.most > 0 && b.calls.Load() >= b.most || !b.until.IsZero() && !b.clock().Before(b.until)
}
