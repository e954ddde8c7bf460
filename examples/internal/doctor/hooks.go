package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
)

// namespace is one that a link without webhooks asks for, to learn whether it might.
const namespace = "procorebox"

const (
	asking   = "Procore is asked once a minute, and does not tell who moves or deletes something"
	mayHooks = `give the account Standard in "Webhooks API"`
	maker    = `start "procorebox watch --hooks" again, which makes it`
)

// procoreHooks looks at the webhook of a Link, if it has one.
func (d *Doctor) procoreHooks(ctx context.Context, c *procore.Client, l mapping.Link) []Finding {
	about := l.Name + ": webhooks of Procore"
	at, err := d.office.HooksAt(ctx, l)
	if err != nil {
		return []Finding{fail(about, "", "%v", err)}
	}
	in, err := office.ScopeOf(l)
	if err != nil {
		return []Finding{fail(about, "", "%v", err)}
	}
	if at.Procore == "" {
		return []Finding{mightHook(ctx, c, in, about)}
	}
	var ours *procore.Hook
	for h, err := range c.GetHooks(ctx, in, at.Namespace) {
		switch {
		case errors.Is(err, fs.ErrPermission):
			return []Finding{warn(about, mayHooks, "cannot be looked at without the right to them; as long as they do not stand "+asking)}
		case err != nil:
			return []Finding{warn(about, "", "cannot be listed: %v", err)}
		case h.Address == at.Procore:
			ours = &h
		}
	}
	switch {
	case ours == nil:
		return []Finding{warn(about, maker, "there is none that calls %s, so %s", at.Procore, asking)}
	case ours.Status != procore.HookActive:
		return []Finding{warn(about, maker, "number %s is %s, so %s", ours.ID, ours.Status, asking)}
	}
	return []Finding{d.arrive(ctx, c, in, ours, about), d.named(ctx, c, in, l)}
}

// mightHook says what a link without webhooks does without.
func mightHook(ctx context.Context, c *procore.Client, in procore.Scope, about string) Finding {
	const none = "none are kept (watch --hooks makes them), so " + asking
	for _, err := range c.GetHooks(ctx, in, namespace) {
		if errors.Is(err, fs.ErrPermission) {
			return fine(about, none+`; the account has no right to them (Standard in "Webhooks API")`)
		}
		if err != nil {
			return warn(about, "", none+"; whether the account may cannot be told: %v", err)
		}
	}
	return fine(about, none+"; the account may look at them")
}

// arrive says whether what a webhook sends is taken.
func (d *Doctor) arrive(ctx context.Context, c *procore.Client, in procore.Scope, h *procore.Hook, about string) Finding {
	const most = 100
	waiting := 0
	for _, err := range c.GetHooksIDDeliveries(ctx, in, h.ID, procore.DeliveryQuery{Status: procore.DeliveryRetrying}) {
		if err != nil {
			return warn(about, "", "number %s calls %s; whether it is heard cannot be told: %v", h.ID, h.Address, err)
		}
		if waiting++; waiting == most {
			break
		}
	}
	if waiting > 0 {
		return warn(about, `look whether a "watch --hooks" is running, and whether that address leads to its --hooks-listen from outside`,
			"number %s calls %s, and %d messages or more were not taken: Procore is asked every 5 minutes all the same", h.ID, h.Address, waiting)
	}
	return fine(about, "number %s calls %s, and what it sends is taken", h.ID, h.Address)
}

// named says whether people who did something can be called by their names.
func (d *Doctor) named(ctx context.Context, c *procore.Client, in procore.Scope, l mapping.Link) Finding {
	about := l.Name + ": names of people in Procore"
	n := 0
	for _, err := range c.GetUsers(ctx, in) {
		if errors.Is(err, fs.ErrPermission) {
			return warn(about, "give the account Read Only in Directory", "cannot be listed: why and history tell the number of who deleted something")
		}
		if err != nil {
			return warn(about, "", "cannot be listed: %v", err)
		}
		n++
	}
	return fine(about, "%d are known: why and history tell who deleted something", n)
}

// boxHooks looks at the webhooks of the app, and reports whether it may.
func (d *Doctor) boxHooks(ctx context.Context, b *office.Box) (f Finding, allowed bool) {
	const about, listens = "box: webhooks", "changes are heard of by the event stream, with or without; "
	var all []string
	for hook, err := range b.Client.GetWebhooks(ctx) {
		if errors.Is(err, fs.ErrPermission) {
			return fine(about, listens+"whether the app has some cannot be told without the right to them (Manage webhooks)"), false
		}
		if err != nil {
			return warn(about, "", listens+"those of the app cannot be listed: %v", err), false
		}
		all = append(all, fmt.Sprintf("number %s on %s %s", hook.ID, hook.Target.Type, hook.Target.ID))
	}
	return fine(about, listens+"%s", someOf("the app has", all)), true
}

// boxHook looks at the webhook of a Link, if it is to have one.
func (d *Doctor) boxHook(ctx context.Context, b *office.Box, l mapping.Link) []Finding {
	about := l.Name + ": webhook of Box"
	at, err := d.office.HooksAt(ctx, l)
	if err != nil || at.Box == "" {
		return nil // the one of Procore says it
	}
	for hook, err := range b.Client.GetWebhooks(ctx) {
		if err != nil {
			return []Finding{warn(about, `give the app the scope "Manage webhooks"`, "cannot be looked at: %v", err)}
		}
		if hook.Target.ID != l.Folder {
			continue
		}
		full, err := b.Client.GetWebhooksID(ctx, hook.ID)
		if err != nil {
			return []Finding{warn(about, "", "number %s cannot be looked at: %v", hook.ID, err)}
		}
		if strings.HasPrefix(full.Address, at.Box+"/") {
			return []Finding{fine(about, "number %s calls %s", full.ID, full.Address)}
		}
	}
	return []Finding{warn(about, maker, "there is none that calls %s; changes are heard of by the event stream all the same", at.Box)}
}
