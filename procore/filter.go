package procore

import (
	"net/url"
	"time"
)

// Span is a time from From to To, both included, for filters. A zero bound is open. Procore's times
// are in whole seconds, so From is rounded down and To up.
type Span struct{ From, To time.Time }

// Open bounds must be named: Procore does not document ranges without one.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// filter adds the Span to a query, unless it is open on both sides.
func (s Span) filter(query url.Values, field string) {
	if s.From.IsZero() && s.To.IsZero() {
		return
	}
	from, to := earliest, latest
	if !s.From.IsZero() {
		from = s.From.Truncate(time.Second)
	}
	if !s.To.IsZero() {
		to = s.To.Add(time.Second - time.Nanosecond).Truncate(time.Second)
	}
	query.Set("filters["+field+"]", stamp(from)+"..."+stamp(to))
}

// stamp is how a request tells a time: in UTC, in whole seconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
