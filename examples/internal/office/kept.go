package office

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// kept is a delete that was held and left undone: what was to be deleted stands on its side alone since, on purpose.
type kept struct {
	syncer.Outcome

	tool mapping.Tool
	why  string
}

// String says why it stays, and how a person makes both sides alike.
func (k *kept) String() string {
	return fmt.Sprintf("%q stays in %s alone, for %s; delete it there if it is to go after all, or restore it from the trash of %s, and the next sync has it on both sides",
		joined(k.tool, k.Path), on(k.On).Title(), k.why, on(k.On.Other()).Title())
}

// keptBack returns the deletes of a Link that are meant and were left undone, each once, by tool and path.
func (o *Office) keptBack(ctx context.Context, l mapping.Link, want func(t mapping.Tool, out *syncer.Outcome) bool) ([]kept, error) {
	var all []kept
	for _, t := range l.Tools {
		view, err := o.file.Store.View(ctx, l.Pair(t))
		if err != nil {
			return nil, err
		}
		held := map[syncer.RecordID]kept{}
		for out, err := range view.Journal(ctx, syncer.Position{}) {
			if err != nil {
				return nil, fmt.Errorf("journal of %s of link %q: %w", t, l.Name, err)
			}
			was, met := held[out.Record]
			switch {
			case out.Op == syncer.OpDelete && out.Result == syncer.Held && want(t, &out):
				held[out.Record] = kept{out, t, out.Reason}
			case met && out.Op == syncer.OpDecline && out.Result == syncer.Done:
				was.why = out.Reason
				held[out.Record] = was
			}
		}
		found, err := stillKept(ctx, view, held)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// stillKept leaves out what waits still, and what is on both sides again, or on none.
func stillKept(ctx context.Context, view syncer.View, held map[syncer.RecordID]kept) ([]kept, error) {
	for h, err := range view.Holds(ctx) {
		if err != nil {
			return nil, err
		}
		for id, k := range held {
			if k.Action == h.Action {
				delete(held, id)
			}
		}
	}
	var all []kept
	for id, k := range held {
		r, err := view.Record(ctx, id)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, err
		case r.Half(k.On.Other()).Presence == syncer.Declined && r.Half(k.On).Presence == syncer.Present:
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b kept) int { return strings.Compare(a.Path, b.Path) })
	return all, nil
}

// answered says of an ID under which it was asked whether two files are one that this is settled, "" of any other.
func (o *Office) answered(ctx context.Context, l mapping.Link, id string) (string, error) {
	for _, t := range l.Tools {
		view, err := o.file.Store.View(ctx, l.Pair(t))
		if err != nil {
			return "", err
		}
		for out, err := range view.Journal(ctx, syncer.Position{}) {
			if err != nil {
				return "", fmt.Errorf("journal of %s of link %q: %w", t, l.Name, err)
			}
			if out.Op == syncer.OpAdopt && out.Result == syncer.Held && begins(&out, id) {
				return fmt.Sprintf("it asked whether %q is one file on both sides, and that is settled; where two were kept "+
					"\"procorebox conflicts choose\" makes one of them count, and with --drop-copy the other goes", joined(t, out.Path)), nil
			}
		}
	}
	return "", nil
}
