package syncer

import (
	"fmt"
	"slices"
)

// breakRings finds actions that wait for each other's names and lets one item step aside under a
// temporary name.
func (s *steps) breakRings() {
	for range len(s.list) {
		ring := s.ring()
		if ring == nil {
			return
		}
		s.stepAside(ring)
	}
}

// ring returns steps each of which waits for the next, the last for the first; nil if none do.
func (s *steps) ring() []*step {
	const (
		open = 1
		done = 2
	)
	for _, st := range s.list {
		st.state = 0
	}
	var path, found []*step
	var visit func(st *step) bool
	visit = func(st *step) bool {
		st.state = open
		path = append(path, st)
		for _, next := range st.waits {
			switch next.state {
			case open:
				found = slices.Clone(path[slices.Index(path, next):])
				return true
			case 0:
				if visit(next) {
					return true
				}
			}
		}
		path = path[:len(path)-1]
		st.state = done
		return false
	}
	for _, st := range s.list {
		if len(st.waits) > 0 && st.state == 0 && visit(st) {
			return found
		}
	}
	return nil
}

// stepAside moves the item that a ring waits for to a temporary name first.
func (s *steps) stepAside(ring []*step) {
	for i, st := range ring {
		if next := ring[(i+1)%len(ring)]; st.soft[next] {
			st.waits = slices.DeleteFunc(st.waits, func(x *step) bool { return x == next })
			return
		}
	}
	for i, st := range ring {
		next := ring[(i+1)%len(ring)]
		x := next.node
		frees := st.node != x && (next.Op == OpMove || next.Op == OpDelete) && st.On == next.On &&
			st.Name != "" && st.node.up[st.On] == s.w.parentOn(x, st.On)
		if !frees || !s.w.info[next.On].Abilities(x.rec.Kind).Rename || s.of[x].move[next.On] != nil && s.of[x].move[next.On].Temporary {
			continue
		}
		side := next.On
		a := next.Action
		a.Op, a.Temporary, a.Name, a.Reason = OpMove, true, s.w.temporaryName(x, side), "makes room for a swap"
		a.Path = joinPath(s.finalPath(s.w.parentOn(x, side), side), a.Name)
		a.ID = actionID(a, "", x.rec.ID)
		aside := &step{Action: a, depth: next.depth}
		st.waits[slices.Index(st.waits, next)] = aside
		next.waits = append(next.waits, aside)
		s.list = append(s.list, aside)
		return
	}
	for _, st := range ring {
		if st.Op == OpMove && !s.w.info[st.On].Abilities(st.Kind).Rename {
			s.declineMove(st)
			return
		}
	}
	// A ring without a name to free cannot be: the final tree has no cycle. Cut it, so that the
	// worst is an action that fails and is tried again.
	ring[0].waits = slices.DeleteFunc(ring[0].waits, func(x *step) bool { return x == ring[1%len(ring)] })
}

// temporaryName is one that nobody is known to have where n stands on side: users may give such a name
// to something else, and the side refuses it then.
func (w *world) temporaryName(n *node, side Side) string {
	p, id := w.parentOn(n, side), n.idOn(side)
	for attempt := range 8 {
		name := temporaryName(id, attempt)
		if p == nil || !slices.Contains(w.ghosts[side][p.idOn(side)], name) && !w.seenAt(side, p, name) {
			return name
		}
	}
	return temporaryName(id, 0)
}

// declineMove turns a move that would need a temporary name, on a side that cannot rename, into a
// change that the side cannot follow.
func (s *steps) declineMove(st *step) {
	n, side := st.node, st.On
	why := fmt.Sprintf("%s cannot rename a %s, and so cannot let two change places", s.w.says(side), n.rec.Kind)
	s.of[n].move[side] = nil
	if !s.w.standsInRecords(n) {
		s.w.stuck[n.rec.ID] = why // what it shall stand in gets its Record first
		s.stuck = true
		st.waits = nil
		return
	}
	n.stayOn(side, s.w.parentOn(n, side))
	n.why = why
	st.Op, st.attrs, st.Reason, st.Name, st.Path = OpDecline, attrPlace|attrCannotFollow, n.why, "", st.From
	st.waits = slices.DeleteFunc(st.waits, func(x *step) bool { return x.node != n })
}

// stayOn makes n keep the name and the folder that it has on side.
func (n *node) stayOn(side Side, folder *node) {
	if n.name[side] != n.nameOn(side) {
		n.agree |= attrOwnName(side)
	}
	n.up[side], n.name[side] = folder, n.nameOn(side)
	n.agree |= attrPlace | attrCannotFollow
}
