package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// close ends a round: in one Batch, whatever is not settled goes into the pending set, hints that
// were followed leave the inbox, holds are renewed or lifted, and the scan's frontier moves.
func (r *run) close(ctx context.Context, acts []*executor, full bool, next Scan) error {
	b := Batch{}
	r.again = nil
	cut := false
	for _, x := range acts {
		cut = cut || x.cut
	}
	left := r.sift(&b, cut)
	r.hold(&b, acts)
	listed := full && next.Source.Done && next.Destination.Done
	hints := r.hints
	r.hints = nil
	for _, h := range hints {
		if !h.Full || listed && h.Seq <= next.Since {
			b.Taken = append(b.Taken, h.Seq)
		} else {
			r.hints = append(r.hints, h)
		}
	}
	if full {
		r.closeScan(&b, next, left > maxLeftovers)
	}
	for _, why := range r.o.incomplete {
		if !slices.Contains(r.report.Incomplete, why) {
			r.report.Incomplete = append(r.report.Incomplete, why)
		}
	}
	r.report.More = r.report.More || cut || r.o.short || full && !(next.Source.Done && next.Destination.Done)
	if b.idle() {
		return nil
	}
	return r.commit.now(ctx, b)
}

// idle reports whether a Batch would change nothing.
func (b *Batch) idle() bool {
	return b.Header == nil && len(b.Pending)+len(b.Cleared)+len(b.Taken)+len(b.Holds)+len(b.Lifted)+len(b.Seen) == 0
}

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
		r.postpone(b, Pending{PendingKey: k, On: s.Side, Path: s.Path, Reason: s.Reason, Quiet: !s.Retry})
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
func difference(n *node) string {
	if !n.known || n.fate != stay || n.gone || !n.there(Source) || !n.there(Destination) {
		return ""
	}
	for _, side := range sides {
		switch h := n.rec.Half(side); {
		case h.Presence != Present || h.Provisional || n.rec.Half(side.Other()).Provisional:
		case h.Behind:
			return fmt.Sprintf("%s could not take the contents that the other side has", side)
		case h.OwnName:
			return fmt.Sprintf("%s could not take the name that the other side has", side)
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
	} else if was && old.Result == Failed && p.Result == 0 && old.waits(r.now()) {
		p = old // it still waits for its next try
	}
	p.Undone = max(p.Undone, old.Undone)
	if was && old == p {
		return
	}
	r.pending[p.PendingKey] = p
	b.Pending = append(b.Pending, p)
}

// waits reports whether the item's next try is still to come. A time further away than any back-off
// was set by a clock that was wrong.
func (p Pending) waits(now time.Time) bool {
	return now.Before(p.NotBefore) && p.NotBefore.Sub(now) <= 2*time.Hour
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
		if met[k] || r.unvisited[k] || p.waits(r.now()) {
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
	case n.refused:
		p.Result, p.Reason, p.Quiet = 0, n.why, true
	case n.hold != nil:
		p.Result, p.Reason = Held, n.why
	case n.fate == leave:
		p.Result, p.Reason, p.Quiet = 0, n.why, n.quiet
	case n.result == Done || n.result == 0:
		return r.standing(n, p)
	default:
		p.Reason = n.err.Error()
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
	why := difference(n)
	if old, ok := r.pending[p.PendingKey]; ok && why != "" && old.Quiet {
		return old, true // with the reason of then
	}
	p.Reason = why
	return p, why != ""
}

// hold stores the plan's Holds, adds those of the Gates, and lifts the others.
func (r *run) hold(b *Batch, acts []*executor) {
	now := map[ActionID]Hold{}
	for _, x := range acts {
		for _, h := range x.plan.Holds {
			now[h.Action] = h
		}
		for i, res := range x.results {
			if a := &x.plan.Actions[i]; res == Held {
				now[a.ID] = Hold{
					Action: a.ID, Op: a.Op, On: a.On, Record: a.Record, Kind: a.Kind, Path: a.Path,
					Reason: a.node.err.Error(), Since: r.now(),
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		h := now[id]
		if old, ok := r.holds[id]; ok {
			h.Since, h.Decision = old.Since, old.Decision
			if h == old {
				continue
			}
		}
		r.holds[id] = h
		b.Holds = append(b.Holds, h)
	}
	for _, id := range slices.Sorted(maps.Keys(r.holds)) {
		h := r.holds[id]
		_, still := now[id]
		n := r.w.nodes[h.Record]
		if still || n != nil && !n.touched || n == nil && r.stillThere(h.Record) {
			continue
		}
		delete(r.holds, id)
		b.Lifted = append(b.Lifted, id)
	}
}

func (r *run) stillThere(id RecordID) bool {
	_, ok := r.pending[PendingKey{Record: id}]
	return ok
}

// closeScan moves the frontier of the full scan, or ends its generation.
func (r *run) closeScan(b *Batch, next Scan, rescan bool) {
	h := r.header
	next.Gaps = next.Gaps || len(r.o.unread[Source])+len(r.o.unread[Destination]) > 0
	complete := next.Source.Done && next.Destination.Done
	switch {
	case rescan && complete:
		// What was found is taken care of as far as it was reached; the next run lists again.
		h.Scan, h.Completed, b.Unseen = Scan{}, time.Time{}, true
	case complete:
		h.Scan, h.Generation, h.Completed = Scan{}, next.Generation, r.now()
		h.Policies = r.e.opts.Policies.fingerprint()
		b.Unseen = true
		b.Expire = r.now().Add(-r.e.opts.Memory)
		r.report.Full = !next.Gaps && len(r.o.incomplete) == 0
		if !r.report.Full {
			// Folders that could not be read are tried again long before the next scan is due.
			h.Completed = r.now().Add(r.e.opts.FullEvery/24 - r.e.opts.FullEvery)
		}
	default:
		h.Scan = next
		if next.Source == (Frontier{}) && next.Destination == (Frontier{}) {
			h.Scan, b.Unseen = Scan{}, true
			break
		}
		b.Unseen, b.Seen = true, r.o.seen()
	}
	r.header = h
	b.Header = &h
}

// fillReport says, from what is stored, everything that is left between the sides.
func (r *run) fillReport(ctx context.Context) error {
	rep := r.report
	for h, err := range r.state.Holds(ctx) {
		if err != nil {
			return fmt.Errorf("read holds: %w", err)
		}
		rep.Holds = append(rep.Holds, h)
	}
	for p, err := range r.state.Pending(ctx) {
		if err != nil {
			return fmt.Errorf("read pending set: %w", err)
		}
		switch p.Result {
		case Held:
		case 0:
			rep.Skips = append(rep.Skips, Skip{Side: p.On, Path: p.Path, Record: p.Record, ID: p.ID, Reason: p.Reason, Retry: !p.Quiet})
		default:
			rep.Failures = append(rep.Failures, Outcome{
				At: p.Since, Op: p.Op, On: p.On, Record: p.Record, Path: p.Path, Result: p.Result, Err: p.Reason,
			})
		}
	}
	for _, in := range r.flying {
		path := in.Name
		if path == "" {
			path = in.After.Half(in.On).Name
		}
		rep.Skips = append(rep.Skips, Skip{
			Side: in.On, Path: path, Record: in.Record, Retry: true,
			Reason: fmt.Sprintf("a %s was interrupted a moment ago: it is looked into once %s has settled", in.Op, in.On),
		})
	}
	rep.Totals.Held, rep.Totals.Skipped, rep.Totals.Failed = len(rep.Holds), len(rep.Skips), len(rep.Failures)
	return nil
}

func sortedKeys(m map[PendingKey]Pending) []PendingKey {
	return slices.SortedFunc(maps.Keys(m), PendingKey.Compare)
}
