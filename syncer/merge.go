package syncer

import "fmt"

// mergeParents settles the folder of an item that both sides have. What both changed differently
// goes by the source.
func (w *world) mergeParents(n *node, s, d *node) {
	mode := w.direction(n, Source).Mode
	here := [2]*node{s, d}
	var changed [2]bool
	for _, side := range sides {
		base := w.nodes[n.rec.ParentOn(side)]
		changed[side] = n.known && here[side] != base
	}
	for _, side := range sides {
		if n.known && s != d && cameBack(n, side.Other()) && !cameBack(n, side) && !changed[side.Other()] {
			changed[side] = true // it was moved here while the other side was without it
		}
	}
	n.parent = w.nodes[n.rec.ParentID]
	if !n.known || n.parent == nil {
		n.parent = s
	}
	sender := Source
	if mode == ToSource {
		sender = Destination
	}
	switch {
	case mode != TwoWay && (changed[Source] || changed[Destination]):
		n.parent, n.from, n.moved = here[sender], sender, true
	case changed[Source]:
		n.parent, n.from, n.moved = s, Source, true
		if changed[Destination] && s != d {
			n.why = fmt.Sprintf("moved to different folders on the two sides: the place on %s counts", w.says(Source))
		}
	case changed[Destination]:
		n.parent, n.from, n.moved = d, Destination, true
	}
	w.followAgreed(n, here, changed)
}

// cameBack reports whether n is on side again after side had lost it or did without it.
func cameBack(n *node, side Side) bool {
	p := n.rec.Half(side).Presence
	return n.known && (p == Gone || p == Declined)
}

// followAgreed sets the folder on each side: the agreed one, unless the side cannot move there.
func (w *world) followAgreed(n *node, here [2]*node, changed [2]bool) {
	for _, side := range sides {
		switch {
		case !n.moved && !n.rec.Half(side).Provisional && n.known:
			n.up[side] = here[side] // also where an earlier move was declined
		case here[side] != n.parent && !w.info[side].Abilities(n.rec.Kind).Move:
			n.up[side] = here[side]
			n.agree |= attrPlace | attrCannotFollow
			n.why = fmt.Sprintf("%s cannot move a %s", w.says(side), n.rec.Kind)
		default:
			n.up[side] = n.parent
		}
	}
	if changed[Source] || changed[Destination] {
		n.agree |= attrPlace
	}
}

// mergeNames settles the name on each side of an item that both sides have.
func (w *world) mergeNames(n *node) {
	s, d := n.entry[Source], n.entry[Destination]
	n.name = [2]string{n.nameOn(Source), n.nameOn(Destination)}
	if !n.known || s == nil && d == nil {
		return
	}
	var changed, temporary [2]bool
	for _, side := range sides {
		h := n.rec.Half(side)
		same := n.nameOn(side) == h.Name
		back := cameBack(n, side)
		// What came back under a name that nobody agreed on follows the side that always had it.
		temporary[side] = h.Provisional && same || back && h.Name == ""
		changed[side] = !same && h.Name != "" && (back || h.Presence == Present)
	}
	for _, side := range sides {
		x := side.Other()
		if cameBack(n, x) && !cameBack(n, side) && !changed[x] &&
			w.rename(n.name[side], n.rec.Kind, side) != n.name[x] && w.rename(n.name[x], n.rec.Kind, x) != n.name[side] {
			changed[side] = true // it was renamed here while the other side was without it
		}
	}
	mode := w.direction(n, Source).Mode
	winner := Source
	switch {
	case mode == ToSource, temporary[Source] && !temporary[Destination]:
		winner = Destination
	case mode == ToDestination, temporary[Destination]:
	case changed[Source] && changed[Destination]:
		if w.rename(s.Name, n.rec.Kind, Source) == d.Name || w.rename(d.Name, n.rec.Kind, Destination) == s.Name {
			n.agree |= attrPlace
			return
		}
		n.why = fmt.Sprintf("renamed on both sides, to %q and to %q: the name on %s counts", s.Name, d.Name, w.says(Source))
	case changed[Destination]:
		winner = Destination
	}
	if !changed[Source] && !changed[Destination] && !temporary[Source] && !temporary[Destination] {
		return
	}
	n.agree |= attrPlace
	x := winner.Other()
	want := w.rename(n.name[winner], n.rec.Kind, winner)
	if !changed[winner] && !temporary[x] {
		want = n.rec.Half(x).Name // put back on a side that only receives
	}
	switch {
	case want == n.name[x]:
	case !w.info[x].Abilities(n.rec.Kind).Rename:
		n.agree |= attrCannotFollow | attrOwnName(x)
		n.why = fmt.Sprintf("%s cannot rename a %s", w.says(x), n.rec.Kind)
	case w.info[x].Names.Check(want) != nil:
		n.agree |= attrCannotFollow | attrOwnName(x)
		n.why = fmt.Sprintf("%s cannot hold the name: %v", w.says(x), w.info[x].Names.Check(want))
	default:
		n.name[x] = want
	}
}

// firstName is the name for the side that does not have the item: the one it had there before, if
// its name on side t is still the same, else what the Namer says.
func (w *world) firstName(n *node, t Side) string {
	x := t.Other()
	was := ""
	switch h := n.rec.Half(x); {
	case n.tomb != nil && n.tomb.Name == n.nameOn(t):
		was = n.tomb.OtherName
	case n.known && !h.Provisional && n.rec.Half(t).Name == n.nameOn(t):
		was = h.Name
	}
	if mapped := w.rename(n.nameOn(t), n.rec.Kind, t); !w.related(n, t, was) {
		return mapped
	}
	return was
}

// related reports whether n's name on side t and a name on the other side are one but for what a Namer
// and our tags make of it. If not, a side could not follow a rename then, and need not repeat it.
func (w *world) related(n *node, t Side, other string) bool {
	same := func(a, b string) bool { return NameKey(untagged(a)) == NameKey(untagged(b)) }
	return other != "" && (same(w.rename(n.nameOn(t), n.rec.Kind, t), other) || same(w.rename(other, n.rec.Kind, t.Other()), n.nameOn(t)))
}

// rename asks the Namer what a name on side t becomes on the other side.
func (w *world) rename(name string, kind Kind, t Side) string {
	if w.rules.Namer == nil {
		return name
	}
	return w.rules.Namer.Name(name, kind, w.info[t].Names, w.info[t.Other()].Names)
}
