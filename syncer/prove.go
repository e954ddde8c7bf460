package syncer

import (
	"context"
	"errors"
	"io/fs"
)

// prove turns missing into gone, out, observed or unseen. A listing that lacks an item is no proof:
// pages shift, views are stale, permissions get lost.
func (o *observer) prove(ctx context.Context, n *node, side Side) error {
	if n.sight[side] != missing {
		return nil
	}
	h := n.rec.Half(side)
	if recent(h.Wrote, o.w.now, o.ends[side].info.Settle) {
		n.hide(side, "written a moment ago: the service may not show it yet")
		n.vanished[side] = o.whole[side] // or it was moved a moment ago, too
		return nil
	}
	o.proving[side][n] = true
	defer delete(o.proving[side], n)
	p := o.w.nodes[n.rec.ParentOn(side)]
	if p != nil && !o.proving[side][p] { // the Records of folders turned inside out may stand in each other
		if p.sight[side] == assumed && p.rec.ID != RootRecord {
			if err := o.look(ctx, p, side); err != nil {
				return err
			}
		}
		if err := o.prove(ctx, p, side); err != nil {
			return err
		}
		switch p.sight[side] {
		case gone, out:
			return o.proveGoneWithFolder(ctx, n, side, p.sight[side])
		case unseen:
			n.hide(side, p.hidden[side])
			n.sleeps = p.sleeps
			return nil
		}
		if why, bad := o.unread[side][p.idOn(side)]; bad {
			n.hide(side, "its folder could not be read: "+why)
			return nil
		}
	}
	if o.ends[side].looker != nil {
		return o.proveByLook(ctx, n, side, p)
	}
	return o.proveByParent(ctx, n, side, p)
}

// proveGoneWithFolder: the folder that held the item is away, and the item with it unless it left
// the folder before. Only a look at the item itself tells; where it is not visible, the folder's
// fate is the proof.
func (o *observer) proveGoneWithFolder(ctx context.Context, n *node, side Side, folder sight) error {
	e, err := o.lookID(ctx, side, n.rec.Half(side).ID)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errors.ErrUnsupported):
		n.lose(side, folder)
		return nil
	case err != nil:
		n.hide(side, "could not be looked at: "+err.Error())
		return ctx.Err()
	case e.Trashed:
		o.trash(n, side)
		return nil
	case o.reused(n, side, &e):
		return o.replaced(ctx, n, side, &e)
	}
	return o.place(ctx, n, side, &e)
}

func (o *observer) proveByLook(ctx context.Context, n *node, side Side, p *node) error {
	e, err := o.lookID(ctx, side, n.rec.Half(side).ID)
	switch {
	case errors.Is(err, fs.ErrNotExist) && o.ends[side].info.Trash:
		n.vanish(side, "not visible and not in the trash: access was lost, or it was deleted for good")
		n.sleeps = true
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return o.proveByParent(ctx, n, side, p)
	case err != nil:
		n.hide(side, "could not be looked at: "+err.Error())
		return ctx.Err()
	case e.Trashed:
		o.trash(n, side)
		return nil
	case o.reused(n, side, &e):
		return o.replaced(ctx, n, side, &e)
	}
	return o.place(ctx, n, side, &e)
}

// trash takes the word of a look that n is in the trash, unless we wrote it a moment ago.
func (o *observer) trash(n *node, side Side) {
	if recent(n.rec.Half(side).Wrote, o.w.now, o.ends[side].info.Settle) {
		n.vanish(side, "written a moment ago: the service may still show an old state")
		return
	}
	n.trash(side)
}

// replaced: the ID of n names another item now, which is a newcomer if it is within the root.
func (o *observer) replaced(ctx context.Context, n *node, side Side, e *Entry) error {
	n.lose(side, gone)
	inside, err := o.inside(ctx, side, e.ParentID)
	if err != nil || !inside {
		return ctx.Err()
	}
	return o.feed(ctx, side, e)
}

// place takes an entry of n that was found by ID: within the root, or outside of it.
func (o *observer) place(ctx context.Context, n *node, side Side, e *Entry) error {
	inside, err := o.inside(ctx, side, e.ParentID)
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		n.hide(side, "the folder it is in could not be looked at: "+err.Error())
		return nil //nolint:nilerr // the item's trouble, not the run's: its row says so
	case !inside && o.binned[side][e.ParentID]:
		o.trash(n, side)
		return nil
	case !inside:
		n.lose(side, out)
		return nil
	}
	return o.feed(ctx, side, e)
}

// proveByParent: the folder that held the item is visible, without it.
func (o *observer) proveByParent(ctx context.Context, n *node, side Side, p *node) error {
	if p == nil || !p.there(side) {
		n.hide(side, "its folder is not visible")
		return nil
	}
	h := n.rec.Half(side)
	found, err := o.find(ctx, side, p, h.Name)
	if err != nil {
		n.hide(side, "its folder could not be read: "+err.Error())
		return ctx.Err()
	}
	for i := range found {
		if found[i].ID == h.ID && !o.reused(n, side, &found[i]) {
			return o.feed(ctx, side, &found[i])
		}
	}
	if o.ends[side].looker == nil && len(o.unread[side]) > 0 {
		n.hide(side, "it may stand in a folder that could not be read")
		return nil
	}
	n.lose(side, gone)
	return nil
}

// find returns what stands in folder p under names of that Key.
func (o *observer) find(ctx context.Context, side Side, p *node, name string) ([]Entry, error) {
	at := Entry{ID: p.idOn(side), Kind: Folder, Name: p.nameOn(side)}
	return o.ends[side].find(ctx, at, NameKey(name))
}
