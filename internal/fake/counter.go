package fake

import (
	"maps"
	"sync"
)

// Counter counts calls by the names of their routes. The zero value is ready, and safe for any number
// of goroutines.
type Counter struct {
	mu    sync.Mutex
	calls map[string]int
}

// Add counts a call.
func (c *Counter) Add(route string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[route]++
}

// Calls returns a copy of the counts.
func (c *Counter) Calls() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.calls)
}

// Forget sets all counts to zero.
func (c *Counter) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.calls)
}
