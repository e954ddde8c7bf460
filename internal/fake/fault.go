package fake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// When a fault strikes.
const (
	BeforeEffect = iota // the call has no effect
	AfterEffect         // the call has its effect, and the client does not hear of it
	LateEffect          // the client hears of the failure, and the effect comes later
)

// Fault is something that goes wrong with a call. Each fake has a type of its own with these fields,
// and says there what they mean.
type Fault struct {
	Route      string
	Nth, Times int

	Status     int
	Words      string // what a fake answers with the status, in its own words
	RetryAfter time.Duration
	Plain      bool
	Reset      bool

	When  int
	Delay time.Duration

	Slow       time.Duration
	Cut, Short int64
}

// Fails says whether the client is told that the call failed.
func (f *Fault) Fails() bool { return f != nil && (f.Status != 0 || f.Reset) }

// check says what is wrong with a fault, for a fake that has these routes.
func (f *Fault) check(routes []string) error {
	switch {
	case !slices.ContainsFunc(routes, f.matches):
		return fmt.Errorf("fault: Route %q is none of the routes", f.Route)
	case f.Nth < 0:
		return fmt.Errorf("fault: Nth is %d", f.Nth)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("fault: Status is %d", f.Status)
	case f.Status == 0 && !f.Reset && f.Slow <= 0 && f.Cut <= 0 && f.Short <= 0:
		return errors.New("fault: nothing goes wrong; set Status, Reset, Slow, Cut or Short")
	case f.When != BeforeEffect && !f.Fails():
		return errors.New("fault: When is for calls that fail; set Status or Reset")
	case f.When == LateEffect && f.Delay <= 0:
		return fmt.Errorf("fault: Delay is %v; a late effect needs one", f.Delay)
	}
	return nil
}

func (f *Fault) matches(route string) bool {
	prefix, open := strings.CutSuffix(f.Route, "*")
	return f.Route == "" || f.Route == route || open && strings.HasPrefix(route, prefix)
}

// A rule is a fault that was set, and how many calls it has seen.
type rule struct {
	Fault

	seen int
}

// strike counts a call and says whether it is one of those that the fault is meant for.
func (r *rule) strike() bool {
	r.seen++
	first := max(1, r.Nth)
	return r.seen >= first && (r.Times < 0 || r.seen < first+max(1, r.Times))
}
