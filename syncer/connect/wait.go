package connect

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter returns how long an answer asks to wait, and whether it asks at all. A date counts from
// the answer's own Date where there is one, so that our clock does not matter. A time in the past
// is 0, and what is more than a year is a year.
func RetryAfter(h http.Header) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		return wholeSeconds(seconds)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return min(max(0, at.Sub(now)), longestAsked), true
}

// longestAsked is the longest wait that is taken for what it says.
const longestAsked = 365 * 24 * time.Hour

// wholeSeconds rounds up, and takes nothing that is no number of seconds.
func wholeSeconds(seconds float64) (time.Duration, bool) {
	switch {
	case math.IsNaN(seconds) || seconds < 0:
		return 0, false
	case seconds > longestAsked.Seconds():
		return longestAsked, true
	}
	return time.Duration(math.Ceil(seconds)) * time.Second, true
}

// backoff is the wait before repetition n, counted from 1, where the service named none: a second,
// doubled each time, and spread by half in both directions.
func backoff(n int, random float64) time.Duration {
	const first = time.Second
	wait := first << min(n-1, 6)
	return time.Duration(float64(wait) * (0.5 + random))
}

// spread makes a wait that the service named longer by up to a tenth, and never shorter.
func spread(wait time.Duration, random float64) time.Duration {
	return wait + time.Duration(float64(max(wait, time.Second))*random/10)
}
