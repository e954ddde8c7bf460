package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// past reads what was done about the item. The journal has no order but that of time, so all of it is read.
func (x *explainer) past(ctx context.Context) error {
	id := cmp.Or(x.rec.ID, x.trail.gone)
	if x.trail.from.ID == 0 && (id == 0 || id == RootRecord) {
		return nil
	}
	above, err := x.above(ctx)
	if err != nil {
		return err
	}
	for o, err := range x.r.view.Journal(ctx, Position{}) {
		if err != nil {
			return err
		}
		if o.Record == id && id != 0 {
			x.out.Outcomes = atMost(append(x.out.Outcomes, o))
		}
		if above[o.Record] && x.trail.last.after(&o) {
			x.out.Moves = atMost(append(x.out.Moves, o))
		}
	}
	x.out.Outcomes, x.out.Moves = slices.Clip(x.out.Outcomes), slices.Clip(x.out.Moves)
	return x.remains(ctx)
}

// above are what stood at the path that was asked about, and the folders above it now.
func (x *explainer) above(ctx context.Context) (map[RecordID]bool, error) {
	chain := map[RecordID]bool{}
	for at := x.trail.from; at.ID != 0 && at.ID != RootRecord && !chain[at.ID]; {
		chain[at.ID] = true
		up, err := x.r.view.Record(ctx, at.ParentID)
		if err != nil {
			return nil, fmt.Errorf("read record %d: %w", at.ParentID, err)
		}
		at = up
	}
	return chain, nil
}

// atMost drops what is too old to be told.
func atMost(list []Outcome) []Outcome { return list[max(0, len(list)-OutcomesTold):] }

// remains looks for what is left of an item that was deleted: in the trash of the side where it was done,
// and of the other one.
func (x *explainer) remains(ctx context.Context) error {
	if x.found() {
		return nil
	}
	for _, o := range slices.Backward(x.out.Outcomes) {
		if x.out.Kind == 0 {
			x.out.Kind = o.Kind
		}
		if o.Result != Done || o.Op != OpDelete {
			continue
		}
		x.lies(ctx, o.On, o.Before.ID, o.Path)
		t, err := x.r.view.Tombstone(ctx, o.On, o.Before.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			x.lies(ctx, o.On.Other(), t.OtherID, o.Path)
		}
		return err
	}
	return nil
}

// lies looks where a deleted item is now.
func (x *explainer) lies(ctx context.Context, side Side, id, path string) {
	end, s := x.r.ends[side], x.out.Standing(side)
	if id == "" || s.Whereabouts == Unreachable {
		return
	}
	*s = Standing{Whereabouts: Invisible, Path: path}
	if end.looker == nil {
		return
	}
	e, err := end.looker.Look(ctx, id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		x.unreachable(side, err)
	case e.Trashed:
		s.Whereabouts, s.Entry = InTrash, &e
	default:
		s.Whereabouts, s.Entry = Outside, &e
	}
}

// stand says where the item is on each side.
func (x *explainer) stand(ctx context.Context) {
	if !x.found() {
		return
	}
	x.out.Record, x.out.Kind = x.rec.ID, x.rec.Kind
	for _, side := range sides {
		s := x.out.Standing(side)
		chain, id := x.chain[side], x.rec.Half(side).ID
		path := x.paths[side]
		switch {
		case x.rec.ID == RootRecord:
			x.lies(ctx, side, id, "")
			if s.Whereabouts == Outside {
				s.Whereabouts = Here
			}
		case len(chain) > 0:
			e := chain[len(chain)-1]
			*s = Standing{Whereabouts: Outside, Path: path, Entry: &e}
			if x.within(side) {
				s.Whereabouts = Here
			}
			if x.out.Kind == 0 {
				x.out.Kind = e.Kind
			}
		case s.Whereabouts == Unreachable:
			s.Path = path
		case id != "":
			x.lies(ctx, side, id, path)
		}
	}
}

// within reports whether the item that was found stands below the root.
func (x *explainer) within(side Side) bool {
	top := x.chain[side][0]
	return top.ParentID == "" || top.ParentID == x.r.ends[side].rootID || x.r.ends[side].looker == nil
}

// recall gathers what the state has about the item.
func (x *explainer) recall(ctx context.Context) error {
	ids := [2]string{x.id(Source), x.id(Destination)}
	about := func(record RecordID, side Side, id string) bool {
		return record != 0 && record == x.rec.ID || id != "" && id == ids[side]
	}
	for _, key := range sortedKeys(x.r.pending) {
		if p := x.r.pending[key]; about(p.Record, p.Side, p.ID) {
			x.out.Pending = append(x.out.Pending, p)
		}
	}
	for h, err := range x.r.view.Holds(ctx) {
		if err != nil {
			return err
		}
		if about(h.Record, h.On, "") {
			x.out.Holds = append(x.out.Holds, h)
		}
	}
	for in, err := range x.r.view.Intents(ctx) {
		if err != nil {
			return err
		}
		if about(in.Record, in.On, in.Old.ID) || about(0, Source, in.After.Source.ID) || about(0, Destination, in.After.Destination.ID) {
			x.out.Intents = append(x.out.Intents, in)
		}
	}
	for _, h := range x.r.hints {
		if h.Full || about(0, h.Side, h.ID) {
			x.out.Hints = append(x.out.Hints, h)
		}
	}
	for c, err := range x.r.view.Clashes(ctx, false) {
		if err != nil {
			return err
		}
		if about(c.Record, Source, c.Source.ID) || about(c.CopyRecord, Destination, c.Destination.ID) {
			x.out.Clashes = append(x.out.Clashes, c)
		}
	}
	return nil
}
