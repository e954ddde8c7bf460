package syncer

import "fmt"

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
			culprit.why = fmt.Sprintf("moved into each other on the two sides: the place on %s counts", w.says(Source))
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
