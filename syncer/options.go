package syncer

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

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
