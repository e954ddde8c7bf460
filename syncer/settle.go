package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// settle answers the questions that an earlier run left: was the write of an open Intent made? It
// changes nothing on any side. Items whose Intent is still within the side's settling time are in
// flight: nobody touches them in this run.
func (r *run) settle(ctx context.Context) error {
	var open []Intent
	for in, err := range r.state.Intents(ctx) {
		if err != nil {
			return fmt.Errorf("read intents: %w", err)
		}
		open = append(open, in)
	}
	r.inFlight = newFlights()
	for i := range open {
		in := &open[i]
		r.observe(Event{Phase: PhaseSettle, Done: i, Total: len(open)})
		if recent(in.At, r.now(), r.ends[in.On].info.Settle) {
			r.fly(in)
			continue
		}
		b, err := r.answer(ctx, in)
		if unproved := r.unproved(ctx, in, &b, err); unproved != nil {
			err = unproved
		}
		if errors.Is(err, errAstray) && in.Kind == File {
			r.astray = append(r.astray, *in) // looked for among what is new, before anything is planned
			r.doubt(in)
			continue
		}
		if errors.Is(err, errNoFolder) || errors.Is(err, errAstray) {
			b, err = Batch{}, nil // not to be found out: what is there will be observed
		}
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r.leaveOpen(ctx, in, err)
			continue
		}
		b.Settled = append(b.Settled, in.ID)
		if err := r.commit.now(ctx, b); err != nil {
			return err
		}
		r.doubt(in)
	}
	return nil
}

// unproved returns why an answer which says that something is not there, or is in the trash, proves
// nothing: its root may be in the trash itself.
func (r *run) unproved(ctx context.Context, in *Intent, b *Batch, err error) error {
	absent := err == nil && len(b.Put) == 0 || errors.Is(err, errAstray) || errors.Is(err, errNoFolder)
	if !absent {
		return nil
	}
	return r.rootStands(ctx, in.On)
}

// leaveOpen leaves an Intent that could not be looked into, and what it touches, to a later run.
func (r *run) leaveOpen(ctx context.Context, in *Intent, err error) {
	r.log.WarnContext(ctx, "an interrupted write could not be looked into", "op", in.Op, "side", in.On, "error", err)
	r.fly(in)
}

func (r *run) fly(in *Intent) {
	for _, rec := range []*Record{&in.After, &in.Split} {
		if rec.ID == 0 {
			continue
		}
		r.inFlight.records[rec.ID] = true
		for _, side := range sides {
			if id := rec.Half(side).ID; id != "" {
				r.inFlight.ids[side][id] = true // a new item may have no Record yet
			}
		}
	}
	if in.Op == OpCreateFile || in.Op == OpCreateFolder {
		r.inFlight.places[in.On][landing{in.Parent, NameKey(in.Name)}] = true
	}
	if in.Old.ID != "" {
		r.inFlight.ids[in.On][in.Old.ID] = true
	}
	r.flying = append(r.flying, *in)
}

// doubt has the items of a settled Intent looked at again in this run.
func (r *run) doubt(in *Intent) {
	r.doubts = append(r.doubts, PendingKey{Record: in.Record})
	if in.Split.ID != 0 {
		r.doubts = append(r.doubts, PendingKey{Record: in.Split.ID})
	}
	for _, side := range sides {
		if id := in.After.Half(side).ID; id != "" {
			r.doubts = append(r.doubts, PendingKey{Side: side, ID: id})
		}
	}
}

// done returns the Batch of a write that turned out to have been made.
func (r *run) done(ctx context.Context, in *Intent, e Entry, err error) (Batch, error) {
	if err != nil {
		return Batch{}, err
	}
	b := Batch{}
	after, ours, err := r.intended(ctx, in, &e, &b)
	if err != nil || !ours {
		return Batch{}, err
	}
	folder := after.ParentID
	p, err := r.state.ByID(ctx, in.On, e.ParentID)
	if err == nil {
		folder = p.ID
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Batch{}, err
	}
	rec := fill(after, in, &e, folder, in.Digest, in.At)
	b.Put = append(b.Put, rec)
	if in.Op == OpCreateFolder {
		r.cameWith(&b, &rec, in.On, in.Name)
		r.relist = append(r.relist, rec.ID)
	}
	b.Outcomes = []Outcome{{
		At: r.now(), Action: in.ID, Op: in.Op, On: in.On, Record: in.Record, Kind: in.Kind, Path: in.Name,
		Result: Done, Reason: "found done after an interruption", Before: in.Old, After: e.Stamp(), By: in.By,
	}}
	if in.Old.ID != "" && in.Old.ID != e.ID {
		b.Tombstones = []Tombstone{{Side: in.On, ID: in.Old.ID, Content: in.Old.Content, Kind: in.Kind, Name: in.Name, At: r.now(), Replaced: in.Op == OpUpdate}}
	}
	err = r.takeOut(ctx, in, &b)
	return b, err
}

// intended returns the Record that an Intent foresaw, for the item that was found as e. Other calls may have
// changed it since: where they took the other side away from it, that is so. It is not ours if its ID was
// taken for another item meanwhile, which is looked after as that.
func (r *run) intended(ctx context.Context, in *Intent, e *Entry, b *Batch) (after Record, ours bool, err error) {
	after = in.After
	was := [2]Entry{{ID: after.Source.ID, Birth: after.Source.Birth}, {ID: after.Destination.ID, Birth: after.Destination.Birth}}
	was[in.On] = *e
	for _, side := range sides {
		known, vacant, err := r.holder(ctx, side, &was[side])
		switch {
		case err != nil:
			return after, false, err
		case known.ID == 0 || known.ID == in.Record || known.ID == in.Split.ID:
			continue
		case vacant:
			*known.Half(side) = vacated(*known.Half(side))
			b.Put = append(b.Put, known)
			r.lookAgain(b, known, side, reused)
			continue
		case side == in.On:
			return after, false, nil
		}
		mine, err := r.state.Record(ctx, in.Record)
		if errors.Is(err, fs.ErrNotExist) {
			return after, false, nil
		}
		if err != nil {
			return after, false, err
		}
		*after.Half(side) = *mine.Half(side)
	}
	return after, true, nil
}

// takeOut takes the item that an Intent made one of its own out of the Record that it came from, as that
// is now.
func (r *run) takeOut(ctx context.Context, in *Intent, b *Batch) error {
	if in.Split.ID == 0 {
		return nil
	}
	whole, err := r.state.Record(ctx, in.Split.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && whole.Half(in.On).ID == in.Old.ID {
		*whole.Half(in.On) = Half{}
		b.Put = append(b.Put, whole)
	}
	return err
}

// holder returns the Record that has the ID of e on side, a zero one if none has. vacant says that the ID
// names another item now than the Record knew by it.
func (r *run) holder(ctx context.Context, side Side, e *Entry) (known Record, vacant bool, err error) {
	known, err = r.state.ByID(ctx, side, e.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, false, nil
	}
	return known, r.ends[side].info.ReusableIDs && known.Half(side).Birth != e.Birth, err
}
