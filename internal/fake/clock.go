package fake

import (
	"context"
	"sync"
	"time"
)

// Clock is what a fake goes by. A nil *Clock is the time of the machine. One that [NewClock] makes
// stands still until a test moves it. It is safe for any number of goroutines.
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	waiting map[*alarm]struct{}
}

// An alarm is one call that waits for a Clock.
type alarm struct {
	at   time.Time
	ring chan struct{}
}

// NewClock returns a Clock that stands at the given time.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start, waiting: map[*alarm]struct{}{}}
}

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	if c == nil {
		return time.Now()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by d and wakes whoever waited for a time up to then. A clock never goes
// back: a negative d moves nothing.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	for a := range c.waiting {
		if !a.at.After(c.now) {
			close(a.ring)
			delete(c.waiting, a)
		}
	}
}

// Waiting returns how many calls wait for the clock to move.
func (c *Clock) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// Wait returns once d has passed, or with the context's error.
func (c *Clock) Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if c == nil {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	a := c.alarm(d)
	select {
	case <-a.ring:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, a)
		return ctx.Err()
	}
}

func (c *Clock) alarm(d time.Duration) *alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &alarm{at: c.now.Add(d), ring: make(chan struct{})}
	c.waiting[a] = struct{}{}
	return a
}
