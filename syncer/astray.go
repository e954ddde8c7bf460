package syncer

import (
	"context"
	"errors"
	"io/fs"
	"slices"
)

// searchAstray answers for the files that interrupted calls were to make and that are not where they were
// to be. A user may have moved one before anybody looked: then it is new to the pair, it has the bytes
// that were sent, and the service says, if it says anything, that we wrote it. The Record is written
// as if the call had been answered, so that the move is a move; otherwise the file would be sent a second
// time, and the first one carried back.
func (r *run) searchAstray(ctx context.Context) error {
	open := r.astray
	r.astray = nil
	found, times := make([]*node, len(open)), map[*node]int{}
	b := Batch{}
	for i := range open {
		f, err := r.strayed(ctx, &open[i])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.leaveOpen(ctx, &open[i], err)
			continue
		}
		found[i] = f
		times[f]++
		if f == nil {
			b.Settled = append(b.Settled, open[i].ID)
		}
	}
	for i, f := range found {
		switch {
		case f == nil:
		case times[f] > 1: // anything less certain would mix up histories
			b.Settled = append(b.Settled, open[i].ID)
		default:
			if err := r.reclaim(ctx, &open[i], f); err != nil {
				return err
			}
		}
	}
	if len(b.Settled) == 0 {
		return nil
	}
	return r.commit.now(ctx, b)
}

// strayed returns the one newcomer that may be what the Intent has made, nil if there is none or more
// than one.
func (r *run) strayed(ctx context.Context, in *Intent) (f *node, err error) {
	for _, n := range r.w.fresh {
		e := n.entry[in.On]
		if e == nil || e.Size != in.Size || e.Size <= 0 {
			continue
		}
		ours, err := r.ours(ctx, in, e)
		switch {
		case err != nil:
			n.doubt = "it may be what an interrupted write has made: " + err.Error()
			return nil, err
		case ours && f != nil:
			return nil, nil
		case ours:
			f = n
		}
	}
	return f, nil
}

// reclaim stores what the Intent has made as it was made, and has the newcomer f looked into as that item.
func (r *run) reclaim(ctx context.Context, in *Intent, f *node) error {
	e := f.entry[in.On]
	made := *e
	made.ParentID, made.Name = in.Parent, in.Name
	b := Batch{}
	_, err := r.state.Record(ctx, in.After.ParentID)
	if err == nil {
		b, err = r.done(ctx, in, made, nil)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil // the folder is gone, and nothing is known of the place
	}
	if err != nil {
		return err
	}
	b.Settled = append(b.Settled, in.ID)
	if err := r.commit.now(ctx, b); err != nil || len(b.Put) == 0 {
		return err
	}
	return r.o.rebase(ctx, b.Put[len(b.Put)-1], in.On, f)
}

// rebase makes of the newcomer f on side, and of whatever the other side showed of it, the item of a Record
// that was just stored.
func (o *observer) rebase(ctx context.Context, rec Record, side Side, f *node) error {
	w, x := o.w, side.Other()
	e, id := f.entry[side], rec.Half(x).ID
	was := w.byID[x][id]
	w.fresh = slices.DeleteFunc(w.fresh, func(n *node) bool { return n == f || n == was })
	n := w.nodes[rec.ID]
	if n == nil {
		var err error
		if n, err = o.adopt(ctx, rec); err != nil {
			return err
		}
		switch {
		case was != nil && was != n && was.entry[x] != nil:
			n.see(x, was.entry[x])
		case o.complete[x] && n.sight[x] == assumed:
			n.lose(x, missing)
		}
	}
	n.rec = rec
	if old := n.entry[side]; old != nil && old.ID != e.ID {
		// A user has taken back what the call replaced: it is an item by itself now.
		delete(w.byID[side], old.ID)
		o.touch(w.newcomer(side, old))
	}
	n.see(side, e)
	w.byID[side][e.ID] = n
	if id != "" {
		w.byID[x][id] = n
	}
	o.touchAgain(n)
	return nil
}
