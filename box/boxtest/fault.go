package boxtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// When a fault strikes.
const (
	// BeforeEffect: the call has no effect.
	BeforeEffect Moment = iota
	// AfterEffect: the call has its effect, and the client does not hear of it.
	AfterEffect
	// LateEffect: the client hears of the failure, and the effect comes Fault.Delay later.
	LateEffect
)

// Moment says when a fault strikes: before the effect of a call, after it, or long before it.
type Moment int

// A Fault is something that goes wrong with a call. With a Status or with Reset the call fails, as far
// as its client can tell; else it is only slow, or its answer is cut.
type Fault struct {
	// Route is the name of a route as in [Box.Routes]. One that ends in * stands for all that begin
	// so, and "" for all.
	Route string
	// Nth is which matching call it strikes first, counted from 1 when the fault is set. Zero is the
	// next one.
	Nth int
	// Times is how many matching calls it strikes from there on. Zero is one, a negative number all.
	Times int

	// Status is answered. Code goes with it; without one it is what Box sends with that status.
	Status int
	Code   string
	// RetryAfter is told with the status.
	RetryAfter time.Duration
	// Plain answers the status with a page of HTML, as gateways do.
	Plain bool
	// Reset ends the connection without an answer.
	Reset bool

	// When says whether a call that fails has its effect nevertheless.
	When Moment
	// Delay is how much later a LateEffect comes, by the Box's clock.
	Delay time.Duration

	// Slow is how long the call takes more, by the Box's clock. With AfterEffect the effect comes
	// first, so that it stands even if the client does not wait that long.
	Slow time.Duration
	// Cut ends the connection after so many bytes of the answer's body.
	Cut int64
	// Short ends the answer after so many bytes of its body, as if that were all.
	Short int64
}

// faults draws what goes wrong.
type faults struct {
	accidents []accident

	mu     sync.Mutex
	rate   float64
	rules  []*rule
	random *rand.Rand
	drawn  map[string]int // accidents, by kind
}

// A rule is a fault that was set, and how many calls it has seen.
type rule struct {
	Fault

	seen int
}

func newFaults(o Options) *faults {
	return &faults{
		rate: o.FaultRate, accidents: slices.DeleteFunc(accidents(), func(a accident) bool { return a.busy && o.Limits == NoLimits }),
		random: rand.New(rand.NewPCG(o.Seed, 2)), //nolint:gosec // repeatable on purpose
		drawn:  map[string]int{},
	}
}

// Inject sets a fault, on top of those that are set. An error says what is wrong with it.
func (b *Box) Inject(f Fault) error {
	switch {
	case !slices.ContainsFunc(b.Routes(), f.matches):
		return fmt.Errorf("fault: Route %q is none of the routes", f.Route)
	case f.Nth < 0:
		return fmt.Errorf("fault: Nth is %d", f.Nth)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("fault: Status is %d", f.Status)
	case f.Status == 0 && !f.Reset && f.Slow <= 0 && f.Cut <= 0 && f.Short <= 0:
		return errors.New("fault: nothing goes wrong; set Status, Reset, Slow, Cut or Short")
	case f.When != BeforeEffect && !f.fails():
		return errors.New("fault: When is for calls that fail; set Status or Reset")
	case f.When == LateEffect && f.Delay <= 0:
		return fmt.Errorf("fault: Delay is %v; a late effect needs one", f.Delay)
	}
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.rules = append(b.faults.rules, &rule{Fault: f})
	return nil
}

// ClearFaults takes away the faults that were set. The random ones stay.
func (b *Box) ClearFaults() {
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.rules = nil
}

// SetFaultRate sets what Options.FaultRate has set: the share of calls with which something goes wrong
// by chance, from 0 to 1. Any other rate is an error.
func (b *Box) SetFaultRate(rate float64) error {
	if err := checkRate(rate); err != nil {
		return err
	}
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.rate = rate
	return nil
}

func checkRate(rate float64) error {
	if !(rate >= 0 && rate <= 1) { // so that NaN is wrong, too
		return fmt.Errorf("fault: FaultRate is %g, not from 0 to 1", rate)
	}
	return nil
}

// draw says what goes wrong with a call, nil for nothing. The fault that was set last counts.
func (f *faults) draw(r *route) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var strikes *Fault
	for _, set := range f.rules {
		if set.matches(r.name) && set.strike() {
			strikes = &set.Fault
		}
	}
	if strikes == nil && f.rate > 0 && f.random.Float64() < f.rate {
		strikes = f.accident(r)
	}
	return strikes
}

func (f Fault) matches(route string) bool {
	prefix, open := strings.CutSuffix(f.Route, "*")
	return f.Route == "" || f.Route == route || open && strings.HasPrefix(route, prefix)
}

// strike counts a call and says whether it is one of those that the fault is meant for.
func (r *rule) strike() bool {
	r.seen++
	first := max(1, r.Nth)
	return r.seen >= first && (r.Times < 0 || r.seen < first+max(1, r.Times))
}

// fails says whether the client is told that the call failed.
func (f *Fault) fails() bool { return f != nil && (f.Status != 0 || f.Reset) }

// problem is how the call fails. Where the connection is reset it does not return.
func (f *Fault) problem() *problem {
	if f.Reset {
		panic(http.ErrAbortHandler)
	}
	p := refuse(f.Status, f.Code, "%s", http.StatusText(f.Status))
	if p.code == "" {
		p.code = usualCode(f.Status)
	}
	p.retry, p.html = f.RetryAfter, f.Plain
	return p
}

// usualCode is what Box sends with a status where nothing more is known (section 8.3).
func usualCode(status int) string {
	codes := map[int]string{
		http.StatusUnauthorized: "unauthorized", http.StatusForbidden: "forbidden", http.StatusNotFound: "not_found",
		http.StatusMethodNotAllowed: "method_not_allowed", http.StatusConflict: "conflict",
		http.StatusPreconditionFailed: "precondition_failed", http.StatusTooManyRequests: "rate_limit_exceeded",
		http.StatusInternalServerError: "internal_server_error", http.StatusBadGateway: "bad_gateway",
		http.StatusServiceUnavailable: "unavailable",
	}
	if code, ok := codes[status]; ok {
		return code
	}
	return "bad_request"
}
