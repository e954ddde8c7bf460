package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// plan drafts, asks the Guards, and drafts again without what they keep back.
func (r *run) plan(ctx context.Context) (*Plan, error) {
	r.observe(Event{Phase: PhasePlan})
	w, name := r.w, r.e.pair.Name
	if err := r.checkEmptied(ctx); err != nil {
		return nil, err
	}
	p := w.draft(name)
	if err := r.census(ctx, p); err != nil {
		return nil, err
	}
	r.annotate(p)
	again := false
	for _, g := range r.e.opts.Policies.Guards {
		verdicts, err := g.Judge(ctx, p)
		if err != nil {
			if halt, ok := errors.AsType[*Halt](err); ok && r.confirmed(halt) {
				continue
			}
			return nil, fmt.Errorf("guard: %w", err)
		}
		byID := map[ActionID]*Action{}
		for i := range p.Actions {
			byID[p.Actions[i].ID] = &p.Actions[i]
		}
		for _, v := range verdicts {
			a := byID[v.Action]
			if a == nil || w.approved[v.Action] || a.free {
				continue
			}
			again = true
			if v.Refuse {
				w.refused[a.Record] = v.Reason
				continue
			}
			w.held[a.Record] = Hold{
				Action: a.ID, Op: a.Op, On: a.On, Record: a.Record, Kind: a.Kind,
				Path: a.Path, Reason: v.Reason, Since: w.now,
			}
		}
	}
	if again {
		p = w.draft(name)
		r.annotate(p)
	}
	return p, nil
}

// annotate tells the policies what is remembered of the plan's actions.
func (r *run) annotate(p *Plan) {
	p.Confirmed = slices.Clone(r.opts.Confirm)
	for i := range p.Actions {
		a := &p.Actions[i]
		if h, ok := r.holds[a.ID]; ok {
			a.Since, a.Approved = h.Since, h.Decision == Approved
		}
		if a.Op == OpDelete {
			a.Try = r.pending[PendingKey{Record: a.Record}].Undone
		}
	}
}

// confirmed reports whether a person has looked at what halts the pair.
func (r *run) confirmed(h *Halt) bool { return slices.Contains(r.opts.Confirm, h.Evidence) }

// checkEmptied halts the pair if everything that stood in the root of a side is gone. That is a
// mistake more often than a wish, and a person can tell.
func (r *run) checkEmptied(ctx context.Context) error {
	for _, side := range sides {
		known := 0
		if t := r.w.tally[side]; r.w.full && t.Listed == 0 {
			known = t.Known
		} else if r.rootTouched(side) {
			var err error
			if known, err = r.emptied(ctx, side); err != nil {
				return err
			}
		}
		if known > 0 && !r.w.movedAway(side) {
			// The word holds for what was there at the last full scan.
			halt := NewHalt(r.e.pair.Name, side, fmt.Sprintf("root of %s is empty; items that stood in it: %d", r.w.says(side), known),
				"empty", r.ends[side].rootID, strconv.FormatUint(r.begun, 10))
			if !r.confirmed(halt) {
				return halt
			}
		}
	}
	return nil
}

func (r *run) rootTouched(side Side) bool {
	for _, n := range r.w.nodes {
		if n.touched && n.lost(side) && n.rec.ParentOn(side) == RootRecord && n.rec.Half(side).Presence == Present {
			return true
		}
	}
	return false
}

// emptied counts the items that stood in the root of side, if none of them does any more and
// nothing else does.
func (r *run) emptied(ctx context.Context, side Side) (int, error) {
	root := r.w.nodes[RootRecord]
	if len(r.w.strangers[side][root.idOn(side)]) > 0 {
		return 0, nil
	}
	for _, n := range r.w.nodes {
		if n != root && n.there(side) && r.w.parentOn(n, side) == root {
			return 0, nil
		}
	}
	count := 0
	for rec, err := range r.view.Children(ctx, RootRecord) {
		if err != nil {
			return 0, fmt.Errorf("read children of the root: %w", err)
		}
		if rec.Half(side).Presence != Present || rec.ParentOn(side) != RootRecord {
			continue
		}
		if n := r.w.nodes[rec.ID]; n == nil || !n.lost(side) {
			return 0, nil
		}
		count++
	}
	return count, nil
}
