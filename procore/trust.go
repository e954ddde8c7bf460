package procore

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// TrustOptions may be left zero.
type TrustOptions struct {
	// Longest is how long a tool of which no webhook has come is left unasked; 0 means 24 hours, which is
	// how often an engine makes a full scan. What a webhook that never came would have told is found then.
	Longest time.Duration
	// Fresh is how long it counts that the hooks were found right; 0 means 2 hours. Reconcile them more
	// often than that.
	Fresh time.Duration
	// Clock is the time; nil means time.Now.
	Clock func() time.Time
}

// Trust knows how far webhooks are to be believed. Give one and the same to the WebhookSet, to the Receiver
// and to the file systems of a company, and the feed of a tool makes no call as long as nothing but
// webhooks needs to be heard. It goes back to asking, from the position at which it had stopped,
//
//   - when a webhook about the tool came, until two minutes after that;
//   - when a hook or a trigger was missing, or Procore says that a delivery was not taken;
//   - when ReconcileWebhooks failed, or has not been called for a while;
//   - when it has not asked for TrustOptions.Longest.
//
// Nothing that happened meanwhile is lost in the first three cases; in the last one it comes late. A Trust
// remembers nothing beyond its process, and knows nothing of others: webhooks must come to the process that
// polls. It is safe for use by many goroutines.
type Trust struct {
	o      TrustOptions
	mu     sync.Mutex
	scopes map[Scope]standing
	heard  map[subject]time.Time
}

// standing is what was last found out about the hook of a Scope.
type standing struct {
	hook    ID
	from    time.Time // by Procore's clock: since then it has stood, and each delivery was taken
	checked time.Time // by ours
	ahead   time.Duration
	lost    []ID // deliveries that were given up, as far as that is known
}

// subject is what a delivery is about. That of the zero value may be about anything.
type subject struct {
	in   Scope
	tool string
}

// mostLost is how many deliveries are looked at that were not taken. A hook that has lost more is believed
// again when Procore has forgotten them.
const mostLost = 1000

// NewTrust returns a Trust that believes nothing yet. An error that wraps syncer.ErrInvalid names the
// option that makes no sense.
func NewTrust(o TrustOptions) (*Trust, error) {
	switch {
	case o.Longest < 0 || o.Longest > remembered:
		return nil, invalid("TrustOptions.Longest is %s: it must be between 0 and %s", o.Longest, remembered)
	case o.Fresh < 0:
		return nil, invalid("TrustOptions.Fresh is %s", o.Fresh)
	}
	o.Longest, o.Fresh = cmp.Or(o.Longest, 24*time.Hour), cmp.Or(o.Fresh, 2*time.Hour)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Trust{o: o, scopes: map[Scope]standing{}, heard: map[subject]time.Time{}}, nil
}

// told reports whether webhooks have told of all that happened in a tool since its feed was read at a time
// of Procore's clock.
func (t *Trust) told(in Scope, tool string, since time.Time) bool {
	if t == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.scopes[in]
	now := t.o.Clock()
	if !ok || now.Sub(s.checked).Abs() > t.o.Fresh || now.Add(s.ahead).Sub(since) >= t.o.Longest {
		return false
	}
	// What was written shortly before the reading may not have been seen by it.
	since = since.Add(-overlap)
	for _, about := range []subject{{in, tool}, {}} {
		if since.Before(t.heard[about]) {
			return false
		}
	}
	return !since.Before(s.from)
}

// hear notes that a delivery has come: there is something to be asked for.
func (t *Trust) hear(d *Delivery) {
	if t == nil {
		return
	}
	about := subject{d.Scope(), d.Tool()}
	switch {
	case d.Resource == "":
		about = subject{} // nobody knows
	case about.tool == "":
		return // of nothing that is synced
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at := d.At
	if at.IsZero() {
		at = t.o.Clock().Add(t.scopes[about.in].ahead)
	}
	if at.After(t.heard[about]) {
		t.heard[about] = at
	}
}

// doubt believes nothing of a Scope until it is checked again.
func (t *Trust) doubt(in Scope) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.scopes, in)
}

// check asks what became of the deliveries of a hook that is right now, and was before if kept says so. It
// costs a call for each state that a delivery may have which was not taken.
func (t *Trust) check(ctx context.Context, c *Client, in Scope, hook ID, kept bool) error {
	if t == nil {
		return nil
	}
	now := standing{hook: hook, checked: t.o.Clock()}
	late := false
	for _, status := range []string{DeliveryRetrying, DeliveryFailed, DeliveryDiscarded} {
		q := DeliveryQuery{Status: status, told: func(h http.Header) {
			if at, err := http.ParseTime(h.Get("Date")); err == nil && now.from.IsZero() {
				now.from = at
			}
		}}
		rows := 0
		for d, err := range c.GetHooksIDDeliveries(ctx, in, hook, q) {
			if err != nil {
				return err
			}
			if rows++; rows > mostLost {
				late = true
				break
			}
			switch d.Status {
			case DeliveryRetrying:
				late = true
			case DeliveryFailed, DeliveryDiscarded:
				now.lost = append(now.lost, d.ID)
			}
		}
	}
	if now.from.IsZero() {
		now.from = now.checked
	}
	now.ahead = now.from.Sub(now.checked)
	t.mu.Lock()
	defer t.mu.Unlock()
	was, known := t.scopes[in]
	fresh := slices.ContainsFunc(now.lost, func(id ID) bool { return !slices.Contains(was.lost, id) })
	if known && kept && was.hook == hook && !late && !fresh {
		now.from = was.from
	}
	t.scopes[in] = now
	return nil
}
