package syncertest

import (
	"sync"
	"time"
)

// Clock is a clock that only a test moves. The zero value shows Epoch. It is safe for use by many
// goroutines; its Now fits Options.Now.
type Clock struct {
	mu     sync.Mutex
	passed time.Duration
}

// Now returns what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Epoch.Add(c.passed)
}

// Advance moves the clock on, or back if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += d
}
