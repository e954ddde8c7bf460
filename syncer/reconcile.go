package syncer

import (
	"fmt"
)

// patience is how often an action may fail before others stop waiting for the name it would free.
const patience = 3

// decide settles whether the item lives, and where its contents flow. Its place comes later.
func (w *world) decide(n *node) {
	wait, waits := w.waiting[w.pendingKey(n)]
	switch {
	case waits && wait.waits(w.now, w.backoff):
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
	n.leave(fmt.Sprintf("%s: %s", w.says(side), why), n.sleeps)
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
		n.leave(fmt.Sprintf("%s was not looked at", w.says(t)), false)
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
		why = fmt.Sprintf("%s does without it until it changes", w.says(x))
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
		switch {
		case n.tomb.Replaced && n.tomb.Content == n.entry[t].Content && w.info[t].Abilities(n.rec.Kind).Delete:
			n.fate, n.on, n.free, n.why = die, t, true, "left over from a replacement"
			return
		case n.tomb.Replaced:
			n.leave("an earlier version of a file that was replaced, changed since", true)
			return
		}
	}
	if !dir.Mode.allows(x) {
		n.leave(fmt.Sprintf("one-way: only on %s", w.says(t)), true)
		return
	}
	if why := w.refusal(n, t, x); why != "" {
		n.leave(fmt.Sprintf("%s %s", w.says(x), why), true)
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
	case n.rec.Kind == File && !accepts(info.Extensions, w.firstName(n, t)): // a Namer may change the type
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
	if h := n.rec.Half(x); h.Behind || n.rec.Kind == File && h.Content == "" {
		changed = hasChanged // what is here was never there: nothing is agreed about contents
	}
	switch {
	case !dir.Mode.allows(t):
		w.bringBack(n, t, fmt.Sprintf("deleted on %s, which only receives", w.says(x)))
	case changed == mayHaveChanged:
		n.verify[t] = true
	case changed == hasChanged && dir.Mode.allows(x):
		w.bringBack(n, t, fmt.Sprintf("deleted on %s, edited on %s: the edit is kept", w.says(x), w.says(t)))
	case changed == hasChanged && dir.Wrong != PutBack:
		n.fate, n.why = forget, fmt.Sprintf("deleted on %s; the edited file on %s, which only receives, is left alone", w.says(x), w.says(t))
	case !w.info[t].Abilities(n.rec.Kind).Delete:
		n.leave(fmt.Sprintf("%s cannot delete a %s", w.says(t), n.rec.Kind), true)
		n.agree |= attrDeclined(x)
	case n.sight[t] != observed:
		n.leave(fmt.Sprintf("%s was not looked at", w.says(t)), false)
	case n.entry[t].Facts != nil && n.entry[t].Facts.Fixed:
		n.leave(fmt.Sprintf("%s keeps this %s itself", w.says(t), n.rec.Kind), true)
		n.agree |= attrDeclined(x)
	default:
		n.fate, n.on = die, t
		w.judge(n)
	}
}

// bringBack makes the item that side t still has anew on the other side, if that will take it.
func (w *world) bringBack(n *node, t Side, why string) {
	x := t.Other()
	if refusal := w.refusal(n, t, x); refusal != "" {
		n.leave(fmt.Sprintf("%s; %s %s", why, w.says(x), refusal), true)
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
	if why, waits := w.leftRoot(n, x); waits && !w.approved[id] {
		h.Reason, held = why, true
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
