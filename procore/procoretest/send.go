package procoretest

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// wake begins to send to hooks that got something to send. Nobody sends to one hook twice at a time.
func (p *Procore) wake(ready []*hook) {
	for _, h := range ready {
		p.life.Behind(func() { p.sendTo(h) })
	}
}

// sendTo empties the queue of a hook, one delivery after the other.
func (p *Procore) sendTo(h *hook) {
	for {
		d, wait := p.head(h)
		if d == nil {
			return
		}
		if wait == 0 {
			done := p.post(h, d)
			if p.life.Context().Err() != nil {
				return
			}
			wait = p.settle(h, d, done)
		}
		if p.clock.wait(p.life.Context(), wait) != nil {
			return
		}
	}
}

// head is what is sent next to a hook, and how long that must wait yet. Without anything the sending
// ends.
func (p *Procore) head(h *hook) (*delivery, time.Duration) {
	p.lock()
	defer p.unlock()
	d, wait := h.queue.next(p.clock.Now())
	h.queue.running = d != nil
	return d, wait
}

func (p *Procore) settle(h *hook, d *delivery, t try) time.Duration {
	p.lock()
	defer p.unlock()
	p.sent = append(p.sent, Delivery{
		Hook: h.id, Message: d.message.ulid, Resource: d.message.news.resource, ID: d.message.news.id,
		Event: string(d.message.news.what), Body: d.body, At: t.started, Status: t.status, Err: t.err,
	})
	return h.settle(d, t, p.clock.Now())
}

// post makes one try. Who sent it is told by nothing but the value that the hook was given.
func (p *Procore) post(h *hook, d *delivery) try {
	t := try{started: p.clock.Now()}
	r, err := http.NewRequestWithContext(p.life.Context(), http.MethodPost, h.address, bytes.NewReader(d.body))
	if err != nil {
		t.err = err
		return t
	}
	r.Header.Set("Content-Type", "application/json")
	if h.authorization != "" {
		r.Header.Set("Authorization", h.authorization)
	}
	answer, err := p.options.WebhookClient.Do(r)
	t.ended = p.clock.Now()
	if err != nil {
		t.err = err
		return t
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	t.status, t.header, t.answer = answer.StatusCode, answer.Header, string(text)
	return t
}

// noRedirect takes a redirect for an answer, which is none that counts.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
