package procoretest

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"time"
)

// An accident is a kind of fault that comes by chance.
type accident struct {
	kind string
	// loses says that the client does not hear of what was done, or hears half of it.
	loses bool
	// busy says that Procore refuses the call for coming too fast.
	busy bool
	make func(*rand.Rand) Fault
}

// accidents are all kinds, in the order in which they are drawn from.
func accidents() []accident {
	always := func(f Fault) func(*rand.Rand) Fault { return func(*rand.Rand) Fault { return f } }
	// Late is as long as a connection that broke may take to be noticed.
	late := func(r *rand.Rand) time.Duration { return time.Duration(1+r.Int64N(5000)) * time.Millisecond }
	part := func(r *rand.Rand) int64 { return 1 + r.Int64N(64) }
	return []accident{
		{kind: "status", make: always(Fault{Status: http.StatusInternalServerError})},
		{kind: "page of a gateway", make: always(Fault{Status: http.StatusBadGateway, Plain: true})},
		{kind: "Retry-After", make: always(Fault{Status: http.StatusServiceUnavailable, RetryAfter: time.Second})},
		{kind: "too many calls", busy: true, make: always(Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second})},
		{kind: "reset", make: always(Fault{Reset: true})},
		{kind: "slow", make: func(r *rand.Rand) Fault { return Fault{Slow: late(r)} }},
		{kind: "status after the effect", loses: true, make: always(Fault{Status: http.StatusServiceUnavailable, When: AfterEffect})},
		{kind: "reset after the effect", loses: true, make: always(Fault{Reset: true, When: AfterEffect})},
		{kind: "status, and a late effect", loses: true, make: func(r *rand.Rand) Fault {
			return Fault{Status: http.StatusServiceUnavailable, When: LateEffect, Delay: late(r)}
		}},
		{kind: "reset, and a late effect", loses: true, make: func(r *rand.Rand) Fault {
			return Fault{Reset: true, When: LateEffect, Delay: late(r)}
		}},
		{kind: "cut body", loses: true, make: func(r *rand.Rand) Fault { return Fault{Cut: part(r)} }},
		{kind: "short body", loses: true, make: func(r *rand.Rand) Fault { return Fault{Short: part(r)} }},
	}
}

// AccidentKinds returns the names of all faults that Options.FaultRate draws from. With NoLimits "too
// many calls" is not among them, since then Procore never says so.
func (p *Procore) AccidentKinds() []string {
	var kinds []string
	for _, a := range p.faults.accidents {
		kinds = append(kinds, a.kind)
	}
	return kinds
}

// Accidents returns how often each kind of fault has come by chance.
func (p *Procore) Accidents() map[string]int {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	return maps.Clone(p.faults.drawn)
}

// accident is one of the things that go wrong for no reason. A refresh token is never lost by
// accident, since that costs the account.
func (f *faults) accident(r *route) *Fault {
	kinds := f.accidents
	if r.scope == open && r.origin&loginOrigin != 0 {
		kinds = nil
		for _, a := range f.accidents {
			if !a.loses {
				kinds = append(kinds, a)
			}
		}
	}
	a := kinds[f.random.IntN(len(kinds))]
	f.drawn[a.kind]++
	fault := a.make(f.random)
	return &fault
}
