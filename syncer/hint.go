package syncer

import (
	"context"
	"errors"
	"io/fs"
)

// hint looks at an item by ID, because something may have happened to it. It reports whether the
// hint was about this pair.
func (o *observer) hint(ctx context.Context, h *Hint) (bool, error) {
	side, id, within := h.Side, h.ID, h.Within
	n, err := o.byID(ctx, side, id)
	if err != nil {
		return false, err
	}
	if n != nil && n.rec.ID == RootRecord {
		return true, nil // see hearOfRoots
	}
	if n == nil {
		inside, err := o.concerns(ctx, side, within)
		if err != nil || !inside {
			return false, err
		}
		return true, o.hintUnknown(ctx, side, id)
	}
	if o.echo(n, h) {
		return true, nil
	}
	return true, o.hintKnown(ctx, n, side)
}

// echo reports whether a hint tells of an item what is known of it. An ID that names another item now may
// have any token again.
func (o *observer) echo(n *node, h *Hint) bool {
	return h.Guard != "" && !o.ends[h.Side].info.ReusableIDs && n != nil && n.known && !n.unfinished() && n.sight[h.Side] == assumed &&
		n.rec.Half(h.Side).Presence == Present && n.rec.Half(h.Side).Guard == h.Guard
}

// revisit looks again at the item of a pending row. A Record that is gone has nothing left to look at.
func (o *observer) revisit(ctx context.Context, key PendingKey) error {
	if key.Record == 0 {
		_, err := o.hint(ctx, &Hint{Side: key.Side, ID: key.ID})
		return err
	}
	n, err := o.load(ctx, key.Record)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		o.touch(n)
	}
	return err
}

func (o *observer) hintKnown(ctx context.Context, n *node, side Side) error {
	if n.sight[side] == observed && o.w.unchanged(n, side) && !n.unfinished() {
		return nil
	}
	if n.sight[side] != assumed && n.sight[side] != gone && n.sight[side] != absent {
		o.touch(n)
		return nil
	}
	if err := o.look(ctx, n, side); err != nil {
		return err
	}
	if !o.w.unchanged(n, side) || n.unfinished() {
		o.touch(n)
	}
	return nil
}

// concerns reports whether an event in one of these folders may be about the pair.
func (o *observer) concerns(ctx context.Context, side Side, within []string) (bool, error) {
	for _, folder := range within {
		if n, err := o.byID(ctx, side, folder); err != nil || n != nil {
			return n != nil, err
		}
	}
	return len(within) == 0, nil
}

func (o *observer) hintUnknown(ctx context.Context, side Side, id string) error {
	e, err := o.lookID(ctx, side, id)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && e.Trashed:
		return o.quietIn(ctx, side, id)
	case errors.Is(err, errors.ErrUnsupported):
		return nil // without a Looker every run is a full scan, which meets what is there
	case errors.Is(err, fs.ErrPermission) && o.whole[side] && len(o.unread[side]) == 0:
		// It is not in a root of which everything could be read: nothing is to be done about it until it
		// shows up there.
		return nil
	case err != nil:
		o.w.skips = append(o.w.skips, Skip{Side: side, Path: id, ID: id, Reason: "could not be looked at: " + err.Error(), Retry: true})
		return ctx.Err()
	}
	inside, err := o.inside(ctx, side, e.ParentID)
	if err != nil && ctx.Err() == nil {
		o.w.skips = append(o.w.skips, Skip{
			Side: side, Path: e.Name, ID: id, Reason: "the folder it is in could not be looked at: " + err.Error(), Retry: true,
		})
		return nil
	}
	if err != nil {
		return err
	}
	if !inside {
		return o.quietIn(ctx, side, id)
	}
	return o.feed(ctx, side, &e)
}
