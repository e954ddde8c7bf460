package syncer

import (
	"context"
	"errors"
	"io/fs"
)

// close completes the world: a fixpoint over what touched items point at.
func (o *observer) close(ctx context.Context) error {
	for len(o.queue) > 0 {
		wave := o.queue
		o.queue = nil
		o.prefetch(ctx, o.unseenOf(wave))
		for _, n := range wave {
			if o.expanded[n] {
				continue
			}
			if len(o.expanded) > 0 && o.budget.over(shareOfLooking) {
				n.doubt, o.short = errNotBegun.Error(), true
				continue
			}
			o.expanded[n] = true
			if err := o.expand(ctx, n); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return o.filter(ctx)
}

// expand brings in what deciding about n needs.
func (o *observer) expand(ctx context.Context, n *node) error {
	if !n.known {
		return o.expandNewcomer(ctx, n)
	}
	for _, side := range sides {
		if n.sight[side] == assumed || n.mayBeBack(side) {
			if err := o.look(ctx, n, side); err != nil {
				return err
			}
		}
	}
	for _, side := range sides {
		if err := o.prove(ctx, n, side); err != nil {
			return err
		}
	}
	if p := o.w.nodes[n.rec.ParentID]; p != nil && n.declined() && p.declined() {
		o.touch(p) // as for a newcomer
	}
	for _, side := range sides {
		if n.rec.Kind == Folder {
			if err := o.expandFolder(ctx, n, side); err != nil {
				return err
			}
		}
		if err := o.ancestors(ctx, n, side); err != nil {
			return err
		}
		if err := o.placesOf(ctx, n, side); err != nil {
			return err
		}
	}
	return nil
}

// mayBeBack reports whether n was away from side when it was last looked for there. That is an earlier
// run's word, and nothing may be deleted on it: somebody may have restored the item since.
func (n *node) mayBeBack(side Side) bool {
	h := n.rec.Half(side)
	away := n.sight[side] == absent || n.sight[side] == gone && (h.Presence == Gone || !n.there(side.Other()))
	return away && h.ID != ""
}

// placesOf brings in whoever stands where n may have to go because of side.
func (o *observer) placesOf(ctx context.Context, n *node, side Side) error {
	h := n.rec.Half(side)
	switch {
	case n.lost(side):
		return o.successor(ctx, n, side)
	case n.entry[side] == nil:
		return nil
	case o.w.placeChanged(n, side) != 0 || h.Presence != Present || h.Provisional || n.rec.Half(side.Other()).Presence != Present:
		return o.occupants(ctx, n, side)
	}
	return nil
}

// ancestors observes the folders that hold n on side up to the root, and the same folders on the other
// side, where n may have to be written.
func (o *observer) ancestors(ctx context.Context, n *node, side Side) error {
	if e := n.entry[side]; e != nil {
		if _, err := o.inside(ctx, side, e.ParentID); err != nil {
			n.doubt = "the folder it is in could not be looked at: " + err.Error()
			return ctx.Err()
		}
	}
	p, x := o.w.parentOn(n, side), side.Other()
	if p != nil && o.w.waiting[PendingKey{Record: p.rec.ID}].Result == Held {
		o.touch(p) // what is in it may be a reason to have it after all
	}
	if p == nil || p.rec.ID != RootRecord && p.sight[x] != assumed {
		return nil
	}
	if _, err := o.isThere(ctx, p, x); err != nil {
		n.doubt = "the folder it is in could not be looked at: " + err.Error()
		return ctx.Err()
	}
	if p.rec.ID != RootRecord && p.sight[x] != observed {
		o.touch(p)
	}
	return nil
}

// expandFolder brings in the subtree of a folder that went or came back.
func (o *observer) expandFolder(ctx context.Context, n *node, side Side) error {
	x := side.Other()
	switch {
	case n.lost(side):
		if err := o.children(ctx, n, side); err != nil {
			return err
		}
		if err := o.quietBelow(ctx, o.w.pathOn(n, side), side); err != nil {
			return err
		}
		if n.there(x) {
			return o.listBelow(ctx, n, x)
		}
	case n.sight[side] == observed && isAnother(n.rec.Half(side), n.entry[side]):
		return o.listBelow(ctx, n, side)
	case n.sight[side] == observed && o.w.waiting[PendingKey{Record: n.rec.ID}].Result == Held:
		return o.listBelow(ctx, n, side) // it may have been away, and what was in it forgotten
	case n.there(side) && (n.rec.Half(x).Presence == Never || n.rec.Half(x).Presence == Declined):
		return o.listBelow(ctx, n, side) // it is about to be made, and what moved into it may have waited
	case o.w.rules.Filter != nil && o.w.placeChanged(n, Source)|o.w.placeChanged(n, Destination) != 0:
		// Its new path may let in, or put out, anything below it.
		if err := o.children(ctx, n, side); err != nil {
			return err
		}
		return o.listBelow(ctx, n, side)
	case n.rec.Dormant && n.sight[side] == observed:
		return o.listBelow(ctx, n, side) // it may wake, and nobody has looked into it for long
	case n.sleeps || n.rec.Dormant:
		return o.children(ctx, n, side)
	}
	return nil
}

// isAnother reports whether the folder that was found is not the one that the Half describes: it came
// back, or was made again.
func isAnother(h *Half, e *Entry) bool {
	return h.Presence != Present || h.ID != e.ID || h.Birth != e.Birth
}

// expandNewcomer brings in what a new item may be, and who stands where it wants to.
func (o *observer) expandNewcomer(ctx context.Context, n *node) error {
	for _, side := range sides {
		e := n.entry[side]
		if e == nil {
			continue
		}
		t, err := o.view.Tombstone(ctx, side, e.ID)
		if err == nil && o.ends[side].info.ReusableIDs && t.Birth != e.Birth {
			err = fs.ErrNotExist // the ID was an other item's
		}
		if err == nil {
			if err := o.checkTrash(ctx, &t); err != nil {
				return err
			}
			n.tomb = &t
			if !t.Replaced && recent(t.At, o.w.now, o.ends[side].info.Settle) {
				n.doubt = "was deleted a moment ago" // the service may still show it, and it must not be joined to what came back
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := o.ancestors(ctx, n, side); err != nil {
			return err
		}
		if p := o.w.parentOn(n, side); p != nil && p.declined() {
			o.touch(p) // what is new in it may be a reason to have it after all
		}
		if n.rec.Kind == Folder {
			if err := o.listBelow(ctx, n, side); err != nil {
				return err
			}
		}
		if err := o.occupants(ctx, n, side); err != nil {
			return err
		}
	}
	return nil
}

// checkTrash makes sure that the item which a Tombstone names on the other side is in the trash with
// the contents that it had when it was deleted. Otherwise nothing can be restored.
func (o *observer) checkTrash(ctx context.Context, t *Tombstone) error {
	x := t.Side.Other()
	if t.OtherID == "" || t.Replaced {
		return nil
	}
	was, err := o.view.Tombstone(ctx, x, t.OtherID)
	if err == nil {
		var e Entry
		if e, err = o.lookID(ctx, x, t.OtherID); err == nil && e.Trashed && e.Content == was.Content {
			return nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	t.OtherID, t.Handle = "", ""
	return ctx.Err()
}
