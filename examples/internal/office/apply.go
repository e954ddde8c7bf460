package office

import (
	"context"
	"errors"
	"fmt"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Apply does exactly what a plan says, or nothing: if anything else would be done now in any of its tools
// the error wraps syncer.ErrStale.
func (o *Office) Apply(ctx context.Context, p *Plan, observe func(syncer.Event)) (*Synced, error) {
	before := o.Calls()
	jobs, err := o.jobs(ctx, p, observe)
	if err != nil {
		return nil, err
	}
	// With several tools all are asked before the first is written to.
	for _, j := range jobs {
		if len(jobs) == 1 {
			break
		}
		now, err := j.engine.Plan(ctx, &syncer.RunOptions{Full: j.plan.Full, Confirm: j.plan.Confirmed})
		if err == nil && now.Hash() != j.plan.Hash() {
			err = fmt.Errorf("the plan is not what would be done now: %w", syncer.ErrStale)
		}
		if err != nil {
			return nil, fmt.Errorf("%s of link %q: %w", j.part.Tool, j.part.Link.Name, err)
		}
	}
	out := &Synced{}
	for _, j := range jobs {
		report, err := o.Links.Record(ctx, j.part, "apply", j.observe, func(e *syncer.Engine) (*syncer.Report, error) {
			return e.Apply(ctx, j.plan)
		})
		if report == nil {
			return nil, err
		}
		if errors.Is(err, syncer.ErrStale) && len(out.Results) == 0 {
			return nil, fmt.Errorf("%s of link %q: %w", j.part.Tool, j.part.Link.Name, err)
		}
		results := []mapping.Result{{Link: j.part.Link.Name, Tool: j.part.Tool, Report: report, Err: err}}
		out.add(results)
	}
	out.Totals.Calls = o.Calls().Since(before)
	return out, nil
}

// job is the plan of a tool, ready to be carried out.
type job struct {
	part    mapping.Part
	engine  *syncer.Engine
	observe func(e *syncer.Options)
	plan    *syncer.Plan
}

func (o *Office) jobs(ctx context.Context, p *Plan, observe func(syncer.Event)) ([]job, error) {
	var jobs []job
	for i := range p.Tools {
		t := &p.Tools[i]
		if err := t.check(); err != nil {
			return nil, err
		}
		if t.Paused != "" || t.Halted != "" {
			return nil, fmt.Errorf("%s of link %q could not be planned, so there is nothing to do exactly: %w", t.Tool, t.Link, syncer.ErrHalted)
		}
		part, err := o.part(ctx, t.ID, t.Tool)
		if errors.Is(err, mapping.ErrNoLink) { // by the name that it had then
			return nil, fmt.Errorf("link %q of the plan %w", t.Link, mapping.ErrNoLink)
		}
		if err != nil {
			return nil, err
		}
		watched := func(e *syncer.Options) { e.Observe = observe }
		engine, err := o.Links.Engine(part, watched)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job{part, engine, watched, t.engine()})
	}
	return jobs, nil
}

// part opens one tool of a Link.
func (o *Office) part(ctx context.Context, link string, t mapping.Tool) (mapping.Part, error) {
	parts, err := o.Links.Parts(ctx, link)
	if err != nil {
		return mapping.Part{}, err
	}
	for _, p := range parts {
		if p.Tool == t {
			if p.Link.Paused {
				return p, fmt.Errorf("link %q is paused: %w", p.Link.Name, syncer.ErrHalted)
			}
			return p, nil
		}
	}
	return mapping.Part{}, fmt.Errorf("link %q has no tool %q any more: %w", link, t, syncer.ErrStale)
}
