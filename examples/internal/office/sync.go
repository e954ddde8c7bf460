package office

import (
	"context"
	"errors"
	"fmt"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// SyncOptions may be left zero.
type SyncOptions struct {
	// Full asks for a full scan, Once ends after one run of each tool.
	Full, Once bool
	// Confirm names the Evidence of halts that a person has looked at.
	Confirm []string
	// By says what began it, in what is remembered of its runs; empty means "sync".
	By string
	// Stop, once it is closed, ends it: nothing new is started, and calls that are under way go on to their
	// end. It may be nil. A Link that is paused or removed meanwhile is left in the same way.
	Stop <-chan struct{}
	// Observe is told how it gets on, one Event at a time.
	Observe func(syncer.Event)
}

// Totals are what was done in all.
type Totals struct {
	syncer.Totals
	Calls Calls `json:"calls"`
}

// Synced is what became of some Links.
type Synced struct {
	Results []mapping.Result
	Totals  Totals
	// Err joins what ended the runs of Links or tools, nil if nothing did. What waits for a person or a
	// retry is not in it: see Settled.
	Err error
}

// Settled reports whether nothing in them waits for a person or a retry. What the rules or a service rule
// out does not wait, though the results tell it.
func (s *Synced) Settled() bool {
	for _, r := range s.Results {
		if r.Paused != "" || r.Err != nil || r.Report == nil || r.Report.Waits() {
			return false
		}
	}
	return s.Err == nil
}

// Sync keeps the Link in step once, or all that are not paused if which is empty.
func (o *Office) Sync(ctx context.Context, which string, opts SyncOptions) (*Synced, error) {
	chosen, err := o.Choose(ctx, which)
	if err != nil {
		return nil, err
	}
	out, before := &Synced{}, o.Calls()
	_, out.Err = o.Links.Poll(ctx) // what was heard before is no worse if it fails
	for _, l := range chosen {
		if l.Paused {
			out.add([]mapping.Result{{Link: l.Name, Paused: "a person has paused the link; \"link resume\" goes on"}}, nil)
			continue
		}
		results, failed := o.settleWanted(ctx, l, opts)
		out.add(results, failed)
		if ctx.Err() != nil || closed(opts.Stop) {
			break
		}
	}
	out.Totals.Calls = o.Calls().Since(before)
	return out, nil //nolint:nilerr // what ended it is in out.Err
}

// settleWanted syncs a Link for as long as it is to be synced.
func (o *Office) settleWanted(ctx context.Context, l mapping.Link, opts SyncOptions) ([]mapping.Result, error) {
	var end func()
	opts.Stop, end = o.whileWanted(ctx, l.ID, opts.Stop)
	defer end()
	return o.settle(ctx, l, opts)
}

// Choose returns the Link of an ID or a name, or all that no person has paused if which is empty.
func (o *Office) Choose(ctx context.Context, which string) ([]mapping.Link, error) {
	if which != "" {
		l, err := o.Links.Get(ctx, which)
		return []mapping.Link{l}, err
	}
	all, err := o.Links.All(ctx)
	if err != nil {
		return nil, err
	}
	var out []mapping.Link
	for _, l := range all {
		if !l.Paused {
			out = append(out, l)
		}
	}
	return out, nil
}

// add counts what became of a Link.
func (s *Synced) add(results []mapping.Result, err error) {
	s.Err = errors.Join(s.Err, err)
	s.Results = append(s.Results, results...)
	for _, r := range results {
		switch {
		case r.Err == nil || errors.Is(r.Err, syncer.ErrHalted):
		case errors.Is(r.Err, syncer.ErrLocked):
			s.Err = errors.Join(s.Err, taken(r))
		default:
			s.Err = errors.Join(s.Err, explain(r))
		}
		if r.Report != nil {
			s.Totals.Totals = plus(s.Totals.Totals, r.Report.Totals)
		}
	}
}

// taken says who works on a tool that this run has found in use.
func taken(r mapping.Result) error {
	who := "another sync or watch"
	if l, ok := errors.AsType[*syncer.Locked](r.Err); ok {
		who = l.Owner.String()
	}
	return fmt.Errorf("%s of link %q: in use by %s; try again when it has ended: %w", r.Tool, r.Link, who, syncer.ErrLocked)
}

func plus(a, b syncer.Totals) syncer.Totals {
	return syncer.Totals{
		Writes: a.Writes + b.Writes, Uploads: a.Uploads + b.Uploads, Moves: a.Moves + b.Moves, Deletes: a.Deletes + b.Deletes,
		Conflicts: a.Conflicts + b.Conflicts, Held: a.Held + b.Held, Skipped: a.Skipped + b.Skipped, Failed: a.Failed + b.Failed,
		Bytes: a.Bytes + b.Bytes,
	}
}
