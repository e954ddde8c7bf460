package boxtest

import (
	"net/http"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// When a fault strikes.
const (
	// BeforeEffect: the call has no effect.
	BeforeEffect Moment = fake.BeforeEffect
	// AfterEffect: the call has its effect, and the client does not hear of it.
	AfterEffect Moment = fake.AfterEffect
	// LateEffect: the client hears of the failure, and the effect comes Fault.Delay later.
	LateEffect Moment = fake.LateEffect
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

// inner is the fault as fakes share it.
func (f Fault) inner() fake.Fault {
	return fake.Fault{
		Route: f.Route, Nth: f.Nth, Times: f.Times, Status: f.Status, Words: f.Code, RetryAfter: f.RetryAfter,
		Plain: f.Plain, Reset: f.Reset, When: int(f.When), Delay: f.Delay, Slow: f.Slow, Cut: f.Cut, Short: f.Short,
	}
}

// Inject sets a fault, on top of those that are set. An error says what is wrong with it.
func (b *Box) Inject(f Fault) error { return b.faults.Inject(f.inner(), b.Routes()) }

// ClearFaults takes away the faults that were set. The random ones stay.
func (b *Box) ClearFaults() { b.faults.Clear() }

// SetFaultRate sets what Options.FaultRate has set: the share of calls with which something goes wrong
// by chance, from 0 to 1. Any other rate is an error.
func (b *Box) SetFaultRate(rate float64) error { return b.faults.SetRate(rate) }

// AccidentKinds returns the names of all faults that Options.FaultRate draws from. With NoLimits "too
// many calls" is not among them, since then Box never says so.
func (b *Box) AccidentKinds() []string { return b.faults.Kinds() }

// Accidents returns how often each kind of fault has come by chance.
func (b *Box) Accidents() map[string]int { return b.faults.Drawn() }

// dear says that the answer of a call must not be lost by chance: a refresh token that is lost costs
// the account.
func (r *route) dear() bool { return r.need == needNothing && r.method == http.MethodPost }

// problemOf is how a call fails. Where the connection is reset it does not return.
func problemOf(f *fake.Fault) *problem {
	if f.Reset {
		panic(http.ErrAbortHandler)
	}
	p := refuse(f.Status, f.Words, "%s", http.StatusText(f.Status))
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
