package syncer

import (
	"cmp"
	"slices"
)

// waitForFolders makes actions wait for the folders that they write into or empty.
func (s *steps) waitForFolders(list []*node) {
	for _, n := range list {
		ns := s.of[n]
		for _, p := range s.w.folders(n) {
			if !p.known && s.of[p] != nil && n.fate == stay {
				ns.first.wait(s.of[p].first) // Records stand only in folders that have one
			}
		}
		if p := n.parent; p != nil && s.of[p] != nil && ns.first != nil && n.fate != leave {
			for _, side := range sides {
				ns.create[side].wait(s.of[p].create[side])
			}
		}
		for _, side := range sides {
			if up := n.up[side]; up != nil && s.of[up] != nil {
				ns.move[side].wait(s.of[up].create[side])
				s.waitForWayOut(n, up, side)
			}
		}
		if ns.remove != nil {
			s.waitForEmptiness(n, ns.remove)
		}
	}
}

// waitForWayOut: a folder moves below another only after that one has left it.
func (s *steps) waitForWayOut(n, up *node, side Side) {
	mine := s.of[n].move[side]
	if mine == nil || n.rec.Kind != Folder {
		return
	}
	var chain []*node
	for p, d := up, 0; p != nil && d < maxDepth; d++ {
		if p == n {
			for _, c := range chain {
				if s.of[c] != nil {
					mine.wait(s.of[c].move[side])
				}
			}
			return
		}
		chain = append(chain, p)
		p = s.w.parentOn(p, side)
	}
}

// waitForEmptiness: a folder goes after everything in it went or left, and its Record after those.
func (s *steps) waitForEmptiness(n *node, remove *step) {
	for _, side := range sides {
		for _, child := range s.below[side][n] {
			cs := s.of[child]
			remove.wait(cs.remove)
			remove.wait(cs.move[side])
		}
	}
}

// waitForChildren is the same for Records alone, which the store keeps below each other.
func (s *steps) waitForChildren(list []*node) {
	for _, child := range list {
		for _, id := range []RecordID{child.rec.ParentID, child.rec.Source.Parent, child.rec.Destination.Parent} {
			if p := s.w.nodes[id]; p != nil && s.of[p] != nil && s.of[p].remove != nil && child.known {
				s.of[p].remove.waitSoftly(s.of[child].last)
			}
		}
	}
}

// waitForRoom makes an action that needs a name wait for the one that frees it.
func (s *steps) waitForRoom(list []*node) {
	s.waitForChildren(list)
	now := [2]map[slot][]*node{{}, {}}
	for _, n := range list {
		for _, side := range sides {
			if p := s.w.parentOn(n, side); p != nil && n.there(side) {
				at := slot{p, NameKey(n.nameOn(side))}
				now[side][at] = append(now[side][at], n)
			}
		}
	}
	for _, n := range list {
		for _, side := range sides {
			mine := cmp.Or(s.of[n].move[side], s.of[n].create[side])
			if mine == nil {
				continue
			}
			for _, x := range now[side][slot{n.up[side], NameKey(n.name[side])}] {
				if x == n || !s.w.info[side].Names.Unique.Clash(x.nameOn(side), x.rec.Kind, n.name[side], n.rec.Kind) {
					continue
				}
				xs := s.of[x]
				mine.wait(xs.move[side])
				if xs.remove != nil && xs.remove.On == side {
					mine.wait(xs.remove)
				}
			}
		}
	}
}

func (st *step) wait(other *step) {
	if st != nil && other != nil && st != other {
		st.waits = append(st.waits, other)
	}
}

func (st *step) waitSoftly(other *step) {
	if other == nil || slices.Contains(st.waits, other) {
		return
	}
	st.wait(other)
	if st.soft == nil {
		st.soft = map[*step]bool{}
	}
	st.soft[other] = true
}
