package connect

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// GovernorOptions say what is known of a credential's limits. The zero value knows none, and keeps
// to what answers ask for.
type GovernorOptions struct {
	// Windows are the limits of the service. Calls keep to all of them at once.
	Windows []Window
	// Read takes from an answer what it tells of the Windows; nil means that answers tell nothing. It
	// is the one place that knows the names of a service's headers.
	Read func(status int, h http.Header) []Reading
	// Budget is where all processes that use the credential keep their common account; nil means
	// that this Governor is the only one.
	Budget Budget
	// Credential names the account in the Budget. It must be set if that is, and is no secret.
	Credential string
	// Delay is the longest time that a call may take from here to where the service counts it; 0 means
	// two seconds. A longer one than a fiftieth of a window, but at least 200 milliseconds, is not
	// reckoned with, since it would cost too much.
	Delay time.Duration
	// Longest is the longest time for which an answer can stop everything; 0 means an hour. After
	// that one call goes, to see.
	Longest time.Duration
	// Patience is the longest stop that calls wait for; 0 means a minute, as with Options.Longest of a
	// Client. While a longer one lasts they fail with syncer.ErrBusy at once, so that a run ends and
	// others can begin. For room in a Window they wait as long as it takes.
	Patience time.Duration
}

// origin is when an account of our own begins. What somebody else has counted is older than that.
const origin time.Duration = 1 << 60

// Governor keeps the calls of one credential within the limits of its service. There must be one for
// each credential, shared by all pairs that use it; where several processes use the credential each
// has its Governor, and all have one Budget.
//
// What it promises:
//
//   - In no Window do more calls go than fit in, whatever became of them, as long as each arrives
//     at the service within Delay. It takes at least 95 of 100 that fit in if enough want to go.
//   - Live calls go before bulk calls, and bulk calls leave what live calls need to go on at half of
//     a window's even pace. Of ten calls one is a bulk call if both wait all the time.
//   - Pairs take turns within a class, whoever has more calls waiting, in all processes together.
//   - After an answer with status 429, or 503 with Retry-After, no call goes until the time it
//     names. Then one goes, and the others when that is answered.
//   - Setting the machine's clock changes nothing.
//   - It has no goroutine of its own, and what it remembers does not grow with the calls.
//
// All methods of it and of its Lanes are safe for use by many goroutines.
type Governor struct {
	options GovernorOptions
	name    string    // among the Governors of the credential
	start   time.Time // times are counted from here, by a clock that nobody can set

	lead    chan struct{} // holds a value while one of the waiters asks for all of them
	changed chan struct{} // holds a value when whoever asks should look again

	mu      sync.Mutex    // guards what is below
	account *account      // with a Budget it is what was seen there last
	offset  time.Duration // of the account's time from ours
	queue   queue
	news    []heard       // what the Budget does not know yet
	stop    time.Duration // nothing goes before
	shared  time.Duration // the stop that the Budget knows
	tries   int           // stops in a row of which the service did not say how long they are
	careful bool          // only one call goes until it is answered
	alone   time.Duration // since when that one is under way; less than 0 if none is
	hold    time.Duration // how long the Budget may take
	short   time.Duration // when a draw did not get all that it asked for; less than 0 if it did
}

// NewGovernor returns a Governor. An error wraps syncer.ErrInvalid and names the field.
func NewGovernor(o GovernorOptions) (*Governor, error) {
	for i, w := range o.Windows {
		if err := w.check(); err != nil {
			return nil, fmt.Errorf("governor: %w", err)
		}
		if slices.ContainsFunc(o.Windows[:i], func(v Window) bool { return v.Name == w.Name }) {
			return nil, fmt.Errorf("governor: two windows are called %q: %w", w.Name, syncer.ErrInvalid)
		}
	}
	switch {
	case o.Budget != nil && o.Credential == "":
		return nil, fmt.Errorf("governor: Credential is empty: %w", syncer.ErrInvalid)
	case o.Delay < 0:
		return nil, fmt.Errorf("governor: Delay is %s: %w", o.Delay, syncer.ErrInvalid)
	case o.Longest < 0:
		return nil, fmt.Errorf("governor: Longest is %s: %w", o.Longest, syncer.ErrInvalid)
	case o.Patience < 0:
		return nil, fmt.Errorf("governor: Patience is %s: %w", o.Patience, syncer.ErrInvalid)
	}
	g := &Governor{
		options: o.withDefaults(),
		start:   time.Now(),
		lead:    make(chan struct{}, 1),
		changed: make(chan struct{}, 1),
		account: newAccount(),
		offset:  origin,
		careful: slices.ContainsFunc(o.Windows, func(w Window) bool { return w.Most == 0 }),
		alone:   -1,
		short:   -1,
	}
	g.account.know(g.options.Windows)
	if o.Budget != nil {
		g.name, g.hold = rand.Text(), g.account.patience()
	}
	return g, nil
}

func (o GovernorOptions) withDefaults() GovernorOptions {
	o.Windows = slices.Clone(o.Windows)
	if o.Read == nil {
		o.Read = func(int, http.Header) []Reading { return nil }
	}
	if o.Delay == 0 {
		o.Delay = 2 * time.Second
	}
	if o.Longest == 0 {
		o.Longest = time.Hour
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	return o
}

func (g *Governor) now() time.Duration { return time.Since(g.start) }

// Lane is a Governor as one pair uses it. It is a [Pace] and a [syncer.Pacer].
type Lane struct {
	governor *Governor
	pair     string
}

var (
	_ Pace         = (*Lane)(nil)
	_ syncer.Pacer = (*Lane)(nil)
)

// Lane returns the lane of a pair. Lanes of one name take turns with others as one.
func (g *Governor) Lane(pair string) *Lane { return &Lane{g, pair} }

// Wait returns when cost.Calls calls may go, which they must do at once, or with the context's
// error. They count from then on, whatever becomes of them, and in the windows of their kind, which
// [KindOf] tells, too.
//
// More calls at once than a window holds are syncer.ErrInvalid. During a stop that is longer than
// GovernorOptions.Patience the error wraps syncer.ErrBusy. If the Budget fails it wraps that and what
// the Budget said: no call may go that is not counted.
func (l *Lane) Wait(ctx context.Context, class syncer.Class, cost syncer.Cost) error {
	g := l.governor
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case class > syncer.Bulk:
		return fmt.Errorf("wait for calls: class is %d: %w", class, syncer.ErrInvalid)
	case cost.Calls < 0:
		return fmt.Errorf("wait for calls: cost.Calls is %d: %w", cost.Calls, syncer.ErrInvalid)
	case cost.Calls == 0:
		return nil
	}
	a := ask{class: class, kind: KindOf(ctx), n: cost.Calls, pair: l.pair}
	w := g.enter(a)
	if w == nil {
		return nil
	}
	for {
		select {
		case <-w.done:
			return w.err
		case <-ctx.Done():
			return g.giveUp(ctx, w)
		case g.lead <- struct{}{}:
			g.askForAll(ctx, w)
			<-g.lead
		}
	}
}

// enter lets a call go if it can at once, or puts it into the queue.
func (g *Governor) enter(a ask) *waiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.options.Budget == nil && g.queue.size == 0 && !g.careful && g.now() >= g.stop {
		if got := g.ask([]ask{a}); got.given[0] {
			return nil
		}
	}
	w := g.queue.join(a)
	g.wake()
	return w
}

// giveUp takes a call out of the queue whose context has ended, unless it may go by now.
func (g *Governor) giveUp(ctx context.Context, w *waiter) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.queue.leave(w) {
		return ctx.Err()
	}
	return w.err
}

// wake makes whoever asks for all look again.
func (g *Governor) wake() {
	select {
	case g.changed <- struct{}{}:
	default:
	}
}
