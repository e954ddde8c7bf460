package office

import (
	"context"
	"errors"
	"slices"

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
	// Err joins what ended the runs of Links or tools, each cause once with all whom it concerns; nil if
	// nothing did. What waits for a person or a retry is not in it: see Settled.
	Err error

	ended endings
}

// Ran reports whether anything in them was worked on, or found to be paused.
func (s *Synced) Ran() bool {
	return slices.ContainsFunc(s.Results, func(r mapping.Result) bool { return r.Report != nil || r.Paused != "" })
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

// leftToPeople reports whether all that waits in them waits for a person to decide, or for room under a limit.
// Another look finds nothing else unless somebody has done something, which is told; and it costs three calls
// for each delete that is held.
func (s *Synced) leftToPeople() bool {
	for _, r := range s.Results {
		if r.Paused != "" || r.Err != nil || r.Report == nil || r.Report.More || len(r.Report.Failures)+len(r.Report.Incomplete) > 0 {
			return false
		}
		if slices.ContainsFunc(r.Report.Holds, func(h syncer.Hold) bool { return h.Decision != syncer.Waiting }) {
			return false
		}
		if slices.ContainsFunc(r.Report.Skips, func(k syncer.Skip) bool { return k.Retry && !k.Conflict }) {
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
	_, unheard := o.Links.Poll(ctx) // what was heard before is no worse for it
	for _, l := range chosen {
		if l.Paused {
			out.add(rests(l).Results)
			continue
		}
		results, failed := o.settleWanted(ctx, l, opts)
		out.ended.link(l, failed)
		out.add(results)
		if ctx.Err() != nil || closed(opts.Stop) {
			break
		}
	}
	out.ended.poll(unheard, chosen, out.paused)
	out.Err = out.ended.err()
	out.Totals.Calls = o.Calls().Since(before)
	return out, nil //nolint:nilerr // what ended it is in out.Err
}

// rests is what becomes of a Link that a person has paused.
func rests(l mapping.Link) *Synced {
	return &Synced{Results: []mapping.Result{{Link: l.Name, Paused: "a person has paused the link; \"link resume\" goes on"}}}
}

// settleWanted syncs a Link for as long as it is to be synced.
func (o *Office) settleWanted(ctx context.Context, l mapping.Link, opts SyncOptions) ([]mapping.Result, error) {
	var end func()
	opts.Stop, end = o.whileWanted(ctx, l.ID, opts.Stop)
	defer end()
	results, err := o.settle(ctx, l, opts)
	if errors.Is(err, syncer.ErrHalted) {
		if now, gone := o.Links.Get(ctx, l.ID); gone == nil && now.Paused {
			return append(results, rests(now).Results...), nil // a person paused it between the look at it and its run
		}
	}
	return results, err
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

// add counts what became of tools.
func (s *Synced) add(results []mapping.Result) {
	s.Results = append(s.Results, results...)
	for _, r := range results {
		s.ended.tool(r)
		if r.Report != nil {
			s.Totals.Totals = plus(s.Totals.Totals, r.Report.Totals)
		}
	}
	s.Err = s.ended.err()
}

// paused reports whether a root of a tool was found to be away.
func (s *Synced) paused(l mapping.Link, t mapping.Tool) bool {
	return slices.ContainsFunc(s.Results, func(r mapping.Result) bool { return r.Link == l.Name && r.Tool == t && r.Paused != "" })
}

func plus(a, b syncer.Totals) syncer.Totals {
	return syncer.Totals{
		Writes: a.Writes + b.Writes, Uploads: a.Uploads + b.Uploads, Moves: a.Moves + b.Moves, Deletes: a.Deletes + b.Deletes,
		Conflicts: a.Conflicts + b.Conflicts, Held: a.Held + b.Held, Skipped: a.Skipped + b.Skipped, Failed: a.Failed + b.Failed,
		Bytes: a.Bytes + b.Bytes,
	}
}
