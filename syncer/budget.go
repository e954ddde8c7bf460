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
	begun time.Time
	time  time.Duration
	stop  <-chan struct{}
	clock func() time.Time
}

// A run stops looking at what is pending after a share of its budget, and at what that leads to
// after another, so that every run has something left to act with: otherwise a small budget could
// be spent on looking for ever.
const (
	shareOfVisits  = 0.25
	shareOfLooking = 0.75
)

func newBudget(b Budget, stop <-chan struct{}, clock func() time.Time) *budget {
	out := &budget{most: int64(b.Calls), stop: stop, clock: clock}
	if b.Time > 0 {
		out.begun, out.time = clock(), b.Time
	}
	return out
}

// spend counts a call and reports whether the budget is used up.
func (b *budget) spend() bool {
	b.calls.Add(1)
	return b.ended()
}

func (b *budget) ended() bool { return b.over(1) }

// over reports whether a share of the budget is used up.
func (b *budget) over(share float64) bool {
	return b.stopped() || b.most > 0 && float64(b.calls.Load()) >= share*float64(b.most) ||
		b.time > 0 && b.clock().Sub(b.begun) >= time.Duration(share*float64(b.time))
}

func (b *budget) stopped() bool {
	select {
	case <-b.stop:
		return true
	default: // a nil channel never is
		return false
	}
}
