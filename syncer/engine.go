package syncer

import (
	"cmp"
	"context"
	"fmt"
)

// Pair is two roots to be kept in step.
type Pair struct {
	// Name identifies the pair's state in the store.
	Name string
	// Mode says which way changes flow. The zero Mode is TwoWay.
	Mode        Mode
	Source      Endpoint
	Destination Endpoint
}

// Endpoint is one side of a Pair.
type Endpoint struct {
	// FS is a FileSystem where the Mode lets the engine write to the side, else a Reader will do.
	FS Reader
	// Root is the ID or locator of the folder to sync, as FS understands it.
	Root string
	// Follow lets the root be moved to another folder of the account: it is known by its ID alone.
	// Otherwise a root that was moved halts the pair. A new name of the root never matters.
	Follow bool
	// Pacer is asked for estimates; it may be nil.
	Pacer Pacer
	// Name is what people call the side in reasons and errors; empty stands for "source" or "destination".
	Name string
}

// Endpoint returns that of side.
func (p *Pair) Endpoint(side Side) *Endpoint {
	if side == Source {
		return &p.Source
	}
	return &p.Destination
}

// Engine keeps one Pair in step. It is safe for use by many goroutines; the pair's lease lets only
// one run work at a time.
type Engine struct {
	store StateStore
	pair  Pair
	ends  [2]*endpoint
	opts  Options
}

// New returns an Engine for a pair whose state is in store. opts may be nil. A setting that makes
// no sense is an error that wraps ErrInvalid and names it.
func New(store StateStore, pair Pair, opts *Options) (*Engine, error) {
	e := &Engine{store: store, pair: pair}
	if opts != nil {
		e.opts = *opts
	}
	if store == nil {
		return nil, fmt.Errorf("store is nil: %w", ErrInvalid)
	}
	if pair.Name == "" {
		return nil, fmt.Errorf("Pair.Name is empty: %w", ErrInvalid)
	}
	for _, side := range sides {
		end, err := newEndpoint(pair.Endpoint(side), side, pair.Mode)
		if err != nil {
			return nil, fmt.Errorf("pair %q: %w", pair.Name, err)
		}
		e.ends[side] = end
	}
	if err := e.opts.complete(); err != nil {
		return nil, err
	}
	return e, nil
}

// newEndpoint finds the upgrades of a side, and takes back abilities that it claims without them.
func newEndpoint(p *Endpoint, side Side, mode Mode) (*endpoint, error) {
	if p.FS == nil {
		return nil, fmt.Errorf("%s FS is nil: %w", side, ErrInvalid)
	}
	if p.Root == "" {
		return nil, fmt.Errorf("%s Root is empty: %w", side, ErrInvalid)
	}
	end := &endpoint{reader: p.FS, info: p.FS.Info(), root: p.Root, follow: p.Follow, name: cmp.Or(p.Name, side.String())}
	end.fs, _ = p.FS.(FileSystem)
	end.looker, _ = p.FS.(Looker)
	end.finder, _ = p.FS.(Finder)
	end.folders, _ = p.FS.(FolderReader)
	end.mover, _ = p.FS.(Mover)
	end.restorer, _ = p.FS.(Restorer)
	end.versions, _ = p.FS.(Versions)
	end.people, _ = p.FS.(Directory)
	if end.fs == nil {
		if mode.allows(side) {
			return nil, fmt.Errorf("%s FS can only be read, and Mode %s writes to it: %w", side, mode, ErrInvalid)
		}
		end.info.File, end.info.Folder = Abilities{}, Abilities{}
	}
	if end.mover == nil {
		end.info.File.Rename, end.info.File.Move = false, false
		end.info.Folder.Rename, end.info.Folder.Move = false, false
	}
	return end, nil
}

// Estimate says what carrying out p takes.
func (e *Engine) Estimate(p *Plan) Estimate {
	var costs left
	costs.of(p)
	return e.estimate(costs)
}

// Plan says what a Run would do now. It writes nothing, neither to a side nor to the state, and
// needs no lease; it reads from both sides. It shows the first round only: what verifying reads will
// decide is not in it. The plan of a state with open Intents leaves their items alone.
func (e *Engine) Plan(ctx context.Context, o *RunOptions) (*Plan, error) {
	view, err := e.store.View(ctx, e.pair.Name)
	if err != nil {
		return nil, fmt.Errorf("plan %q: %w", e.pair.Name, err)
	}
	r := e.newRun(view, o)
	p, err := r.dryRun(ctx)
	if err != nil {
		return nil, fmt.Errorf("plan %q: %w", e.pair.Name, err)
	}
	return p, nil
}

// Apply does exactly what p says, or nothing: it plans anew, and if the outcome is not p, because
// the world or the state has moved on, it returns ErrStale. Writes of an earlier run that are still
// open are settled first, and policies are asked again. What verifying reads of the plan tell is kept
// for the next Plan.
func (e *Engine) Apply(ctx context.Context, p *Plan) (*Report, error) {
	return e.locked(ctx, &RunOptions{Full: p.Full, Confirm: p.Confirmed}, p)
}

// Run brings the two sides in step: from hints and what is pending if that will do, from a full
// scan if it is due or asked for. The Report is never nil, and says what was done and what was left
// also when there is an error. An error that wraps ErrHalted means that a person must look, and
// that nothing was written since what it names was found; after any other the next Run goes on where this one stopped.
func (e *Engine) Run(ctx context.Context, o *RunOptions) (*Report, error) {
	return e.locked(ctx, o, nil)
}

func (e *Engine) locked(ctx context.Context, o *RunOptions, only *Plan) (report *Report, err error) {
	report = &Report{Pair: e.pair.Name, Started: e.opts.Clock()}
	state, err := e.store.Open(ctx, e.pair.Name)
	if err != nil {
		return report, fmt.Errorf("run %q: %w", e.pair.Name, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := e.newRun(state, o)
	r.report, r.only = report, only
	err = r.own(ctx, state, cancel)
	if closeErr := state.Close(); err == nil {
		err = closeErr
	}
	report.Ended = e.opts.Clock()
	if err != nil {
		return report, fmt.Errorf("run %q: %w", e.pair.Name, err)
	}
	return report, nil
}
