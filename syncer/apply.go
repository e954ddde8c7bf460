package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"sync"
	"time"
)

// executor carries out one plan.
type executor struct {
	r       *run
	plan    *Plan
	results []Result
	started time.Time

	mu    sync.Mutex
	done  int
	bytes int64
	fatal error
	cut   bool // the budget ended or the context was cancelled before everything was started
}

// carryOut performs the plan's actions, each after those it waits for, on a bounded number of
// goroutines, all of which have ended when it returns. Its error is one that ends the run; what
// becomes of a single action is in the action's node and in the journal.
func (x *executor) carryOut(ctx context.Context) error {
	x.results = make([]Result, len(x.plan.Actions))
	if x.r.e.opts.Parallel <= 1 {
		for i := range x.plan.Actions {
			x.perform(ctx, i)
		}
		return x.fatal
	}
	x.carryOutConcurrently(ctx)
	return x.fatal
}

func (x *executor) carryOutConcurrently(ctx context.Context) {
	n := len(x.plan.Actions)
	waits, blocks := make([]int, n), make([][]int, n)
	ready := make(chan int, n)
	for i, a := range x.plan.Actions {
		waits[i] = len(a.After)
		for _, j := range a.After {
			blocks[j] = append(blocks[j], i)
		}
	}
	left := n
	for i := range n {
		if waits[i] == 0 {
			ready <- i
		}
	}
	if n == 0 {
		close(ready)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range min(x.r.e.opts.Parallel, n) {
		wg.Go(func() {
			for i := range ready {
				x.perform(ctx, i)
				mu.Lock()
				for _, j := range blocks[i] {
					if waits[j]--; waits[j] == 0 {
						ready <- j
					}
				}
				if left--; left == 0 {
					close(ready)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// perform carries out one action and notes how it ended.
func (x *executor) perform(ctx context.Context, i int) {
	a := &x.plan.Actions[i]
	out := Outcome{
		Action: a.ID, Op: a.Op, On: a.On, Record: a.Record, Kind: a.Kind,
		Path: a.Path, From: a.From, Reason: a.Reason, Before: stampOf(a.Old),
	}
	err := x.obstacle(ctx, a)
	if err == nil {
		err = x.do(ctx, a, &out)
	}
	out.Result = resultOf(err)
	if err != nil {
		out.Err = err.Error()
	}
	out.At = x.r.now()
	x.finish(ctx, a, i, out, err)
}

var (
	errPaused    = errors.New("the side takes no more in this run")
	errBlocked   = errors.New("an action that it needs was not done")
	errNotBegun  = errors.New("the run ended before it")
	errFatalSeen = errors.New("the run was stopped")
)

// obstacle says why an action cannot start.
func (x *executor) obstacle(ctx context.Context, a *Action) error {
	for _, j := range a.After {
		x.mu.Lock()
		res := x.results[j]
		x.mu.Unlock()
		if res != Done {
			return fmt.Errorf("%w: %s", errBlocked, x.plan.Actions[j].Path)
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.fatal != nil:
		return errFatalSeen
	case ctx.Err() != nil || x.r.budget.ended():
		x.cut = true
		return errNotBegun
	}
	if why := x.r.paused[a.On].why(a); why != nil {
		return fmt.Errorf("%w: %w", errPaused, why)
	}
	if why := x.r.ends[a.On].busy.why(); why != nil && a.Op.Writes() {
		return fmt.Errorf("%w: %w", errPaused, why)
	}
	return nil
}

// pause is what a side has shown that it cannot take for the rest of the run: any write when it is
// read-only; when it is full, uploads that need no less room than the least that was not there.
type pause struct {
	readOnly error
	full     error
	room     int64
}

// note learns from a failed action.
func (p *pause) note(a *Action, err error) {
	switch {
	case errors.Is(err, ErrReadOnly):
		p.readOnly = cmp.Or(p.readOnly, errors.Unwrap(err))
	case errors.Is(err, ErrQuota):
		p.room, p.full = a.room(), errors.Unwrap(err)
	}
}

// why returns the reason that an action need not be tried, nil if there is none.
func (p *pause) why(a *Action) error {
	switch upload := a.Op == OpCreateFile || a.Op == OpUpdate; {
	case a.Op.Writes() && p.readOnly != nil:
		return p.readOnly
	case upload && p.full != nil && a.room() >= p.room:
		return p.full
	}
	return nil
}

// room is how much more an upload needs than what is there.
func (a *Action) room() int64 {
	switch {
	case a.Size < 0:
		return math.MaxInt64
	case a.Op == OpUpdate && a.Old != nil && a.Old.Size > 0:
		return a.Size - a.Old.Size
	}
	return a.Size
}

func resultOf(err error) Result {
	switch {
	case err == nil:
		return Done
	case errors.Is(err, errBlocked), errors.Is(err, errPaused), errors.Is(err, errNotBegun), errors.Is(err, errFatalSeen):
		return Blocked
	case errors.Is(err, ErrHeld):
		return Held
	case errors.Is(err, ErrStale), errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
		return Dropped
	}
	return Failed
}

// finish stores an outcome that do has not stored, and tells everybody.
func (x *executor) finish(ctx context.Context, a *Action, i int, out Outcome, err error) {
	n := a.node
	var fatal *fatalError
	if errors.As(err, &fatal) {
		out.Result = Failed
	}
	if out.Result != Done && out.Result != Blocked {
		if e := x.r.commit.soon(ctx, Batch{Outcomes: []Outcome{out}}); e != nil && fatal == nil {
			fatal = &fatalError{e}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if fatal != nil && x.fatal == nil {
		x.fatal = fatal.err
	}
	if out.Result == Failed && err != nil {
		x.r.paused[a.On].note(a, err)
		x.r.ends[a.On].busy.note(err)
	}
	if up := n.up[a.On]; errors.Is(err, fs.ErrExist) && a.Name != "" && up != nil {
		id := up.idOn(a.On)
		x.r.ghosts[a.On][id] = append(x.r.ghosts[a.On][id], a.Name)
	}
	x.results[i] = out.Result
	if n.result == 0 || n.result == Done {
		n.result, n.err = out.Result, err
		if err != nil {
			n.failed = a
		}
	}
	n.again = n.again || out.Result == Dropped
	n.again = n.again || slices.Contains(x.r.relist, n.rec.ID)
	x.done++
	x.bytes += out.Bytes
	x.r.count(&out)
	x.r.observe(Event{Phase: PhaseApply, Done: x.done, Total: len(x.plan.Actions), Bytes: x.bytes, Outcome: &out})
}

// relist has the contents of a folder listed that was moved: in the next round, or in the next run.
func (x *executor) relist(b *Batch, a *Action) {
	p := Pending{
		PendingKey: PendingKey{Record: a.node.rec.ID}, On: a.On, Path: a.Path, Op: OpMove, Since: x.r.now(),
		Reason: "moved: what is in it may have to be synced now",
	}
	x.r.relist = append(x.r.relist, p.Record)
	x.r.pending[p.PendingKey] = p
	b.Pending = append(b.Pending, p)
}

// placesCount reports whether it depends on its place whether an item is synced.
func (r *run) placesCount() bool {
	return r.e.opts.Policies.Filter != nil || r.ends[Source].info.MaxDepth > 0 || r.ends[Destination].info.MaxDepth > 0
}

// fatalError ends the run: the state cannot be written, or the lease is lost.
type fatalError struct{ err error }

func (f *fatalError) Error() string { return f.err.Error() }
func (f *fatalError) Unwrap() error { return f.err }

func fatal(err error) error {
	if err == nil {
		return nil
	}
	return &fatalError{err}
}

// do carries out an action whose conditions are met, and stores its outcome.
func (x *executor) do(ctx context.Context, a *Action, out *Outcome) error {
	switch a.Op {
	case OpVerify:
		return x.verify(ctx, a, out)
	case OpAdopt, OpAgree, OpDecline:
		return x.record(ctx, a, out)
	case OpForget:
		return x.forget(ctx, a, out)
	}
	return x.write(ctx, a, out)
}

// verify learns a digest by reading. It is kept for this run: the Record changes only once both
// sides are known to be equal.
func (x *executor) verify(ctx context.Context, a *Action, out *Outcome) error {
	x.r.budget.spend()
	w := x.r.w
	algorithm := w.pairAlgorithm()
	if h := a.node.rec.Half(a.On); h.Digest != "" && h.Digest.Algorithm().New() != nil && !a.node.verify[a.On.Other()] {
		algorithm = h.Digest.Algorithm()
	}
	d, err := readDigest(ctx, x.r.ends[a.On].reader, *a.node.entry[a.On], algorithm, x.r.e.opts.Stall)
	if err != nil {
		return &Error{"verify", a.On, a.Path, err}
	}
	x.mu.Lock()
	w.digests[version{a.On, a.node.entry[a.On].Stamp()}] = d
	a.node.check = true
	x.mu.Unlock()
	out.Result, out.After, out.At = Done, a.node.entry[a.On].Stamp(), x.r.now()
	return fatal(x.r.commit.soon(ctx, Batch{Outcomes: []Outcome{*out}}))
}

// record settles something that needs no call.
func (x *executor) record(ctx context.Context, a *Action, out *Outcome) error {
	n := a.node
	x.mu.Lock()
	r := x.r.w.settled(a)
	b := Batch{Put: []Record{r}, Tombstones: retired(n, &r, false, x.r.now())}
	err := x.evict(ctx, &b, &r)
	x.madeAgain(&b, n, &r)
	n.rec, n.known = r, true
	x.remember(&b, n)
	x.mu.Unlock()
	if err != nil {
		return fatal(err)
	}
	out.Result, out.At = Done, x.r.now()
	out.After = r.Half(a.On).Stamp()
	b.Outcomes = []Outcome{*out}
	return fatal(x.r.commit.soon(ctx, b))
}

// remember puts what a side cannot follow into the pending set together with the Record that says so:
// nothing else will show the difference again.
func (x *executor) remember(b *Batch, n *node) {
	if p, left := x.r.unsettled(n); left && p.Quiet {
		p.Since = x.r.now()
		x.r.pending[p.PendingKey] = p
		b.Pending = append(b.Pending, p)
	}
}

// madeAgain keeps in sight what stood in a folder that has a new ID now: hints that name the old one
// lead nowhere from here on.
func (x *executor) madeAgain(b *Batch, n *node, r *Record) {
	for _, side := range sides {
		old, now := n.rec.Half(side).ID, r.Half(side).ID
		if !n.known || n.rec.Kind != Folder || old == "" || now == "" || old == now {
			continue
		}
		for _, c := range x.r.w.touched() {
			p := Pending{PendingKey: PendingKey{Record: c.rec.ID}, On: side, Path: c.rec.Name, Reason: "its folder was made again", Since: x.r.now()}
			if _, told := x.r.pending[p.PendingKey]; c.known && !c.gone && c.rec.ParentOn(side) == n.rec.ID && c.result == 0 && !told {
				x.r.pending[p.PendingKey] = p
				b.Pending = append(b.Pending, p)
			}
		}
	}
}

// clear takes the pending row of a Record that goes away along with it.
func (r *run) clear(b *Batch, n *node) {
	k := PendingKey{Record: n.rec.ID}
	if _, told := r.pending[k]; told && n.known {
		b.Cleared = append(b.Cleared, k)
	}
}

// evict takes from other Records the IDs that r has now, on a side that gives them out again.
func (x *executor) evict(ctx context.Context, b *Batch, r *Record) error {
	for _, side := range sides {
		id := r.Half(side).ID
		if id == "" || !x.r.ends[side].info.ReusableIDs {
			continue
		}
		old, err := x.r.view.ByID(ctx, side, id)
		if errors.Is(err, fs.ErrNotExist) || err == nil && old.ID == r.ID {
			continue
		}
		if err != nil {
			return err
		}
		if n := x.r.w.nodes[old.ID]; n != nil {
			if n.gone || n.rec.Half(side).ID != id {
				continue
			}
			*n.rec.Half(side) = vacated(*n.rec.Half(side))
			old = n.rec
		} else {
			*old.Half(side) = vacated(*old.Half(side))
		}
		b.Put = append(b.Put, old)
	}
	return nil
}

// vacated is what remains of a Half whose ID names another item now: that one is gone.
func vacated(h Half) Half {
	h.ID = ""
	if h.Presence == Present {
		h.Presence = Gone
	}
	return h
}

// orphans gives the Records that stand in a folder whose Record goes away to the folder above it.
// There are some only where the two sides had turned folders inside out.
func (w *world) orphans(p *node) []Record {
	var out []Record
	if p.rec.Kind != Folder {
		return nil
	}
	for _, n := range w.nodes {
		if !n.known || n.gone || n == p {
			continue
		}
		before := n.rec
		for _, up := range []*RecordID{&n.rec.ParentID, &n.rec.Source.Parent, &n.rec.Destination.Parent} {
			if *up == p.rec.ID {
				*up = p.rec.ParentID
			}
		}
		if n.rec.ParentID != before.ParentID || n.rec.Source.Parent != before.Source.Parent || n.rec.Destination.Parent != before.Destination.Parent {
			out = append(out, n.rec)
		}
	}
	slices.SortFunc(out, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// retired returns Tombstones for IDs that a Record gives up for new ones. Only an update of ours
// replaces an item: what a user deleted may come back.
func retired(n *node, r *Record, replaced bool, now time.Time) []Tombstone {
	var out []Tombstone
	for _, side := range sides {
		old := n.rec.Half(side)
		if n.known && old.ID != "" && old.ID != r.Half(side).ID && r.Half(side).ID != "" {
			out = append(out, Tombstone{Side: side, ID: old.ID, Content: old.Content, Kind: r.Kind, Name: old.Name, Birth: old.Birth, At: now, Replaced: replaced})
		}
	}
	return out
}

func (x *executor) forget(ctx context.Context, a *Action, out *Outcome) error {
	n := a.node
	out.Result, out.At = Done, x.r.now()
	b := Batch{Outcomes: []Outcome{*out}}
	x.mu.Lock()
	defer x.mu.Unlock()
	n.gone = true
	x.r.clear(&b, n)
	if n.known {
		b.Put = x.r.w.orphans(n)
		b.Drop = []RecordID{n.rec.ID}
		for _, t := range tombstones(&n.rec, 0, "", x.r.now()) {
			if !n.there(t.Side) {
				b.Tombstones = append(b.Tombstones, t)
			}
		}
	}
	return fatal(x.r.commit.soon(ctx, b))
}
