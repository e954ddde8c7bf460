package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Decided is what became of one decision.
type Decided struct {
	Held
	// Was is what had been decided before. It is what Decision says if nothing has changed.
	Was string `json:"was"`
	// Note says what was done beside that, and what comes next.
	Note string `json:"note,omitempty"`
	// Renamed is what an item is called now that had to get another name.
	Renamed string `json:"renamed,omitempty"`
	// Err is why nothing could be done.
	Err error `json:"-"`
}

// meaning is a Link with its holds, and what a Selection means of them.
type meaning struct {
	link         mapping.Link
	held, picked []Held
	chosen       map[syncer.ActionID]bool // those that are picked
	unclear      []Unclear
}

func (o *Office) meant(ctx context.Context, which string, s *Selection) (*meaning, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	l, err := o.Links.Get(ctx, which)
	if err != nil {
		return nil, err
	}
	if err := s.checkFolder(l); err != nil {
		return nil, err
	}
	m := &meaning{link: l}
	if m.held, err = o.held(ctx, l); err != nil {
		return nil, err
	}
	m.picked, m.unclear = s.pick(m.held)
	m.chosen = map[syncer.ActionID]bool{}
	for _, h := range m.picked {
		m.chosen[h.ID] = true
	}
	return m, nil
}

// Decide approves or rejects what waits in a Link: the next run carries out what was approved if it is still
// true. No service is called, and a watch that is running does it soon.
func (o *Office) Decide(ctx context.Context, which string, s Selection, d syncer.Decision) ([]Decided, []Unclear, error) {
	m, err := o.meant(ctx, which, &s)
	if err != nil {
		return nil, nil, err
	}
	if err := o.explain(ctx, m); err != nil {
		return nil, nil, err
	}
	out, err := o.decide(ctx, m, d)
	return out, m.unclear, err
}

// decide notes a decision for each hold that is meant: of folders after what is in them, since a run that
// begins meanwhile would drop the approval of a folder whose contents still wait.
func (o *Office) decide(ctx context.Context, m *meaning, d syncer.Decision) ([]Decided, error) {
	if len(m.picked) == 0 {
		return nil, nil
	}
	out := make([]Decided, len(m.picked))
	order := make([]int, len(m.picked))
	for i, h := range m.picked {
		order[i] = i
		out[i] = Decided{Held: h, Was: h.Decision, Note: m.left(h, d)}
		out[i].Decision = decisions[d]
	}
	depth := func(i int) int { return strings.Count(out[i].Path, "/") }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(depth(b), depth(a)) })
	log := o.takeMinutes(m.link)
	for _, i := range order {
		h := m.picked[i]
		if h.decision == d {
			continue
		}
		if out[i].Err = o.file.Store.Decide(ctx, h.pair, h.ID, d); out[i].Err == nil {
			if err := log.add(ctx, ruling(&h, d)); err != nil {
				return out, err
			}
		}
	}
	return out, errors.Join(o.nudge(ctx, m.link.ID), log.end(ctx))
}

// ruling is what the history tells of a decision.
func ruling(h *Held, d syncer.Decision) minuted {
	i := minuted{Tool: h.Tool, Op: h.Op, On: h.On, Kind: h.Kind, Path: h.Path, Result: decisions[d], Reason: h.Reason}
	switch {
	case d == syncer.Waiting:
		i.Result, i.Reason = resultUndone, "was "+h.Decision+", waits again"
	case h.decision != syncer.Waiting:
		i.Reason = "was " + h.Decision
	}
	return i
}

// left says of a folder that is decided upon how much of what is in it is not, "" if there is none.
func (m *meaning) left(folder Held, d syncer.Decision) string {
	if folder.Kind != syncer.Folder.String() {
		return ""
	}
	n := 0
	for _, h := range m.held {
		if h.decision != d && !m.chosen[h.ID] && h.below(folder) {
			n++
		}
	}
	switch {
	case n == 0:
		return ""
	case d == syncer.Approved && n == 1:
		return "1 delete in it still waits, and the folder goes only after that"
	case d == syncer.Approved:
		return fmt.Sprintf("%d deletes in it still wait, and the folder goes only after those", n)
	case n == 1:
		return "1 delete in it is as it was"
	}
	return fmt.Sprintf("%d deletes in it are as they were", n)
}

// explain says of IDs that name no hold what became of them.
func (o *Office) explain(ctx context.Context, m *meaning) error {
	for i := range m.unclear {
		u := &m.unclear[i]
		if u.Why != "" {
			continue
		}
		u.Why = "nothing of this link waits under it: it has come to an end, is not needed any more, or never was; \"procorebox holds list\" shows what waits"
		stays, err := o.whyKept(ctx, m.link, u.ID)
		if err != nil {
			return err
		}
		u.Why = cmp.Or(stays, u.Why)
		done, err := o.carriedOut(ctx, m.link, func(_ mapping.Tool, out *syncer.Outcome) bool { return begins(out, u.ID) })
		if err != nil {
			return err
		}
		if len(done) > 0 {
			last := done[len(done)-1]
			u.Why = fmt.Sprintf("%s of %q was carried out in %s at %s; \"procorebox holds undo\" takes it back",
				last.Op, joined(last.tool, last.Path), on(last.On).Title(), last.At.Local().Format(time.DateTime))
		}
	}
	return nil
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
