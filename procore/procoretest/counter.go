package procoretest

// Calls returns how often each route was called, faults and refusals included. [Procore.Routes] says
// how routes are named.
func (p *Procore) Calls() map[string]int { return p.counter.Calls() }

// ForgetCalls sets all counters to zero.
func (p *Procore) ForgetCalls() { p.counter.Forget() }
