package syncer

import (
	"fmt"
)

// decideBoth: the item is on both sides. Only contents are settled here.
func (w *world) decideBoth(n *node) {
	for _, side := range sides {
		h, e := n.rec.Half(side), n.entry[side]
		if n.known && h.Presence != Present {
			n.agree |= attrPlace
		} else if n.known && e != nil && (e.ID != h.ID || e.Birth != h.Birth) {
			n.agree |= attrIdentity
		}
	}
	if n.rec.Kind != File {
		return
	}
	if w.neverOne(n) {
		w.compare(n)
		return
	}
	s, d := w.contentChange(n, Source), w.contentChange(n, Destination)
	switch {
	case s == mayHaveChanged || d == mayHaveChanged:
		n.verify[Source], n.verify[Destination] = s == mayHaveChanged, d == mayHaveChanged
	case s == notChanged && d == notChanged:
	case n.rec.Source.Behind || n.rec.Destination.Behind:
		w.compare(n) // the two differ already: a change of one meets the other
	case s != hasChanged && d != hasChanged:
		n.agree |= attrContent // touched, the bytes are the same
	case s == hasChanged && d == hasChanged:
		w.compare(n)
	case s == hasChanged:
		w.send(n, Source)
	default:
		w.send(n, Destination)
	}
}

// neverAgreed reports whether a side never had the contents of an item.
func neverAgreed(h *Half) bool {
	return h.Presence == Never || h.Presence == Declined && h.Content == ""
}

// compare settles contents that are new on both sides.
func (w *world) compare(n *node) {
	equal, sure := w.equal(n)
	switch {
	case w.neverOne(n) && w.adoptRendered(n):
	case equal:
		n.agree |= attrContent
	case sure:
		w.settleConflict(n)
	case w.neverOne(n) && w.judgeAdoption(n):
	default:
		n.across = true
		for _, side := range sides {
			n.verify[side] = !w.tells(n, side, w.pairAlgorithm())
		}
	}
}

// neverOne reports whether the contents of the two sides have never been agreed.
func (w *world) neverOne(n *node) bool {
	return !n.known || neverAgreed(&n.rec.Source) || neverAgreed(&n.rec.Destination)
}

// send lets the contents of side t flow to the other side, or settles an edit that came from the
// wrong side.
func (w *world) send(n *node, t Side) {
	x := t.Other()
	dir := w.direction(n, Source)
	switch {
	case !dir.Mode.allows(x) && dir.Wrong == KeepAside:
		w.part(n, t)
	case !dir.Mode.allows(x) && dir.Wrong == PutBack:
		n.why = fmt.Sprintf("edited on %s, which only receives", w.says(t))
		w.overwrite(n, t)
	case !dir.Mode.allows(x):
		n.leave(fmt.Sprintf("edited on %s, which only receives", w.says(t)), true)
	default:
		w.overwrite(n, x)
	}
}

// overwrite lets contents flow to side x, if it can take new contents.
func (w *world) overwrite(n *node, x Side) {
	info := w.info[x]
	e := n.entry[x.Other()]
	switch {
	case info.File.Update == UpdateNever:
		n.agree |= attrContent | attrCannotFollow | attrBehind(x)
		n.why = fmt.Sprintf("%s cannot change the contents of a file", w.says(x))
	case e != nil && info.MaxSize > 0 && e.Size > info.MaxSize:
		n.leave(fmt.Sprintf("%s takes no files above %d bytes", w.says(x), info.MaxSize), true)
	case n.sight[x] != observed:
		n.leave(fmt.Sprintf("%s was not looked at", w.says(x)), false)
	case e == nil:
		n.leave(fmt.Sprintf("%s was not looked at", w.says(x.Other())), false)
	default:
		n.flow[x] = true
	}
}

// settleConflict asks the Resolver what becomes of two different versions.
func (w *world) settleConflict(n *node) {
	dir := w.direction(n, Source)
	c := &Conflict{Path: w.pathOn(n, Source), Source: *n.entry[Source], Destination: *n.entry[Destination]}
	if n.known {
		c.Record = n.rec.ID
	}
	c.node = n
	w.resolve(c, dir)
	n.clash = c
	switch c.Resolution {
	case TakeSource:
		w.overrule(n, Destination)
	case TakeDestination:
		w.overrule(n, Source)
	case Leave:
		n.leaveConflict("waits for a person")
	default:
		w.part(n, w.loser(dir))
	}
}

// Rules of the engine's own, beside those that a Ruler tells.
const (
	ruleChosen  = "chosen"  // by a person
	ruleOneWay  = "one way" // the sending side's version counts
	ruleDefault = "keep both"
)

// resolve says what becomes of a conflict: what a person chose for these two versions, what the direction
// says, or the Resolver. A choice never writes where the direction forbids it.
func (w *world) resolve(c *Conflict, dir Direction) {
	c.Rule = ruleDefault
	choice, chosen := w.chosen[clashID(c.Source.Stamp(), c.Destination.Stamp())]
	switch {
	case chosen && (choice == KeepBoth || choice == TakeSource && dir.Mode.allows(Destination) || choice == TakeDestination && dir.Mode.allows(Source)):
		c.Resolution, c.Rule = choice, ruleChosen
	case dir.Mode != TwoWay && dir.Wrong != KeepAside:
		c.Resolution, c.Rule = TakeSource, ruleOneWay
		if dir.Mode == ToSource {
			c.Resolution = TakeDestination
		}
	case dir.Mode != TwoWay:
		c.Rule = ruleOneWay
	case w.rules.Resolver != nil:
		c.Resolution, c.Rule = w.rules.Resolver.Resolve(*c), ""
		if r, ok := w.rules.Resolver.(Ruler); ok {
			c.Rule = r.Rule(*c)
		}
	}
}

// leaveConflict leaves both versions to a person. Two that no Record joins are both kept in sight.
func (n *node) leaveConflict(why string) {
	n.leave("changed on both sides: "+why, n.known)
	n.contested = true
}

// overrule overwrites an edit of side x. Where x cannot take other contents the two are not agreed: the
// edit was never on the other side, and must not go when the item there does.
func (w *world) overrule(n *node, x Side) {
	if w.info[x].File.Update == UpdateNever {
		n.leaveConflict(fmt.Sprintf("%s cannot change the contents of a file", w.says(x)))
		return
	}
	w.overwrite(n, x)
}

// loser is the side whose version gets the conflict name: the destination, unless it cannot
// rename, or is the one that may not be written.
func (w *world) loser(dir Direction) Side {
	switch {
	case dir.Mode == ToSource:
		return Source
	case dir.Mode == ToDestination || w.info[Destination].File.Rename && w.info[Destination].File.Create:
		return Destination
	}
	return Source
}

// part makes an item of its own of the version that side t has: it is renamed there, and then both
// are carried over. Nothing is overwritten.
func (w *world) part(n *node, t Side) {
	x := t.Other()
	if n.entry[x] == nil {
		n.leave(fmt.Sprintf("%s was not looked at", w.says(x)), false)
		return
	}
	if !w.info[t].File.Rename || !w.info[t].File.Create || n.sight[t] != observed {
		n.leaveConflict(fmt.Sprintf("%s cannot rename its version", w.says(t)))
		return
	}
	m := &node{touched: true}
	m.rec = Record{ID: w.next, Kind: File, Name: n.entry[t].Name}
	w.next++
	m.see(t, n.entry[t])
	m.parted, n.split = n, m
	m.why = "both versions are kept, this one under another name"
	m.want[x] = w.direction(n, Source).Mode.allows(x) && w.refusal(m, t, x) == ""
	if !m.want[x] {
		m.agree |= attrDeclined(x)
		m.why = fmt.Sprintf("an edit made on %s, kept aside there", w.says(t))
	}
	w.byID[t][n.entry[t].ID] = m
	w.nodes[m.rec.ID] = m
	n.lose(t, absent)
	n.want[t] = true
}
