package boxtest

// Calls returns how often each route was called, faults and refusals included. [Box.Routes] says how
// routes are named.
func (b *Box) Calls() map[string]int { return b.counter.Calls() }

// ForgetCalls sets all counters to zero.
func (b *Box) ForgetCalls() { b.counter.Forget() }
