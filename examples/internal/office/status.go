package office

import (
	"context"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// LinkStatus is how far a Link is, as far as is known here. Nobody is called to find it out.
type LinkStatus struct {
	Link   string `json:"link"`
	ID     string `json:"id"`
	Target string `json:"target"`
	Folder string `json:"folder"`
	Paused bool   `json:"paused"`
	// Backup is when the backup was made that the link was put back from, as long as deletes wait because
	// of it.
	Backup time.Time    `json:"backup,omitzero"`
	Tools  []ToolStatus `json:"tools"`
}

// ToolStatus is how far a tool of a Link is.
type ToolStatus struct {
	Tool      mapping.Tool      `json:"tool"`
	Direction mapping.Direction `json:"direction"`
	// Paused says why the tool is not kept in step for now.
	Paused string `json:"paused,omitempty"`
	// Items are those that both sides agree on, or did. Synced is when both sides were last read
	// through.
	Items  int       `json:"items"`
	Synced time.Time `json:"synced,omitzero"`
	// What waits: for a person, for the next try, for somebody to change something.
	Held    int `json:"held"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
	// Waiting are those of the Skipped that the next run looks at again, or that a person has to settle.
	Waiting int `json:"waiting"`
	// Changes are hints that no run has looked at yet, Open writes of which nobody knows the outcome.
	Changes int      `json:"changes"`
	Open    int      `json:"open"`
	Last    *LastRun `json:"last,omitempty"`
}

// Settled reports whether nothing is known to wait. What is ruled out does not wait.
func (t *ToolStatus) Settled() bool {
	return t.Paused == "" && (t.Last == nil || t.Last.Err == "") && !t.Synced.IsZero() && t.Held+t.Failed+t.Waiting+t.Changes+t.Open == 0
}

// Status returns how far the Link is, or all of them if which is empty.
func (o *Office) Status(ctx context.Context, which string) ([]LinkStatus, error) {
	chosen, err := o.Links.All(ctx)
	if which != "" {
		var l mapping.Link
		l, err = o.Links.Get(ctx, which)
		chosen = []mapping.Link{l}
	}
	if err != nil {
		return nil, err
	}
	out := []LinkStatus{}
	for _, l := range chosen {
		s := LinkStatus{Link: l.Name, ID: l.ID, Target: l.Target(), Folder: l.Folder, Paused: l.Paused, Tools: []ToolStatus{}}
		back, err := o.restored(ctx, l)
		if err != nil {
			return nil, err
		}
		if back != nil {
			s.Backup = back.Made
		}
		for _, t := range l.Tools {
			tool, err := o.toolStatus(ctx, l, t)
			if err != nil {
				return nil, fmt.Errorf("status of %s of link %q: %w", t, l.Name, err)
			}
			s.Tools = append(s.Tools, tool)
		}
		out = append(out, s)
	}
	return out, nil
}

func (o *Office) toolStatus(ctx context.Context, l mapping.Link, t mapping.Tool) (ToolStatus, error) {
	s := ToolStatus{Tool: t, Direction: l.Rules.Direction(t), Paused: l.Roots[t].Paused}
	view, err := o.file.Store.View(ctx, l.Pair(t))
	if err != nil {
		return s, err
	}
	header, err := view.Header(ctx)
	if err != nil {
		return s, err
	}
	s.Synced = header.Completed.UTC()
	if header.Completed.IsZero() {
		s.Synced = time.Time{}
	}
	if s.Last, err = o.lastRun(ctx, l, t); err != nil {
		return s, err
	}
	for _, count := range []func(context.Context, syncer.View) error{s.countRecords, s.countPending, s.countRest} {
		if err := count(ctx, view); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (t *ToolStatus) countRecords(ctx context.Context, view syncer.View) error {
	for r, err := range view.Records(ctx) {
		if err != nil {
			return err
		}
		if r.ID != syncer.RootRecord && r.Source.Presence == syncer.Present && r.Destination.Presence == syncer.Present {
			t.Items++
		}
	}
	return nil
}

func (t *ToolStatus) countPending(ctx context.Context, view syncer.View) error {
	held := map[syncer.RecordID]bool{}
	for h, err := range view.Holds(ctx) {
		if err != nil {
			return err
		}
		held[h.Record] = true
		t.Held++
	}
	for p, err := range view.Pending(ctx) {
		switch {
		case err != nil:
			return err
		case p.Record != 0 && held[p.Record]:
		case p.Result == syncer.Failed || p.Result == syncer.Blocked || p.Result == syncer.Dropped:
			t.Failed++
		default:
			t.Skipped++
			if (syncer.Skip{Retry: !p.Quiet, Conflict: p.Conflict}).Waits() {
				t.Waiting++
			}
		}
	}
	return nil
}

func (t *ToolStatus) countRest(ctx context.Context, view syncer.View) error {
	for _, err := range view.Inbox(ctx) {
		if err != nil {
			return err
		}
		t.Changes++
	}
	for _, err := range view.Intents(ctx) {
		if err != nil {
			return err
		}
		t.Open++
	}
	return nil
}
