package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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
	left  left
	bytes int64
	fatal error
	cut   bool // the budget ended or the context was cancelled before everything was started
}

// carryOut performs the plan's actions, each after those it waits for, on a bounded number of
// goroutines, all of which have ended when it returns. Its error is one that ends the run; what
// becomes of a single action is in the action's node and in the journal.
func (x *executor) carryOut(ctx context.Context) error {
	x.results = make([]Result, len(x.plan.Actions))
	x.left.of(x.plan)
	if len(x.plan.Actions) > 0 {
		x.tell(nil)
	}
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
		Path: a.Path, From: a.From, Reason: a.Reason, By: a.By, Before: stampOf(a.Old),
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
	if up := x.r.w.target(a); errors.Is(err, fs.ErrExist) && a.Name != "" && up != nil {
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
	x.left.done(x.plan, i)
	x.tell(&out)
}

// tell lets the observer know how far the plan is.
func (x *executor) tell(out *Outcome) {
	x.r.observe(Event{
		Phase: PhaseApply, Done: x.done, Total: len(x.plan.Actions), Bytes: x.bytes, Left: x.r.e.estimate(x.left), Outcome: out,
	})
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
