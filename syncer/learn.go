package syncer

import (
	"context"
	"slices"
)

// learnFirst carries out the verifying reads of a plan before anything else if there are many, and
// plans anew. What they tell may be what a Guard halts the pair for, and then nothing may have been
// written yet.
func (r *run) learnFirst(ctx context.Context, p *Plan) ([]*executor, *Plan, error) {
	reads := p.reads()
	if r.only != nil || len(r.e.opts.Policies.Guards) == 0 || len(reads.Actions) < censusFrom {
		return nil, p, nil
	}
	x, err := r.act(ctx, reads)
	if err != nil {
		return nil, p, err
	}
	var failed []*node
	for _, n := range r.w.touched() {
		if n.failed != nil {
			failed = append(failed, n)
			continue
		}
		n.check, n.result, n.err = false, 0, nil
	}
	p, err = r.planWithout(ctx, failed)
	return []*executor{x}, p, err
}

// planWithout plans anew what is touched but for some items, which stay as they were decided.
func (r *run) planWithout(ctx context.Context, aside []*node) (*Plan, error) {
	for _, n := range aside {
		n.touched = false
	}
	r.w.numbered = r.w.next
	p, err := r.plan(ctx)
	for _, n := range aside {
		n.touched = true
	}
	return p, err
}

// reads returns a plan of those verifying reads of p that wait for nothing.
func (p *Plan) reads() *Plan {
	out := &Plan{Pair: p.Pair, Full: p.Full, names: p.names, tolls: p.tolls}
	for i := range p.Actions {
		if a := &p.Actions[i]; a.Op == OpVerify && len(a.After) == 0 {
			out.Actions = append(out.Actions, *a)
		}
	}
	return out
}

// actOnDigests plans anew what verifying reads have decided, and what waited for it, with
// everything else as it was observed and decided.
func (r *run) actOnDigests(ctx context.Context, acts []*executor) ([]*executor, error) {
	var settled, again []*node
	learnt := false
	for _, n := range r.w.touched() {
		if n.check || n.result == Blocked || n.fate == leave && n.soon {
			again = append(again, n)
		} else {
			settled = append(settled, n)
		}
		learnt = learnt || n.check
	}
	if !learnt {
		return acts, nil
	}
	again, settled = r.w.withHomes(again, settled)
	for _, n := range again {
		n.check, n.result, n.err, n.failed = false, 0, nil, nil
	}
	p, err := r.planWithout(ctx, settled)
	if err != nil {
		return acts, err
	}
	x, err := r.act(ctx, p)
	return append(acts, x), err
}

// withHomes moves from again to settled what would stand in a folder that could not be made: a Record
// stands only in a folder that has one, so it waits with it.
func (w *world) withHomes(again, settled []*node) (able, aside []*node) {
	for {
		able = nil
		for _, n := range again {
			homeless := func(p *node) bool { return !p.known && slices.Contains(settled, p) }
			if slices.ContainsFunc(w.folders(n), homeless) {
				settled = append(settled, n)
			} else {
				able = append(able, n)
			}
		}
		if len(able) == len(again) {
			return able, settled
		}
		again = able
	}
}
