package syncer

import (
	"cmp"
	"slices"
)

// join walks the newcomers from their known folders downwards, makes one item of those that both
// sides have under one name, and numbers what is new. The order depends on nothing but names and
// IDs.
func (w *world) join() {
	below := [2]map[string][]*node{{}, {}}
	for _, f := range w.fresh {
		side, e := f.origin()
		below[side][e.ParentID] = append(below[side][e.ParentID], f)
	}
	queue := w.foldersWith(below)
	wanting := w.wanting()
	w.fresh = w.fresh[:0]
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		var lists [2][]*node
		for _, side := range sides {
			if id := p.idOn(side); id != "" {
				lists[side] = sortedByPlace(below[side][id])
				delete(below[side], id)
			}
		}
		w.welcomeBack(wanting[p.rec.ID], &lists)
		for _, f := range w.pairUp(lists) {
			f.rec.ID = w.next
			w.next++
			w.nodes[f.rec.ID] = f
			w.fresh = append(w.fresh, f)
			if f.rec.Kind == Folder {
				queue = append(queue, f)
			}
		}
	}
	// What is left hangs below a folder that nobody has seen: it waits.
	for _, side := range sides {
		for _, orphans := range below[side] {
			for _, f := range orphans {
				e := f.entry[side]
				w.skips = append(w.skips, Skip{Side: side, Path: e.Name, ID: e.ID, Reason: "its folder is not visible", Retry: true})
			}
		}
	}
}

// foldersWith returns the known folders that newcomers stand in, by Record.
func (w *world) foldersWith(below [2]map[string][]*node) []*node {
	var list []*node
	listed := map[*node]bool{}
	for _, side := range sides {
		for id := range below[side] {
			if p := w.byID[side][id]; p != nil && p.known && !listed[p] {
				listed[p] = true
				list = append(list, p)
			}
		}
	}
	slices.SortFunc(list, func(a, b *node) int { return cmp.Compare(a.rec.ID, b.rec.ID) })
	return list
}

// wanting returns the Records that are on one side and still wanted on the other, by parent.
func (w *world) wanting() map[RecordID][]*node {
	list := map[RecordID][]*node{}
	for _, n := range w.touched() {
		wanted := n.rec.Source.Presence == Never || n.rec.Destination.Presence == Never
		if n.known && wanted && (n.sight[Source] == absent) != (n.sight[Destination] == absent) {
			list[n.rec.ParentID] = append(list[n.rec.ParentID], n)
		}
	}
	return list
}

// welcomeBack joins newcomers of one folder to Records that are still wanted on their side.
func (w *world) welcomeBack(wanting []*node, lists *[2][]*node) {
	for _, n := range wanting {
		for _, side := range sides {
			other := side.Other()
			if n.sight[side] != absent || !n.there(other) {
				continue
			}
			i := slices.IndexFunc(lists[side], func(f *node) bool {
				return f.rec.Kind == n.rec.Kind && f.tomb == nil && w.calledLike(f, n, side)
			})
			if i >= 0 {
				e := lists[side][i].entry[side]
				n.see(side, e)
				w.byID[side][e.ID] = n
				lists[side] = slices.Delete(lists[side], i, i+1)
			}
		}
	}
}

// calledLike reports whether the newcomer f of side has the name that n has on the other side, or one that n
// would get on side.
func (w *world) calledLike(f, n *node, side Side) bool {
	name, other := f.nameOn(side), side.Other()
	return NameKey(name) == NameKey(n.nameOn(other)) || name == w.plainName(n, side) ||
		slices.Contains(tagsIn(name), tagOf(n.idOn(other))) && w.tagged(name, n, side)
}

// pairUp makes one node of two newcomers of equal kind and name: first where a tag tells who is whose, then by
// exact names, then by Keys. Of several that have one name those go first whose contents may be equal.
func (w *world) pairUp(lists [2][]*node) []*node {
	taken := map[*node]bool{}
	w.pairByTag(lists, taken)
	for _, same := range []func(a, b *Entry) bool{
		func(a, b *Entry) bool { return a.Name == b.Name && mayBeEqual(a, b) },
		func(a, b *Entry) bool { return a.Name == b.Name },
		func(a, b *Entry) bool { return NameKey(a.Name) == NameKey(b.Name) && mayBeEqual(a, b) },
		func(a, b *Entry) bool { return NameKey(a.Name) == NameKey(b.Name) },
	} {
		w.pairByName(lists, taken, same)
	}
	w.pairByNamer(lists, taken)
	w.pairByFormerTag(lists, taken)
	out := slices.Clone(lists[Source])
	for _, d := range lists[Destination] {
		if !taken[d] {
			out = append(out, d)
		}
	}
	return out
}

// pairByName makes one node of two newcomers of equal kind and Key that are the same.
func (w *world) pairByName(lists [2][]*node, taken map[*node]bool, same func(a, b *Entry) bool) {
	byKey := map[Key][]*node{}
	for _, d := range lists[Destination] {
		if !taken[d] {
			byKey[NameKey(d.rec.Name)] = append(byKey[NameKey(d.rec.Name)], d)
		}
	}
	if len(byKey) == 0 {
		return
	}
	for _, s := range lists[Source] {
		if taken[s] {
			continue
		}
		for _, d := range byKey[NameKey(s.rec.Name)] {
			if !taken[d] && s.rec.Kind == d.rec.Kind && same(s.entry[Source], d.entry[Destination]) {
				w.unite(s, d, taken)
				break
			}
		}
	}
}

// pairByNamer makes one node of two newcomers of which one has the name that the Namer gives the
// other: what an earlier state, lost since, had mapped.
func (w *world) pairByNamer(lists [2][]*node, taken map[*node]bool) {
	if w.rules.Namer == nil {
		return
	}
	type named struct {
		kind Kind
		name string
	}
	plain, mapped := map[named]*node{}, map[named]*node{}
	for _, d := range lists[Destination] {
		if !taken[d] {
			plain[named{d.rec.Kind, d.rec.Name}] = d
			mapped[named{d.rec.Kind, w.rename(d.rec.Name, d.rec.Kind, Destination)}] = d
		}
	}
	for _, s := range lists[Source] {
		if taken[s] {
			continue
		}
		d := plain[named{s.rec.Kind, w.rename(s.rec.Name, s.rec.Kind, Source)}]
		if d == nil || taken[d] {
			d = mapped[named{s.rec.Kind, s.rec.Name}]
		}
		if d != nil && !taken[d] {
			w.unite(s, d, taken)
		}
	}
}

// unite makes one node of a newcomer of the source and one of the destination.
func (w *world) unite(s, d *node, taken map[*node]bool) {
	e := d.entry[Destination]
	s.see(Destination, e)
	s.doubt = cmp.Or(s.doubt, d.doubt)
	w.byID[Destination][e.ID] = s
	taken[s], taken[d] = true, true
}

func sortedByPlace(list []*node) []*node {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b *node) int {
		sa, ea := a.origin()
		sb, eb := b.origin()
		return cmp.Or(cmp.Compare(sa, sb), cmp.Compare(ea.Name, eb.Name), byAge(ea.ID, eb.ID))
	})
	return out
}

// origin returns the side that a newcomer was seen on, the source if on both, and its entry there.
func (n *node) origin() (Side, *Entry) {
	if e := n.entry[Source]; e != nil {
		return Source, e
	}
	return Destination, n.entry[Destination]
}
