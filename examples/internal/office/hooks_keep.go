package office

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
)

// How often a watch sees to the webhooks: services take away what is not answered.
const (
	hooksAgain = time.Hour
	hooksRetry = 15 * time.Minute // after trouble
)

// HookState is what became of the webhooks of one place.
type HookState struct {
	Service Service
	// Where is a project, a company or a folder; empty means all of the service.
	Where string
	// Gone says that there shall be none any more.
	Gone bool
	// Err is why it does not stand, or why one that shall be gone may still be there.
	Err error
}

// Stands reports whether a webhook is as it shall be.
func (s HookState) Stands() bool { return s.Err == nil && !s.Gone }

// Keep makes the webhooks of the services what they shall be: one for each project or company of a Link, and for
// each folder of one in Box. Those that no Link needs any more are taken away. Doing it again changes nothing.
// What goes wrong is in the states; the error is one of the data directory.
//
// It costs five calls for each project, one for each folder, and one for each change, and now and then one
// to learn what people are called.
func (h *Hooks) Keep(ctx context.Context) ([]HookState, error) {
	all, err := h.office.Links.All(ctx)
	if err != nil {
		return nil, err
	}
	places, folders := h.wanted(all)
	// It is noted before it is made: what was made and not noted would stay for ever.
	kept, err := h.office.changeHooks(ctx, func(k *keptHooks) {
		k.Procore = union(k.Procore, places...)
		if h.address != "" {
			k.Address = h.address
		}
		if h.office.settings.Box.HookKeys != (box.WebhookKeys{}) {
			k.Box = union(k.Box, folders...)
		}
	})
	if err != nil {
		return nil, err
	}
	h.kept = kept
	states := h.keepProcore(ctx, places)
	states = append(states, h.keepBox(ctx, folders)...)
	return states, ctx.Err()
}

// wanted returns where there shall be webhooks.
func (h *Hooks) wanted(all []mapping.Link) (places []hookPlace, folders []string) {
	if h.address == "" {
		return nil, nil
	}
	for _, l := range all {
		places = union(places, hookPlace{l.Company, l.Project})
		if l.Folder != box.RootID { // which cannot have one
			folders = union(folders, l.Folder)
		}
	}
	return places, folders
}

// keepProcore sees to the webhooks of Procore, those that were wanted once too.
func (h *Hooks) keepProcore(ctx context.Context, wanted []hookPlace) (states []HookState) {
	scopes := map[string][]procore.Scope{}
	for _, at := range h.kept.Procore {
		s := HookState{Service: ProcoreService, Where: at.String(), Gone: !slices.Contains(wanted, at)}
		in, err := ScopeOf(mapping.Link{Project: at.Project})
		if err == nil {
			s.Err = h.keepPlace(ctx, at, in, s.Gone)
		}
		if !s.Gone {
			scopes[at.Company] = append(scopes[at.Company], in)
		}
		states = append(states, s)
	}
	for company, places := range scopes {
		if c, err := h.fromProcore(ctx, company); err == nil {
			if err := c.roll.call(ctx, c.client, places); err != nil {
				h.office.log.InfoContext(ctx, "people of Procore are told by their numbers where they did something: they cannot be listed",
					slog.String("company", company), slog.Any("error", err))
			}
		}
	}
	return states
}

// keepPlace sees to the webhook of a project or a company.
func (h *Hooks) keepPlace(ctx context.Context, at hookPlace, in procore.Scope, gone bool) error {
	set := procore.WebhookSet{
		Namespace: h.kept.Namespace, Authorization: h.proof,
		Address: h.kept.Address + "/" + procoreDoor + "/" + at.Company,
	}
	if gone {
		set.Former = []procore.Scope{in}
		return h.office.dropPlace(ctx, at, set)
	}
	c, err := h.fromProcore(ctx, at.Company)
	if err != nil {
		return err
	}
	set.Scopes = []procore.Scope{in}
	if set.Trust, err = h.office.trust(at.Company); err != nil {
		return err
	}
	if _, err = c.client.ReconcileWebhooks(ctx, set); err != nil {
		return needs(err, `Standard in "Webhooks API"`)
	}
	// Another process may have taken its Link away just now, and forgotten it.
	_, err = h.office.changeHooks(ctx, func(k *keptHooks) { k.Procore = union(k.Procore, at) })
	return err
}

// dropPlace takes the webhook of a project or a company away. Where the place is not to be seen any more it
// went with it.
func (o *Office) dropPlace(ctx context.Context, at hookPlace, set procore.WebhookSet) error {
	p, err := o.Procore(ctx)
	if err != nil {
		return err
	}
	client, err := p.Company(at.Company)
	if err != nil {
		return err
	}
	if _, err = client.ReconcileWebhooks(ctx, set); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return needs(err, `Standard in "Webhooks API"`)
	}
	_, err = o.changeHooks(ctx, func(k *keptHooks) { k.Procore = without(k.Procore, at) })
	return err
}

// needs adds the right that is missing.
func needs(err error, right string) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w (the account needs %s)", err, right)
	}
	return err
}

// keepBox sees to the webhooks of Box.
func (h *Hooks) keepBox(ctx context.Context, folders []string) (states []HookState) {
	if h.office.settings.Box.HookKeys == (box.WebhookKeys{}) && h.address != "" {
		return []HookState{{Service: BoxService, Err: ErrNoHookKeys}}
	}
	if len(h.kept.Box) == 0 {
		return nil
	}
	stand, err := h.office.reconcileBox(ctx, h.kept, folders)
	for _, id := range h.kept.Box {
		s := HookState{Service: BoxService, Where: "folder " + id, Gone: !slices.Contains(folders, id)}
		if !slices.Contains(stand, id) {
			s.Err = err
		}
		states = append(states, s)
	}
	return states
}

// reconcileBox makes the webhooks of Box those of some folders, notes it, and returns the folders that have one.
func (o *Office) reconcileBox(ctx context.Context, kept keptHooks, folders []string) (stand []string, err error) {
	b, err := o.Box(ctx)
	if err != nil {
		return nil, err
	}
	done, err := b.Client.ReconcileWebhooks(ctx, box.WebhookSet{
		Namespace: strings.TrimPrefix(kept.Namespace, installation), Address: kept.Address + "/" + boxDoor, Roots: folders,
	})
	if done != nil {
		for _, hook := range slices.Concat(done.Made, done.Mended, done.Kept) {
			stand = append(stand, hook.Target.ID)
		}
	}
	if err != nil {
		return stand, needs(err, `the scope "Manage webhooks"`)
	}
	_, err = o.changeHooks(ctx, func(k *keptHooks) { k.Box = slices.Clone(folders) })
	return stand, err
}
