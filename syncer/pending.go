package syncer

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// sift sorts the touched items into settled and pending ones. It returns how many were not reached.
func (r *run) sift(b *Batch, cut bool) int {
	unreached := 0
	met := map[PendingKey]bool{}
	list := r.w.touched()
	for _, n := range list {
		if n.rec.ID == RootRecord {
			continue
		}
		keys := r.keysOf(n)
		p, unsettled := r.unsettled(n)
		if errors.Is(n.err, errNotBegun) || n.doubt == errNotBegun.Error() {
			unreached++
		}
		again := n.again || n.result == Blocked && !cut && !r.anyBusy()
		if again {
			r.again = append(r.again, keys...)
			if p := n.parent; errors.Is(n.err, fs.ErrNotExist) && p != nil && p.known {
				r.again = append(r.again, PendingKey{Record: p.rec.ID}) // perhaps its folder is gone
			}
		}
		for _, k := range keys {
			if unsettled && (k == p.PendingKey || !n.known || k.Record == 0 && k.ID != n.rec.Half(k.Side).ID) {
				continue
			}
			if _, was := r.pending[k]; was {
				b.Cleared = append(b.Cleared, k)
				delete(r.pending, k)
			}
		}
		if !unsettled {
			continue
		}
		r.leave(b, &p, n.rec.Kind)
		met[p.PendingKey] = true
		r.postpone(b, p)
		r.postponeTwins(b, n, p, met)
	}
	for _, s := range r.w.skips {
		k := PendingKey{Record: s.Record, Side: s.Side, ID: s.ID}
		if s.Record != 0 {
			k = PendingKey{Record: s.Record}
		}
		met[k] = true
		p := Pending{PendingKey: k, On: s.Side, Path: s.Path, Reason: s.Reason, Quiet: !s.Retry}
		r.leave(b, &p, 0)
		r.postpone(b, p)
	}
	r.forgetSettled(b, met)
	return unreached
}

// postponeTwins keeps in sight, by their IDs, the items of n that no Record holds: both of a newcomer,
// and one that was recognised under an ID which is not stored yet.
func (r *run) postponeTwins(b *Batch, n *node, p Pending, met map[PendingKey]bool) {
	for _, side := range sides {
		e := n.entry[side]
		if e == nil || n.known && n.rec.Half(side).ID == e.ID || p.Record == 0 && side == p.Side && e.ID == p.ID {
			continue
		}
		p.PendingKey, p.On = PendingKey{Side: side, ID: e.ID}, side
		met[p.PendingKey] = true
		r.postpone(b, p)
	}
}

// difference says what the Record tells of a change that a side could not follow; empty if both are
// alike.
func (w *world) difference(n *node) string {
	if !n.known || n.fate != stay || n.gone || !n.there(Source) || !n.there(Destination) {
		return ""
	}
	for _, side := range sides {
		switch h := n.rec.Half(side); {
		case h.Presence != Present || h.Provisional || n.rec.Half(side.Other()).Provisional:
		case h.Behind:
			return fmt.Sprintf("%s could not take the contents that the other side has", w.says(side))
		case h.OwnName:
			return fmt.Sprintf("%s could not take the name that the other side has", w.says(side))
		case n.rec.ParentOn(side) != n.rec.ParentOn(side.Other()):
			return "it stands in different folders: one side could not follow a move"
		}
	}
	return ""
}

// postpone puts p into the pending set unless it is there already, word for word.
func (r *run) postpone(b *Batch, p Pending) {
	old, was := r.pending[p.PendingKey]
	p.Since = r.now()
	if was {
		p.Since = old.Since
	}
	if p.Result == Failed {
		p.Attempts = old.Attempts + 1
		p.NotBefore = r.now().Add(backoff(r.e.opts.Backoff, p.Attempts))
	} else if was && old.Result == Failed && p.Result == 0 && old.waits(r.now(), r.e.opts.Backoff) {
		p = old // it still waits for its next try
	}
	p.Undone = max(p.Undone, old.Undone)
	if was && old == p {
		return
	}
	r.pending[p.PendingKey] = p
	b.Pending = append(b.Pending, p)
}

// waits reports whether the item's next try is still to come, for an engine whose first back-off is first.
// A time further away than its own back-off was set by a clock that was wrong, or by an engine that waits
// longer: where a person says when to try again, what failed in a service is tried at once.
func (p Pending) waits(now time.Time, first time.Duration) bool {
	return now.Before(p.NotBefore) && p.NotBefore.Sub(now) <= backoff(first, p.Attempts)
}

// skip is how a report tells what no action was tried on.
func (p Pending) skip() Skip {
	return Skip{Side: p.On, Path: p.Path, Record: p.Record, ID: p.ID, Reason: p.Reason, Retry: !p.Quiet, Conflict: p.Conflict}
}

func backoff(first time.Duration, attempts int) time.Duration {
	d := first
	for range min(attempts-1, 12) {
		d *= 2
	}
	return min(d, max(time.Hour, first))
}

// forgetSettled clears pending rows that this round looked at and found nothing wrong with.
func (r *run) forgetSettled(b *Batch, met map[PendingKey]bool) {
	for _, k := range sortedKeys(r.pending) {
		p := r.pending[k]
		if met[k] || r.isPassedOver(k) || p.waits(r.now(), r.e.opts.Backoff) {
			continue
		}
		n := r.w.nodes[k.Record]
		switch {
		case k.Record != 0 && n == nil && !p.Quiet:
		case k.Record != 0 && n != nil && n.touched && !p.Quiet:
		case k.Record == 0 && (r.w.full || !p.Quiet):
		case k.Record != 0 && p.Quiet && n != nil && n.touched:
		default:
			continue // quiet, and nobody looked
		}
		delete(r.pending, k)
		b.Cleared = append(b.Cleared, k)
	}
}

// isPassedOver reports whether this round did not look at a pending item on purpose.
func (r *run) isPassedOver(k PendingKey) bool { return r.unvisited[k] || r.resting.rows[k] }

// keysOf returns every key that n may have in the pending set.
func (r *run) keysOf(n *node) []PendingKey {
	var keys []PendingKey
	if n.known {
		keys = append(keys, PendingKey{Record: n.rec.ID})
	}
	for _, side := range sides {
		if e := n.entry[side]; e != nil {
			keys = append(keys, PendingKey{Side: side, ID: e.ID})
		}
	}
	return keys
}

// unsettled says what of n is left to do, if anything.
func (r *run) unsettled(n *node) (Pending, bool) {
	p := Pending{PendingKey: r.w.pendingKey(n), On: Source, Result: n.result}
	if !n.there(Source) && n.there(Destination) {
		p.On = Destination
	}
	if a := n.failed; a != nil {
		p.On, p.Op = a.On, a.Op
	}
	p.Path = r.w.pathOn(n, p.On)
	if n.fate != leave && n.failed != nil {
		p.Path = n.failed.Path
	}
	p.Did, p.By = r.w.waitsFor(n)
	for _, side := range sides {
		if e := n.entry[side]; e != nil {
			if d := r.w.digests[version{side, e.Stamp()}]; d != "" {
				p.Verified[side] = Verified{e.Stamp(), d}
			}
		}
	}
	switch {
	case n.known && slices.Contains(r.relist, n.rec.ID) && n.failed == nil:
		return r.pending[p.PendingKey], true
	case n.check && n.fate == stay && (n.result == Done || n.result == 0):
		p.Result, p.Reason = 0, "its contents were compared: planned in the next run"
		return p, true
	case n.fate == leave && n.silent:
		return p, false
	case n.fate == leave && n.unlooked() && r.pending[p.PendingKey].Result == Held:
		return r.pending[p.PendingKey], true // still held
	case n.refused:
		p.Result, p.Reason, p.Quiet = 0, n.why, true
	case n.hold != nil:
		p.Result, p.Reason = Held, n.why
	case n.fate == leave:
		p.Result, p.Reason, p.Quiet, p.Conflict = 0, n.why, n.quiet, n.contested
	case n.result == Done || n.result == 0:
		return r.standing(n, p)
	default:
		p.Reason, p.Cause = n.err.Error(), CauseOf(n.err)
	}
	return p, true
}

// standing is the row of an item of which everything was done that can be: a side may not have been
// able to follow, now or earlier.
func (r *run) standing(n *node, p Pending) (Pending, bool) {
	p.Result, p.Quiet = 0, true
	if n.agree&(attrCannotFollow|attrDeclined(Source)|attrDeclined(Destination)) != 0 && n.fate == stay {
		p.Reason = n.why
		return p, true
	}
	why := r.w.difference(n)
	if old, ok := r.pending[p.PendingKey]; ok && why != "" && old.Quiet {
		return old, true // with the reason of then
	}
	p.Reason = why
	return p, why != ""
}

func sortedKeys(m map[PendingKey]Pending) []PendingKey {
	return slices.SortedFunc(maps.Keys(m), PendingKey.Compare)
}
