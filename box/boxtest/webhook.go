package boxtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// mostWebhooks is how many one user of an app may have (section 6.4).
const mostWebhooks = 1000

// A webhook sends what happens to an item, or below it, to an address.
type webhook struct {
	id       string
	target   *item
	by       *user
	address  string
	triggers []string
	created  time.Time
}

type hooks struct {
	all    map[string]*webhook
	last   int
	sent   int
	strict bool
	outbox []delivery // to be sent when the lock is released
	active func(*user) bool
}

// A delivery is a message that is about to be sent. All tries of it have the same body.
type delivery struct {
	hook *webhook
	id   string
	body object
}

// addHook registers a webhook (section 6.4).
func (d *drive) addHook(u *user, it *item, address string, triggers []string) (*webhook, error) {
	switch {
	case it.isRoot():
		return nil, badField("target.id", "the root folder cannot have a webhook")
	case it.kind == webLinkKind:
		return nil, badField("target.type", "a web link cannot have a webhook")
	}
	mine := 0
	for _, h := range d.hooks.all {
		if h.by == u {
			mine++
		}
		if h.by == u && h.target == it {
			return nil, refuse(http.StatusConflict, "conflict", "A webhook on that item exists already")
		}
	}
	if mine >= mostWebhooks {
		return nil, badField("target", "the app has %d webhooks of this user already", mine)
	}
	h := &webhook{target: it, by: u, created: d.now()}
	if err := d.changeHook(h, address, triggers); err != nil {
		return nil, err
	}
	d.hooks.last++
	h.id = digits(d.hooks.last + 50)
	d.hooks.all[h.id] = h
	return h, nil
}

func (d *drive) changeHook(h *webhook, address string, triggers []string) error {
	if len(triggers) == 0 {
		return badField("triggers", "at least one is needed")
	}
	for _, t := range triggers {
		if !slices.Contains(allTriggers(), t) {
			return badField("triggers", "no trigger %q", t)
		}
		if h.target.kind == fileKind && (strings.HasPrefix(t, "FOLDER.") || t == "FILE.UPLOADED") {
			return badField("triggers", "%s is for folders only", t)
		}
	}
	if err := d.hooks.checkAddress(address); err != nil {
		return err
	}
	h.address, h.triggers = address, triggers
	return nil
}

// checkAddress wants an address that Box would send to: https on port 443 with a name, and not its
// own. Unless the fake is strict, an address on this machine is good too.
func (h *hooks) checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return badField("address", "no URL: %q", address)
	}
	host := u.Hostname()
	local := host == "localhost" || host == "127.0.0.1" || host == "::1"
	public := u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && !local && !strings.HasSuffix(host, ".box.com")
	if public || local && !h.strict && (u.Scheme == "http" || u.Scheme == "https") {
		return nil
	}
	return badField("address", "not https on port 443 of a public host: %q", address)
}

// hook puts news into the outbox for every webhook that waits for it. A folder's webhook covers all
// that is below it.
func (d *drive) hook(n news) {
	trigger := triggerOf(n)
	if len(d.hooks.all) == 0 || trigger == "" || n.below {
		return
	}
	for _, h := range d.hooks.all {
		at := n.item.within(h.target) || n.from != nil && n.from.within(h.target)
		if at && slices.Contains(h.triggers, trigger) {
			d.message(h, trigger, n)
		}
		arrived := n.from != nil && n.item.kind == fileKind && n.item.within(h.target) && !n.from.within(h.target)
		if arrived && slices.Contains(h.triggers, "FILE.UPLOADED") {
			d.message(h, "FILE.UPLOADED", n)
		}
	}
}

// message writes what is sent to a webhook.
func (d *drive) message(h *webhook, trigger string, n news) {
	v := viewer{d, h.by}
	d.hooks.sent++
	id := uuid(d.hooks.sent)
	body := object{
		"type": "webhook_event", "id": id, "created_at": v.time(d.now()), "trigger": trigger,
		"webhook": object{"id": h.id, "type": "webhook"}, "created_by": n.by.mini(),
		"source": v.standard(n.item), "additional_info": d.additional(n),
	}
	if n.grant != nil {
		body["source"] = v.collaboration(n.grant)
	}
	if !d.hooks.active(h.by) {
		body["trigger"] = "NO_ACTIVE_SESSION"
		body["source"] = object{"id": n.item.id, "type": string(n.item.kind)}
	}
	d.hooks.outbox = append(d.hooks.outbox, delivery{h, id, body})
}

// additional is an empty array where there is nothing to say, and an object otherwise.
func (d *drive) additional(n news) any {
	switch {
	case n.from != nil && n.item.parent != nil:
		return object{
			"before": object{"id": n.from.id, "type": "folder"},
			"after":  object{"id": n.item.parent.id, "type": "folder"},
		}
	case n.called != "" && d.rules.RenameTellsOldName:
		return object{"old_name": n.called}
	}
	return []any{}
}

// dropHooks ends the webhooks of a user whose last token is gone.
func (d *drive) dropHooks(u *user) {
	for id, h := range d.hooks.all {
		if h.by != u {
			continue
		}
		delete(d.hooks.all, id)
		if slices.Contains(h.triggers, "WEBHOOK.DELETED") {
			d.hooks.sent++
			body := object{
				"type": "webhook_event", "id": uuid(d.hooks.sent), "created_at": viewer{d, u}.time(d.now()),
				"trigger": "WEBHOOK.DELETED", "webhook": object{"id": h.id, "type": "webhook"}, "created_by": u.mini(),
				"source":          object{"id": h.target.id, "type": string(h.target.kind)},
				"additional_info": object{"reason": "auto_cleanup"},
			}
			d.hooks.outbox = append(d.hooks.outbox, delivery{h, uuid(d.hooks.sent), body})
		}
	}
}

func (v viewer) webhook(h *webhook) object {
	o := v.webhookMini(h)
	o["created_by"], o["created_at"] = h.by.mini(), v.time(h.created)
	o["address"], o["triggers"] = h.address, h.triggers
	return o
}

func (v viewer) webhookMini(h *webhook) object {
	return object{
		"id": h.id, "type": "webhook",
		"target": object{"id": h.target.id, "type": string(h.target.kind)},
	}
}
