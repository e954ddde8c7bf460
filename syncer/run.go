package syncer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	maxRounds = 4
	maxHints  = 10_000
	// maxLeftovers is how many unreached items of a full scan go into the pending set; beyond it
	// another scan is cheaper than looking at each.
	maxLeftovers = 1_000
)

// run is one call of Run, Apply or Plan.
type run struct {
	e      *Engine
	opts   RunOptions
	view   View
	state  State // nil in a dry run
	ends   [2]*endpoint
	log    *slog.Logger
	commit *committer
	lease  *lease
	budget *budget
	report *Report
	only   *Plan

	header  Header
	begun   uint64 // the generation that the run found
	holds   map[ActionID]Hold
	clashes map[ClashID]Clash // those that are open
	pending map[PendingKey]Pending
	hints   []Hinted
	authors authors
	digests map[version]Digest

	paused   [2]pause
	inFlight flights
	ghosts   [2]map[string][]string
	flying   []Intent
	astray   []Intent     // whose effect is not where it was to be
	doubts   []PendingKey // to be looked at in the first round
	// unvisited are pending items that the budget left no room for.
	unvisited map[PendingKey]bool
	resting   resting
	woken     map[PendingKey]bool // pending items of which there is news
	again     []PendingKey        // to be looked at in the next round
	relist    []RecordID          // folders to be listed in the next round

	o  *observer
	w  *world
	mu sync.Mutex // for observers
}

func (e *Engine) newRun(view View, o *RunOptions) *run {
	r := &run{
		e: e, view: view, log: e.opts.Logger.With("pair", e.pair.Name), report: &Report{Pair: e.pair.Name},
		ghosts: [2]map[string][]string{{}, {}}, authors: authors{}, digests: map[version]Digest{}, holds: map[ActionID]Hold{},
		clashes: map[ClashID]Clash{}, pending: map[PendingKey]Pending{}, woken: map[PendingKey]bool{},
	}
	if o != nil {
		r.opts = *o
	}
	for _, side := range sides {
		end := *e.ends[side]
		end.busy = &busy{}
		r.ends[side] = &end
	}
	r.budget = newBudget(r.opts.Budget, r.opts.Stop, e.opts.Clock)
	return r
}

func (r *run) now() time.Time { return r.e.opts.Clock() }

func (r *run) observe(ev Event) {
	if r.e.opts.Observe == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ev.Pair = r.e.pair.Name
	r.e.opts.Observe(ev)
}

// own is a run with the lease in hand.
func (r *run) own(ctx context.Context, state State, cancel context.CancelCauseFunc) error {
	r.state = state
	r.commit = newCommitter(state, r.now)
	r.lease = &lease{state: state, clock: r.now, cancel: cancel}
	if err := r.lease.outlives(ctx, 0); err != nil {
		return err
	}
	stop := r.lease.keep(ctx)
	defer stop()
	err := r.work(ctx)
	// What happened is durable before any error is returned.
	flushed := r.commit.flush(ctx)
	if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil && !errors.Is(cause, ctx.Err()) {
		err = cause
	}
	if err == nil {
		err = flushed
	}
	if reported := r.fillReport(context.WithoutCancel(ctx)); err == nil {
		err = reported
	}
	r.observe(Event{Phase: PhaseDone})
	return err
}

func (r *run) work(ctx context.Context) error {
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	full := r.fullIsDue()
	if full && !r.blind() && r.only == nil && r.opts.Budget != (Budget{}) && r.canLook() && r.live() {
		// With a budget, what somebody just changed comes before the rest of a scan.
		if err := r.round(ctx, false); err != nil || r.budget.ended() {
			return err
		}
	}
	for round := range maxRounds {
		if round > 0 {
			if len(r.again) == 0 || r.budget.ended() {
				break
			}
			full = !r.canLook()
		}
		if err := r.round(ctx, full); err != nil {
			return err
		}
		if r.only != nil || ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// dryRun plans the first round and does nothing.
func (r *run) dryRun(ctx context.Context) (*Plan, error) {
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	r.inFlight = newFlights()
	for in, err := range r.view.Intents(ctx) {
		if err != nil {
			return nil, err
		}
		r.fly(&in)
	}
	if _, err := r.look(ctx, r.fullIsDue()); err != nil {
		return nil, err
	}
	p, err := r.plan(ctx)
	if err != nil {
		return nil, err
	}
	p.Skips = append(p.Skips, r.stillLeft()...)
	return p, nil
}

// stillLeft is what earlier runs have left for good, as far as this one has not looked at it.
func (r *run) stillLeft() []Skip {
	var left []Skip
	for _, k := range sortedKeys(r.pending) {
		p := r.pending[k]
		n := r.w.nodes[k.Record]
		if k.Record == 0 {
			n = r.w.byID[k.Side][k.ID]
		}
		if p.Result == 0 && p.Quiet && (n == nil || !n.touched) {
			left = append(left, p.skip())
		}
	}
	return left
}

// round observes, plans and acts once.
func (r *run) round(ctx context.Context, full bool) error {
	next, err := r.look(ctx, full)
	if err != nil {
		return err
	}
	p, err := r.plan(ctx)
	if err != nil {
		return err
	}
	if r.only != nil && r.only.Hash() != p.Hash() {
		return fmt.Errorf("the plan is not what would be done now: %w", ErrStale)
	}
	acts, p, err := r.learnFirst(ctx, p)
	if err != nil {
		return err
	}
	x, err := r.act(ctx, p)
	acts = append(acts, x)
	if err == nil && !x.cut && r.only == nil {
		acts, err = r.actOnDigests(ctx, acts)
	}
	if err != nil {
		return err
	}
	return r.close(ctx, acts, full, next)
}

// act carries a plan out.
func (r *run) act(ctx context.Context, p *Plan) (*executor, error) {
	x := &executor{r: r, plan: p, started: r.now()}
	r.report.Conflicts = append(r.report.Conflicts, p.Conflicts...)
	r.report.Totals.Conflicts += len(p.Conflicts)
	if r.w.next > r.header.Next && len(p.Actions) > 0 {
		// Numbers are given away before they are used, so that none is ever used twice.
		r.header.Next = r.w.next
		h := r.header
		if err := r.commit.soon(ctx, Batch{Header: &h}); err != nil {
			return x, err
		}
	}
	return x, x.carryOut(ctx)
}

func (r *run) count(out *Outcome) {
	t := &r.report.Totals
	t.Bytes += out.Bytes
	if out.Result != Done || !out.Op.Writes() {
		return
	}
	t.Writes++
	switch out.Op {
	case OpCreateFile, OpUpdate:
		t.Uploads++
	case OpMove:
		t.Moves++
	case OpDelete:
		t.Deletes++
	}
}
