package syncertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

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
	if t.s.process != nil {
		t.s.process.owner = true
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

func (t tracedStore) Choose(ctx context.Context, pair string, id syncer.ClashID, r syncer.Resolution) error {
	return t.s.store.Choose(ctx, pair, id, r)
}

type tracedState struct {
	syncer.State
	s *sim
}

func (t tracedState) Commit(ctx context.Context, b syncer.Batch) error {
	err := t.State.Commit(ctx, b)
	if err == nil && t.s.setup.Parallel <= 1 {
		t.s.checkBaseline(context.WithoutCancel(ctx), b.Put)
	}
	if t.s.tracing {
		t.s.note("    commit %s: %v", describe(b), err)
	}
	return err
}

// checkBaseline: (14) what the baseline says of both sides was equal at some instant, or one side is
// known not to have followed.
func (s *sim) checkBaseline(ctx context.Context, put []syncer.Record) {
	for _, r := range put {
		agreed := r.Kind == syncer.File && r.Source.Presence == syncer.Present && r.Destination.Presence == syncer.Present &&
			!r.Source.Behind && !r.Destination.Behind && r.Source.Content != "" && r.Destination.Content != ""
		if !agreed || s.spoilt {
			continue
		}
		a, known := s.history.version(ctx, syncer.Source, &r.Source)
		b, both := s.history.version(ctx, syncer.Destination, &r.Destination)
		if known && both && a != b {
			s.fail(14, "the baseline says that %q and %q are equal: %s", a, b, describeRecord(&r))
		}
	}
}

// checkBounded: (20) what the state keeps in the end follows what there is: a Record for each item, a
// row for each that is not settled, and nothing of what is over.
func (s *sim) checkBounded(rep *syncer.Report) {
	if s.failure != nil {
		return
	}
	ctx := context.Background()
	view, err := s.store.View(ctx, s.world.Pair.Name)
	if err != nil {
		s.fail(0, "%v", err)
		return
	}
	items := len(s.items(syncer.Source)) + len(s.items(syncer.Destination))
	records, rows := count(s, view.Records(ctx))-1, count(s, view.Pending(ctx))
	if asleep := s.asleep(view); records > items+asleep+rows {
		s.fail(20, "%d records, %d of which sleep, and %d pending rows for %d items", records, asleep, rows, items)
	}
	if rows > items+records {
		s.fail(20, "%d pending rows for %d records and %d items", rows, records, items)
	}
	if holds := count(s, view.Holds(ctx)); holds > records {
		s.fail(20, "%d holds for %d records", holds, records)
	}
	if open := count(s, view.Clashes(ctx, true)); open > rows {
		s.fail(20, "%d conflicts are open, and %d items are not settled", open, rows)
	}
	told := 0
	for _, skip := range rep.Skips {
		if strings.Contains(skip.Reason, "was interrupted") {
			told++ // nobody may look what became of it
		}
	}
	if n := count(s, view.Intents(ctx)); n > told {
		s.fail(20, "%d intents are open when everything is settled, and %d are reported", n, told)
	}
	if most := int(s.underWay.most.Load()); most > max(s.setup.Parallel, 2) {
		s.fail(20, "%d calls are under way at once, %d goroutines are allowed", most, s.setup.Parallel)
	}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		if n := count(s, view.Seen(ctx, side)); n > 0 {
			s.fail(20, "%d records of %s are still noted as met by a scan that has ended", n, side)
		}
	}
}

// asleep counts the Records that sleep: their items may be out of sight.
func (s *sim) asleep(view syncer.View) (n int) {
	for r, err := range view.Records(context.Background()) {
		if err != nil {
			s.fail(0, "%v", err)
		}
		if r.Dormant {
			n++
		}
	}
	return n
}

func count[T any](s *sim, rows iter.Seq2[T, error]) (n int) {
	for _, err := range rows {
		if err != nil {
			s.fail(0, "%v", err)
		}
		n++
	}
	return n
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
	for _, c := range b.Clashes {
		text += fmt.Sprintf(" clash %s %d %q %s %s open %t", c.ID[:6], c.Record, c.Path, c.Resolution, c.Reason, c.Open())
	}
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
