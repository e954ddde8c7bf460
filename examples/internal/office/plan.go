package office

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Plan is what a Sync of some Links would do, in a form that can be printed, kept in a file, sent for
// approval, and carried out exactly.
type Plan struct {
	Made  time.Time  `json:"made"`
	Tools []ToolPlan `json:"tools"`
	Total Price      `json:"total"`
}

// Price is what something takes.
type Price struct {
	Writes int   `json:"writes"`
	Bytes  int64 `json:"bytes"`
	Calls  Calls `json:"calls"`
	// Seconds is how long the services' limits make it take, if nobody else calls.
	Seconds float64 `json:"seconds"`
}

// ToolPlan is the Plan of one tool.
type ToolPlan struct {
	Link string       `json:"link"`
	ID   string       `json:"id"`
	Tool mapping.Tool `json:"tool"`
	// Paused says why nothing can be planned.
	Paused string `json:"paused,omitempty"`
	// Halted says what a person must look at first, Evidence stands for it: see SyncOptions.Confirm.
	Halted   string   `json:"halted,omitempty"`
	Evidence string   `json:"evidence,omitempty"`
	Full     bool     `json:"full"`
	Confirm  []string `json:"confirm,omitempty"`
	// Hash tells two plans apart.
	Hash      string            `json:"hash"`
	Actions   []PlannedAction   `json:"actions"`
	Conflicts []PlannedConflict `json:"conflicts,omitempty"`
	Holds     []PlannedHold     `json:"holds,omitempty"`
	Skips     []PlannedSkip     `json:"skips,omitempty"`
}

// PlannedAction is one step. Paths begin below the tool's folder.
type PlannedAction struct {
	Action syncer.ActionID `json:"action"`
	Op     string          `json:"op"`
	On     Service         `json:"on"`
	Kind   string          `json:"kind"`
	Path   string          `json:"path"`
	From   string          `json:"from,omitempty"`
	Reason string          `json:"reason"`
	Bytes  int64           `json:"bytes"`
	Calls  Calls           `json:"calls"`
	// Seconds is when the services' limits let it be done at the earliest, from the start of the plan.
	Seconds float64 `json:"seconds"`
	After   []int   `json:"after,omitempty"`
}

// PlannedConflict is a file that was changed on both sides, and how that would be settled.
type PlannedConflict struct {
	Path       string `json:"path"`
	Resolution string `json:"resolution"`
	Copy       string `json:"copy,omitempty"`
}

// PlannedHold is a step that a rule keeps back.
type PlannedHold struct {
	Action syncer.ActionID `json:"action"`
	Op     string          `json:"op"`
	On     Service         `json:"on"`
	Path   string          `json:"path"`
	Reason string          `json:"reason"`
	Since  time.Time       `json:"since,omitzero"`
}

// PlannedSkip is an item that would be left alone.
type PlannedSkip struct {
	On     Service `json:"on"`
	Path   string  `json:"path"`
	Reason string  `json:"reason"`
	Retry  bool    `json:"retry,omitempty"`
	// Conflict says that both sides were changed, and that a person has to settle it.
	Conflict bool `json:"conflict,omitempty"`
}

func (s PlannedSkip) waits() bool { return syncer.Skip{Retry: s.Retry, Conflict: s.Conflict}.Waits() }

// Waits reports whether something in the plan waits for a person or a retry.
func (p *Plan) Waits() bool {
	return slices.ContainsFunc(p.Tools, func(t ToolPlan) bool {
		left := slices.ContainsFunc(t.Conflicts, func(c PlannedConflict) bool { return c.Resolution == syncer.Leave.String() })
		return t.Paused != "" || t.Halted != "" || left || len(t.Holds) > 0 || slices.ContainsFunc(t.Skips, PlannedSkip.waits)
	})
}

// PlanOptions may be left zero.
type PlanOptions struct {
	// Full asks for a full scan.
	Full bool
	// Confirm names the Evidence of halts that a person has looked at.
	Confirm []string
}

// Plan says what a Sync of the Link would do, or of all that are not paused if which is empty. It reads,
// and writes to neither side.
func (o *Office) Plan(ctx context.Context, which string, opts PlanOptions) (*Plan, error) {
	chosen, err := o.Choose(ctx, which)
	if err != nil {
		return nil, err
	}
	p := &Plan{Made: time.Now().UTC().Truncate(time.Second), Tools: []ToolPlan{}}
	var ended endings
	_, unheard := o.Links.Poll(ctx)
	for _, l := range chosen {
		parts, err := o.Links.Parts(ctx, l.ID)
		ended.link(l, err)
		for _, part := range parts {
			t, price, err := o.planPart(ctx, part, opts)
			ended.tool(mapping.Result{Link: l.Name, Tool: part.Tool, Err: err})
			p.Tools = append(p.Tools, t)
			p.Total = p.Total.and(price)
		}
	}
	ended.poll(unheard, chosen, p.paused)
	if err := ended.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// paused reports whether a root of a tool was found to be away.
func (p *Plan) paused(l mapping.Link, t mapping.Tool) bool {
	return slices.ContainsFunc(p.Tools, func(x ToolPlan) bool { return x.ID == l.ID && x.Tool == t && x.Paused != "" })
}

func (p Price) and(q Price) Price {
	return Price{
		Writes: p.Writes + q.Writes, Bytes: p.Bytes + q.Bytes,
		Calls:   Calls{p.Calls.Box + q.Calls.Box, p.Calls.Procore + q.Calls.Procore},
		Seconds: p.Seconds + q.Seconds,
	}
}

func (o *Office) planPart(ctx context.Context, part mapping.Part, opts PlanOptions) (ToolPlan, Price, error) {
	t := ToolPlan{Link: part.Link.Name, ID: part.Link.ID, Tool: part.Tool, Paused: part.Paused, Confirm: opts.Confirm, Actions: []PlannedAction{}}
	if t.Paused != "" {
		return t, Price{}, nil
	}
	engine, err := o.Links.Engine(part, nil)
	if err != nil {
		return t, Price{}, err
	}
	plan, err := engine.Plan(ctx, &syncer.RunOptions{Full: opts.Full, Confirm: opts.Confirm})
	if halt, halted := errors.AsType[*syncer.Halt](err); halted {
		t.Halted, t.Evidence = halt.Why, halt.Evidence
		return t, Price{}, nil
	}
	if errors.Is(err, syncer.ErrHalted) {
		t.Paused = o.away(ctx, part, err)
		return t, Price{}, nil
	}
	if err != nil {
		return t, Price{}, err
	}
	t.Full, t.Hash = plan.Full, plan.Hash()
	price := t.price(plan, part.Pair)
	t.rest(plan)
	return t, price, nil
}

// on names a side.
func on(s syncer.Side) Service {
	if s == syncer.Source {
		return ProcoreService
	}
	return BoxService
}

// price lists the actions with what each takes, and returns what all of them take.
func (t *ToolPlan) price(plan *syncer.Plan, pair syncer.Pair) Price {
	var sum Price
	var spent [2]syncer.Cost
	for i := range plan.Actions {
		a := &plan.Actions[i]
		out := PlannedAction{
			Action: a.ID, Op: a.Op.String(), On: on(a.On), Kind: a.Kind.String(), Path: a.Path, From: a.From,
			Reason: why(a), After: a.After,
		}
		for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
			cost := plan.CostOf(i, side)
			out.Bytes = max(out.Bytes, cost.Bytes)
			if side == syncer.Source {
				out.Calls.Procore = int64(cost.Calls)
			} else {
				out.Calls.Box = int64(cost.Calls)
			}
			spent[side].Calls += cost.Calls
			spent[side].Uploads += cost.Uploads
			spent[side].Bytes += cost.Bytes
			if pacer := pair.Endpoint(side).Pacer; pacer != nil && cost.Calls > 0 {
				out.Seconds = max(out.Seconds, pacer.Estimate(spent[side]).Seconds())
			}
		}
		if a.Op.Writes() {
			sum.Writes++
		}
		sum.Bytes += out.Bytes
		sum.Calls = Calls{sum.Calls.Box + out.Calls.Box, sum.Calls.Procore + out.Calls.Procore}
		sum.Seconds = max(sum.Seconds, out.Seconds)
		t.Actions = append(t.Actions, out)
	}
	return sum
}

// why says what an action is for, where the plan does not say it in words.
func why(a *syncer.Action) string {
	if a.Reason != "" {
		return a.Reason
	}
	other := on(a.On.Other()).Title()
	switch a.Op {
	case syncer.OpVerify:
		return "contents must be read to be compared"
	case syncer.OpAdopt:
		return "equal on both sides"
	case syncer.OpAgree:
		return "changed alike on both sides"
	case syncer.OpDecline:
		return "the change cannot be followed here"
	case syncer.OpForget:
		return "gone on both sides"
	case syncer.OpCreateFolder, syncer.OpCreateFile:
		return "new in " + other
	case syncer.OpUpdate:
		return "changed in " + other
	case syncer.OpMove:
		return "moved or renamed in " + other
	case syncer.OpRestore:
		return "restored in " + other
	case syncer.OpDelete:
		return "deleted in " + other
	}
	return ""
}

// rest lists what would be left.
func (t *ToolPlan) rest(plan *syncer.Plan) {
	for _, c := range plan.Conflicts {
		t.Conflicts = append(t.Conflicts, PlannedConflict{Path: c.Path, Resolution: c.Resolution.String(), Copy: c.Copy})
	}
	for _, h := range plan.Holds {
		t.Holds = append(t.Holds, PlannedHold{Action: h.Action, Op: h.Op.String(), On: on(h.On), Path: h.Path, Reason: h.Reason, Since: h.Since})
	}
	for _, s := range plan.Skips {
		t.Skips = append(t.Skips, PlannedSkip{On: on(s.Side), Path: s.Path, Reason: s.Reason, Retry: s.Retry, Conflict: s.Conflict})
	}
}

// engine returns what the plan is of, in the form that an Engine compares.
func (t *ToolPlan) engine() *syncer.Plan {
	p := &syncer.Plan{Pair: mapping.Link{ID: t.ID}.Pair(t.Tool), Full: t.Full, Confirmed: t.Confirm}
	for _, a := range t.Actions {
		p.Actions = append(p.Actions, syncer.Action{ID: a.Action, After: a.After})
	}
	for _, h := range t.Holds {
		p.Holds = append(p.Holds, syncer.Hold{Action: h.Action})
	}
	return p
}

// check returns an error if the plan is not as it was made.
func (t *ToolPlan) check() error {
	if t.Paused == "" && t.Halted == "" && t.engine().Hash() != t.Hash {
		return fmt.Errorf("the plan of %s of link %q was changed since it was made: %w", t.Tool, t.Link, syncer.ErrInvalid)
	}
	return nil
}
