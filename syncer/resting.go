package syncer

import (
	"context"
	"maps"
	"path"
	"slices"
)

// resting holds the pending items that need no look until somebody decides, or changes them, or time makes
// room: thousands of deletes may wait for days, and each look is a call.
type resting struct {
	rows map[PendingKey]bool
	why  map[ActionID]string // what the Guards say of it now
	// newcomers says that items which no Record holds are among them.
	newcomers bool
}

// rest finds what rests in this round. A full scan meets all of it, and so does whoever only looks: what is
// planned for people, and carried out from such a plan, holds everything.
func (r *run) rest(ctx context.Context) resting {
	if r.state == nil || r.only != nil || r.o.t != nil {
		return resting{}
	}
	held, ok := r.heldStill(ctx)
	if !ok {
		return resting{}
	}
	out := resting{rows: map[PendingKey]bool{}, why: map[ActionID]string{}, newcomers: true}
	wakes := kinship{map[string]bool{}, map[string]bool{}}
	for id, h := range r.holds {
		_, still := held[id]
		switch waiting := h.Decision == Waiting; {
		case h.Record == 0:
			// Only a person lets two files be one.
			out.newcomers = out.newcomers && waiting && h.Op == OpAdopt
		case !waiting || !still:
			wakes.add(h.Path)
		}
	}
	waits := map[RecordID]bool{}
	for id, h := range r.holds {
		if why, still := held[id]; still && !wakes.has(h.Path) {
			waits[h.Record], out.why[id] = true, why
		}
	}
	for key := range r.woken {
		out.newcomers = out.newcomers && (key.Record != 0 || r.pending[key].Result != Held)
	}
	for key, p := range r.pending {
		if p.Result == Held && !r.woken[key] && (waits[key.Record] || key.Record == 0 && out.newcomers) {
			out.rows[key] = true
		}
	}
	return out
}

// heldStill asks the Guards which of the stored Holds they would hold again, if nothing else were to be done, and why.
// It is not ok if one of them cannot say that without the whole plan.
func (r *run) heldStill(ctx context.Context) (held map[ActionID]string, ok bool) {
	p := &Plan{Pair: r.e.pair.Name, names: r.w.names}
	for _, id := range slices.Sorted(maps.Keys(r.holds)) {
		if h := r.holds[id]; h.Record != 0 && h.Decision == Waiting {
			p.Actions = append(p.Actions, Action{ID: id, Op: h.Op, On: h.On, Record: h.Record, Kind: h.Kind, Path: h.Path})
		}
	}
	r.annotate(p)
	held = map[ActionID]string{}
	for _, g := range r.e.opts.Policies.Guards {
		verdicts, err := g.Judge(ctx, p)
		if err != nil {
			return nil, false
		}
		for _, v := range verdicts {
			if !v.Refuse {
				held[v.Action] = v.Reason
			}
		}
	}
	return held, true
}

// restate stores why the Guards hold what rests, where they say another thing now.
func (r *run) restate(b *Batch) {
	for _, id := range slices.Sorted(maps.Keys(r.resting.why)) {
		h, why := r.holds[id], r.resting.why[id]
		key := PendingKey{Record: h.Record}
		p, waits := r.pending[key]
		if n := r.w.nodes[h.Record]; n != nil && n.touched || !waits || !r.resting.rows[key] || h.Reason == why {
			continue // the plan has said it
		}
		h.Reason, p.Reason = why, why
		r.holds[id], r.pending[key] = h, p
		b.Holds, b.Pending = append(b.Holds, h), append(b.Pending, p)
	}
}

// kinship knows paths, and whatever lies above or below one of them: a folder goes after what is in it.
type kinship struct{ paths, above map[string]bool }

func (k kinship) add(p string) {
	k.paths[p] = true
	for up := path.Dir(p); up != "." && up != "/"; up = path.Dir(up) {
		k.above[up] = true
	}
}

func (k kinship) has(p string) bool {
	for up := p; up != "." && up != "/" && up != ""; up = path.Dir(up) {
		if k.paths[up] {
			return true
		}
	}
	return k.above[p]
}
