package procoretest

import (
	"net/http"
	"strconv"
	"time"
)

// The ways in which a fake limits the rate of calls.
const (
	// RealLimits are the two that Procore has at once: Options.HourlyCalls in an hour and
	// Options.SpikeCalls in ten seconds, for each user of the app. Every request counts, also one that
	// fails or is refused. The header X-Rate-Limit-* tells of the one that is nearer (section 3).
	RealLimits Limits = iota
	// NoLimits refuses nothing. Answers tell of both windows in turn, each so wide that nothing fills it.
	NoLimits
)

// Limits says how calls are limited.
type Limits int

const (
	hour  = time.Hour
	spike = 10 * time.Second
)

// A window is how many calls were made since it began. It begins with the first call after the one
// before has ended.
type window struct {
	within time.Duration
	most   int
	began  time.Time
	used   int
}

// roll begins a new window if the old one is over.
func (w *window) roll(now time.Time) {
	if w.began.IsZero() || now.Sub(w.began) >= w.within {
		w.began, w.used = now, 0
	}
}

func (w *window) left() int { return max(0, w.most-w.used) }

// resets is when the window ends, in whole seconds.
func (w *window) resets() time.Time {
	end := w.began.Add(w.within)
	if end.Nanosecond() > 0 {
		end = end.Truncate(time.Second).Add(time.Second)
	}
	return end
}

// A limiter refuses calls that come too fast. It is used under the Procore's lock.
type limiter struct {
	off      bool
	told     int // with off: answers so far
	hourly   int
	spike    int
	switches Switches
	pairs    map[*user]*pair
}

// A pair is both windows of a user.
type pair struct{ hourly, spike window }

func newLimiter(o Options) *limiter {
	return &limiter{
		off: o.Limits == NoLimits, hourly: o.HourlyCalls, spike: o.SpikeCalls, switches: o.Switches,
		pairs: map[*user]*pair{},
	}
}

// take counts a call. It returns the headers of its answer, and an error if it comes too fast.
func (l *limiter) take(now time.Time, u *user) (http.Header, error) {
	if l.off {
		return l.wide(now), nil
	}
	p := l.pairs[u]
	if p == nil {
		p = &pair{window{within: hour, most: l.hourly}, window{within: spike, most: l.spike}}
		l.pairs[u] = p
	}
	p.hourly.roll(now)
	p.spike.roll(now)
	full := p.full()
	p.hourly.used++
	p.spike.used++
	if full == nil {
		return p.nearer().header(), nil
	}
	return full.header(), l.tooFast(now, full)
}

// Limits that nobody reaches.
const (
	wideHour  = 1_000_000_000
	wideSpike = 100_000
)

// wide is the header of an answer when nothing is limited. Clients that keep to what they are told need
// both windows, so it tells now of the one and then of the other.
func (l *limiter) wide(now time.Time) http.Header {
	l.told++
	if l.told%2 == 0 {
		return (&window{within: spike, most: wideSpike, began: now}).header()
	}
	return (&window{within: hour, most: wideHour, began: now}).header()
}

// full is the window that lets no call through, nil if both do.
func (p *pair) full() *window {
	switch {
	case p.hourly.left() == 0:
		return &p.hourly
	case p.spike.left() == 0:
		return &p.spike
	}
	return nil
}

// nearer is the window that is likelier to be full first: the spike's, until the hour has no more left
// than that (section 3).
func (p *pair) nearer() *window {
	if p.hourly.left() <= p.spike.left() {
		return &p.hourly
	}
	return &p.spike
}

func (w *window) header() http.Header {
	return http.Header{
		"X-Rate-Limit-Limit":     {strconv.Itoa(w.most)},
		"X-Rate-Limit-Remaining": {strconv.Itoa(w.left())},
		"X-Rate-Limit-Reset":     {strconv.FormatInt(w.resets().Unix(), 10)},
	}
}

// tooFast is a 429. Sources differ in whether it has a Retry-After.
func (l *limiter) tooFast(now time.Time, w *window) *problem {
	p := refuse(http.StatusTooManyRequests,
		"You have surpassed the max number of requests for an hour. Please wait until your limit resets.")
	p.nested = l.switches.RateErrorNested
	if !l.switches.RetryAfterOmitted {
		p.retry = w.resets().Sub(now)
	}
	return p
}
