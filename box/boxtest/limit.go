package boxtest

import (
	"net/http"
	"time"
)

// The ways in which a fake limits the rate of calls.
const (
	// RealLimits are those that Box documents: for each user 1000 calls and 240 uploads a minute, 6
	// searches a second and 60 a minute; for the enterprise 12 searches a second. A window slides. A
	// call that was refused does not count.
	RealLimits Limits = iota
	// NoLimits refuses nothing. Each answer says so in the header RateLimit-Policy, which Box has not: a
	// client that keeps to what Box documents could not know it otherwise.
	NoLimits
)

// Classes of calls that have limits of their own.
const (
	ordinary class = iota
	uploading
	searching
	polling // the realtime host, which is not the API
)

// Limits says how calls are limited.
type Limits int

type class int

// A window is how many calls are allowed within a time.
type window struct {
	class  class
	shared bool // by the enterprise
	within time.Duration
	most   int
}

func windows() []window {
	return []window{
		{ordinary, false, time.Minute, 1000},
		{uploading, false, time.Minute, 240},
		{searching, false, time.Second, 6},
		{searching, false, time.Minute, 60},
		{searching, true, time.Second, 12},
	}
}

// A limiter refuses calls that come too fast. It is used under the Box's lock.
type limiter struct {
	limits  Limits
	monthly int
	month   time.Time
	used    int
	calls   map[lane][]time.Time
}

// unlimited is the header RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers) that names the windows
// of a user, each so wide that nothing fills it.
const unlimited = `"calls";q=1000000000;w=60, "uploads";q=1000000000;w=60, ` +
	`"searches";q=1000000000;w=60, "searches in a second";q=1000000000;w=1`

// A lane is what one window counts.
type lane struct {
	window window
	user   *user
}

func newLimiter(o Options) *limiter {
	l := &limiter{limits: o.Limits, calls: map[lane][]time.Time{}}
	if o.Switches.MonthlyQuota {
		l.monthly = o.MonthlyCalls
	}
	return l
}

// take counts a call, or says when to come again.
func (l *limiter) take(now time.Time, u *user, c class) error {
	if l.limits == NoLimits || c == polling {
		return nil
	}
	if err := l.takeMonth(now); err != nil {
		return err
	}
	var mine []lane
	for _, w := range windows() {
		if w.class != c && w.class != ordinary {
			continue
		}
		at := lane{w, u}
		if w.shared {
			at.user = nil
		}
		if wait := l.wait(now, at); wait > 0 {
			return tooFast(wait)
		}
		mine = append(mine, at)
	}
	for _, at := range mine {
		l.calls[at] = append(l.calls[at], now)
	}
	return nil
}

// wait is how long a lane is full.
func (l *limiter) wait(now time.Time, at lane) time.Duration {
	calls := l.calls[at]
	old := 0
	for old < len(calls) && now.Sub(calls[old]) >= at.window.within {
		old++
	}
	calls = calls[old:]
	l.calls[at] = calls
	if len(calls) < at.window.most {
		return 0
	}
	return calls[0].Add(at.window.within).Sub(now)
}

func (l *limiter) takeMonth(now time.Time) error {
	if l.monthly == 0 {
		return nil
	}
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if !month.Equal(l.month) {
		l.month, l.used = month, 0
	}
	if l.used >= l.monthly {
		return tooFast(month.AddDate(0, 1, 0).Sub(now))
	}
	l.used++
	return nil
}

func tooFast(wait time.Duration) *problem {
	p := refuse(http.StatusTooManyRequests, "rate_limit_exceeded", "Request rate limit exceeded, please try again later")
	p.retry = wait
	return p
}
