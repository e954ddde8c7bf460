package mapping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// DefaultKeep is how long runs and journals are kept if Options.Keep is 0: 400 days.
const DefaultKeep = 400 * 24 * time.Hour

var errNoRuns = fmt.Errorf("no runs are remembered: Options.Runs is nil: %w", fs.ErrNotExist)

// Record lets run work on a part with an engine, and remembers what became of it as a run that was begun by
// by, in the program's words. change may be nil, as in Engine. It is for runs that are not those of Sync; it returns what run
// returns.
func (s *Links) Record(ctx context.Context, p Part, by string, change func(o *syncer.Options), run func(e *syncer.Engine) (*syncer.Report, error)) (*syncer.Report, error) {
	r := s.recorder(&p, by)
	e, err := s.engine(p, noting{s.o.States, r}, change)
	if err != nil {
		return nil, err
	}
	report, err := run(e)
	r.end(ctx, &Result{Link: p.Link.Name, Tool: p.Tool, Report: report, Err: err})
	r.finish(ctx)
	return report, err
}

// failed remembers of each tool of a Link that none could be worked on.
func (s *Links) failed(ctx context.Context, l Link, by string, err error) {
	if o, ok := errors.AsType[*OpenError](err); ok {
		err = o // the run names the Link
	}
	for _, t := range l.Tools {
		r := s.recorder(&Part{Link: l, Tool: t}, by)
		r.end(ctx, &Result{Err: err})
		r.finish(ctx)
	}
}

// Runs yields what became of the runs of a Link, or of all if link is empty: those that began last come first.
// link is an ID, also of a Link that was removed. since and until, if they are not zero, choose the runs that
// lasted at or after the one and before the other. An error ends it. A run whose process died is interrupted
// as soon as the state store knows that (see syncer.Owners).
func (s *Links) Runs(ctx context.Context, link string, since, until time.Time) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		var wrong error
		err := s.o.Runs.Each(ctx, link, until, func(number uint64, data []byte) bool {
			run, err := decodeRun(number, data)
			if err == nil {
				err = s.alive(ctx, &run)
			}
			switch {
			case err != nil:
				wrong = err
				return false
			case run.over(since):
				return true
			}
			return yield(run, nil)
		})
		if err := errors.Join(err, wrong); err != nil {
			yield(Run{}, fmt.Errorf("read runs: %w", err))
		}
	}
}

// over reports whether a run ended before an instant. One that was interrupted ended when it began, as far as
// is known.
func (r *Run) over(t time.Time) bool {
	end := r.Ended
	if r.State == RunInterrupted {
		end = r.Started
	}
	return r.State != RunRunning && end.Before(t)
}

// Run returns the run of a number, or an error that wraps fs.ErrNotExist.
func (s *Links) Run(ctx context.Context, number uint64) (Run, error) {
	data, err := s.o.Runs.Get(ctx, number)
	if err != nil {
		return Run{}, err
	}
	run, err := decodeRun(number, data)
	if err != nil {
		return Run{}, err
	}
	return run, s.alive(ctx, &run)
}

// alive finds out what has become of a run that is not known to have ended.
func (s *Links) alive(ctx context.Context, r *Run) error {
	owners, ok := s.o.States.(syncer.Owners)
	if r.State != RunRunning || !ok || len(r.Fences) == 0 {
		return nil
	}
	fence, err := owners.Owner(ctx, r.Pair())
	if err == nil && fence != r.Fences[len(r.Fences)-1].Last {
		r.State = RunInterrupted
	}
	return err
}

// Items yields what a run did, oldest first. An error ends it.
func (s *Links) Items(ctx context.Context, r *Run) iter.Seq2[syncer.Outcome, error] {
	return func(yield func(syncer.Outcome, error) bool) {
		view, err := s.o.States.View(ctx, r.Pair())
		if err != nil {
			yield(syncer.Outcome{}, err)
			return
		}
		for _, f := range r.Fences {
			for o, err := range view.Journal(ctx, syncer.Position{Fence: f.First - 1, Seq: math.MaxInt64}) {
				if err == nil && o.Position.Fence > f.Last {
					break
				}
				if !yield(o, err) || err != nil {
					return
				}
			}
		}
	}
}

// forget drops what is older than Options.Keep says.
func (s *Links) forget(ctx context.Context, l Link) {
	if s.o.Keep < 0 {
		return
	}
	before := s.o.Engine.Clock().Add(-s.o.Keep)
	err := s.o.Runs.Forget(ctx, before)
	if f, ok := s.o.States.(syncer.Forgetter); ok {
		for _, t := range l.Tools {
			err = errors.Join(err, f.Forget(ctx, l.Pair(t), before))
		}
	}
	if err != nil && ctx.Err() == nil {
		s.log().WarnContext(ctx, "what happened long ago could not be forgotten", "link", l.Name, "error", err)
	}
}
