package procoretest

import (
	"cmp"
	"slices"
	"time"
)

const (
	// hookPatience is how long Procore waits for an answer to a webhook.
	hookPatience = 5 * time.Second
	// firstPause is how long an address that failed is left alone. Each time it fails again the pause
	// doubles, up to longestPause.
	firstPause   = time.Second
	longestPause = time.Hour
	// hookSpan is how long an address may fail before everything that waits for it is discarded.
	hookSpan = 12 * time.Hour
)

// A queue holds what is to be sent to one address. While the address fails, all of it waits
// (section 11.5).
type queue struct {
	waiting []*delivery // by when they are due
	failing time.Time   // since when, zero if the last one was taken
	pause   time.Duration
	running bool // somebody sends what is in it
}

func (q *queue) put(d *delivery) {
	at, _ := slices.BinarySearchFunc(q.waiting, d, func(a, b *delivery) int {
		return cmp.Or(a.due.Compare(b.due), -1) // behind those of the same time
	})
	q.waiting = slices.Insert(q.waiting, at, d)
}

// next returns what is sent next and how long that must wait yet, nil if there is nothing.
func (q *queue) next(now time.Time) (*delivery, time.Duration) {
	if len(q.waiting) == 0 {
		return nil, 0
	}
	return q.waiting[0], max(0, q.waiting[0].due.Sub(now))
}

// taken removes what was sent well.
func (q *queue) taken(d *delivery) {
	q.drop(d)
	q.failing, q.pause = time.Time{}, 0
}

func (q *queue) drop(d *delivery) {
	q.waiting = slices.DeleteFunc(q.waiting, func(other *delivery) bool { return other == d })
}

// failed notes that a delivery was not taken. It says how long the address is left alone, or what is
// given up because it failed for too long.
func (q *queue) failed(now time.Time) (pause time.Duration, flushed []*delivery) {
	if q.failing.IsZero() {
		q.failing = now
	}
	if now.Sub(q.failing) >= hookSpan {
		flushed = q.waiting
		q.waiting, q.failing, q.pause = nil, time.Time{}, 0
		return 0, flushed
	}
	q.pause = min(max(2*q.pause, firstPause), longestPause)
	return q.pause, nil
}
