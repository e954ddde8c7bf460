package fake

import (
	"math/rand/v2"
	"net/http"
	"time"
)

// An accident is a kind of fault that comes by chance.
type accident struct {
	kind string
	// loses says that the client does not hear of what was done, or hears half of it.
	loses bool
	// busy says that the service refuses the call for coming too fast.
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
