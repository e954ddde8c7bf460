package office

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// LimitState is how full the limit on deletes is.
type LimitState struct {
	Most int `json:"most"`
	Used int `json:"used"`
	// Room is when the oldest of them stops to count, if there is none now.
	Room time.Time `json:"room,omitzero"`
}

// tellHold says what is kept back, what a person has said to it, and whether it goes by itself later.
func (o *Office) tellHold(ctx context.Context, w *Why, l mapping.Link, t mapping.Tool, x *syncer.Explanation) error {
	h := x.Foreseen
	if len(x.Holds) > 0 {
		h = &x.Holds[0]
		w.Action = h.Action
	}
	if h == nil {
		return nil
	}
	w.Held = &WhyEvent{Op: h.Op.String(), On: on(h.On), Path: w.below(h.Path)}
	if !h.Since.IsZero() {
		w.Since = h.Since.UTC()
	}
	switch h.Decision {
	case syncer.Approved:
		w.Decision = "approved"
	case syncer.Rejected:
		w.Decision = "rejected"
	}
	kept := func(a syncer.Action) bool { return a.ID == h.Action }
	w.Next = w.actions(slices.DeleteFunc(slices.Clone(x.Next), kept))
	limited, err := o.limited(ctx, l, t, h, x)
	if err != nil || !limited {
		return err
	}
	s := &LimitState{Most: l.Rules.Limit()}
	used, room, err := o.file.Ledger.Used(ctx, l.ID, 24*time.Hour)
	if err != nil {
		return fmt.Errorf("read the limit of link %q: %w", l.Name, err)
	}
	if s.Used = used; used >= s.Most && !room.IsZero() {
		s.Room = room.UTC()
	}
	w.Limit = s
	return nil
}

// limited reports whether it is the limit on deletes that keeps something back. What was moved out of the link
// waits for a person however much room there is, and so does each delete after a backup was put back.
func (o *Office) limited(ctx context.Context, l mapping.Link, t mapping.Tool, h *syncer.Hold, x *syncer.Explanation) (bool, error) {
	if h.Op != syncer.OpDelete || !l.Rules.DeletesIn(t) || x.Standing(h.On.Other()).Whereabouts == syncer.Outside {
		return false, nil
	}
	back, err := o.restored(ctx, l)
	return back == nil, err
}
