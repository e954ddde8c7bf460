package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// quietBelow looks again at what stood in a folder that went, without its Record being there: it was
// left alone and reported.
func (o *observer) quietBelow(ctx context.Context, path string, side Side) error {
	dir := path + "/"
	for _, k := range sortedKeys(o.w.waiting) {
		p := o.w.waiting[k]
		if !p.Quiet || p.On != side || !strings.HasPrefix(p.Path, dir) {
			continue
		}
		p.Quiet = false
		o.w.waiting[k] = p
		if err := o.revisit(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// quietIn is quietBelow for an unknown item that went: if it was left alone, so was what stood in it.
func (o *observer) quietIn(ctx context.Context, side Side, id string) error {
	p, told := o.w.waiting[PendingKey{Side: side, ID: id}]
	if !told {
		return nil
	}
	return o.quietBelow(ctx, p.Path, side)
}

// children touches the Records that stand in folder n on side.
func (o *observer) children(ctx context.Context, n *node, side Side) error {
	kids, err := o.childRecords(ctx, n.rec.ID)
	if err != nil {
		return err
	}
	for _, r := range kids {
		c, err := o.adopt(ctx, r)
		if err != nil {
			return err
		}
		if c.sight[side] == assumed && r.ParentOn(side) == n.rec.ID {
			switch n.sight[side] {
			case gone, out:
				c.lose(side, missing) // it may have left the folder before
			case unseen:
				c.hide(side, n.hidden[side])
				c.sleeps = n.sleeps
			}
			o.touchAgain(c)
		}
		o.touch(c)
	}
	return nil
}

// listBelow observes the whole subtree of a folder on side, unless a full listing did.
func (o *observer) listBelow(ctx context.Context, n *node, side Side) error {
	id := n.idOn(side)
	if o.whole[side] || id == "" || o.listed[side][id] {
		return nil
	}
	o.listed[side][id] = true
	o.budget.spend()
	first := true
	for e, err := range o.ends[side].reader.List(ctx, Entry{ID: id, Kind: Folder, Name: n.nameOn(side)}, "") {
		if err != nil {
			o.unread[side][id] = err.Error()
			if !errors.Is(err, fs.ErrNotExist) {
				o.incomplete = append(o.incomplete, Unlisted{side, o.w.pathOn(n, side), CauseOf(err), err.Error()})
			}
			return o.recordsBelow(ctx, n, side, "could not be listed: "+err.Error())
		}
		if first {
			first = false
			continue
		}
		if e.Kind == Folder {
			o.listed[side][e.ID] = true
		}
		if e.Err != nil {
			o.unread[side][e.ID] = e.Err.Error()
		}
		if err := o.feed(ctx, side, &e); err != nil {
			return err
		}
		if e.Err != nil {
			if err := o.couldNotList(ctx, side, &e); err != nil {
				return err
			}
		}
	}
	return o.recordsBelow(ctx, n, side, "")
}

// recordsBelow marks the Records below n that a listing of it did not show: missing after a
// complete one, unseen after one that failed. Those of folders turned inside out may stand in each
// other: each is gone into once.
func (o *observer) recordsBelow(ctx context.Context, n *node, side Side, failed string) error {
	if !n.known {
		return nil
	}
	entered := map[*node]bool{n: true}
	for queue := []*node{n}; len(queue) > 0; queue = queue[1:] {
		kids, err := o.recordsIn(ctx, queue[0], side)
		if err != nil {
			return err
		}
		for _, c := range kids {
			if c.sight[side] == assumed {
				if failed != "" {
					c.hide(side, failed)
				} else {
					c.lose(side, missing)
				}
				o.touchAgain(c)
			}
			o.touch(c)
			if c.rec.Kind == Folder && !entered[c] {
				entered[c] = true
				queue = append(queue, c)
			}
		}
	}
	return nil
}

// recordsIn returns the nodes of the Records that stand directly in n on side.
func (o *observer) recordsIn(ctx context.Context, n *node, side Side) ([]*node, error) {
	found, err := o.childRecords(ctx, n.rec.ID)
	if err != nil {
		return nil, err
	}
	kids := make([]*node, 0, len(found))
	for _, r := range found {
		if r.ParentOn(side) != n.rec.ID {
			continue
		}
		c, err := o.adopt(ctx, r)
		if err != nil {
			return nil, err
		}
		kids = append(kids, c)
	}
	return kids, nil
}

// childRecords reads the Records that stand in a folder on any side. They are read to the end first:
// what is done with one may read others.
func (o *observer) childRecords(ctx context.Context, id RecordID) ([]Record, error) {
	var out []Record
	for r, err := range o.view.Children(ctx, id) {
		if err != nil {
			return nil, fmt.Errorf("read children of record %d: %w", id, err)
		}
		out = append(out, r)
	}
	return out, nil
}
