package syncertest_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// tracedStore is the simulation's store, whichever that is at the moment, with commits noted.
type tracedStore struct{ s *sim }

var _ syncer.StateStore = tracedStore{}

func (t tracedStore) Open(ctx context.Context, pair string) (syncer.State, error) {
	state, err := t.s.store.Open(ctx, pair)
	if err != nil {
		return nil, err
	}
	return tracedState{state, t.s}, nil
}

func (t tracedStore) View(ctx context.Context, pair string) (syncer.View, error) {
	return t.s.store.View(ctx, pair)
}

func (t tracedStore) Append(ctx context.Context, pair string, hints ...syncer.Hint) error {
	return t.s.store.Append(ctx, pair, hints...)
}

func (t tracedStore) Cursor(ctx context.Context, stream string) (syncer.Cursor, error) {
	return t.s.store.Cursor(ctx, stream)
}

func (t tracedStore) Advance(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
	return t.s.store.Advance(ctx, stream, from, to, hints)
}

func (t tracedStore) Decide(ctx context.Context, pair string, action syncer.ActionID, d syncer.Decision) error {
	return t.s.store.Decide(ctx, pair, action, d)
}

type tracedState struct {
	syncer.State
	s *sim
}

func (t tracedState) Commit(ctx context.Context, b syncer.Batch) error {
	err := t.State.Commit(ctx, b)
	if t.s.tracing {
		t.s.note("    commit %s: %v", describe(b), err)
	}
	return err
}

// describe writes a Batch on one line, without what is empty.
func describe(b syncer.Batch) string {
	text := ""
	add := func(what string, v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			raw = []byte(err.Error())
		}
		if out := string(raw); out != "null" {
			text += fmt.Sprintf(" %s %s", what, out)
		}
	}
	if h := b.Header; h != nil {
		text += fmt.Sprintf(" header next %d generation %d scan %v", h.Next, h.Generation, h.Scan)
	}
	for _, r := range b.Put {
		text += " put " + describeRecord(&r)
	}
	add("drop", b.Drop)
	for _, in := range b.Intents {
		text += fmt.Sprintf(" intent %s %s record %d on %s parent %q name %q old %v", in.ID[:6], in.Op, in.Record, in.On, in.Parent, in.Name, in.Old)
	}
	add("settled", b.Settled)
	for _, t := range b.Tombstones {
		text += fmt.Sprintf(" tombstone %s %s %s other %s", t.Side, t.ID, t.Content, t.OtherID)
	}
	add("taken", b.Taken)
	for _, p := range b.Pending {
		text += fmt.Sprintf(" pending %v %q %s %s", p.PendingKey, p.Path, p.Result, p.Reason)
	}
	add("cleared", b.Cleared)
	for _, h := range b.Holds {
		text += fmt.Sprintf(" hold %s %d %q %s", h.Op, h.Record, h.Path, h.Reason)
	}
	add("lifted", b.Lifted)
	for _, o := range b.Outcomes {
		text += fmt.Sprintf(" outcome %s %q %s %s %s", o.Op, o.Path, o.On, o.Result, o.Err)
	}
	return text
}

func describeRecord(r *syncer.Record) string {
	half := func(h *syncer.Half) string {
		return fmt.Sprintf("%s %s %s %q in %d %.12s", h.Presence, h.ID, h.Content, h.Name, h.Parent, h.Digest)
	}
	out := fmt.Sprintf("{%d in %d %s %q | %s | %s}", r.ID, r.ParentID, r.Kind, r.Name, half(&r.Source), half(&r.Destination))
	if r.Dormant {
		out += " dormant"
	}
	return out
}
