package syncer

import (
	"cmp"
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
	r.hold(&b, acts, cut)
	r.restate(&b)
	listed := full && next.Source.Done && next.Destination.Done
	r.clash(&b, acts, listed && !cut)
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
		r.report.More = r.report.More || r.goesOn(next)
		r.closeScan(&b, next, left > maxLeftovers)
	}
	r.report.Incomplete = with(r.report.Incomplete, r.o.incomplete)
	r.report.More = r.report.More || cut || r.o.short
	if b.idle() {
		return nil
	}
	return r.commit.now(ctx, b)
}

// goesOn reports whether another run at once would get on with a full scan that has not come to its end: not
// if a listing broke off where the run before it did, and nothing was done either.
func (r *run) goesOn(next Scan) bool {
	if next.Source.Done && next.Destination.Done {
		return false
	}
	before := &r.header.Scan
	moved := next.Source != before.Source || next.Destination != before.Destination
	return moved || r.budget.ended() || r.report.Totals.Writes > 0
}

// idle reports whether a Batch would change nothing.
func (b *Batch) idle() bool {
	return b.Header == nil && len(b.Pending)+len(b.Cleared)+len(b.Taken)+len(b.Holds)+len(b.Lifted)+len(b.Clashes)+len(b.Seen) == 0
}

// hold stores the plan's Holds, adds those of the Gates, and lifts the others, but for those of items
// that could not be looked at: what a person has decided about them is as true as before.
func (r *run) hold(b *Batch, acts []*executor, cut bool) {
	now := map[ActionID]Hold{}
	tried := map[ActionID]bool{}
	for _, x := range acts {
		for _, h := range x.plan.Holds {
			now[h.Action] = h
		}
		for i, res := range x.results {
			if a := &x.plan.Actions[i]; res == Held {
				tried[a.ID] = true // its Outcome is in the journal
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
			h.Since, h.Run, h.Decision = old.Since, old.Run, old.Decision
			if h == old {
				continue
			}
		}
		if _, known := r.holds[id]; !known && !tried[id] {
			b.Outcomes = append(b.Outcomes, r.heldBack(&h))
		}
		if h.Run == 0 {
			h.Run = r.state.Fence()
		}
		r.holds[id] = h
		b.Holds = append(b.Holds, h)
	}
	for _, id := range slices.Sorted(maps.Keys(r.holds)) {
		h := r.holds[id]
		_, still := now[id]
		n := r.w.nodes[h.Record]
		if still || h.Record == 0 && (cut || len(r.unvisited) > 0 || r.resting.newcomers) || n != nil && (!n.touched || n.unlooked()) || n == nil && r.stillThere(h.Record) {
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
	h.remember(r.o.incomplete, complete && !(next.Gaps && r.o.resumed))
	switch {
	case rescan && complete:
		// What was found is taken care of as far as it was reached; the next run lists again.
		h.Scan, h.Completed, b.Unseen = Scan{}, time.Time{}, true
	case complete:
		h.Scan, h.Generation, h.Completed = Scan{}, next.Generation, r.now()
		h.Policies = r.e.opts.Policies.fingerprint()
		b.Unseen = true
		b.Expire = r.now().Add(-r.e.opts.Memory)
		b.Faded = r.now().Add(-clashMemory)
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
	rep.Incomplete = with(rep.Incomplete, r.header.Unlisted)
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
			rep.Skips = append(rep.Skips, p.skip())
		default:
			rep.Failures = append(rep.Failures, Outcome{
				At: p.Since, Op: p.Op, On: p.On, Record: p.Record, Path: p.Path, Result: p.Result, Err: p.Reason,
			})
		}
	}
	for _, in := range r.flying {
		path, err := r.placeOf(ctx, &in)
		if err != nil {
			return fmt.Errorf("read the folder of an open write: %w", err)
		}
		rep.Skips = append(rep.Skips, Skip{
			Side: in.On, Path: path, Record: in.Record, Retry: true,
			Reason: fmt.Sprintf("a %s was interrupted a moment ago: it is looked into once %s has settled", in.Op, r.ends[in.On].name),
		})
	}
	rep.Totals.Held, rep.Totals.Skipped, rep.Totals.Failed = len(rep.Holds), len(rep.Skips), len(rep.Failures)
	return nil
}

// placeOf returns where an open write makes or changes something, for people: as far up as is remembered.
func (r *run) placeOf(ctx context.Context, in *Intent) (string, error) {
	path := cmp.Or(in.Name, in.After.Half(in.On).Name)
	if in.Temporary {
		path = cmp.Or(in.After.Half(in.On).Name, in.After.Name)
	}
	up, err := r.state.Record(ctx, in.After.ParentOn(in.On))
	if in.Parent != "" {
		up, err = r.state.ByID(ctx, in.On, in.Parent)
	}
	for depth := 0; err == nil && up.ID != RootRecord && depth < maxDepth; depth++ {
		path = joinPath(cmp.Or(up.Half(in.On).Name, up.Name), path)
		up, err = r.state.Record(ctx, up.ParentOn(in.On))
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return path, err
}
