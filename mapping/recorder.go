package mapping

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// recorder remembers one run of a tool. It is stored when the pair's lease is taken, before anything can be
// written on a side, and again at its end: a run that has no end and no owner was interrupted. What goes wrong
// with that is logged and stops no run, since it is for people.
type recorder struct {
	links  *Links
	link   Link
	run    Run
	before map[string]int64 // calls, when it began to work or went on
}

func (s *Links) recorder(p *Part, by string) *recorder {
	r := &recorder{links: s, link: p.Link, run: Run{Link: p.Link.ID, Name: p.Link.Name, Tool: p.Tool, By: by, Times: 1}}
	r.start()
	return r
}

// start begins the run, or goes on with it after other tools had their turn.
func (r *recorder) start() {
	if r.run.Number == 0 {
		r.run.Started = r.links.o.Engine.Clock().UTC()
	}
	r.before = r.links.calls(r.link)
}

// calls returns how many calls were made for a Link so far, by service.
func (s *Links) calls(l Link) map[string]int64 {
	if s.o.Calls == nil {
		return nil
	}
	return maps.Clone(s.o.Calls(l))
}

// noting is the state store of a run: it tells the recorder under which fences the run works.
type noting struct {
	syncer.StateStore

	recorder *recorder
}

// Open implements syncer.StateStore.
func (n noting) Open(ctx context.Context, pair string) (syncer.State, error) {
	state, err := n.StateStore.Open(ctx, pair)
	if err == nil {
		n.recorder.begin(ctx, state.Fence())
	}
	return state, err
}

// begin stores that the run works under a fence.
func (r *recorder) begin(ctx context.Context, fence uint64) {
	r.run.fence(fence)
	r.run.State, r.run.Ended = RunRunning, time.Time{}
	r.store(ctx)
}

// end stores what became of the run so far: it may go on. A run that did not get the pair, since somebody else
// has it, is none.
func (r *recorder) end(ctx context.Context, t *Result) {
	if len(r.run.Fences) == 0 && errors.Is(t.Err, syncer.ErrLocked) {
		return
	}
	ctx = context.WithoutCancel(ctx) // what was broken off is worth knowing, too
	r.run.Ended = r.links.o.Engine.Clock().UTC()
	r.run.settle(t)
	r.run.called(r.before, r.links.calls(r.link))
	r.store(ctx)
}

// finish is for a run that does not go on: if it was like the one before it, it stands for both from now on.
func (r *recorder) finish(ctx context.Context) {
	if r.run.Number == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if before, found := r.last(ctx); found && r.run.follows(&before) {
		r.run.take(&before)
		r.store(ctx, before.Number)
	}
}

// mostUnlisted is how many folders that could not be listed a run remembers.
const mostUnlisted = 20

// unlisted says that a run has not seen everything.
func (r *Run) unlisted(all []syncer.Unlisted) {
	first := all[0]
	r.State, r.Cause, r.On = RunWaits, first.Cause, serviceAt(first.Side)
	if r.Reason = first.Reason; first.Path != "" {
		r.Reason = fmt.Sprintf("folder %q could not be listed: %s", first.Path, first.Reason)
	}
	r.Incomplete = slices.Clone(all[:min(len(all), mostUnlisted)])
}

// settle says how a run ended.
func (r *Run) settle(t *Result) {
	r.State, r.Reason, r.Cause, r.Evidence, r.On, r.Incomplete = RunSettled, "", "", "", "", nil
	if t.Report != nil {
		r.Full, r.Totals = t.Report.Full, t.Report.Totals
		switch {
		case len(t.Report.Incomplete) > 0:
			r.unlisted(t.Report.Incomplete)
		case t.Report.More:
			r.State = RunUnfinished
		case t.Report.Waits():
			r.State = RunWaits
		}
	}
	switch {
	case t.Paused != "":
		r.State, r.Reason = RunPaused, t.Paused
	case t.Err == nil:
	case errors.Is(t.Err, context.Canceled):
		r.State = RunStopped
	default:
		r.State, r.Reason, r.Cause, r.On = RunFailed, t.Err.Error(), syncer.CauseOf(t.Err), serviceOf(t.Err)
	}
	if errors.Is(t.Err, syncer.ErrHalted) && r.State == RunFailed {
		r.State = RunHalted
	}
	if halt, ok := errors.AsType[*syncer.Halt](t.Err); ok {
		r.Reason, r.Evidence = halt.Why, halt.Evidence
	}
}

// last returns the run of the tool before this one.
func (r *recorder) last(ctx context.Context) (found Run, ok bool) {
	err := r.links.o.Runs.Each(ctx, r.run.Link, time.Time{}, func(number uint64, data []byte) bool {
		run, err := decodeRun(number, data)
		if err != nil || run.Tool != r.run.Tool || number == r.run.Number {
			return true
		}
		found, ok = run, true
		return false
	})
	if err != nil {
		r.trouble(ctx, err)
		return Run{}, false
	}
	return found, ok
}

// store puts the run, in the place of those that it stands for.
func (r *recorder) store(ctx context.Context, drop ...uint64) {
	data, err := encodeRun(&r.run)
	if err == nil && r.run.Number == 0 {
		r.run.Number, err = r.links.o.Runs.Add(ctx, r.run.Link, r.run.Started, data)
	} else if err == nil {
		err = r.links.o.Runs.Put(ctx, r.run.Number, r.run.Started, data, drop...)
	}
	if err != nil {
		r.trouble(ctx, err)
	}
}

func (r *recorder) trouble(ctx context.Context, err error) {
	r.links.log().WarnContext(ctx, "a run could not be remembered", "link", r.link.Name, "tool", string(r.run.Tool), "error", err)
}

// nobody is the RunStore of those who have none.
type nobody struct{}

func (nobody) Add(context.Context, string, time.Time, []byte) (uint64, error) { return 0, nil }

func (nobody) Put(context.Context, uint64, time.Time, []byte, ...uint64) error { return nil }

func (nobody) Get(context.Context, uint64) ([]byte, error) { return nil, errNoRuns }

func (nobody) Each(context.Context, string, time.Time, func(uint64, []byte) bool) error { return nil }

func (nobody) Forget(context.Context, time.Time) error { return nil }
