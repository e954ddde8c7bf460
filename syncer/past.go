package syncer

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// past reads what was done about the item. Of one that is gone the last that stood at the path is meant.
// The journal has no order but that of time, so all of it is read.
func (x *explainer) past(ctx context.Context, s Subject) error {
	id := x.rec.ID
	if id == 0 && len(x.chain[Source])+len(x.chain[Destination]) == 0 {
		meets, err := x.meeting(ctx, s)
		if err != nil {
			return err
		}
		for o, err := range x.r.view.Journal(ctx, Position{}) {
			if err != nil {
				return err
			}
			if o.Record != 0 && o.Op.Writes() && meets(&o) {
				id = o.Record
			}
		}
	}
	if id == 0 || id == RootRecord {
		return nil
	}
	for o, err := range x.r.view.Journal(ctx, Position{}) {
		if err != nil {
			return err
		}
		if o.Record == id {
			x.out.Outcomes = append(x.out.Outcomes, o)
		}
		if len(x.out.Outcomes) > OutcomesTold {
			x.out.Outcomes = x.out.Outcomes[1:]
		}
	}
	x.out.Outcomes = slices.Clip(x.out.Outcomes)
	return x.remains(ctx)
}

// meeting returns what tells the outcomes that are about a gone item: those of its path, or of its IDs.
func (x *explainer) meeting(ctx context.Context, s Subject) (func(o *Outcome) bool, error) {
	if s.ID == "" {
		path := NameKey(strings.Join(segments(s.Path), "/"))
		return func(o *Outcome) bool { return NameKey(o.Path) == path }, nil
	}
	t, err := x.r.view.Tombstone(ctx, s.Side, s.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return func(o *Outcome) bool {
		id := s.ID
		if o.On != s.Side {
			id = t.OtherID
		}
		return id != "" && (o.Before.ID == id || o.After.ID == id)
	}, nil
}

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
