package office

import (
	"context"
	"fmt"
	"slices"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
)

// Remove takes a Link away, and the webhooks that only it had need of. Those that could not be taken away are
// returned: the next watch with webhooks tries again. Nothing else is touched at the services.
func (o *Office) Remove(ctx context.Context, which string) (stay []HookState, err error) {
	l, err := o.Links.Get(ctx, which)
	if err != nil {
		return nil, fmt.Errorf("remove link: %w", err)
	}
	if err := o.Links.Remove(ctx, l.ID); err != nil {
		return nil, err
	}
	kept, err := o.keptHooks(ctx)
	if err != nil || kept.none() {
		return nil, err
	}
	rest, err := o.Links.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range []*HookState{o.dropOfProcore(ctx, kept, l, rest), o.dropOfBox(ctx, kept, l, rest)} {
		if s != nil {
			stay = append(stay, *s)
		}
	}
	return stay, nil
}

// dropOfProcore takes away the webhook of a Link that is no more, and returns it if that cannot be done.
func (o *Office) dropOfProcore(ctx context.Context, kept keptHooks, l mapping.Link, rest []mapping.Link) *HookState {
	at := hookPlace{l.Company, l.Project}
	if !slices.Contains(kept.Procore, at) || slices.ContainsFunc(rest, func(r mapping.Link) bool { return at == hookPlace{r.Company, r.Project} }) {
		return nil
	}
	in, err := ScopeOf(l)
	if err == nil {
		var proof string
		if proof, err = o.hookProof(ctx); err == nil {
			err = o.dropPlace(ctx, at, procore.WebhookSet{
				Namespace: kept.Namespace, Address: kept.Address, Authorization: proof, Former: []procore.Scope{in},
			})
		}
	}
	if err == nil {
		return nil
	}
	return &HookState{Service: ProcoreService, Where: at.String(), Gone: true, Err: err}
}

// dropOfBox is the same for Box.
func (o *Office) dropOfBox(ctx context.Context, kept keptHooks, l mapping.Link, rest []mapping.Link) *HookState {
	var folders []string
	for _, r := range rest {
		if slices.Contains(kept.Box, r.Folder) {
			folders = union(folders, r.Folder)
		}
	}
	if !slices.Contains(kept.Box, l.Folder) || slices.Contains(folders, l.Folder) {
		return nil
	}
	if _, err := o.reconcileBox(ctx, kept, folders); err != nil {
		return &HookState{Service: BoxService, Where: "folder " + l.Folder, Gone: true, Err: err}
	}
	return nil
}
