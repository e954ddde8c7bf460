package syncer

import "context"

// foresee plans what a run would do about the item: it looks at what a hint of it would make a run look
// at, and drafts the plan of that.
func (x *explainer) foresee(ctx context.Context) error {
	r := x.r
	if x.rec.ID == RootRecord {
		return x.checkBothRoots(ctx)
	}
	r.inFlight = newFlights()
	for i := range x.out.Intents {
		r.fly(&x.out.Intents[i])
	}
	r.w = r.newWorld()
	r.unvisited = map[PendingKey]bool{}
	r.o = newObserver(r.view, r.ends, r.w, r.budget, r.e.opts.Parallel)
	if _, err := r.o.load(ctx, RootRecord); err != nil {
		return err
	}
	for _, side := range sides {
		if err := x.lookAt(ctx, side); err != nil {
			return err
		}
	}
	if x.rec.ID != 0 {
		n, err := r.o.load(ctx, x.rec.ID)
		if err != nil {
			return err
		}
		r.o.touch(n)
	}
	if err := r.o.close(ctx); err != nil {
		return err
	}
	if err := r.checkRoots(ctx); err != nil {
		return err
	}
	if err := r.askElsewhere(ctx); err != nil {
		return err
	}
	r.w.match()
	p, err := r.plan(ctx)
	if err != nil {
		return err
	}
	x.plan = p
	x.pick()
	return nil
}

// checkBothRoots finds out whether the pair could run.
func (x *explainer) checkBothRoots(ctx context.Context) error {
	for _, side := range sides {
		if err := x.r.rootStands(ctx, side); err != nil {
			return err
		}
	}
	return nil
}

// lookAt brings in the item of one side, as a hint of it would. Where nobody can look by ID what was found
// by name is taken.
func (x *explainer) lookAt(ctx context.Context, side Side) error {
	if id := x.id(side); id != "" && x.r.ends[side].looker != nil {
		_, err := x.r.o.hint(ctx, &Hint{Side: side, ID: id})
		return err
	}
	for i := range x.met[side] {
		x.r.o.rooted[side] = true // the way begins in it
		if err := x.r.o.feed(ctx, side, &x.met[side][i]); err != nil {
			return err
		}
	}
	return nil
}

// pick takes from the plan what is about the item.
func (x *explainer) pick() {
	for _, n := range x.r.w.touched() {
		known := x.rec.ID != 0 && n.rec.ID == x.rec.ID
		for _, side := range sides {
			e := x.entry(side)
			known = known || e != nil && n.idOn(side) == e.ID
		}
		if known {
			x.node = n
			break
		}
	}
	if x.node != nil && x.node.hold != nil && len(x.out.Holds) == 0 {
		// What has no Record yet is told by its action only.
		if h, stored := x.r.holds[x.node.hold.Action]; stored {
			x.out.Holds = append(x.out.Holds, h)
		} else {
			x.out.Foreseen = x.node.hold
		}
	}
	before := map[int]bool{}
	for i := range x.plan.Actions {
		if x.plan.Actions[i].node == x.node {
			x.out.Next = append(x.out.Next, x.plan.Actions[i])
			x.needs(i, before)
		}
	}
	for i := range x.plan.Actions {
		if before[i] && x.plan.Actions[i].node != x.node {
			x.out.Before = append(x.out.Before, x.plan.Actions[i])
		}
	}
}

// needs gathers what an action waits for.
func (x *explainer) needs(i int, before map[int]bool) {
	for _, j := range x.plan.Actions[i].After {
		if !before[j] {
			before[j] = true
			x.needs(j, before)
		}
	}
}
