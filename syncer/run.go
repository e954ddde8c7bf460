package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	maxRounds = 3
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
	pending map[PendingKey]Pending
	hints   []Hinted
	digests map[version]Digest

	paused   [2]pause
	inFlight flights
	ghosts   [2]map[string][]string
	flying   []Intent
	doubts   []PendingKey // to be looked at in the first round
	// unvisited are pending items that the budget left no room for.
	unvisited map[PendingKey]bool
	again     []PendingKey // to be looked at in the next round
	relist    []RecordID   // folders to be listed in the next round

	o  *observer
	w  *world
	mu sync.Mutex // for observers
}

func (e *Engine) newRun(view View, o *RunOptions) *run {
	r := &run{
		e: e, view: view, log: e.opts.Logger.With("pair", e.pair.Name), report: &Report{Pair: e.pair.Name},
		ghosts: [2]map[string][]string{{}, {}}, digests: map[version]Digest{}, holds: map[ActionID]Hold{}, pending: map[PendingKey]Pending{},
	}
	if o != nil {
		r.opts = *o
	}
	for _, side := range sides {
		end := *e.ends[side]
		end.busy = &busy{}
		r.ends[side] = &end
	}
	r.budget = newBudget(r.opts.Budget, e.opts.Clock)
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
	if full && r.only == nil && r.opts.Budget != (Budget{}) && r.canLook() && r.live() {
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
	return r.plan(ctx)
}

// prepare reads what the state remembers. Other roots than before mean a fresh baseline.
func (r *run) prepare(ctx context.Context) error {
	h, err := r.view.Header(ctx)
	if err != nil {
		return err
	}
	fresh := h.Next == 0
	for _, side := range sides {
		if !fresh && h.Root(side).Locator != r.ends[side].root {
			fresh = true
		}
	}
	if fresh {
		return r.begin(ctx, h)
	}
	r.header = h
	for _, side := range sides {
		r.ends[side].rootID, r.ends[side].rootUp = h.Root(side).ID, h.Root(side).Parent
	}
	return r.recall(ctx)
}

// begin starts a fresh baseline that holds nothing but the two roots.
func (r *run) begin(ctx context.Context, old Header) error {
	root := Record{ID: RootRecord, Kind: Folder}
	h := Header{Next: RootRecord + 1, Generation: old.Generation}
	if old.Next > h.Next {
		h.Next = old.Next
	}
	for _, side := range sides {
		e, err := r.rootEntry(ctx, side)
		if err != nil {
			return err
		}
		*h.Root(side) = Root{Locator: r.ends[side].root, ID: e.ID, Parent: e.ParentID}
		*root.Half(side) = Half{Presence: Present, ID: e.ID, Name: e.Name}
		r.ends[side].rootID = e.ID
	}
	r.header = h
	r.header.Completed = time.Time{}
	if r.state == nil {
		r.view = blank{r.view, root, h}
		return r.recall(ctx)
	}
	b := Batch{Fresh: old.Next != 0, Header: &r.header, Put: []Record{root}}
	if err := r.commit.now(ctx, b); err != nil {
		return err
	}
	return r.recall(ctx)
}

// rootEntry reads a root: the first entry of its listing.
func (r *run) rootEntry(ctx context.Context, side Side) (Entry, error) {
	for e, err := range r.ends[side].reader.List(ctx, Entry{ID: r.ends[side].root, Kind: Folder}, "") {
		if errors.Is(err, fs.ErrNotExist) {
			return e, fmt.Errorf("root of %s is not there: %w: %w", side, ErrHalted, err)
		}
		if err != nil {
			return e, &Error{"list", side, "", err}
		}
		if e.Kind != Folder || e.Trashed {
			return e, fmt.Errorf("root of %s is not a folder: %w", side, ErrHalted)
		}
		if e.Err != nil {
			return e, &Error{"list", side, "", e.Err}
		}
		return e, nil
	}
	return Entry{}, &Error{"list", side, "", errors.New("the listing is empty: not even the root is in it")}
}

// recall reads holds, the pending set and the inbox.
func (r *run) recall(ctx context.Context) error {
	r.begun = r.header.Generation
	for h, err := range r.view.Holds(ctx) {
		if err != nil {
			return fmt.Errorf("read holds: %w", err)
		}
		r.holds[h.Action] = h
	}
	for p, err := range r.view.Pending(ctx) {
		if err != nil {
			return fmt.Errorf("read pending set: %w", err)
		}
		r.pending[p.PendingKey] = p
		if p.Op == OpMove && p.Result == 0 {
			r.relist = append(r.relist, p.Record)
		}
		for _, side := range sides {
			if v := p.Verified[side]; v.Digest != "" {
				r.digests[version{side, v.Stamp}] = v.Digest
			}
		}
	}
	for h, err := range r.view.Inbox(ctx) {
		if err != nil {
			return fmt.Errorf("read inbox: %w", err)
		}
		if len(r.hints) == maxHints {
			r.report.More = true
			break
		}
		r.hints = append(r.hints, h)
	}
	return nil
}

func (r *run) canLook() bool {
	return r.ends[Source].looker != nil && r.ends[Destination].looker != nil
}

// listAgain lists folders whose contents may have come into scope or left it.
func (r *run) listAgain(ctx context.Context) error {
	list := r.relist
	r.relist = nil
	for _, id := range list {
		n, err := r.o.load(ctx, id)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, side := range sides {
			if err := r.o.look(ctx, n, side); err != nil {
				return err
			}
			if err := r.o.listBelow(ctx, n, side); err != nil {
				return err
			}
		}
	}
	return nil
}

// live reports whether the inbox names changed items.
func (r *run) live() bool {
	return slices.ContainsFunc(r.hints, func(h Hinted) bool { return !h.Full })
}

// lastFullHint returns the Seq of the newest hint that asks for a full scan, 0 if none does.
func (r *run) lastFullHint() uint64 {
	var seq uint64
	for _, h := range r.hints {
		if h.Full {
			seq = max(seq, h.Seq)
		}
	}
	return seq
}

// fullIsDue reports whether hints will not do.
func (r *run) fullIsDue() bool {
	for _, h := range r.hints {
		if h.Full {
			return true
		}
	}
	return r.opts.Full || !r.canLook() || r.header.Completed.IsZero() || r.header.Scan != (Scan{}) ||
		r.header.Policies != r.e.opts.Policies.fingerprint() || !recent(r.header.Completed, r.now(), r.e.opts.FullEvery)
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

// actOnDigests plans anew what verifying reads have decided, and what waited for it, with
// everything else as it was observed and decided.
func (r *run) actOnDigests(ctx context.Context, acts []*executor) ([]*executor, error) {
	var settled, again []*node
	learnt := false
	for _, n := range r.w.touched() {
		if n.check || n.result == Blocked {
			again = append(again, n)
		} else {
			settled = append(settled, n)
		}
		learnt = learnt || n.check
	}
	if !learnt {
		return acts, nil
	}
	for _, n := range again {
		n.check, n.result, n.err, n.failed = false, 0, nil, nil
	}
	for _, n := range settled {
		n.touched = false
	}
	r.w.numbered = r.w.next
	p, err := r.plan(ctx)
	for _, n := range settled {
		n.touched = true
	}
	if err != nil {
		return acts, err
	}
	x, err := r.act(ctx, p)
	return append(acts, x), err
}

// look observes what this round is about.
func (r *run) look(ctx context.Context, full bool) (Scan, error) {
	r.w = r.newWorld()
	r.unvisited = map[PendingKey]bool{}
	r.o = newObserver(r.view, r.ends, r.w, r.budget, r.e.opts.Parallel)
	r.o.progress = r.listed
	next := r.header.Scan
	if _, err := r.o.load(ctx, RootRecord); err != nil {
		return next, err
	}
	if full {
		asked := r.lastFullHint()
		if next == (Scan{}) || !r.canLook() || asked > next.Since {
			// A scan that began before it was asked for would miss what changed in between.
			next = Scan{Generation: r.header.Generation + 1, Since: asked}
		}
		var err error
		if next, err = r.o.scan(ctx, next); err != nil {
			return next, err
		}
		if r.header.Policies != r.e.opts.Policies.fingerprint() && r.header.Generation > 0 {
			if err := r.o.refilter(ctx); err != nil {
				return next, err
			}
		}
	}
	if err := r.followUp(ctx); err != nil {
		return next, err
	}
	if err := r.listAgain(ctx); err != nil {
		return next, err
	}
	if err := r.o.close(ctx); err != nil {
		return next, err
	}
	if err := r.checkRoots(ctx); err != nil {
		return next, err
	}
	r.w.match()
	return next, nil
}

func (r *run) newWorld() *world {
	w := newWorld()
	w.mode, w.rules, w.now, w.next = r.e.pair.Mode, r.e.opts.Policies, r.now(), r.header.Next
	w.digests, w.waiting, w.inFlight, w.ghosts = r.digests, r.pending, r.inFlight, r.ghosts
	for _, side := range sides {
		w.info[side] = r.ends[side].info
		w.canRestore[side] = r.ends[side].restorer != nil
	}
	for id, h := range r.holds {
		w.approved[id], w.rejected[id] = h.Decision == Approved, h.Decision == Rejected
	}
	return w
}

func (r *run) listed(side Side, n int) {
	ev := Event{Phase: PhaseList}
	ev.Listed[side] = n
	r.observe(ev)
}

// followUp looks at everything that hints, doubts and the pending set name.
func (r *run) followUp(ctx context.Context) error {
	for _, key := range append(r.doubts, r.again...) {
		if err := r.revisit(ctx, key); err != nil {
			return err
		}
	}
	r.doubts, r.again = nil, nil
	type item struct {
		side Side
		id   string
	}
	met := map[item]bool{}
	var known []version
	for _, h := range r.hints {
		if n, err := r.o.byID(ctx, h.Side, h.ID); err != nil {
			return err
		} else if n != nil && n.sight[h.Side] == assumed {
			known = append(known, version{h.Side, Stamp{ID: h.ID}})
		}
	}
	r.o.prefetch(ctx, known)
	for i, h := range r.hints {
		if h.Full || met[item{h.Side, h.ID}] {
			continue
		}
		if i > 0 && r.budget.over(shareOfVisits) {
			r.hints = r.hints[:i] // the rest stays in the inbox
			r.report.More = true
			break
		}
		// A hint is news: what waited for its time to be tried again is tried now.
		r.renew(PendingKey{Side: h.Side, ID: h.ID})
		ours, err := r.o.hint(ctx, h.Side, h.ID, h.Within)
		if err != nil {
			return err
		}
		met[item{h.Side, h.ID}] = ours
		if n := r.w.byID[h.Side][h.ID]; n != nil && n.known {
			r.renew(PendingKey{Record: n.rec.ID})
		}
	}
	return r.visitPending(ctx)
}

// visitPending looks at the pending set, as far as the budget allows.
func (r *run) visitPending(ctx context.Context) error {
	for i, key := range sortedKeys(r.pending) {
		p := r.pending[key]
		unseen := key.Record == 0 && r.o.t != nil && !r.o.whole[key.Side] // an earlier slice of the scan has met it
		if p.Quiet && !unseen || p.waits(r.now()) {
			continue
		}
		if i > 0 && r.budget.over(shareOfVisits) {
			r.report.More = true
			r.unvisited[key] = true
			continue
		}
		if unseen {
			r.renew(key) // if it is gone, nothing else will tell
		}
		if err := r.revisit(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// renew lets news about a pending item count: it is neither waited for nor left alone any more.
func (r *run) renew(key PendingKey) {
	if p, ok := r.pending[key]; ok {
		p.NotBefore, p.Quiet = time.Time{}, false
		r.pending[key] = p
	}
}

func (r *run) revisit(ctx context.Context, key PendingKey) error {
	if key.Record == 0 {
		_, err := r.o.hint(ctx, key.Side, key.ID, nil)
		return err
	}
	n, err := r.o.load(ctx, key.Record)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		r.o.touch(n)
	}
	return err
}

// checkRoots looks at the roots once everything else was looked at: what was found in the trash, or
// not at all, is a proof only while its root is alive and in its place. A root that a complete
// listing has shown is looked at again only if something is lost.
func (r *run) checkRoots(ctx context.Context) error {
	for _, side := range sides {
		end := r.ends[side]
		hinted := !r.o.complete[side] && len(r.hints) > 0 // what they name may have gone with its root
		if end.looker == nil || !hinted && !r.w.touches(side, r.o.complete[side]) {
			continue // where nobody can look, only listings prove anything, and they begin with the root
		}
		r.budget.spend()
		e, err := end.lookNow(ctx, end.root, Entry{}, "")
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("root of %s is not there: %w", side, ErrHalted)
		case err != nil:
			return &Error{"look", side, "", err}
		}
		if err := r.o.checkRoot(side, &e); err != nil {
			return err
		}
	}
	return nil
}

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
		if known > 0 {
			// The word holds for what was there at the last full scan.
			halt := NewHalt(r.e.pair.Name, side, fmt.Sprintf("root of %s is empty, %d items were there", side, known),
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
