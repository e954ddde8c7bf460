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
		if proper := n.rec.Half(t.Other()).Name; proper != "" && n.isAside(t) {
			n.name[t], n.name[t.Other()] = w.rename(proper, n.rec.Kind, t.Other()), proper
		}
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
				n.why = fmt.Sprintf("%s does not allow a %s there", w.says(side), n.rec.Kind)
			}
		}
	}
	w.declineTooDeep(list)
}

// declineTooDeep leaves alone folders that would have to be made too deep on a side, because the
// folders above stand deeper there than where they were moved on the other side.
func (w *world) declineTooDeep(list []*node) {
	for _, n := range list {
		for _, side := range sides {
			most := w.info[side].MaxDepth
			if n.fate == stay && n.want[side] && n.rec.Kind == Folder && most > 0 && w.depthInTheEnd(n, side) > most {
				n.leave(fmt.Sprintf("%s takes folders only %d deep", w.says(side), most), false)
				n.soon = false
			}
		}
	}
}

// depthInTheEnd counts the folders from the root of side down to n as they shall stand there.
func (w *world) depthInTheEnd(n *node, side Side) int {
	d := 1
	for p := n.up[side]; p != nil && p.rec.ID != RootRecord && d < maxDepth; d++ {
		if p.touched && p.fate == stay && p.up[side] != nil {
			p = p.up[side]
		} else {
			p = w.parentOn(p, side)
		}
	}
	return d
}
