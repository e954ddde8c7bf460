package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// HooksOff is the address of Hooks that are to be taken away.
const HooksOff = "off"

// Hooks are the webhooks of all Links: the services call an address in public when something changes, and
// tell who did it. Hooks see to it that there are the right ones (see Keep), and are the http.Handler that
// takes what they send. A message is a hint and no more: one that is lost, comes late or twice does no harm,
// and one that is forged is refused.
//
// The handler answers at its address and below it, whatever path a proxy puts before that: /procore/ with the
// number of a company, /box/ with a name and the number of a folder. There is nothing else. It is safe for
// use by many goroutines.
type Hooks struct {
	office  *Office
	address string // "" if there shall be none
	kept    keptHooks
	proof   string // the value of Authorization

	mu        sync.RWMutex
	ready     bool           // links are known
	links     []mapping.Link // that are kept in step
	companies map[string]*companyHooks
	box       *box.Receiver
	wake      func(pair string)
	due       chan struct{} // something is to be done anew
}

// companyHooks take what Procore sends for a company.
type companyHooks struct {
	client   *procore.Client
	receiver *procore.Receiver
	roll     roll
}

// Hooks returns the webhooks of the data directory, at an address where the services reach it: https, or a
// port of this machine for fakes. HooksOff is for taking away those that were made before. An error that wraps
// syncer.ErrInvalid says what is wrong with the address. Nobody is called.
func (o *Office) Hooks(ctx context.Context, address string) (*Hooks, error) {
	h := &Hooks{office: o, companies: map[string]*companyHooks{}, due: make(chan struct{}, 1)}
	if address != HooksOff {
		if err := checkHooks(address); err != nil {
			return nil, err
		}
		h.address = strings.TrimRight(address, "/")
	}
	var err error
	if h.kept, err = o.keptHooks(ctx); err != nil {
		return nil, err
	}
	if h.proof, err = o.hookProof(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// checkHooks wants an address to which a service may send what proves that it is the service.
func checkHooks(address string) error {
	u, err := url.Parse(address)
	switch {
	case strings.ContainsAny(address, "@?#"): // what stands there may be a secret
		return fmt.Errorf("the address of webhooks must have no user, password, ? and #: %w", syncer.ErrInvalid)
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("the address of webhooks must be one such as https://hooks.example.com/procorebox, not %q: %w", address, syncer.ErrInvalid)
	case u.Scheme == "http" && local(address) != nil:
		return fmt.Errorf("the address of webhooks must begin with https, since each message bears a secret, not %q: %w", address, syncer.ErrInvalid)
	}
	return nil
}

// follow says which Links are kept in step. What keeps a service from being heard is no news to whoever asks
// for changes, and is told by Keep.
func (h *Hooks) follow(ctx context.Context, links []mapping.Link) {
	errs := []error{h.fromBox(ctx)}
	for _, l := range links {
		_, err := h.fromProcore(ctx, l.Company)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		h.office.log.DebugContext(ctx, "not all webhooks can be taken", slog.Any("error", err))
	}
	h.mu.Lock()
	same := h.ready && slices.EqualFunc(h.links, links, func(a, b mapping.Link) bool {
		return a.ID == b.ID && slices.Equal(a.Tools, b.Tools)
	})
	h.ready, h.links = true, links
	h.mu.Unlock()
	if !same {
		h.soon()
	}
}

// forget lets whoever comes next go by the connections that are stored now.
func (h *Hooks) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ready, h.companies, h.box = false, map[string]*companyHooks{}, nil
}

// soon lets a watch see to the webhooks now.
func (h *Hooks) soon() { signal(h.due) }

// onWake says who is told of pairs that got a hint.
func (h *Hooks) onWake(wake func(pair string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake = wake
}

// following returns the Links that are kept in step.
func (h *Hooks) following() []mapping.Link {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.links
}

// ServeHTTP takes one message of a service.
func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler, ready := h.door(r.URL.Path)
	switch {
	case !ready:
		http.Error(w, "not yet", http.StatusServiceUnavailable) // the services send it again
	case handler == nil:
		http.NotFound(w, r)
	default:
		handler.ServeHTTP(w, r)
	}
}

// door returns who takes what is sent to a path, nil if nobody does. Before the Links are known nobody can.
func (h *Hooks) door(path string) (_ http.Handler, ready bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	all := strings.Split(strings.Trim(path, "/"), "/")
	n := len(all)
	switch {
	case n >= 2 && all[n-2] == procoreDoor && h.companies[all[n-1]] != nil:
		return h.companies[all[n-1]].receiver, h.ready
	case n >= 3 && all[n-3] == boxDoor && h.box != nil:
		return h.box, h.ready
	}
	return nil, h.ready
}

// The doors are what follows the public address.
const procoreDoor, boxDoor = "procore", "box"

// A mailbox keeps the hints of messages, and wakes those whom they are for.
type mailbox struct {
	hooks *Hooks
	// own is the account of which a feed tells as soon and at a lower price, empty if there is none.
	own string
}

// Append appends hints to the inbox of a pair.
func (m mailbox) Append(ctx context.Context, pair string, hints ...syncer.Hint) error {
	if m.own != "" {
		hints = slices.DeleteFunc(slices.Clone(hints), func(h syncer.Hint) bool { return h.By.ID == m.own })
	}
	if len(hints) == 0 {
		return nil
	}
	if err := m.hooks.office.file.Store.Append(ctx, pair, hints...); err != nil {
		return err
	}
	m.hooks.mu.RLock()
	defer m.hooks.mu.RUnlock()
	if m.hooks.wake != nil {
		m.hooks.wake(pair)
	}
	return nil
}

// fromProcore makes what takes the messages about a company.
func (h *Hooks) fromProcore(ctx context.Context, company string) (*companyHooks, error) {
	h.mu.RLock()
	there := h.companies[company]
	h.mu.RUnlock()
	if there != nil {
		return there, nil
	}
	p, err := h.office.Procore(ctx)
	if err != nil {
		return nil, err
	}
	client, err := p.Company(company)
	if err != nil {
		return nil, err
	}
	trust, err := h.office.trust(company)
	if err != nil {
		return nil, err
	}
	made := &companyHooks{client: client}
	made.receiver, err = procore.NewReceiver(procore.ReceiverOptions{
		Client: client, Authorization: []string{h.proof}, Store: mailbox{hooks: h}, Side: syncer.Source, Trust: trust, Logger: h.office.log,
		Pairs: func(d *procore.Delivery) []string {
			if made.roll.lacks(client, d) {
				h.soon()
			}
			if p.wrote(d) {
				return nil
			}
			return about(h.following(), company, d)
		},
	})
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.companies[company] = made
	return made, nil
}

// wrote reports whether our own account has made something or written it. The feed, which knows our own writes
// again at no call, hears of that: a hint for each would cost a look.
func (p *Procore) wrote(d *procore.Delivery) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.me != nil && d.UserID == p.me.ID && (d.Event == procore.EventCreate || d.Event == procore.EventUpdate)
}

// about returns the pairs that a message of Procore is about: all of the company where it cannot be understood.
func about(links []mapping.Link, company string, d *procore.Delivery) (pairs []string) {
	for _, l := range links {
		if l.Company != company {
			continue
		}
		for _, t := range l.Tools {
			if d.Resource != "" {
				if in, err := ScopeOf(l); err != nil || in != d.Scope() || t.Folder() != d.Tool() {
					continue
				}
			}
			pairs = append(pairs, l.Pair(t))
		}
	}
	return pairs
}

// fromBox makes what takes the messages of Box, if there are keys to prove them with.
func (h *Hooks) fromBox(ctx context.Context) error {
	keys := h.office.settings.Box.HookKeys
	if keys == (box.WebhookKeys{}) {
		return ErrNoHookKeys
	}
	b, err := h.office.Box(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.box != nil {
		return nil
	}
	h.box, err = box.NewReceiver(box.ReceiverOptions{
		Files: b.Files, Keys: keys, Store: mailbox{h, b.user.ID}, Side: syncer.Destination, Logger: h.office.log,
		Pairs: func(root string) (pairs []string) {
			for _, l := range h.following() {
				for _, t := range l.Tools {
					if l.Folder == root {
						pairs = append(pairs, l.Pair(t))
					}
				}
			}
			return pairs
		},
	})
	return err
}

// ErrNoHookKeys says that webhooks of Box could not be told from forged ones, so there are none.
var ErrNoHookKeys = errors.New("BOX_WEBHOOK_PRIMARY_KEY and BOX_WEBHOOK_SECONDARY_KEY are not set")
