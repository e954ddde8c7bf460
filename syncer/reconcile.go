package syncer

import (
	"fmt"
	"regexp"
)

// fate is what shall become of an item.
type fate uint8

const (
	stay   fate = iota // it lives on both sides, as far as both can hold it
	die                // it goes to the trash of decision.on
	forget             // it is gone everywhere
	leave              // hands off in this run
)

// attr names parts of a Record that can be settled without a call.
type attr uint16

const (
	attrContent attr = 1 << iota
	attrPlace
	attrGoneSource
	attrGoneDestination
	attrDeclinedSource
	attrDeclinedDestination
	attrNeverSource
	attrNeverDestination
	attrDormant
	attrAwake
	attrIdentity
	attrBehindSource
	attrBehindDestination
	attrOwnNameSource
	attrOwnNameDestination
	attrCannotFollow // part of attrPlace or attrContent: the other side keeps what it has
)

func attrGone(s Side) attr     { return attrGoneSource << s }
func attrDeclined(s Side) attr { return attrDeclinedSource << s }
func attrNever(s Side) attr    { return attrNeverSource << s }
func attrBehind(s Side) attr   { return attrBehindSource << s }
func attrOwnName(s Side) attr  { return attrOwnNameSource << s }

// decision is what reconciling settles about one item.
type decision struct {
	fate   fate
	on     Side   // of a delete
	why    string // reason for leave, die, revival, decline
	hold   *Hold  // fate is leave because an action is held
	quiet  bool   // leave: nothing to do until somebody changes it
	soon   bool   // leave: for a while only
	free   bool   // a delete of our own leftovers
	want   [2]bool
	flow   [2]bool // contents go to that side
	verify [2]bool
	agree  attr
	clash  *Conflict
	split  *node // the node that the version which gets a conflict name became
	parted *node // on that node: the one it came from
}

func (n *node) leave(why string, quiet bool) {
	n.fate, n.why, n.quiet, n.soon, n.agree = leave, why, quiet, !quiet, 0
	n.want, n.flow, n.verify = [2]bool{}, [2]bool{}, [2]bool{}
}

// derived matches what a reason says of the folders on the way to what it is about.
var derived = regexp.MustCompile(`^(?:its folder waits: |(?:holds|held) "(?:[^"\\]|\\.)*": )+`)

// cause is a reason without the folders that wait for it: those of another run would add up.
func cause(why string) string { return derived.ReplaceAllString(why, "") }

// patience is how often an action may fail before others stop waiting for the name it would free.
const patience = 3

// decide settles whether the item lives, and where its contents flow. Its place comes later.
func (w *world) decide(n *node) {
	wait, waits := w.waiting[w.pendingKey(n)]
	switch {
	case waits && wait.waits(w.now):
		n.leave(wait.Reason, false)
		n.soon = wait.Attempts <= patience
	case w.inFlight.hold(n):
		n.leave("a write to it is not settled yet", false)
	case n.doubt != "":
		n.leave(n.doubt, false)
	case n.known && w.stuck[n.rec.ID] != "":
		n.leave(w.stuck[n.rec.ID], false)
	case n.unclear(Source) || n.unclear(Destination):
		w.decideUnclear(n)
	case n.rec.Dormant:
		w.wake(n)
	case n.there(Source) && n.there(Destination):
		w.decideBoth(n)
	case n.there(Source):
		w.decideOne(n, Source)
	case n.there(Destination):
		w.decideOne(n, Destination)
	default:
		n.fate = forget
	}
	if why, ok := w.refused[n.rec.ID]; ok && n.fate == stay {
		n.leave(why, true)
	}
	if h, ok := w.held[n.rec.ID]; ok && n.fate == stay {
		n.leave(h.Reason, false)
		n.hold, n.soon = &h, false
	}
}

// decideUnclear leaves alone what cannot be judged on a side. A filter or a lost permission puts
// the Record to sleep.
func (w *world) decideUnclear(n *node) {
	side := Source
	if !n.unclear(Source) {
		side = Destination
	}
	why := n.hidden[side]
	if why == "" {
		why = "not in the listing, and not proved to be deleted"
	}
	n.leave(fmt.Sprintf("%s: %s", side, why), n.sleeps)
	if n.sleeps && n.known && !n.rec.Dormant {
		n.agree |= attrDormant
	}
}

// wake lets a dormant Record count again from the next run on. Its baseline is too old to delete
// by: what one side lost in the meantime is wanted there again.
func (w *world) wake(n *node) {
	if !n.there(Source) && !n.there(Destination) {
		n.fate = forget
		return
	}
	if !w.unchanged(n, Source) || !w.unchanged(n, Destination) {
		n.leave("in scope again: compared in the next run", false)
	}
	n.agree |= attrAwake
	for _, side := range sides {
		if n.lost(side) {
			n.agree |= attrNever(side)
		}
	}
}

func (w *world) unchanged(n *node, side Side) bool {
	if n.sight[side] == assumed {
		return true
	}
	e, p := n.entry[side], w.parentOn(n, side)
	return e != nil && p != nil && !differs(&n.rec, side, e, p.rec.ID)
}

// decideOne: the item is on one side only.
func (w *world) decideOne(n *node, t Side) {
	x := t.Other()
	dir := w.direction(n, t)
	switch {
	case n.sight[t] != observed:
		n.leave(fmt.Sprintf("%s was not looked at", t), false)
	case n.lost(x) && n.known:
		w.decideLost(n, t, dir)
	case n.known && n.rec.Half(x).Presence == Declined:
		w.decideDeclined(n, t, dir)
	default:
		w.decideNew(n, t, dir)
	}
}

// decideDeclined: the other side does without the item until its contents change.
func (w *world) decideDeclined(n *node, t Side, dir Direction) {
	x := t.Other()
	changed := w.contentChange(n, t)
	switch changed {
	case hasChanged:
		w.decideNew(n, t, dir)
		return
	case mayHaveChanged:
		n.verify[t] = true
		return
	}
	why := cause(w.waiting[w.pendingKey(n)].Reason)
	if why == "" {
		why = fmt.Sprintf("%s does without it until it changes", x)
	}
	n.leave(why, true)
	n.agree |= w.placeChanged(n, t)
	if changed == onlyTouched {
		n.agree |= attrContent
	}
}

// placeChanged returns attrPlace if the item stands elsewhere on side than recorded.
func (w *world) placeChanged(n *node, side Side) attr {
	if p := w.parentOn(n, side); p != nil && n.entry[side] != nil &&
		(n.entry[side].Name != n.rec.Half(side).Name || p.rec.ID != n.rec.ParentOn(side)) {
		return attrPlace
	}
	return 0
}

// decideNew: side t has an item that the other side never had, or shall have again.
func (w *world) decideNew(n *node, t Side, dir Direction) {
	x := t.Other()
	if n.tomb != nil && !n.known {
		settling := recent(n.tomb.At, w.now, w.info[t].Settle)
		switch {
		case n.tomb.Replaced && n.tomb.Content == n.entry[t].Content && w.info[t].Abilities(n.rec.Kind).Delete:
			n.fate, n.on, n.free, n.why = die, t, true, "left over from a replacement"
			return
		case n.tomb.Replaced:
			n.leave("an earlier version of a file that was replaced, changed since", true)
			return
		case settling:
			n.leave("was deleted a moment ago", false)
			return
		}
	}
	if !dir.Mode.allows(x) {
		n.leave(fmt.Sprintf("one-way: only on %s", t), true)
		return
	}
	if why := w.refusal(n, t, x); why != "" {
		n.leave(fmt.Sprintf("%s %s", x, why), true)
		return
	}
	n.want[x] = true
}

// refusal says why side x would not take the item of side t, from the facts about x.
func (w *world) refusal(n *node, t, x Side) string {
	info, e := w.info[x], n.entry[t]
	if e == nil {
		e = entryOf(&n.rec, t, "")
	}
	switch {
	case !info.Abilities(n.rec.Kind).Create:
		return fmt.Sprintf("takes no new %ss", n.rec.Kind)
	case n.rec.Kind == File && info.MaxSize > 0 && e.Size > info.MaxSize:
		return fmt.Sprintf("takes no files above %d bytes", info.MaxSize)
	case n.rec.Kind == File && !accepts(info.Extensions, e.Name):
		return "takes no files of this type"
	}
	p := w.parentOn(n, t)
	if n.rec.Kind == File && info.FoldersOnlyAtRoot && p != nil && p.rec.ID == RootRecord {
		return "takes no files outside of folders"
	}
	if n.rec.Kind == Folder && info.MaxDepth > 0 && w.depth(n, t) > info.MaxDepth {
		return fmt.Sprintf("takes folders only %d deep", info.MaxDepth)
	}
	return ""
}

// decideLost: side t still has an item that the other side had and lost.
func (w *world) decideLost(n *node, t Side, dir Direction) {
	x := t.Other()
	changed := w.contentChange(n, t)
	if n.rec.Half(x).Behind {
		changed = hasChanged // what is here was never there
	}
	switch {
	case !dir.Mode.allows(t):
		w.bringBack(n, t, fmt.Sprintf("deleted on %s, which only receives", x))
	case changed == mayHaveChanged:
		n.verify[t] = true
	case changed == hasChanged && dir.Mode.allows(x):
		w.bringBack(n, t, fmt.Sprintf("deleted on %s, edited on %s: the edit is kept", x, t))
	case changed == hasChanged && dir.Wrong != PutBack:
		n.fate, n.why = forget, fmt.Sprintf("deleted on %s; the edited file on %s, which only receives, is left alone", x, t)
	case !w.info[t].Abilities(n.rec.Kind).Delete:
		n.leave(fmt.Sprintf("%s cannot delete a %s", t, n.rec.Kind), true)
		n.agree |= attrDeclined(x)
	case n.sight[t] != observed:
		n.leave(fmt.Sprintf("%s was not looked at", t), false)
	default:
		n.fate, n.on = die, t
		w.judge(n)
	}
}

// bringBack makes the item that side t still has anew on the other side, if that will take it.
func (w *world) bringBack(n *node, t Side, why string) {
	x := t.Other()
	if refusal := w.refusal(n, t, x); refusal != "" {
		n.leave(fmt.Sprintf("%s; %s %s", why, x, refusal), true)
		return
	}
	n.want[x], n.why = true, why
}

// judge applies what policies and people said of the delete of n.
func (w *world) judge(n *node) {
	x := n.on.Other()
	id := deleteID(n)
	if w.rejected[id] {
		n.leave("its delete was rejected", true)
		n.agree |= attrDeclined(x)
		return
	}
	if why, ok := w.refused[n.rec.ID]; ok {
		n.leave(why, true)
		n.agree |= attrDeclined(x)
		return
	}
	h, held := w.held[n.rec.ID]
	if n.sight[x] == out && !w.approved[id] {
		h.Reason, held = fmt.Sprintf("moved out of the root on %s", x), true
	}
	if held {
		n.leave(h.Reason, false)
		n.soon = false
		n.hold = &Hold{
			Action: id, Op: OpDelete, On: n.on, Record: n.rec.ID, Kind: n.rec.Kind,
			Path: w.pathOn(n, n.on), Reason: h.Reason, Since: w.now,
		}
		if n.rec.Half(x).Presence != Gone && n.sight[x] == gone {
			n.agree |= attrGone(x)
		}
	}
}

// deleteID is the ActionID of deleting n on n.on.
func deleteID(n *node) ActionID {
	x := n.on.Other()
	a := Action{Op: OpDelete, On: n.on, Old: n.entry[n.on], Other: entryOf(&n.rec, x, "")}
	return actionID(a, "", n.rec.ID)
}

// decideBoth: the item is on both sides. Only contents are settled here.
func (w *world) decideBoth(n *node) {
	for _, side := range sides {
		h, e := n.rec.Half(side), n.entry[side]
		if n.known && h.Presence != Present {
			n.agree |= attrPlace
		} else if n.known && e != nil && e.ID != h.ID {
			n.agree |= attrIdentity
		}
	}
	if n.rec.Kind != File {
		return
	}
	if !n.known || n.rec.Source.Presence == Never || n.rec.Destination.Presence == Never ||
		n.rec.Source.Presence == Declined || n.rec.Destination.Presence == Declined {
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

// compare settles contents that are new on both sides.
func (w *world) compare(n *node) {
	equal, sure := w.equal(n)
	switch {
	case equal:
		n.agree |= attrContent
	case sure:
		w.settleConflict(n)
	default:
		for _, side := range sides {
			n.verify[side] = !w.verified(n, side)
		}
	}
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
		w.overwrite(n, t)
	case !dir.Mode.allows(x):
		n.leave(fmt.Sprintf("edited on %s, which only receives", t), true)
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
		n.why = fmt.Sprintf("%s cannot change the contents of a file", x)
	case e != nil && info.MaxSize > 0 && e.Size > info.MaxSize:
		n.leave(fmt.Sprintf("%s takes no files above %d bytes", x, info.MaxSize), true)
	case n.sight[x] != observed:
		n.leave(fmt.Sprintf("%s was not looked at", x), false)
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
	switch {
	case dir.Mode != TwoWay && dir.Wrong != KeepAside:
		c.Resolution = TakeSource
		if dir.Mode == ToSource {
			c.Resolution = TakeDestination
		}
	case dir.Mode == TwoWay && w.rules.Resolver != nil:
		c.Resolution = w.rules.Resolver.Resolve(*c)
	}
	n.clash = c
	switch c.Resolution {
	case TakeSource:
		w.overwrite(n, Destination)
	case TakeDestination:
		w.overwrite(n, Source)
	case Leave:
		n.leave("changed on both sides: waits for a person", n.known) // two that no Record joins are both kept in sight
	default:
		w.part(n, w.loser(dir))
	}
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
	if !w.info[t].File.Rename || !w.info[t].File.Create || n.sight[t] != observed {
		n.leave(fmt.Sprintf("changed on both sides, and %s cannot rename its version", t), n.known)
		return
	}
	m := &node{touched: true}
	m.rec = Record{ID: w.next, Kind: File, Name: n.entry[t].Name}
	w.next++
	m.see(t, n.entry[t])
	m.parted, n.split = n, m
	m.want[x] = w.direction(n, Source).Mode.allows(x) && w.refusal(m, t, x) == ""
	if !m.want[x] {
		m.agree |= attrDeclined(x)
		m.why = fmt.Sprintf("an edit made on %s, kept aside there", t)
	}
	w.byID[t][n.entry[t].ID] = m
	w.nodes[m.rec.ID] = m
	n.lose(t, absent)
	n.want[t] = true
}
