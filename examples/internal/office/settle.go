package office

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// again is how often a Sync comes back for what was written a moment ago.
const again = 2

// settle syncs a Link until nothing is left that was left only because a service may still show the state
// before our own write: somebody who edits a file that was synced just now should not have to come twice.
func (o *Office) settle(ctx context.Context, l mapping.Link, opts SyncOptions) ([]mapping.Result, error) {
	ask := mapping.SyncOptions{By: cmp.Or(opts.By, "sync"), Full: opts.Full, Once: opts.Once, Confirm: opts.Confirm, Stop: opts.Stop, Observe: opts.Observe}
	results, err := o.Links.Sync(ctx, l.ID, ask)
	for range again {
		if err != nil || opts.Once || closed(opts.Stop) {
			break
		}
		wait, e := o.unsettled(ctx, l, results)
		if e != nil || wait == 0 {
			return results, e
		}
		select {
		case <-time.After(wait):
		case <-opts.Stop:
			return results, nil
		case <-ctx.Done():
			return results, ctx.Err()
		}
		ask.Full = false
		var next []mapping.Result
		next, err = o.Links.Sync(ctx, l.ID, ask)
		results = follow(results, next)
	}
	return results, err
}

// unsettled is how long to wait until everything has settled that was left for that, 0 if nothing was.
func (o *Office) unsettled(ctx context.Context, l mapping.Link, results []mapping.Result) (time.Duration, error) {
	var wait time.Duration
	for _, r := range results {
		if r.Report == nil || !slices.ContainsFunc(r.Report.Skips, func(s syncer.Skip) bool { return s.Retry }) {
			continue
		}
		view, err := o.file.Store.View(ctx, l.Pair(r.Tool))
		if err != nil {
			return 0, err
		}
		u := unsettled{view: view, takes: [2]time.Duration{o.places.settles("procore " + l.Pair(r.Tool)), o.places.settles("box " + l.ID)}}
		if err := u.look(ctx, r.Report.Skips); err != nil {
			return 0, err
		}
		wait = max(wait, time.Until(u.until))
	}
	return wait, nil
}

// unsettled finds the instant at which a tool has settled.
type unsettled struct {
	view  syncer.View
	takes [2]time.Duration
	until time.Time
}

func (u *unsettled) wrote(side syncer.Side, at time.Time) {
	if end := at.Add(u.takes[side]); !at.IsZero() && end.After(u.until) {
		u.until = end
	}
}

// look sees what was written to items that were left, and which writes of a run that died are open.
func (u *unsettled) look(ctx context.Context, skips []syncer.Skip) error {
	for _, s := range skips {
		if !s.Retry || s.Record == 0 {
			continue
		}
		rec, err := u.view.Record(ctx, s.Record)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, side := range bothSides {
			u.wrote(side, rec.Half(side).Wrote)
		}
	}
	for in, err := range u.view.Intents(ctx) {
		if err != nil {
			return err
		}
		u.wrote(in.On, in.At)
	}
	return nil
}

// settles is how long the side of a place takes.
func (p *places) settles(name string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if there, ok := p.opened[name]; ok {
		return there.FS.Info().Settle
	}
	return 0
}

// follow adds what a later run did to what an earlier one did. What is left is what the later one left.
func follow(before, after []mapping.Result) []mapping.Result {
	for i := range after {
		for _, b := range before {
			if b.Tool != after[i].Tool || b.Report == nil {
				continue
			}
			if after[i].Report == nil {
				after[i].Report = b.Report
				continue
			}
			now, was := after[i].Report, b.Report
			sum := plus(now.Totals, was.Totals)
			sum.Held, sum.Skipped, sum.Failed = now.Totals.Held, now.Totals.Skipped, now.Totals.Failed
			now.Totals, now.Started, now.Full = sum, was.Started, now.Full || was.Full
			now.Conflicts = append(was.Conflicts, now.Conflicts...)
		}
	}
	if len(after) == 0 {
		return before
	}
	return after
}
