package boxtest

import (
	"maps"
	"sync"
)

// A counter counts calls by route.
type counter struct {
	mu    sync.Mutex
	calls map[string]int
}

// add counts a call.
func (c *counter) add(route string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = map[string]int{}
	}
	c.calls[route]++
}

// Calls returns how often each route was called, faults and refusals included. [Box.Routes] says how
// routes are named.
func (b *Box) Calls() map[string]int {
	b.counter.mu.Lock()
	defer b.counter.mu.Unlock()
	return maps.Clone(b.counter.calls)
}

// ForgetCalls sets all counters to zero.
func (b *Box) ForgetCalls() {
	b.counter.mu.Lock()
	defer b.counter.mu.Unlock()
	clear(b.counter.calls)
}
