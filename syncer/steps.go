package syncer

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
)

// step is an Action on its way into a plan: what it waits for is known by pointer.
type step struct {
	Action
	waits []*step
	depth int
	index int
	state int // of the search for rings
	// soft are waits that only keep Records in order; they give way in a ring.
	soft map[*step]bool
}

// steps collects the actions of a plan.
type steps struct {
	w    *world
	list []*step
	of   map[*node]*nodeSteps
	// below holds, per side, what stands in each folder now.
	below [2]map[*node][]*node
	// stuck says that an item turned out to have to stay where it is: all is to be decided anew.
	stuck bool
}

// nodeSteps are the actions on one item, by what others may have to wait for.
type nodeSteps struct {
	first  *step // the one that makes the Record, if it is new
	last   *step
	create [2]*step
	move   [2]*step
	remove *step // delete or forget
}

// emit turns decisions into actions, in an order that can be carried out. It reports whether an item
// has to stay where it is, so that the others must be decided anew.
func (w *world) emit(list []*node) (actions []Action, again bool) {
	s := &steps{w: w, of: map[*node]*nodeSteps{}, below: [2]map[*node][]*node{{}, {}}}
	for _, n := range list {
		s.of[n] = &nodeSteps{}
		for _, side := range sides {
			if p := w.parentOn(n, side); p != nil && n.there(side) {
				s.below[side][p] = append(s.below[side][p], n)
			}
		}
	}
	for _, n := range list {
		s.emitNode(n)
	}
	s.waitForFolders(list)
	s.waitForRoom(list)
	s.breakRings()
	if s.stuck {
		return nil, true
	}
	return s.sorted(), false
}

func (s *steps) emitNode(n *node) {
	switch n.fate {
	case die:
		a := Action{Op: OpDelete, On: n.on, Reason: n.why, free: n.free}
		s.add(n, a).ID = deleteID(n)
	case forget:
		s.add(n, Action{Op: OpForget, Reason: n.why})
	case leave:
		if attrs := n.agree | bound(n); attrs != 0 && n.known {
			s.add(n, Action{Op: OpDecline, Reason: n.why, attrs: attrs})
		}
	default:
		s.emitAlive(n)
	}
}

// bound is what must be recorded even of an item that is left alone: an ID that it was recognised
// under, and that it came back on a side. Otherwise it would be forgotten meanwhile.
func bound(n *node) attr {
	var out attr
	for _, side := range sides {
		h, e := n.rec.Half(side), n.entry[side]
		switch {
		case !n.known || e == nil:
		case h.Presence == Present && e.ID != h.ID:
			out |= attrIdentity
		case cameBack(n, side) && (n.agree&attrDeclined(side.Other()) != 0 || n.rec.Half(side.Other()).Presence == Declined):
			out |= attrPlace
		}
	}
	return out
}

func (s *steps) emitAlive(n *node) {
	if n.verify != [2]bool{} {
		if attrs := bound(n); attrs != 0 {
			s.add(n, Action{Op: OpAgree, Reason: "found again under another ID", attrs: attrs})
		}
		for _, side := range sides {
			if n.verify[side] {
				s.add(n, Action{Op: OpVerify, On: side, Reason: "a read tells whether the contents are equal"})
			}
		}
		return
	}
	s.emitAgreement(n)
	for _, side := range sides {
		if n.there(side) && s.moves(n, side) {
			s.of[n].move[side] = s.add(n, Action{Op: OpMove, On: side, Name: n.name[side], Reason: n.why})
		}
	}
	for _, side := range sides {
		if n.want[side] {
			s.of[n].create[side] = s.add(n, s.creation(n, side))
		}
		if n.flow[side] {
			s.add(n, Action{Op: OpUpdate, On: side, Name: n.name[side], Reason: n.why})
		}
	}
}

// emitAgreement records what needs no call.
func (s *steps) emitAgreement(n *node) {
	both := n.there(Source) && n.there(Destination)
	op := OpAgree
	switch {
	case both && !n.known:
		op = OpAdopt
	case n.agree&attrCannotFollow != 0:
		op = OpDecline
	case n.agree == 0:
		return
	}
	if !n.known && !both {
		return // it has no Record yet, and the step that makes it knows all this
	}
	attrs := n.agree
	if s.moves(n, Source) || s.moves(n, Destination) {
		// The move will record the place. That it is here again must not wait for that.
		for _, side := range sides {
			if e := n.entry[side]; e != nil && cameBack(n, side) {
				attrs |= attrIdentity
			}
		}
		if attrs &^= attrPlace | attrCannotFollow; attrs == 0 && op != OpAdopt {
			return
		}
	}
	s.add(n, Action{Op: op, Reason: n.why, attrs: attrs})
}

func (s *steps) moves(n *node, side Side) bool {
	return n.there(side) && (n.name[side] != n.nameOn(side) || n.up[side] != s.w.parentOn(n, side))
}

func (s *steps) creation(n *node, side Side) Action {
	a := Action{Op: OpCreateFile, On: side, Name: n.name[side], Reason: n.why}
	if n.rec.Kind == Folder {
		a.Op = OpCreateFolder
	}
	t := side.Other()
	if n.rec.Kind == File && n.tomb != nil && n.tomb.OtherID != "" && n.tomb.Content == n.entry[t].Content && s.w.canRestore[side] {
		a.Op, a.Reason = OpRestore, "it came back on "+t.String()
	}
	return a
}

// add completes an action on n and makes it wait for the one before it on the same item.
func (s *steps) add(n *node, a Action) *step {
	side := a.On
	a.node, a.Record, a.Kind = n, n.rec.ID, n.rec.Kind
	a.Old, a.Other = n.entry[side], n.entry[side.Other()]
	a.Size = UnknownSize
	if e := a.Other; e != nil {
		a.Size = e.Size
	}
	a.From = s.w.pathOn(n, side)
	a.Path = a.From
	if a.Name != "" {
		a.Path = joinPath(s.finalPath(n.up[side], side), a.Name)
	}
	if !n.there(side) {
		a.From = ""
	}
	if a.ID == "" {
		parent, record := "", n.rec.ID
		if p := n.up[side]; p != nil && a.Op.Writes() {
			if parent = p.idOn(side); parent == "" {
				parent = a.Path
			}
		}
		if !n.known {
			record = 0
		}
		a.ID = actionID(a, parent, record)
	}
	st := &step{Action: a, depth: s.w.finalDepth(n)}
	ns := s.of[n]
	if ns.last != nil {
		st.waits = append(st.waits, ns.last)
	}
	if ns.first == nil && a.attrs != attrIdentity { // an ID is recorded whatever becomes of the place
		ns.first = st
	}
	ns.last = st
	if a.Op == OpDelete || a.Op == OpForget {
		ns.remove = st
	}
	s.list = append(s.list, st)
	return st
}

func (s *steps) finalPath(n *node, side Side) string {
	return pathTo(n, func(n *node) string {
		if name := n.name[side]; name != "" {
			return name
		}
		return n.nameOn(side)
	}, func(n *node) *node {
		if up := cmp.Or(n.up[side], s.w.parentOn(n, side)); up != nil {
			return up
		}
		return s.w.nodes[n.rec.ParentID]
	})
}

func (w *world) finalDepth(n *node) int {
	d := 0
	for p := n; p != nil && p.rec.ID != RootRecord && d < maxDepth; d++ {
		p = w.finalUp(p)
	}
	return d
}

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
				if x == n || !s.w.info[side].Names.Unique.Clash(x.nameOn(side), n.name[side]) {
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
		a.Op, a.Temporary, a.Name, a.Reason = OpMove, true, temporaryName(x.idOn(side)), "makes room for a swap"
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

// declineMove turns a move that would need a temporary name, on a side that cannot rename, into a
// change that the side cannot follow.
func (s *steps) declineMove(st *step) {
	n, side := st.node, st.On
	why := fmt.Sprintf("%s cannot rename a %s, and so cannot let two change places", side, n.rec.Kind)
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

// sorted puts the steps in an order in which each comes after those it waits for: what only
// records first, then moves and folders from the top, files, and deletes from the bottom.
func (s *steps) sorted() []Action {
	blocked := map[*step]int{}
	blocks := map[*step][]*step{}
	ready := &queue{}
	for _, st := range s.list {
		blocked[st] = len(st.waits)
		for _, w := range st.waits {
			blocks[w] = append(blocks[w], st)
		}
		if len(st.waits) == 0 {
			heap.Push(ready, st)
		}
	}
	out := make([]Action, 0, len(s.list))
	for ready.Len() > 0 {
		st := heap.Pop(ready).(*step)
		st.index = len(out)
		for _, w := range st.waits {
			st.After = append(st.After, w.index)
		}
		slices.Sort(st.After)
		st.After = slices.Compact(st.After)
		out = append(out, st.Action)
		for _, next := range blocks[st] {
			if blocked[next]--; blocked[next] == 0 {
				heap.Push(ready, next)
			}
		}
	}
	return out
}

// queue is a heap of steps that are ready.
type queue []*step

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*step)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	da, db := a.depth, b.depth
	if stage(a.Op) == stage(OpDelete) {
		da, db = -da, -db
	}
	return cmp.Or(cmp.Compare(stage(a.Op), stage(b.Op)), cmp.Compare(da, db),
		cmp.Compare(a.Record, b.Record), cmp.Compare(a.On, b.On), cmp.Compare(a.ID, b.ID)) < 0
}

func stage(op Op) int {
	switch op {
	case OpVerify, OpAdopt, OpAgree, OpDecline:
		return 0
	case OpMove, OpCreateFolder:
		return 1
	case OpCreateFile, OpUpdate, OpRestore:
		return 2
	}
	return 3
}
