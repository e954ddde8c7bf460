package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

// Holds are what rules keep back, and what is left of the limits of deletes.
type Holds struct {
	Waiting int      `json:"waiting"` // those that nobody has decided upon
	Items   []Held   `json:"items"`
	Limits  []Limits `json:"limits"`
}

// Held is something that a rule keeps back.
type Held struct {
	Link string          `json:"link"`
	Tool mapping.Tool    `json:"tool"`
	ID   syncer.ActionID `json:"id"`
	// Run names the run that held it first, as in "documents-12".
	Run  string  `json:"run"`
	Op   string  `json:"op"`
	On   Service `json:"on"`
	Kind string  `json:"kind"`
	// Path begins with the folder of the tool.
	Path   string    `json:"path"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	// Decision is "waiting", "approved" or "rejected".
	Decision string `json:"decision"`

	pair     string
	decision syncer.Decision
}

// Limits is a limit of deletes that something waits for.
type Limits struct {
	Link string       `json:"link"`
	Tool mapping.Tool `json:"tool,omitempty"` // empty if its tools share it
	Most int          `json:"most"`
	Used int          `json:"used"`
	// Grows is when there is room for more by itself, zero if nothing is used.
	Grows time.Time `json:"grows,omitzero"`
}

var decisions = [...]string{syncer.Waiting: "waiting", syncer.Approved: "approved", syncer.Rejected: "rejected"}

// Holds lists what waits in a Link, or in all of them if which is empty, oldest first. No service is called.
func (o *Office) Holds(ctx context.Context, which string) (*Holds, error) {
	links, err := o.linksOf(ctx, which)
	if err != nil {
		return nil, err
	}
	out := &Holds{Items: []Held{}, Limits: []Limits{}}
	for _, l := range links {
		held, err := o.held(ctx, l)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, held...)
		limits, err := o.limits(ctx, l, held)
		if err != nil {
			return nil, err
		}
		out.Limits = append(out.Limits, limits...)
	}
	for _, h := range out.Items {
		if h.decision == syncer.Waiting {
			out.Waiting++
		}
	}
	return out, nil
}

// linksOf returns the Link of an ID or name, or all of them, paused ones too.
func (o *Office) linksOf(ctx context.Context, which string) ([]mapping.Link, error) {
	if which == "" {
		return o.Links.All(ctx)
	}
	l, err := o.Links.Get(ctx, which)
	return []mapping.Link{l}, err
}

// held lists what waits in a Link.
func (o *Office) held(ctx context.Context, l mapping.Link) ([]Held, error) {
	var out []Held
	for _, t := range l.Tools {
		view, err := o.file.Store.View(ctx, l.Pair(t))
		if err != nil {
			return nil, err
		}
		for h, err := range view.Holds(ctx) {
			if err != nil {
				return nil, fmt.Errorf("holds of %s of link %q: %w", t, l.Name, err)
			}
			out = append(out, Held{
				Link: l.Name, Tool: t, ID: h.Action, Run: runName(t, h.Run), Op: h.Op.String(), On: on(h.On), Kind: h.Kind.String(),
				Path: joined(t, h.Path), Reason: h.Reason, Since: h.Since.UTC(), Decision: decisions[h.Decision],
				pair: l.Pair(t), decision: h.Decision,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Held) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Path, b.Path))
	})
	return out, nil
}

// joined is a path as people see it in the Box folder of a Link.
func joined(t mapping.Tool, path string) string {
	if path == "" {
		return t.Folder()
	}
	return t.Folder() + "/" + path
}

func runName(t mapping.Tool, fence uint64) string {
	if fence == 0 {
		return ""
	}
	return fmt.Sprintf("%s-%d", t, fence)
}

// limits tells the limits that deletes of a Link wait for, each once.
func (o *Office) limits(ctx context.Context, l mapping.Link, held []Held) ([]Limits, error) {
	var out []Limits
	met := map[string]bool{}
	for _, h := range held {
		rule, bounded := o.deletes(l, h.Tool).(policy.DeleteLimit)
		if !bounded || h.Op != syncer.OpDelete.String() {
			continue
		}
		rooms, err := rule.Room(ctx)
		if err != nil {
			return nil, err
		}
		// The one that is nearest to its end is what is waited for; of two alike that of the whole Link.
		slices.SortStableFunc(rooms, func(a, b policy.Room) int { return cmp.Compare(a.Most-a.Used, b.Most-b.Used) })
		least := rooms[0]
		for _, r := range rooms {
			if r.Most-r.Used == least.Most-least.Used && r.Scope != l.Pair(h.Tool) {
				least = r
			}
		}
		if met[least.Scope] {
			continue
		}
		met[least.Scope] = true
		row := Limits{Link: l.Name, Most: least.Most, Used: least.Used}
		if !least.Grows.IsZero() {
			row.Grows = least.Grows.UTC()
		}
		if least.Scope == l.Pair(h.Tool) {
			row.Tool = h.Tool
		}
		out = append(out, row)
	}
	return out, nil
}

// Selection says which of the holds of a Link are meant. At least one field must be set.
type Selection struct {
	// IDs may be cut to as many characters as tell them from others.
	IDs []string
	// Folder is a path that begins with the folder of a tool; what is below it is meant, and itself.
	Folder string
	// Run is the name of the run that held them first.
	Run string
	All bool
}

func (s *Selection) check() error {
	if len(s.IDs) == 0 && s.Folder == "" && s.Run == "" && !s.All {
		return fmt.Errorf("say which are meant: IDs, a folder, a run, or all: %w", syncer.ErrInvalid)
	}
	return nil
}

// covers reports whether a path or run is one of those meant.
func (s *Selection) covers(path, run string) bool {
	return s.All || s.Folder != "" && within(path, s.Folder) || s.Run != "" && run == s.Run
}

// within reports whether a path is a folder's or below it, whatever the case.
func within(path, folder string) bool {
	key := func(p string) string { return string(syncer.NameKey(strings.Trim(p, "/"))) + "/" }
	return strings.HasPrefix(key(path), key(folder))
}

// Decided is what became of one decision.
type Decided struct {
	Held
	// Was is what had been decided before. It is what Decision says if nothing has changed.
	Was string `json:"was"`
	// Note says what was done beside that, and what comes next.
	Note string `json:"note,omitempty"`
	// Err is why nothing could be done.
	Err error `json:"-"`
}

// Unclear is an ID that stands for nothing, or for several.
type Unclear struct {
	ID  string
	Why string
}

// pick returns the holds that are meant, and the IDs that name none, or several.
func (s *Selection) pick(held []Held) (picked []Held, unclear []Unclear) {
	chosen := map[syncer.ActionID]bool{}
	for _, id := range s.IDs {
		var found []Held
		for _, h := range held {
			if id != "" && strings.HasPrefix(string(h.ID), strings.ToLower(id)) {
				found = append(found, h)
			}
		}
		switch len(found) {
		case 0:
			unclear = append(unclear, Unclear{ID: id})
		case 1:
			chosen[found[0].ID] = true
		default:
			unclear = append(unclear, Unclear{id, fmt.Sprintf("%d holds begin with it, such as %s and %s: use more of it", len(found), found[0].ID, found[1].ID)})
		}
	}
	for _, h := range held {
		if chosen[h.ID] || s.covers(h.Path, h.Run) {
			picked = append(picked, h)
		}
	}
	return picked, unclear
}

// meant returns a Link and what a Selection picks of its holds.
func (o *Office) meant(ctx context.Context, which string, s *Selection) (mapping.Link, []Held, []Unclear, error) {
	if err := s.check(); err != nil {
		return mapping.Link{}, nil, nil, err
	}
	l, err := o.Links.Get(ctx, which)
	if err != nil {
		return l, nil, nil, err
	}
	held, err := o.held(ctx, l)
	if err != nil {
		return l, nil, nil, err
	}
	picked, unclear := s.pick(held)
	return l, picked, unclear, nil
}

// Decide approves or rejects what waits in a Link: the next run carries out what was approved if it is still
// true. No service is called, and a watch that is running does it soon.
func (o *Office) Decide(ctx context.Context, which string, s Selection, d syncer.Decision) ([]Decided, []Unclear, error) {
	l, picked, unclear, err := o.meant(ctx, which, &s)
	if err != nil {
		return nil, nil, err
	}
	if unclear, err = o.explain(ctx, l, unclear); err != nil {
		return nil, nil, err
	}
	out, err := o.decide(ctx, l, picked, d)
	return out, unclear, err
}

// decide notes a decision for each hold.
func (o *Office) decide(ctx context.Context, l mapping.Link, picked []Held, d syncer.Decision) ([]Decided, error) {
	var out []Decided
	for _, h := range picked {
		done := Decided{Held: h, Was: h.Decision}
		done.Decision = decisions[d]
		if h.decision != d {
			done.Err = o.file.Store.Decide(ctx, h.pair, h.ID, d)
		}
		out = append(out, done)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, o.nudge(ctx, l.ID)
}

// explain says of IDs that name no hold what became of them.
func (o *Office) explain(ctx context.Context, l mapping.Link, unclear []Unclear) ([]Unclear, error) {
	for i := range unclear {
		u := &unclear[i]
		if u.Why != "" {
			continue
		}
		u.Why = "nothing of this link waits under it: it has come to an end, or is not needed any more"
		done, err := o.carriedOut(ctx, l, func(_ mapping.Tool, out *syncer.Outcome) bool {
			return u.ID != "" && strings.HasPrefix(string(out.Action), strings.ToLower(u.ID))
		})
		if err != nil {
			return nil, err
		}
		if len(done) > 0 {
			last := done[len(done)-1]
			u.Why = fmt.Sprintf("%s of %q was carried out in %s at %s", last.Op, joined(last.tool, last.Path), on(last.On).Title(), last.At.Local().Format(time.DateTime))
		}
	}
	return unclear, nil
}

// carried is a delete that was carried out.
type carried struct {
	syncer.Outcome

	tool mapping.Tool
}

// carriedOut returns the deletes of a Link that were carried out and are meant, oldest first.
func (o *Office) carriedOut(ctx context.Context, l mapping.Link, want func(t mapping.Tool, out *syncer.Outcome) bool) ([]carried, error) {
	var all []carried
	for _, t := range l.Tools {
		view, err := o.file.Store.View(ctx, l.Pair(t))
		if err != nil {
			return nil, err
		}
		for out, err := range view.Journal(ctx, syncer.Position{}) {
			if err != nil {
				return nil, fmt.Errorf("journal of %s of link %q: %w", t, l.Name, err)
			}
			if out.Op == syncer.OpDelete && out.Result == syncer.Done && want(t, &out) {
				all = append(all, carried{out, t})
			}
		}
	}
	return all, nil
}
