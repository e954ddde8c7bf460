package procoretest

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
	// Route is the name of a route as in [Procore.Routes]. One that ends in * stands for all that begin
	// so, and "" for all.
	Route string
	// Nth is which matching call it strikes first, counted from 1 when the fault is set. Zero is the
	// next one.
	Nth int
	// Times is how many matching calls it strikes from there on. Zero is one, a negative number all.
	Times int

	// Status is answered. Message goes with it; without one it is the text of the status.
	Status  int
	Message string
	// RetryAfter is told with the status.
	RetryAfter time.Duration
	// Plain answers the status with a page of HTML, as gateways do.
	Plain bool
	// Reset ends the connection without an answer.
	Reset bool

	// When says whether a call that fails has its effect nevertheless.
	When Moment
	// Delay is how much later a LateEffect comes, by the clock of the fake.
	Delay time.Duration

	// Slow is how long the call takes more, by the clock of the fake. With AfterEffect the effect comes
	// first, so that it stands even if the client does not wait that long.
	Slow time.Duration
	// Cut ends the connection after so many bytes of the answer's body.
	Cut int64
	// Short ends the answer after so many bytes of its body, as if that were all.
	Short int64
}

// faults draws what goes wrong.
type faults struct {
	rate      float64
	accidents []accident

	mu     sync.Mutex
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
func (p *Procore) Inject(f Fault) error {
	switch {
	case !slices.ContainsFunc(p.Routes(), f.matches):
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
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	p.faults.rules = append(p.faults.rules, &rule{Fault: f})
	return nil
}

// ClearFaults takes away the faults that were set. The random ones stay.
func (p *Procore) ClearFaults() {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	p.faults.rules = nil
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
	p := refuse(f.Status, "%s", http.StatusText(f.Status))
	if f.Message != "" {
		p.message = f.Message
	}
	p.retry, p.html = f.RetryAfter, f.Plain
	return p
}
