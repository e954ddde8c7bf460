package syncer

import "fmt"

// placing is where an item shall stand in the end.
type placing struct {
	parent *node    // the folder that both sides agree on
	up     [2]*node // the folder on each side; other than parent where a side cannot move it
	name   [2]string
	wish   [2]string // name before anybody else had a claim
	// from is the side whose move decided parent, if moved is set.
	from  Side
	moved bool
}

// placeAll gives every item that stays a folder and a free name on both sides. Parents first:
// the tree must have no cycle and no dead folder before names can clash in it.
func (w *world) placeAll(list []*node) {
	for _, n := range list {
		w.choosePlace(n)
	}
	w.breakCycles(list)
	w.declineImpossible(list)
	for range maxPasses {
		w.settleFolders(list)
		w.claimNames(list)
		if !w.settleFolders(list) { // who got no name stays, and so does what it stands in
			return
		}
	}
}

// maxPasses bounds how often what is left alone may cause more to be left alone. What is undecided
// then fails, and is planned anew.
const maxPasses = 16

// settleFolders lets folders and what is in them live and wait together. It reports whether anything
// changed.
func (w *world) settleFolders(list []*node) bool {
	for pass := range maxPasses {
		kept, waits, inside := w.keepFoldersAlive(list), w.followParents(list), w.waitForEachOther(list)
		if !kept && !waits && !inside {
			return pass > 0
		}
	}
	return true
}

// waitForEachOther leaves a folder alone that would go into one which is in it, and stays there for
// now.
func (w *world) waitForEachOther(list []*node) (changed bool) {
	for _, n := range list {
		for _, side := range sides {
			if n.fate == stay && n.there(side) && n.rec.Kind == Folder && n.up[side] != w.parentOn(n, side) && w.endsIn(n.up[side], n, side) {
				n.leave("the folder it is to go into has to leave it first", false)
				changed = true
			}
		}
	}
	return changed
}

// endsIn reports whether p will stand in n, or be n, on side.
func (w *world) endsIn(p, n *node, side Side) bool {
	for d := 0; p != nil && d < maxDepth; d++ {
		if p == n {
			return true
		}
		if p.touched && p.fate == stay && p.up[side] != nil {
			p = p.up[side]
		} else {
			p = w.parentOn(p, side)
		}
	}
	return false
}

// choosePlace merges parent and name, each on its own.
func (w *world) choosePlace(n *node) {
	defer func() { n.wish = n.name }()
	s, d := w.parentOn(n, Source), w.parentOn(n, Destination)
	if n.parted != nil {
		s, d = w.partedParents(n)
	}
	switch {
	case n.fate != stay:
		n.parent = w.nodes[n.rec.ParentID]
		for _, side := range sides {
			if n.there(side) {
				n.up[side], n.name[side] = w.parentOn(n, side), n.nameOn(side)
				if n.parent == nil {
					n.parent = n.up[side]
				}
			}
		}
	case n.there(Source) && n.there(Destination):
		if s == nil || d == nil {
			n.leave("its folder is not visible", false)
			return
		}
		w.mergeParents(n, s, d)
		w.mergeNames(n)
	default:
		t, p := Source, s
		if !n.there(Source) {
			t, p = Destination, d
		}
		if p == nil {
			n.leave("its folder is not visible", false)
			return
		}
		n.parent, n.up = p, [2]*node{p, p}
		n.name[t] = n.nameOn(t)
		n.name[t.Other()] = w.firstName(n, t)
		if o := n.parted; o != nil && o.rec.Half(t).Provisional && o.rec.Half(t).Name == n.name[t] {
			// It parts under a temporary name of ours: the other version has the proper one.
			n.name[t], n.name[t.Other()] = w.rename(o.nameOn(t.Other()), n.rec.Kind, t.Other()), o.nameOn(t.Other())
			n.rec.Name = n.name[t]
		}
	}
}

func (w *world) partedParents(n *node) (s, d *node) {
	t, e := n.origin()
	p := w.byID[t][e.ParentID]
	if t == Source {
		return p, nil
	}
	return nil, p
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
			n.why = "moved to different folders on the two sides: the source's place counts"
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
			n.why = fmt.Sprintf("%s cannot move a %s", side, n.rec.Kind)
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
		n.why = fmt.Sprintf("renamed on both sides, to %q and to %q: the source's name counts", s.Name, d.Name)
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
		n.why = fmt.Sprintf("%s cannot rename a %s", x, n.rec.Kind)
	case w.info[x].Names.Check(want) != nil:
		n.agree |= attrCannotFollow | attrOwnName(x)
		n.why = fmt.Sprintf("%s cannot hold the name: %v", x, w.info[x].Names.Check(want))
	default:
		n.name[x] = want
	}
}

// declineImpossible leaves items where they are on a side whose rules forbid the place that the
// other side gave them.
func (w *world) declineImpossible(list []*node) {
	for _, n := range list {
		for _, side := range sides {
			info, here := w.info[side], w.parentOn(n, side)
			if n.fate != stay || !n.there(side) || n.up[side] == here {
				continue
			}
			tooDeep := n.rec.Kind == Folder && info.MaxDepth > 0 && w.finalDepth(n) > info.MaxDepth
			atRoot := n.rec.Kind == File && info.FoldersOnlyAtRoot && n.parent.rec.ID == RootRecord
			stuck := here != nil && !info.Abilities(n.rec.Kind).Move
			if tooDeep || atRoot || stuck {
				n.up[side] = here
				n.agree |= attrPlace | attrCannotFollow
				n.why = fmt.Sprintf("%s does not allow a %s there", side, n.rec.Kind)
			}
		}
	}
}

// breakCycles undoes moves of the destination until no folder is its own ancestor. The source's
// tree has no cycle and neither has the baseline, so each cycle holds a move of the destination.
func (w *world) breakCycles(list []*node) {
	for _, n := range list {
		for n.fate == stay && n.moved {
			culprit := w.cycleThrough(n)
			if culprit == nil {
				break
			}
			back := w.parentOn(culprit, Source)
			if culprit.from == Source || back == nil || back == culprit.parent {
				back = w.nodes[RootRecord]
			}
			culprit.parent, culprit.from = back, Source
			culprit.up = [2]*node{back, back}
			culprit.agree |= attrPlace
			culprit.why = "moved into each other on the two sides: the source's place counts"
		}
	}
}

// finalUp returns the folder that p stands in the end; nil for the root.
func (w *world) finalUp(p *node) *node {
	if p.rec.ID == RootRecord {
		return nil
	}
	if p.parent != nil {
		return p.parent
	}
	return w.nodes[p.rec.ParentID]
}

// cycleThrough returns the item of a cycle through n whose move is undone: of those that the
// destination moved, the one with the lowest Record. Nil if there is no cycle.
func (w *world) cycleThrough(n *node) *node {
	var culprit *node
	for p, steps := n, 0; steps < maxDepth; steps++ {
		if p.moved && (culprit == nil || p.from == Destination && (culprit.from == Source || p.rec.ID < culprit.rec.ID)) {
			culprit = p
		}
		if p = w.finalUp(p); p == nil {
			return nil
		}
		if p == n {
			return culprit
		}
	}
	return nil
}

// keepFoldersAlive decides the fate of folders together with their contents: a folder that one
// side deleted lives on if anything that stays is there, and is blocked by anything that must be
// left alone.
func (w *world) keepFoldersAlive(list []*node) (changed bool) {
	for again := true; again; changed = changed || again {
		again = false
		for _, n := range list {
			if n.fate == stay && n.parent != nil {
				again = w.revive(n.parent, n) || again
			}
			for _, side := range sides {
				// What is left alone, or cannot be moved away, keeps its folder on that side.
				stuck := n.fate == leave || n.fate == stay && n.up[side] == w.parentOn(n, side) && n.up[side] != n.parent
				if stuck && (n.there(side) || n.unclear(side)) {
					again = w.block(w.parentOn(n, side), side, n) || again
				}
			}
		}
		for _, n := range list {
			if n.fate == leave && n.known {
				again = w.keepRecordsAbove(n) || again
			}
		}
		for _, n := range list {
			if n.fate == die && n.rec.Kind == Folder && len(w.strangers[n.on][n.idOn(n.on)]) > 0 {
				s := w.strangers[n.on][n.idOn(n.on)][0]
				n.leave(fmt.Sprintf("holds %q, which is not synced", s.Name), false)
				n.soon = false
				again = true
			}
		}
	}
	return changed
}

// keepRecordsAbove keeps the Records of the folders that a Record stands in which is left alone.
func (w *world) keepRecordsAbove(n *node) bool {
	kept := false
	for _, id := range []RecordID{n.rec.ParentID, n.rec.Source.Parent, n.rec.Destination.Parent} {
		if p := w.nodes[id]; p != nil && (p.fate == die || p.fate == forget) {
			p.leave(fmt.Sprintf("held %q: %s", n.rec.Name, cause(n.why)), false)
			p.soon = n.soon
			kept = true
		}
	}
	return kept
}

// revive keeps folder p for the sake of child n. It is made anew where it is gone.
func (w *world) revive(p, n *node) bool {
	if p.fate == leave && p.known && p.quiet {
		return w.reviveDeclined(p, n)
	}
	if p.fate != die && p.fate != forget || p.rec.ID == RootRecord {
		return false
	}
	if p.fate == forget {
		n.parent = w.nodes[RootRecord]
		if up := w.nodes[p.rec.ParentID]; up != nil {
			n.parent = up
		}
		n.agree |= attrPlace
		return true
	}
	x := p.on.Other()
	if why := w.refusal(p, p.on, x); why != "" {
		p.leave(fmt.Sprintf("deleted on %s, but %q in it stays; %s %s", x, n.rec.Name, x, why), false)
		p.soon = false
		return true
	}
	p.fate, p.free, p.why = stay, false, fmt.Sprintf("deleted on %s, but %q in it stays", x, n.rec.Name)
	p.want[x] = true
	w.choosePlace(p)
	return true
}

// reviveDeclined makes a folder that a side does without, for the sake of something new in it.
func (w *world) reviveDeclined(p, n *node) bool {
	for _, x := range sides {
		if n.want[x] && (p.rec.Half(x).Presence == Declined || p.agree&attrDeclined(x) != 0) && p.there(x.Other()) {
			if why := w.refusal(p, x.Other(), x); why != "" {
				p.why = fmt.Sprintf("%s %s", x, why)
				return false
			}
			p.fate, p.quiet, p.agree, p.why = stay, false, 0, fmt.Sprintf("%q in it is wanted on %s", n.rec.Name, x)
			p.want[x] = true
			w.choosePlace(p)
			return true
		}
	}
	return false
}

// block keeps the folder that holds n on side, without bringing it back on the other side.
func (w *world) block(p *node, side Side, n *node) bool {
	if p == nil || p.fate != die || p.on != side {
		return false
	}
	p.leave(fmt.Sprintf("holds %q: %s", n.nameOn(side), cause(n.why)), false)
	p.soon = n.soon
	if x := side.Other(); p.rec.Half(x).Presence != Gone && p.sight[x] == gone {
		p.agree |= attrGone(x)
	}
	return true
}

func (w *world) followParents(list []*node) (changed bool) {
	for again := true; again; changed = changed || again {
		again = false
		for _, n := range list {
			if n.fate == stay {
				w.followParent(n)
				again = again || n.fate != stay
			}
		}
	}
	return changed
}

// folders returns every folder that n stands in or shall stand in.
func (w *world) folders(n *node) []*node {
	var list []*node
	for _, p := range []*node{n.parent, n.up[Source], n.up[Destination], w.parentOn(n, Source), w.parentOn(n, Destination)} {
		if p != nil {
			list = append(list, p)
		}
	}
	return list
}

// followParent makes an item whose folder is left alone wait with it, where it would have to be
// written into a folder that is not there.
func (w *world) followParent(n *node) {
	if n.fate != stay || n.parent == nil {
		return
	}
	for _, p := range w.folders(n) {
		if !p.known && p.fate != stay {
			n.leave("its folder waits: "+cause(p.why), p.quiet && !n.known)
			return
		}
	}
	for _, side := range sides {
		p := n.parent
		missing := n.want[side] && !p.there(side) && !p.want[side]
		if missing {
			why := p.why
			if why == "" {
				why = "its folder is not there"
			}
			n.leave("its folder waits: "+cause(why), p.quiet && !n.known)
			return
		}
		if n.there(side) && n.up[side] == nil {
			n.up[side] = n.parent
		}
		if n.want[side] {
			n.up[side] = n.parent
		}
		if n.there(side) && n.up[side] != w.parentOn(n, side) && !n.up[side].there(side) && !n.up[side].want[side] {
			n.leave("the folder it was moved to waits", false)
			return
		}
	}
}
