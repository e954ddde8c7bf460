package syncer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"
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

// Options are the settings of an Engine. The zero value works.
type Options struct {
	Policies Policies
	// Adopt says when files that stood at one place on both sides before they were ever synced, and
	// which no digest tells apart, are taken for equal. The zero value reads them.
	Adopt Adoption
	// Elsewhere is asked about an item of side that left the root, by its ID there; nil means that nobody
	// knows. It may read stores, and is asked in no other goroutine than the run's. An error is taken for
	// not knowing.
	Elsewhere func(ctx context.Context, side Side, id string) (Elsewhere, error)
	// Parallel is how many actions run at once; 0 means 4. With 1 everything happens in the order
	// of the plan.
	Parallel int
	// FullEvery is the longest time between two full scans; 0 means 24 hours.
	FullEvery time.Duration
	// Backoff is how long a failed action waits for its second try, doubled each time up to an
	// hour; 0 means a minute.
	Backoff time.Duration
	// Memory is how long Tombstones are kept; 0 means 90 days. It must be longer than the memory of
	// the services' trash and feeds.
	Memory time.Duration
	// Stall is how long one read of a body may hang before its transfer is given up; 0 means two
	// minutes. How long the transfer takes as a whole does not matter.
	Stall time.Duration
	// SpoolDir is where bodies of unknown size are kept while they are sent; empty means the
	// system's directory for temporary files. SpoolLimit bounds each; 0 means 1 GiB.
	SpoolDir   string
	SpoolLimit int64
	// Logger gets what is worth knowing beside the Report; nil means nothing is logged.
	Logger *slog.Logger
	// Clock is the time; nil means time.Now.
	Clock func() time.Time
	// Observe is told how a run gets on, one Event at a time, from the run's goroutines. It must
	// return soon.
	Observe func(Event)
}

// RunOptions are the settings of one run. The zero value asks for an ordinary one.
type RunOptions struct {
	// Full asks for a full scan even if hints would do.
	Full bool
	// Budget bounds the run.
	Budget Budget
	// Stop, once it is closed, ends the run as the end of its Budget would: nothing new is started, calls
	// that are under way go on to their end, and the next run does the rest. It may be nil.
	Stop <-chan struct{}
	// Confirm names the Evidence of Halts that a person has looked at. The run goes on if it finds
	// the same again; whatever else it finds halts the pair.
	Confirm []string
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

func (o *Options) complete() error {
	if o.Adopt > AdoptAsked {
		return fmt.Errorf("Options.Adopt is %d: %w", o.Adopt, ErrInvalid)
	}
	if o.Backoff > time.Hour {
		return fmt.Errorf("Options.Backoff is above an hour: %w", ErrInvalid)
	}
	if o.Stall < 0 {
		return fmt.Errorf("Options.Stall is negative: %w", ErrInvalid)
	}
	if o.Parallel < 0 || o.FullEvery < 0 || o.Backoff < 0 || o.Memory < 0 || o.SpoolLimit < 0 {
		return fmt.Errorf("Options: Parallel, FullEvery, Backoff, Memory and SpoolLimit cannot be negative: %w", ErrInvalid)
	}
	if o.Parallel == 0 {
		o.Parallel = 4
	}
	if o.FullEvery == 0 {
		o.FullEvery = 24 * time.Hour
	}
	if o.Backoff == 0 {
		o.Backoff = time.Minute
	}
	if o.Memory == 0 {
		o.Memory = 90 * 24 * time.Hour
	}
	if o.Stall == 0 {
		o.Stall = 2 * time.Minute
	}
	if o.SpoolLimit == 0 {
		o.SpoolLimit = 1 << 30
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return nil
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
