package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

type lookup struct {
	entry Entry
	err   error
}

// look observes a known item on one side.
func (o *observer) look(ctx context.Context, n *node, side Side) error {
	h := n.rec.Half(side)
	if h.ID == "" {
		return nil
	}
	e, err := o.lookID(ctx, side, h.ID)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if h.Presence == Present {
			n.lose(side, missing)
			return o.prove(ctx, n, side)
		}
		return nil
	case err != nil:
		n.hide(side, "could not be looked at: "+err.Error())
		return ctx.Err()
	case e.Trashed:
		if h.Presence == Present {
			o.trash(n, side)
		}
		return nil
	}
	inside, err := o.inside(ctx, side, e.ParentID)
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		n.hide(side, "the folder it is in could not be looked at: "+err.Error())
		return nil //nolint:nilerr // the item's trouble, not the run's: its row says so
	case !inside && o.reused(n, side, &e):
		n.lose(side, gone) // what is out there is another item
		return nil
	case !inside && o.binned[side][e.ParentID]:
		if h.Presence == Present {
			o.trash(n, side)
		}
		return nil
	case !inside:
		if h.Presence == Present || h.Presence == Gone {
			n.lose(side, out)
		}
		return nil
	}
	if p := o.w.byID[side][e.ParentID]; p != nil && e.Skip == "" && !differs(&n.rec, side, &e, p.rec.ID) {
		n.see(side, &e) // as recorded: no news
		return nil
	}
	return o.feed(ctx, side, &e)
}

// lookID asks the service for one item, once per run.
func (o *observer) lookID(ctx context.Context, side Side, id string) (Entry, error) {
	key := version{side, Stamp{ID: id}}
	if got, ok := o.looked[key]; ok {
		return got.entry, got.err
	}
	if o.ends[side].looker == nil {
		return Entry{}, errors.ErrUnsupported
	}
	if err := o.ends[side].busy.why(); err != nil {
		return Entry{}, err
	}
	o.budget.spend()
	e, err := o.ends[side].looker.Look(ctx, id)
	o.ends[side].heard(ctx, err)
	o.looked[key] = lookup{e, err}
	return e, err
}

// hasLooked reports whether any item of side was looked at in this run.
func (o *observer) hasLooked(side Side) bool {
	for v := range o.looked {
		if v.side == side {
			return true
		}
	}
	return false
}

// inside reports whether a folder is the root or below it, and brings it in with its ancestors. Of one
// that is not it notes whether it is in the trash: some services say that only of the folder that was
// put there, and not of what it holds.
func (o *observer) inside(ctx context.Context, side Side, id string) (bool, error) {
	var chain []Entry
	var binned bool
	for range maxDepth {
		if id == "" || o.outside[side][id] {
			break
		}
		n, err := o.byID(ctx, side, id)
		if err != nil {
			return false, err
		}
		if n != nil {
			there, err := o.isThere(ctx, n, side)
			if err != nil {
				return false, err
			}
			if !there {
				binned = n.sight[side] == gone && o.ends[side].info.Trash
				break
			}
			for _, e := range slices.Backward(chain) {
				if err := o.feed(ctx, side, &e); err != nil {
					return false, err
				}
			}
			return true, nil
		}
		e, err := o.lookID(ctx, side, id)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errors.ErrUnsupported) || err == nil && e.Trashed {
			binned = err == nil
			break
		}
		if err != nil {
			return false, &Error{"look", side, id, err, o.w.says(side)}
		}
		chain = append(chain, e)
		id = e.ParentID
	}
	binned = binned || o.binned[side][id]
	o.binned[side][id] = binned
	for _, e := range chain {
		o.outside[side][e.ID] = true
		o.binned[side][e.ID] = binned
	}
	return false, nil
}

// isThere observes a known folder. Nothing above a write may be assumed: a folder that left the root
// takes along what is in it. Where nobody can look only a listing shows a folder, and it may have
// failed before it came to this one.
func (o *observer) isThere(ctx context.Context, n *node, side Side) (bool, error) {
	if n.rec.ID == RootRecord {
		return true, o.rootShown(side)
	}
	if n.sight[side] != observed && n.sight[side] != unseen {
		if o.above[side][n] {
			return false, fmt.Errorf("folder %q: it stands in itself, as its looks tell", n.rec.Name)
		}
		o.above[side][n] = true
		defer delete(o.above[side], n)
		if err := o.look(ctx, n, side); err != nil {
			return false, err
		}
	}
	switch {
	case n.unclear(side):
		return false, fmt.Errorf("folder %q: %s", n.rec.Name, n.hidden[side])
	case n.sight[side] == assumed:
		return false, fmt.Errorf("folder %q: %s was not listed that far", n.rec.Name, o.w.says(side))
	}
	return n.there(side), nil
}

// rootShown is an error if it is not known in this run that the root of side is the one that it was:
// a listing that failed at once has not shown it, and there is nobody to ask. Where a side can be asked
// that is done last of all, by checkRoots.
func (o *observer) rootShown(side Side) error {
	if o.ends[side].looker != nil || o.rooted[side] {
		return nil
	}
	return fmt.Errorf("the root: %s was not listed", o.w.says(side))
}
