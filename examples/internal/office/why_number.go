package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// numbered looks for the item that a number names.
type numbered struct {
	o     *Office
	l     mapping.Link
	parts []mapping.Part
	about About
	// silent is why a service could not say whether it has the number.
	silent error
}

// byNumber finds the tool that a number belongs to, and how its engine names the item. Where the number names
// something that belongs to no tool w says so, and the Part has no Tool.
func (o *Office) byNumber(ctx context.Context, w *Why, l mapping.Link, parts []mapping.Part, about About) (mapping.Part, syncer.Subject, error) {
	n := &numbered{o: o, l: l, parts: parts, about: about}
	if about.ID == wholeTool {
		return mapping.Part{}, syncer.Subject{}, n.unknown()
	}
	for _, find := range []func(context.Context, mapping.Part, syncer.Side) (syncer.Subject, bool, error){n.root, n.remembered} {
		for _, p := range parts {
			for _, side := range n.sides() {
				if s, found, err := find(ctx, p, side); err != nil || found {
					return p, s, err
				}
			}
		}
	}
	if about.On != ProcoreService && about.ID == l.Folder {
		w.State, w.Reason, w.Kind = LinkFolder, "it is the folder of the link in Box: each tool has a folder in it", syncer.Folder.String()
		return mapping.Part{}, syncer.Subject{}, nil
	}
	if p, s, found, err := n.shown(ctx, w); err != nil || found {
		return p, s, err
	}
	return mapping.Part{}, syncer.Subject{}, n.unknown()
}

func (n *numbered) unknown() error {
	if n.silent != nil {
		return fmt.Errorf("number %q is not remembered, and could not be asked for: %w", n.about.ID, n.silent)
	}
	return &NoItem{Link: n.l.Name, Number: n.about.ID}
}

// sides are those that the number may be of.
func (n *numbered) sides() []syncer.Side {
	return slices.DeleteFunc(slices.Clone(bothSides), func(side syncer.Side) bool { return n.about.On != "" && on(side) != n.about.On })
}

// fileMark stands before the numbers of files, which services count apart from those of folders: see
// box.FileSystem and procore.Documents.
const fileMark = "f"

func (n *numbered) ids() []string { return []string{n.about.ID, fileMark + n.about.ID} }

// wholeTool is the number of the root of tools that have no folder of their own at Procore. It names nothing.
const wholeTool = "0"

// root finds the folder of a tool.
func (n *numbered) root(ctx context.Context, p mapping.Part, side syncer.Side) (s syncer.Subject, found bool, err error) {
	if n.about.ID == p.Pair.Endpoint(side).Root {
		return s, true, nil
	}
	view, err := n.o.file.Store.View(ctx, p.Pair.Name)
	if err != nil {
		return s, false, err
	}
	h, err := view.Header(ctx)
	return s, err == nil && h.Root(side).ID == n.about.ID, err
}

// remembered finds what the state knows, or of whose end it knows.
func (n *numbered) remembered(ctx context.Context, p mapping.Part, side syncer.Side) (s syncer.Subject, found bool, err error) {
	view, err := n.o.file.Store.View(ctx, p.Pair.Name)
	if err != nil {
		return s, false, err
	}
	for _, id := range n.ids() {
		_, err = view.ByID(ctx, side, id)
		if errors.Is(err, fs.ErrNotExist) {
			_, err = view.Tombstone(ctx, side, id)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return syncer.Subject{ID: id, Side: side}, err == nil, err
		}
	}
	return s, false, nil
}

// shown finds what a side shows, and the tool in whose folder it stands. The tools have one account of Box.
func (n *numbered) shown(ctx context.Context, w *Why) (mapping.Part, syncer.Subject, bool, error) {
	for _, side := range n.sides() {
		for _, p := range n.parts {
			for _, id := range n.ids() {
				e, err := n.look(ctx, p, side, id)
				if err != nil {
					return p, syncer.Subject{}, false, err
				}
				if e == nil {
					continue
				}
				in := n.holder(ctx, p, side, e)
				if in == nil {
					n.o.stray(w, n.l, side, e, n.about.ID)
					return mapping.Part{}, syncer.Subject{}, true, nil
				}
				return *in, syncer.Subject{ID: id, Side: side}, true, nil
			}
		}
	}
	return mapping.Part{}, syncer.Subject{}, false, nil
}

// look returns nil for what is not there.
func (n *numbered) look(ctx context.Context, p mapping.Part, side syncer.Side, id string) (*syncer.Entry, error) {
	looker, ok := p.Pair.Endpoint(side).FS.(syncer.Looker)
	if !ok {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	e, err := looker.Look(ctx, id)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil:
		return &e, nil
	case !errors.Is(err, fs.ErrNotExist):
		n.silent = err
	}
	return nil, nil //nolint:nilnil // nothing is an answer
}

// deepest is how far up an item is followed.
const deepest = 1000

// holder is the tool in whose folder an item stands, nil if it stands in none or in the trash. What one tool of Procore
// shows is its own.
func (n *numbered) holder(ctx context.Context, p mapping.Part, side syncer.Side, e *syncer.Entry) *mapping.Part {
	if e.Trashed {
		return nil
	}
	if side == syncer.Source {
		return &p
	}
	for range deepest {
		if i := slices.IndexFunc(n.parts, func(p mapping.Part) bool { return p.Paused == "" && p.Pair.Endpoint(side).Root == e.ParentID }); i >= 0 {
			return &n.parts[i]
		}
		up, err := n.look(ctx, p, side, e.ParentID)
		if up == nil || err != nil {
			return nil
		}
		e = up
	}
	return nil
}

// stray tells of an item that belongs to no tool.
func (o *Office) stray(w *Why, l mapping.Link, side syncer.Side, e *syncer.Entry, number string) {
	w.State, w.Path, w.Kind = OutsideLinks, cmp.Or(e.Name, "number "+number), e.Kind.String()
	where := syncer.Outside
	switch {
	case e.Trashed:
		where = syncer.InTrash
		w.Reason = fmt.Sprintf("it lies in the trash of %s and was never synced", on(side).Title())
	case e.ParentID == l.Folder:
		w.Reason = besideTools
	default:
		w.Reason = "it stands neither in the folder of a tool nor below one"
	}
	shown := o.sideOf(syncer.Standing{Whereabouts: where, Entry: e}, side)
	if w.Procore = shown; side == syncer.Destination {
		w.Procore, w.Box = nil, shown
	}
}

const besideTools = "what stands beside the folders of the tools belongs to no tool, and is left alone"
