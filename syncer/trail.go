package syncer

import (
	"context"
	"errors"
	"io/fs"
	"strings"
)

// trail is what the journal tells of an item that was asked about and stands nowhere at that path.
type trail struct {
	// gone is the Record of an item that was dropped.
	gone RecordID
	// from is an item that was at that path, or at a beginning of it, and stands elsewhere now; last is what tells
	// so.
	from Record
	last footprint
}

// footprint is an outcome that tells which item stood at a path.
type footprint struct {
	record RecordID
	at     Position
	// left says that a move took it away from there: one that came or was written there counts for more.
	left bool
}

// after reports whether an outcome is a move that came after, or is the one that took the item away.
func (f footprint) after(o *Outcome) bool {
	return o.Op == OpMove && o.Result == Done && (f.at.Less(o.Position) || f.left && f.at == o.Position)
}

// follow finds, by the journal, an item that is gone or has moved: by a path that it had, or by an ID. Of several
// that stood at the path the last is meant. Where only a folder above is known to have been there the rest of
// the path is looked for in it.
func (x *explainer) follow(ctx context.Context, s Subject) error {
	if s.ID != "" {
		return x.followID(ctx, s)
	}
	names := segments(s.Path)
	steps, err := x.footprints(ctx, names)
	if err != nil {
		return err
	}
	for depth := len(names); depth > 0; depth-- {
		step, met := steps[depth]
		if !met {
			continue
		}
		rec, err := x.r.view.Record(ctx, step.record)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if depth == len(names) {
				x.trail.gone = step.record
				return nil
			}
			continue
		case err != nil:
			return err
		}
		if found, err := x.followTo(ctx, rec, names[depth:]); err != nil || found {
			x.trail.from, x.trail.last = rec, step
			return err
		}
	}
	return nil
}

// footprints tells, for each beginning of a path by its number of names, which item stood there last.
func (x *explainer) footprints(ctx context.Context, names []string) (map[int]footprint, error) {
	depths := map[Key]int{}
	for i := range names {
		depths[NameKey(strings.Join(names[:i+1], "/"))] = i + 1
	}
	steps := map[int]footprint{}
	if len(depths) == 0 {
		return steps, nil
	}
	for o, err := range x.r.view.Journal(ctx, Position{}) {
		if err != nil {
			return nil, err
		}
		if o.Record == 0 || o.Result != Done {
			continue
		}
		if depth, here := depths[NameKey(o.Path)]; here {
			steps[depth] = footprint{o.Record, o.Position, false}
		}
		if depth, here := depths[NameKey(o.From)]; here && (steps[depth].record == 0 || steps[depth].left) {
			steps[depth] = footprint{o.Record, o.Position, true}
		}
	}
	return steps, nil
}

// followTo goes from a folder that was moved down the rest of a path. It reports whether there is such an
// item.
func (x *explainer) followTo(ctx context.Context, rec Record, rest []string) (bool, error) {
	x.rec, x.chain, x.met, x.paths = rec, [2][]Entry{}, [2][]Entry{}, [2]string{}
	if err := x.locateRecord(ctx); err != nil {
		return false, err
	}
	up, at := x.tips(), rec
	for _, name := range rest {
		var err error
		if up, at, err = x.step(ctx, up, at, name); err != nil {
			return false, err
		}
	}
	x.rec = at
	return x.found(), nil
}

// tips are what the chains end in.
func (x *explainer) tips() (tips [2]*Entry) {
	for _, side := range sides {
		if n := len(x.chain[side]); n > 0 {
			e := x.chain[side][n-1]
			tips[side] = &e
		}
	}
	return tips
}

// followID finds an item that is gone by its ID.
func (x *explainer) followID(ctx context.Context, s Subject) error {
	t, err := x.r.view.Tombstone(ctx, s.Side, s.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for o, err := range x.r.view.Journal(ctx, Position{}) {
		if err != nil {
			return err
		}
		id := s.ID
		if o.On != s.Side {
			id = t.OtherID
		}
		if o.Record != 0 && o.Op.Writes() && id != "" && (o.Before.ID == id || o.After.ID == id) {
			x.trail.gone = o.Record
		}
	}
	return nil
}
