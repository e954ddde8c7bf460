package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
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
	Path string `json:"path"`
	// Bytes is the size of a file where it would be deleted, 0 of a folder and -1 if it is not known.
	Bytes  int64     `json:"bytes"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	// By is who deleted or moved it on the other side, nil where that has not told.
	By *syncer.Author `json:"by,omitempty"`
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
		by, err := changers(ctx, view)
		if err != nil {
			return nil, fmt.Errorf("holds of %s of link %q: %w", t, l.Name, err)
		}
		for h, err := range view.Holds(ctx) {
			if err != nil {
				return nil, fmt.Errorf("holds of %s of link %q: %w", t, l.Name, err)
			}
			bytes, err := sizeOf(ctx, view, &h)
			if err != nil {
				return nil, err
			}
			out = append(out, Held{
				Link: l.Name, Tool: t, ID: h.Action, Run: runName(t, h.Run), Op: h.Op.String(), On: on(h.On), Kind: h.Kind.String(),
				Path: joined(t, h.Path), Bytes: bytes, Reason: h.Reason, Since: h.Since.UTC(), By: whose(by[h.Record]),
				Decision: decisions[h.Decision],
				pair:     l.Pair(t), decision: h.Decision,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Held) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Path, b.Path))
	})
	return out, nil
}

// changers are who deleted or moved what waits, by Record.
func changers(ctx context.Context, view syncer.View) (map[syncer.RecordID]syncer.Author, error) {
	by := map[syncer.RecordID]syncer.Author{}
	for p, err := range view.Pending(ctx) {
		if err != nil {
			return nil, err
		}
		if p.Record != 0 && p.By != (syncer.Author{}) {
			by[p.Record] = p.By
		}
	}
	return by, nil
}

// sizeOf is how many bytes the side has on which something is held.
func sizeOf(ctx context.Context, view syncer.View, h *syncer.Hold) (int64, error) {
	if h.Kind == syncer.Folder {
		return 0, nil
	}
	r, err := view.Record(ctx, h.Record)
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	return r.Half(h.On).Size, nil
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
