package syncer

import (
	"errors"
	"slices"
)

// Condition says in a word what holds of an item.
type Condition uint8

const (
	// Unknown: no side has it, and nothing is remembered of it.
	Unknown Condition = iota
	// Settled: the sides agree about it, and nothing is to be done.
	Settled
	// Due: a run would do something about it.
	Due
	// Deleted: it was in step, and was deleted.
	Deleted
	// LeftOut: a rule leaves it out.
	LeftOut
	// Skipped: it is left alone, for good unless it or a side changes.
	Skipped
	// Unsettled: nothing can be decided now; the next run looks again.
	Unsettled
	// Hidden: a side does not show it, and nothing proves that it was deleted.
	Hidden
	// OnHold: a policy keeps an action back until a person or time releases it.
	OnHold
	// InConflict: both sides changed it, or have other contents from the beginning.
	InConflict
	// Failing: what was tried has failed, and is tried again.
	Failing
	// Interrupted: a write was begun, and nobody knows yet what became of it.
	Interrupted
	// Stopped: the whole pair is halted until a person has looked.
	Stopped
	// Unasked: the sides cannot be reached, and nothing is remembered that would tell.
	Unasked
)

var conditionNames = [...]string{
	"unknown", "settled", "due", "deleted", "left out", "skipped", "unsettled", "hidden", "on hold", "in conflict", "failing",
	"interrupted", "stopped", "unasked",
}

// String returns the name in words.
func (c Condition) String() string { return conditionNames[c] }

// MarshalText makes a Condition readable in exports.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// judge settles the Condition. What stops everything counts before what stops the item, and what a run
// would find now before what an earlier one has left.
func (x *explainer) judge() {
	for _, decide := range []func() bool{x.isStopped, x.isGone, x.isInterrupted, x.isKept, x.isFailing, x.isLeft, x.isDue, x.isPending} {
		if decide() {
			return
		}
	}
	x.out.Condition = Settled
	for _, side := range sides {
		if s := x.out.Standing(side); s.Whereabouts == Unreachable {
			x.say(Unasked, side, s.Err)
		}
	}
	if x.plan == nil && x.rec.ID != RootRecord {
		x.out.Condition = Unasked
		if x.trouble != nil {
			x.out.Reason = x.trouble.Error()
		}
	}
}

func (x *explainer) say(v Condition, side Side, why string) bool {
	x.out.Condition, x.out.Side, x.out.Reason = v, side, why
	return true
}

func (x *explainer) isStopped() bool {
	if !errors.Is(x.trouble, ErrHalted) {
		return false
	}
	if halt, ok := errors.AsType[*Halt](x.trouble); ok {
		x.out.Evidence = halt.Evidence
		return x.say(Stopped, halt.Side, halt.Why)
	}
	return x.say(Stopped, Source, x.trouble.Error())
}

// isGone: nothing but the journal knows of it.
func (x *explainer) isGone() bool {
	if x.found() {
		return false
	}
	for _, o := range slices.Backward(x.out.Outcomes) {
		if o.Result == Done && (o.Op == OpDelete || o.Op == OpForget) {
			return x.say(Deleted, o.On, o.Reason)
		}
	}
	for _, side := range sides {
		if s := x.out.Standing(side); s.Whereabouts == InTrash {
			return x.say(Deleted, side, "")
		}
	}
	if x.trouble != nil || x.out.Source.Whereabouts == Unreachable || x.out.Destination.Whereabouts == Unreachable {
		return false
	}
	return x.say(Unknown, Source, "")
}

func (x *explainer) isInterrupted() bool {
	if len(x.out.Intents) == 0 {
		return false
	}
	in := &x.out.Intents[0]
	return x.say(Interrupted, in.On, "a write to it is not settled yet")
}

// isKept: a stored Hold counts for more than what would be decided of this item alone, as long as what it
// keeps back is still true.
func (x *explainer) isKept() bool {
	if len(x.out.Holds) == 0 {
		if n := x.node; n != nil && n.hold != nil {
			return x.say(OnHold, n.hold.On, n.hold.Reason)
		}
		return false
	}
	h := &x.out.Holds[0]
	planned := slices.ContainsFunc(x.out.Next, func(a Action) bool { return a.ID == h.Action })
	if x.node != nil && x.node.fate != leave && !planned {
		return false // the next run drops it
	}
	return x.say(OnHold, h.On, h.Reason)
}

// isFailing: the last try has failed, and there is still something to do.
func (x *explainer) isFailing() bool {
	for i := range x.out.Pending {
		p := &x.out.Pending[i]
		if (p.Result == Failed || p.Result == Blocked || p.Result == Dropped) && (x.node == nil || len(x.out.Next) > 0 || x.node.fate == leave) {
			return x.say(Failing, p.On, p.Reason)
		}
	}
	return false
}

// isLeft: a run would leave it alone.
func (x *explainer) isLeft() bool {
	n := x.node
	if n == nil {
		return x.isSkipped()
	}
	switch {
	case n.clash != nil && n.fate != leave:
		return x.say(InConflict, Destination, n.clash.Resolution.String())
	case n.fate != leave:
		return n.agree&attrCannotFollow != 0 && x.say(Skipped, x.stuckOn(n), n.why)
	case n.silent:
		return x.say(LeftOut, x.stuckOn(n), cause(n.why))
	case n.contested:
		return x.say(InConflict, Destination, n.why)
	case n.unclear(Source) || n.unclear(Destination):
		return x.isUnclear(n)
	case n.quiet:
		return x.say(Skipped, x.stuckOn(n), n.why)
	}
	return x.say(Unsettled, x.stuckOn(n), n.why)
}

// isUnclear: nothing can be said of a side, for one of several reasons.
func (x *explainer) isUnclear(n *node) bool {
	side := Source
	if !n.unclear(Source) {
		side = Destination
	}
	if s := x.out.Standing(side); s.Whereabouts == Unreachable {
		return x.say(Unasked, side, s.Err)
	}
	if x.out.Standing(side).Whereabouts != Here {
		return x.say(Hidden, side, n.why)
	}
	if why := x.leftOut(side); why != "" {
		return x.say(LeftOut, side.Other(), why)
	}
	return x.say(Unsettled, side, n.why)
}

// stuckOn is the side that does without the item, or could not follow.
func (x *explainer) stuckOn(n *node) Side {
	for _, side := range sides {
		h := n.rec.Half(side)
		if !n.there(side) || n.agree&(attrBehind(side)|attrOwnName(side)) != 0 || h.Behind || h.OwnName || h.Parent != 0 {
			return side
		}
	}
	return Destination
}

// isSkipped: it is no item that could be synced, or a rule leaves it out.
func (x *explainer) isSkipped() bool {
	for _, side := range sides {
		e := x.entry(side)
		if e == nil || x.out.Standing(side).Whereabouts != Here {
			continue
		}
		if e.Kind == Other || e.Skip != "" {
			return x.say(Skipped, side.Other(), skipReason(e))
		}
		if why := x.leftOut(side); why != "" {
			return x.say(LeftOut, side.Other(), why)
		}
	}
	return false
}

// leftOut asks the Filter about an item without a Record, and about the folders that it stands in.
func (x *explainer) leftOut(side Side) string {
	f := x.r.e.opts.Policies.Filter
	path := ""
	for i := range x.chain[side] {
		e := &x.chain[side][i]
		path = joinPath(path, e.Name)
		if e.Kind == Other || e.Skip != "" {
			return "its folder: " + skipReason(e)
		}
		if f == nil {
			continue
		}
		if why := f.Filter(Item{Side: side, Path: path, Entry: *e}); why != "" {
			return "left out: " + why
		}
	}
	return ""
}

func (x *explainer) isDue() bool {
	if len(x.out.Next) == 0 {
		return false
	}
	a := &x.out.Next[0]
	return x.say(Due, a.On, a.Reason)
}

// isPending: nothing new was found, and an earlier run has left something.
func (x *explainer) isPending() bool {
	unasked := x.out.Source.Whereabouts == Unreachable || x.out.Destination.Whereabouts == Unreachable
	if n := x.node; n != nil && !unasked {
		if why := x.r.w.difference(n); why != "" {
			return x.say(Skipped, x.stuckOn(n), why)
		}
		return false
	}
	if len(x.out.Pending) == 0 {
		return false
	}
	p := &x.out.Pending[0]
	if p.Quiet {
		return x.say(Skipped, p.On, p.Reason)
	}
	return x.say(Unsettled, p.On, p.Reason)
}
