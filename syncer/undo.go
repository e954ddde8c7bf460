package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Undone is what became of the undo of one delete.
type Undone struct {
	// Delete is what the journal says of it.
	Delete Outcome
	// On is the side on which the item stands again, or stood all the time; from there the next run
	// carries it to the other side. Entry is the item.
	On    Side
	Entry Entry
	// There says that it was out of the trash already, Folder that it came back together with its folder,
	// and Renamed that its name was taken, so that it has another one now.
	There, Folder, Renamed bool
	// Err is why it could not be brought back, nil if it was. fs.ErrNotExist: neither side has it in its
	// trash any more. errors.ErrUnsupported: the side that has it takes nothing out of its trash for us.
	Err error
}

// Undo takes out of the trash what deletes of this pair have put there: the latest delete of each item
// among those of its journal that want picks. It goes back to its folder, which comes back before it if
// that was deleted too. The side of the delete is asked first; where it can restore nothing, or has
// nothing left, the item is taken out of the other side's trash, where people had put it. The next run
// finds it there, and brings it to the side that lacks it; its old delete justifies nothing any more.
//
// Undo needs no lease: to a run that works beside it, it is a person. The error is of the journal or the
// context; what became of each item is in its Undone.
func (e *Engine) Undo(ctx context.Context, want func(o Outcome) bool) ([]Undone, error) {
	u, err := e.newUndoing(ctx)
	if err != nil {
		return nil, fmt.Errorf("undo deletes of %q: %w", e.pair.Name, err)
	}
	var chosen []Outcome
	for _, o := range u.deletes {
		if want(o) {
			chosen = append(chosen, o)
		}
	}
	slices.SortFunc(chosen, func(a, b Outcome) int { // folders before what was in them
		return cmp.Or(cmp.Compare(strings.Count(a.Path, "/"), strings.Count(b.Path, "/")), cmp.Compare(a.Path, b.Path), a.At.Compare(b.At))
	})
	var out []Undone
	for _, o := range chosen {
		if err := ctx.Err(); err != nil {
			return out, fmt.Errorf("undo deletes of %q: %w", e.pair.Name, err)
		}
		out = append(out, u.undo(ctx, o))
	}
	return out, nil
}

// deleted names an item that was deleted.
type deleted struct {
	on Side
	id string
}

// undoing is one Undo.
type undoing struct {
	e    *Engine
	view View
	ends [2]*endpoint
	root [2]string // IDs
	// deletes holds the latest delete of each item, folders those of folders by their path.
	deletes map[deleted]Outcome
	folders map[string]Outcome
	back    map[deleted]Undone
}

func (e *Engine) newUndoing(ctx context.Context) (*undoing, error) {
	view, err := e.store.View(ctx, e.pair.Name)
	if err != nil {
		return nil, err
	}
	h, err := view.Header(ctx)
	if err != nil {
		return nil, err
	}
	u := &undoing{e: e, view: view, deletes: map[deleted]Outcome{}, folders: map[string]Outcome{}, back: map[deleted]Undone{}}
	for _, side := range sides {
		end := *e.ends[side]
		end.busy = &busy{}
		u.ends[side], u.root[side] = &end, h.Root(side).ID
	}
	for o, err := range view.Journal(ctx, Position{}) {
		if err != nil {
			return nil, err
		}
		if o.Op != OpDelete || o.Result != Done {
			continue
		}
		u.deletes[deleted{o.On, o.Before.ID}] = o
		if o.Kind == Folder {
			u.folders[o.On.String()+" "+o.Path] = o
		}
	}
	return u, nil
}

func (u *undoing) undo(ctx context.Context, o Outcome) Undone {
	key := deleted{o.On, o.Before.ID}
	if done, ok := u.back[key]; ok {
		return done
	}
	u.back[key] = Undone{Delete: o, Err: fmt.Errorf("undo the delete of %q: it stands in itself: %w", o.Path, ErrDamaged)}
	out := u.takeOut(ctx, o)
	if out.Err == nil {
		err := u.e.store.Append(ctx, u.e.pair.Name, Hint{Side: out.On, ID: out.Entry.ID, At: u.e.opts.Clock()})
		if err != nil {
			out.Err = fmt.Errorf("it is out of the trash, and a full scan will find it: %w", err)
		}
	}
	if out.Err != nil {
		out.Err = fmt.Errorf("undo the delete of %q: %w", o.Path, out.Err)
	}
	u.back[key] = out
	return out
}

// lying is an item that lies in the trash of a side.
type lying struct {
	side  Side
	trash Trashed
	name  string
	up    string // ID of its folder, if it is told
}

// takeOut brings one item back.
func (u *undoing) takeOut(ctx context.Context, o Outcome) Undone {
	out := Undone{Delete: o, On: o.On}
	place, there, err := u.find(ctx, o)
	if there != nil {
		out.On, out.Entry, out.There = place.side, *there, true
		return out
	}
	if err != nil {
		out.Err = err
		return out
	}
	out.On = place.side
	folder, err := u.folder(ctx, o, &place)
	if err != nil {
		out.Err = err
		return out
	}
	// It may have come back along with its folder.
	if e, err := u.ends[place.side].looker.Look(ctx, place.trash.ID); err == nil && !e.Trashed {
		out.Entry, out.Folder = e, true
		return out
	}
	out.Entry, out.Renamed, out.Err = u.restore(ctx, &place, folder)
	return out
}

// find returns where the item lies, or where it is there already.
func (u *undoing) find(ctx context.Context, o Outcome) (place lying, there *Entry, err error) {
	missing := fmt.Errorf("neither side has it in its trash any more: %w", fs.ErrNotExist)
	for _, at := range u.places(ctx, o) {
		end := u.ends[at.side]
		if end.looker == nil {
			missing = fmt.Errorf("nobody can look into the trash of %s for us: %w", u.e.says(at.side), errors.ErrUnsupported)
			continue
		}
		e, err := end.looker.Look(ctx, at.trash.ID)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return at, nil, err
		case !e.Trashed && (at.side == o.On || u.inside(ctx, at.side, &e)):
			return at, &e, nil
		case !e.Trashed:
			continue // it was moved away from here
		case end.restorer == nil:
			missing = fmt.Errorf("it lies in the trash of %s, and only a person can take it out there: %w", u.e.says(at.side), errors.ErrUnsupported)
			continue
		}
		if at.up = e.ParentID; e.Name != "" {
			at.name = e.Name
		}
		return at, nil, nil
	}
	return lying{}, nil, missing
}

// places are where the item may lie: where the pair deleted it, and where people had.
func (u *undoing) places(ctx context.Context, o Outcome) []lying {
	id := cmp.Or(o.Undo.ID, o.Before.ID)
	all := []lying{{side: o.On, trash: Trashed{ID: id, Handle: o.Undo.Handle}, name: path.Base(o.Path)}}
	if t, err := u.view.Tombstone(ctx, o.On, o.Before.ID); err == nil && t.OtherID != "" {
		all = append(all, lying{side: o.On.Other(), trash: Trashed{ID: t.OtherID}, name: cmp.Or(t.OtherName, path.Base(o.Path))})
	}
	return all
}

// inside reports whether an item stands below the root of a side.
func (u *undoing) inside(ctx context.Context, side Side, e *Entry) bool {
	for up := e.ParentID; up != ""; {
		if up == u.root[side] {
			return true
		}
		p, err := u.ends[side].looker.Look(ctx, up)
		if err != nil || p.Trashed || p.ParentID == up {
			return false
		}
		up = p.ParentID
	}
	return false
}

// restore takes the item out of the trash, under another name if its own is taken.
func (u *undoing) restore(ctx context.Context, at *lying, folder Entry) (e Entry, renamed bool, err error) {
	rules := [2]Names{u.ends[Source].info.Names, u.ends[Destination].info.Names}
	name := at.name
	for attempt := range 8 {
		e, err = u.ends[at.side].restorer.Restore(ctx, at.trash, folder, name)
		if !errors.Is(err, fs.ErrExist) {
			return e, attempt > 0, err
		}
		name = invent(at.name, "", at.trash.ID, attempt, rules)
	}
	return e, true, err
}
