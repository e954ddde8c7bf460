package syncer

import "slices"

// draft makes a plan of what was observed. It is pure: values in, a value out, the same for the
// same, in the same order.
func (w *world) draft(pair string) *Plan {
	clear(w.stuck)
	list, actions, again := w.reconcile()
	for again {
		list, actions, again = w.reconcile()
	}
	p := &Plan{Pair: pair, names: w.names, Full: w.full, Actions: actions, Source: w.tally[Source], Destination: w.tally[Destination]}
	for _, side := range sides {
		p.tolls[side] = toll{w.info[side].Calls, w.info[side].Guards}
	}
	p.Skips = slices.Clone(w.skips)
	for _, n := range list {
		if n.clash != nil {
			c := *n.clash
			if n.split != nil {
				side, _ := n.split.origin()
				c.Copy = n.split.name[side]
			}
			if n.fate == leave {
				c.Left = n.why
			}
			p.Conflicts = append(p.Conflicts, c)
		}
		switch {
		case n.hold != nil:
			p.Holds = append(p.Holds, *n.hold)
		case n.fate == leave && !n.silent:
			p.Skips = append(p.Skips, w.skipOf(n))
		case n.agree&attrCannotFollow != 0:
			p.Skips = append(p.Skips, w.skipOf(n))
		}
	}
	return p
}

// reconcile decides upon everything that was touched, once. Each time that it has to be done again,
// one item more is known to stay where it is.
func (w *world) reconcile() (list []*node, actions []Action, again bool) {
	w.undecide()
	isRoot := func(n *node) bool { return n.rec.ID == RootRecord }
	for _, n := range slices.DeleteFunc(w.touched(), isRoot) {
		w.decide(n)
	}
	list = slices.DeleteFunc(w.touched(), isRoot) // with what was parted
	w.placeAll(list)
	actions, again = w.emit(list)
	return list, actions, again
}

// undecide takes back what an earlier draft decided, so that a draft depends on observations and
// verdicts alone.
func (w *world) undecide() {
	for id, n := range w.nodes {
		if o := n.parted; o != nil && n.touched && !n.known {
			side, e := n.origin()
			o.see(side, e)
			w.byID[side][e.ID] = o
			delete(w.nodes, id)
		}
	}
	w.next = w.numbered
	for _, n := range w.nodes {
		if n.touched {
			n.decision, n.placing = decision{}, placing{}
		}
	}
}

// skipOf names the side that the item stands on, or would stand on.
func (w *world) skipOf(n *node) Skip {
	side := Source
	if !n.there(Source) && n.there(Destination) {
		side = Destination
	}
	s := Skip{Side: side, Path: w.pathOn(n, side), ID: n.idOn(side), Reason: n.why, Retry: n.fate == leave && !n.quiet, Conflict: n.contested}
	if n.known {
		s.Record = n.rec.ID
	}
	return s
}

// pendingKey names n in the pending set.
func (w *world) pendingKey(n *node) PendingKey {
	if n.known {
		return PendingKey{Record: n.rec.ID}
	}
	side, e := n.origin()
	if e == nil {
		return PendingKey{}
	}
	return PendingKey{Side: side, ID: e.ID}
}
