package syncer

import "fmt"

// keepFoldersAlive decides the fate of folders together with their contents: a folder that one
// side deleted lives on if anything that stays is there, and is blocked by anything that must be
// left alone.
func (w *world) keepFoldersAlive(list []*node) (changed bool) {
	for again := true; again; changed = changed || again {
		// What stays counts before what is left alone, whichever comes first in the list: a folder
		// that waits for the one would never be made for the other.
		again = w.reviveFolders(list)
		for _, n := range list {
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

// reviveFolders keeps every folder that anything stays in, up to the root.
func (w *world) reviveFolders(list []*node) (changed bool) {
	for again := true; again; changed = changed || again {
		again = false
		for _, n := range list {
			if n.fate == stay && n.parent != nil {
				again = w.revive(n.parent, n) || again
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
		p.leave(fmt.Sprintf("deleted on %s, but %q in it stays; %s %s", w.says(x), n.rec.Name, w.says(x), why), false)
		p.soon = false
		return true
	}
	p.fate, p.free, p.why = stay, false, fmt.Sprintf("deleted on %s, but %q in it stays", w.says(x), n.rec.Name)
	p.want[x] = true
	w.choosePlace(p)
	return true
}

// reviveDeclined makes a folder that a side does without, for the sake of something new in it.
func (w *world) reviveDeclined(p, n *node) bool {
	for _, x := range sides {
		if n.want[x] && (p.rec.Half(x).Presence == Declined || p.agree&attrDeclined(x) != 0) && p.there(x.Other()) {
			if why := w.refusal(p, x.Other(), x); why != "" {
				p.why = fmt.Sprintf("%s %s", w.says(x), why)
				return false
			}
			p.fate, p.quiet, p.agree, p.why = stay, false, 0, fmt.Sprintf("%q in it is wanted on %s", n.rec.Name, w.says(x))
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
