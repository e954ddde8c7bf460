package syncer

import (
	"cmp"
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
// under, that it came back on a side, and that a folder is gone from one: should it come back, what is in
// it has to be listed. Otherwise it would be forgotten meanwhile.
func bound(n *node) attr {
	var out attr
	for _, side := range sides {
		h, e := n.rec.Half(side), n.entry[side]
		switch {
		case n.agree&attrDeclined(side) != 0: // says more: the side does without it
		case n.known && n.rec.Kind == Folder && n.sight[side] == gone && h.Presence == Present && n.there(side.Other()):
			out |= attrGone(side)
		case !n.known || e == nil:
		case h.Presence == Present && (e.ID != h.ID || e.Birth != h.Birth):
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
		a.Op, a.Reason = OpRestore, "it came back on "+s.w.says(t)
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
	a.By = s.w.author(&a)
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
