package procoretest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// hookMemory is how long deliveries can be read (section 11.2).
const hookMemory = 28 * 24 * time.Hour

// A Delivery is one try to send a webhook.
type Delivery struct {
	Hook     int64  // its id
	Message  string // what the receiver tells repeats by: ulid, or id in version 4
	Resource string
	ID       int64  // of the record
	Event    string // "create", "update" or "delete"
	Body     []byte
	At       time.Time
	Status   int   // of the answer, zero without one
	Err      error // why there is no answer
}

// A delivery is one message on its way to one hook.
type delivery struct {
	id      int64
	message message
	due     time.Time
	status  string // "enqueued", "retrying", "succeeded", "failed" or "discarded"
	body    []byte
	tries   []try
}

type try struct {
	started, ended time.Time
	status         int
	header         http.Header
	answer         string
	err            error
}

// A deliverer makes deliveries of news, as badly as it is told to. Procore promises neither that each
// comes, nor that it comes once, nor any order (section 11.5).
type deliverer struct {
	drop, repeat float64       // shares of messages
	late         time.Duration // each comes up to so much later
	bare         bool          // metadata are null
	random       *rand.Rand
	last         int64
}

// copies returns what is to be sent to a hook: one delivery of the news, or none, or two.
func (s *deliverer) copies(h *hook, n news, now time.Time) []*delivery {
	s.last++
	m := message{number: 123_000_000 + s.last, ulid: ulid(now), at: now, news: n}
	body, err := json.Marshal(m.body(h, s.bare))
	if err != nil || s.random.Float64() < s.drop {
		return nil
	}
	times := 1
	if s.random.Float64() < s.repeat {
		times = 2
	}
	var all []*delivery
	for range times {
		s.last++
		late := time.Duration(s.random.Float64() * float64(s.late))
		all = append(all, &delivery{id: s.last, message: m, due: now.Add(late), status: "enqueued", body: body})
	}
	return all
}

// settle notes how a try went. What is given up leaves the queue with it.
func (h *hook) settle(d *delivery, t try, now time.Time) (pause time.Duration) {
	d.tries = append(d.tries, t)
	if t.status/100 == 2 {
		d.status = "succeeded"
		h.queue.taken(d)
		h.past = append(h.past, d)
		return 0
	}
	d.status = "retrying"
	pause, flushed := h.queue.failed(now)
	for _, given := range flushed {
		given.status = "discarded"
	}
	h.past = append(h.past, flushed...)
	return pause
}

// deliveries are those that can be read, the oldest first.
func (h *hook) deliveries(now time.Time) []*delivery {
	h.past = slices.DeleteFunc(h.past, func(d *delivery) bool { return now.Sub(d.message.at) > hookMemory })
	return append(slices.Clone(h.past), h.queue.waiting...)
}

// Deliveries returns every try to send a webhook so far, the oldest first.
func (p *Procore) Deliveries() []Delivery {
	p.lock()
	defer p.unlock()
	return slices.Clone(p.sent)
}
