package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
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

// unseenOf lists the items that expanding a wave of nodes will look at.
func (o *observer) unseenOf(wave []*node) []version {
	var list []version
	for _, n := range wave {
		for _, side := range sides {
			id := n.rec.Half(side).ID
			if n.known && id != "" && !o.expanded[n] && (n.sight[side] == assumed || n.sight[side] == missing && o.provable(n, side)) {
				list = append(list, version{side, Stamp{ID: id}})
			}
		}
	}
	return list
}

// provable reports whether a missing item gets a look of its own: its folder is not unseen.
func (o *observer) provable(n *node, side Side) bool {
	p := o.w.nodes[n.rec.ParentOn(side)]
	return p != nil && p.sight[side] != unseen
}

// prefetch looks at many items at once, so that a run over slow services does not wait for them
// one by one. The answers are kept for lookID.
func (o *observer) prefetch(ctx context.Context, list []version) {
	if o.parallel <= 1 {
		return
	}
	var g errgroup.Group
	g.SetLimit(o.parallel)
	answers := make([]lookup, len(list))
	for i, v := range list {
		if _, ok := o.looked[v]; ok || o.ends[v.side].looker == nil || o.budget.ended() || o.ends[v.side].busy.why() != nil {
			answers[i].err = errors.ErrUnsupported
			continue
		}
		o.looked[v] = lookup{} // claimed: the list may name it twice
		g.Go(func() error {
			o.budget.spend()
			answers[i].entry, answers[i].err = o.ends[v.side].looker.Look(ctx, v.ID)
			o.ends[v.side].busy.note(answers[i].err)
			return nil
		})
	}
	_ = g.Wait() // every answer carries its own error
	for i, v := range list {
		if !errors.Is(answers[i].err, errors.ErrUnsupported) {
			o.looked[v] = answers[i]
		}
	}
}

// expand brings in what deciding about n needs.
func (o *observer) expand(ctx context.Context, n *node) error {
	if !n.known {
		return o.expandNewcomer(ctx, n)
	}
	for _, side := range sides {
		back := n.sight[side] == absent || n.sight[side] == gone && !n.there(side.Other()) // it may be here again
		if n.sight[side] == assumed || back && n.rec.Half(side).ID != "" {
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
		o.touch(p) // what is new in it may be a reason to have it after all
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
		if e := n.entry[side]; e != nil {
			if o.w.placeChanged(n, side) != 0 || n.rec.Half(side).Presence != Present || n.rec.Half(side).Provisional ||
				n.rec.Half(side.Other()).Presence != Present {
				if err := o.occupants(ctx, n, side); err != nil {
					return err
				}
			}
		}
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
	if p == nil || p.rec.ID == RootRecord || p.sight[x] != assumed {
		return nil
	}
	if _, err := o.inside(ctx, x, p.idOn(x)); err != nil {
		n.doubt = "the folder it is in could not be looked at: " + err.Error()
		return ctx.Err()
	}
	if p.sight[x] != observed {
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
		if k.Record == 0 {
			if _, err := o.hint(ctx, k.Side, k.ID, nil); err != nil {
				return err
			}
			continue
		}
		c, err := o.load(ctx, k.Record)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		o.touch(c)
	}
	return nil
}

// isAnother reports whether the folder that was found is not the one that the Half describes: it came
// back, or was made again.
func isAnother(h *Half, e *Entry) bool {
	return h.Presence != Present || h.ID != e.ID || h.Birth != e.Birth
}

// children touches the Records that stand in folder n on side.
func (o *observer) children(ctx context.Context, n *node, side Side) error {
	var kids []Record
	for r, err := range o.view.Children(ctx, n.rec.ID) {
		if err != nil {
			return fmt.Errorf("read children of record %d: %w", n.rec.ID, err)
		}
		kids = append(kids, r)
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
				o.incomplete = append(o.incomplete, fmt.Sprintf("%s: %q: %v", side, o.w.pathOn(n, side), err))
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
			o.incomplete = append(o.incomplete, fmt.Sprintf("%s: folder %q: %v", side, e.Name, e.Err))
		}
		if err := o.feed(ctx, side, &e); err != nil {
			return err
		}
	}
	return o.recordsBelow(ctx, n, side, "")
}

// recordsBelow marks the Records below n that a listing of it did not show: missing after a
// complete one, unseen after one that failed.
func (o *observer) recordsBelow(ctx context.Context, n *node, side Side, failed string) error {
	if !n.known {
		return nil
	}
	var kids []Record
	for r, err := range o.view.Children(ctx, n.rec.ID) {
		if err != nil {
			return fmt.Errorf("read children of record %d: %w", n.rec.ID, err)
		}
		kids = append(kids, r)
	}
	for _, r := range kids {
		c, err := o.adopt(ctx, r)
		if err != nil {
			return err
		}
		if r.ParentOn(side) != n.rec.ID {
			continue
		}
		if c.sight[side] == assumed {
			if failed != "" {
				c.hide(side, failed)
			} else {
				c.lose(side, missing)
			}
			o.touchAgain(c)
		}
		o.touch(c)
		if c.rec.Kind == Folder {
			if err := o.recordsBelow(ctx, c, side, failed); err != nil {
				return err
			}
		}
	}
	return nil
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
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := o.ancestors(ctx, n, side); err != nil {
			return err
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

// occupants brings in whoever stands, on both sides, where n stands on side, and where it may have to
// go with the name it has on the other side.
func (o *observer) occupants(ctx context.Context, n *node, side Side) error {
	p, x := o.w.parentOn(n, side), side.Other()
	if err := o.occupantsOf(ctx, n, p, side, true); err != nil {
		return err
	}
	moved := n.known && p != nil && p.rec.ID != n.rec.ParentOn(side)
	if e := n.entry[x]; moved && e != nil && e.Name != o.w.rename(n.nameOn(side), n.rec.Kind, side) {
		return o.occupantsOf(ctx, n, p, x, false)
	}
	return nil
}

// occupantsOf brings in whoever stands in p, on both sides, under the name that n has on side. here
// says that n itself stands there.
func (o *observer) occupantsOf(ctx context.Context, n, p *node, side Side, here bool) error {
	if p == nil || !p.known {
		return nil
	}
	names := [2]string{}
	names[side] = n.nameOn(side)
	names[side.Other()] = o.w.rename(names[side], n.rec.Kind, side)
	for _, at := range sides {
		taken, err := o.occupantRecords(ctx, p, at, names[at], n)
		if err != nil {
			return err
		}
		if taken || slices.Contains(o.w.ghosts[at][p.idOn(at)], names[at]) {
			if err := o.tagOccupants(ctx, p, at, names[at], n); err != nil {
				return err
			}
		}
		if !p.there(at) || o.whole[at] || at == side && here {
			continue
		}
		found, err := o.find(ctx, at, p, names[at])
		o.budget.spend()
		if errors.Is(err, fs.ErrNotExist) {
			if p.sight[at] == assumed {
				o.touch(p) // the folder itself needs a look
			}
			continue
		}
		if err != nil {
			n.doubt = fmt.Sprintf("who stands there on %s could not be read: %v", at, err)
			return ctx.Err()
		}
		for i := range found {
			if x := o.w.byID[at][found[i].ID]; x == nil || x.sight[at] == assumed {
				if err := o.feed(ctx, at, &found[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// tagOccupants brings in whoever has the first names that n would get instead of a taken one.
func (o *observer) tagOccupants(ctx context.Context, p *node, at Side, name string, n *node) error {
	rules := [2]Names{o.w.info[Source].Names, o.w.info[Destination].Names}
	for attempt := 1; attempt <= 3; attempt++ {
		if _, err := o.occupantRecords(ctx, p, at, invent(name, "", o.w.seed(n), attempt, rules), n); err != nil {
			return err
		}
	}
	return nil
}

// occupantRecords brings in the Records of a name, and reports whether there are any but that of n.
func (o *observer) occupantRecords(ctx context.Context, p *node, at Side, name string, n *node) (taken bool, err error) {
	var found []Record
	for r, err := range o.view.ByName(ctx, at, p.rec.ID, NameKey(name)) {
		if err != nil {
			return false, fmt.Errorf("find %q in record %d: %w", name, p.rec.ID, err)
		}
		found = append(found, r)
	}
	for _, r := range found {
		if n.known && r.ID == n.rec.ID {
			continue
		}
		taken = true
		x, err := o.adopt(ctx, r)
		if err != nil {
			return taken, err
		}
		// Somebody who is only assumed to stand there may have left: it is looked at.
		if x.sight[at] == assumed {
			o.touch(x)
		}
	}
	return taken, nil
}
