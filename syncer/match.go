package syncer

import "slices"

// match finds out which newcomers are items that the pair knows already, and which newcomers of
// the two sides are one item. In this order: a newcomer at the exact place of a Record whose own
// ID is missing there; a unique digest and size among missing and new; names in the same folder
// across the sides. The ID itself was tried before an entry became a newcomer.
func (w *world) match() {
	w.rebind()
	w.follow()
	w.reunite()
	w.join()
	w.numbered = w.next
}

type place struct {
	side   Side
	parent *node
	name   string
}

// rebind gives a Record whose ID is missing the newcomer that stands in its place: an editor that
// saves by writing a new file, or a delete followed by a create. What the other side has need not be in
// sight for that: a filter may leave it out there.
func (w *world) rebind() {
	at := map[place][]*node{}
	for _, n := range w.touched() {
		for _, side := range sides {
			lost := n.sight[side] == missing || n.sight[side] == gone || n.vanished[side]
			if n.known && lost && n.mayBe(side.Other()) {
				p := place{side, w.nodes[n.rec.ParentOn(side)], n.rec.Half(side).Name}
				at[p] = append(at[p], n)
			}
		}
	}
	if len(at) == 0 {
		return
	}
	for _, f := range sortedByPlace(w.fresh) {
		side, e := f.origin()
		if f.tomb != nil {
			continue
		}
		p := place{side, w.byID[side][e.ParentID], e.Name}
		olds := at[p]
		if p.parent == nil || len(olds) != 1 || olds[0].rec.Kind != e.Kind {
			continue
		}
		if olds[0].vanished[side] && !w.displaced(olds[0], f, side) {
			continue
		}
		w.become(f, olds[0], side)
		delete(at, p)
	}
}

// follow gives a Record whose item is gone on one side the newcomer that stands there just where the other side
// has the item now, with the same contents: both went on without us, as they do when a state is lost and an older
// one goes on. As a new item it would stand beside the old one, twice.
func (w *world) follow() {
	at := map[place][]*node{}
	for _, n := range w.touched() {
		for _, side := range sides {
			if e := n.entry[side.Other()]; n.known && n.sight[side] == gone && n.sight[side.Other()] == observed && e.Digest != "" {
				p := place{side, w.parentOn(n, side.Other()), e.Name}
				at[p] = append(at[p], n)
			}
		}
	}
	if len(at) == 0 {
		return
	}
	for _, f := range sortedByPlace(w.fresh) {
		side, e := f.origin()
		p := place{side, w.byID[side][e.ParentID], e.Name}
		olds := at[p]
		if f.tomb != nil || p.parent == nil || len(olds) != 1 || e.Digest != olds[0].entry[side.Other()].Digest {
			continue
		}
		w.become(f, olds[0], side)
		delete(at, p)
	}
}

// displaced reports whether the newcomer f proves that n, which nobody sees, has left its place on side
// for it: it holds the same bytes under a name that the side gives to one item only. Other bytes might
// be a stranger's, and an item that is only out of sight justifies no overwrite.
func (w *world) displaced(n, f *node, side Side) bool {
	h, e := n.rec.Half(side), f.entry[side]
	unique := !w.info[side].Names.Unique.Twins(e.Kind)
	return unique && e.Kind == File && e.Digest != "" && e.Digest == h.Digest && !w.inFlight.hold(n) && !w.inFlight.hold(f)
}

// reunite recognises a file by its contents, where exactly one is missing and exactly one is new.
// Anything less certain would mix up histories.
func (w *world) reunite() {
	type contents struct {
		side   Side
		digest Digest
		size   int64
	}
	missed, came := map[contents][]*node{}, map[contents][]*node{}
	for _, f := range w.fresh {
		side, e := f.origin()
		if e.Kind == File && e.Digest != "" && e.Size > 0 && f.tomb == nil {
			c := contents{side, e.Digest, e.Size}
			came[c] = append(came[c], f)
		}
	}
	if len(came) == 0 {
		return
	}
	for _, n := range w.touched() {
		for _, side := range sides {
			// What is only missing may be there still: the budget ended before it was looked at. And where each
			// edit makes a new item, the trash holds the one before it and proves nothing.
			inPlace := w.info[side].File.Update == UpdateInPlace
			lost := n.sight[side] == gone && !(n.trashed[side] && inPlace)
			if h := n.rec.Half(side); n.known && n.rec.Kind == File && lost && n.mayBe(side.Other()) {
				c := contents{side, h.Digest, h.Size}
				missed[c] = append(missed[c], n)
			}
		}
	}
	for c, olds := range missed {
		if news := came[c]; len(olds) == 1 && len(news) == 1 {
			w.become(news[0], olds[0], c.side)
		}
	}
}

// become merges the newcomer f into the known item n: it is n's item on side, under a new ID.
func (w *world) become(f, n *node, side Side) {
	e := f.entry[side]
	n.see(side, e)
	n.touched, n.sleeps = true, n.sleeps && n.unclear(side.Other())
	w.byID[side][e.ID] = n
	w.fresh = slices.DeleteFunc(w.fresh, func(x *node) bool { return x == f })
}
