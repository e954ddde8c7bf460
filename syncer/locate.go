package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// locate finds the item, and the folders that hold it, on each side that can be asked.
func (x *explainer) locate(ctx context.Context, s Subject) error {
	if s.ID != "" {
		return x.locateID(ctx, s)
	}
	root, err := x.r.view.Record(ctx, RootRecord)
	if err != nil {
		return err
	}
	at := root
	names := segments(s.Path)
	if len(names) == 0 {
		x.rec = root
		return nil
	}
	var up [2]*Entry
	for _, side := range sides {
		up[side] = &Entry{ID: root.Half(side).ID, Kind: Folder}
	}
	for _, name := range names {
		if up, at, err = x.step(ctx, up, at, name); err != nil {
			return err
		}
	}
	x.rec = at
	return nil
}

// step goes from a folder to what it holds under a name, on both sides at once.
func (x *explainer) step(ctx context.Context, up [2]*Entry, in Record, name string) (next [2]*Entry, rec Record, err error) {
	for _, side := range sides {
		if up[side] == nil {
			continue
		}
		next[side] = x.named(ctx, side, *up[side], name)
	}
	if rec, err = x.remembered(ctx, next, in, name); err != nil {
		return next, rec, err
	}
	for _, side := range sides {
		if id := rec.Half(side).ID; id != "" && (next[side] == nil || next[side].ID != id) {
			next[side] = x.elsewhere(ctx, side, id)
		} else if next[side] != nil && rec.ID != 0 && id == "" {
			next[side] = nil // it is another item of that name
		}
		if e := next[side]; e != nil {
			x.chain[side] = append(x.chain[side], *e)
			x.met[side] = append(x.met[side], *e)
		} else {
			x.chain[side] = nil
		}
		x.paths[side] = joinPath(x.paths[side], x.nameOn(side, next[side], &rec, name))
	}
	return next, rec, nil
}

// named is what stands in a folder under a name: what has just that name counts before what has another case.
func (x *explainer) named(ctx context.Context, side Side, up Entry, name string) *Entry {
	found, err := x.r.ends[side].find(ctx, up, NameKey(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		x.unreachable(side, err)
	}
	if i := slices.IndexFunc(found, func(e Entry) bool { return e.Name == name }); i > 0 {
		found = found[i:]
	}
	if len(found) == 0 {
		return nil
	}
	return &found[0]
}

// nameOn is what people see, or saw, on a side.
func (x *explainer) nameOn(side Side, e *Entry, rec *Record, name string) string {
	switch {
	case e != nil:
		return e.Name
	case rec.Half(side).Name != "":
		return rec.Half(side).Name
	}
	return name
}

// elsewhere looks for an item that is known and was not found by its name.
func (x *explainer) elsewhere(ctx context.Context, side Side, id string) *Entry {
	end := x.r.ends[side]
	if end.looker == nil {
		return nil
	}
	e, err := end.looker.Look(ctx, id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		x.unreachable(side, err)
		return nil
	case e.Trashed:
		return nil
	}
	return &e
}

// remembered returns the Record of what was found in a folder, or else the one that bears the name there.
func (x *explainer) remembered(ctx context.Context, found [2]*Entry, in Record, name string) (Record, error) {
	for _, side := range sides {
		if e := found[side]; e != nil {
			r, err := x.r.view.ByID(ctx, side, e.ID)
			if !errors.Is(err, fs.ErrNotExist) {
				return r, err
			}
		}
	}
	if in.ID == 0 || found != ([2]*Entry{}) {
		return Record{}, nil
	}
	var alike Record
	for r, err := range x.r.view.Children(ctx, in.ID) {
		if err != nil {
			return Record{}, err
		}
		names := []string{r.Name, r.Source.Name, r.Destination.Name}
		switch {
		case slices.Contains(names, name):
			return r, nil
		case alike.ID == 0 && slices.ContainsFunc(names, func(n string) bool { return n != "" && NameKey(n) == NameKey(name) }):
			alike = r
		}
	}
	return alike, nil
}

// locateID finds an item by its ID, and walks up from there.
func (x *explainer) locateID(ctx context.Context, s Subject) error {
	rec, err := x.r.view.ByID(ctx, s.Side, s.ID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	x.rec = rec
	if rec.ID == 0 {
		if e := x.elsewhere(ctx, s.Side, s.ID); e != nil {
			x.climb(ctx, s.Side, *e)
		}
		return nil
	}
	return x.locateRecord(ctx)
}

// locateRecord finds the item of a Record where it stands now, and the folders above it. The roots need not
// be looked for.
func (x *explainer) locateRecord(ctx context.Context) error {
	if x.rec.ID == RootRecord {
		return nil
	}
	for _, side := range sides {
		if id := x.rec.Half(side).ID; id != "" {
			if e := x.elsewhere(ctx, side, id); e != nil {
				x.climb(ctx, side, *e)
			}
		}
		if x.paths[side] != "" {
			continue
		}
		path, err := x.recordedPath(ctx, side, x.rec)
		if err != nil {
			return err
		}
		if x.paths[side] = path; x.r.ends[side].looker == nil {
			x.descend(ctx, side, path)
		}
	}
	return nil
}

// descend finds an item by its path, where nobody can look by ID.
func (x *explainer) descend(ctx context.Context, side Side, path string) {
	up := Entry{ID: x.r.ends[side].rootID, Kind: Folder}
	for _, name := range segments(path) {
		e := x.named(ctx, side, up, name)
		if e == nil {
			x.chain[side] = nil
			return
		}
		x.chain[side], x.met[side] = append(x.chain[side], *e), append(x.met[side], *e)
		up = *e
	}
}

// climb gathers the folders above an item. One that stands outside of the root keeps its own name only.
func (x *explainer) climb(ctx context.Context, side Side, e Entry) {
	x.chain[side], x.paths[side] = []Entry{e}, e.Name
	for up := e.ParentID; up != "" && up != x.r.ends[side].rootID && len(x.chain[side]) < maxDepth; {
		folder := x.elsewhere(ctx, side, up)
		if folder == nil {
			return
		}
		x.chain[side] = slices.Insert(x.chain[side], 0, *folder)
		x.paths[side] = joinPath(folder.Name, x.paths[side])
		up = folder.ParentID
	}
}

// recordedPath is where a side had an item, as its Records say.
func (x *explainer) recordedPath(ctx context.Context, side Side, r Record) (string, error) {
	path := ""
	for depth := 0; r.ID != RootRecord && depth < maxDepth; depth++ {
		name := r.Half(side).Name
		if name == "" {
			name = r.Name
		}
		path = joinPath(name, path)
		up, err := x.r.view.Record(ctx, r.ParentOn(side))
		if err != nil {
			return "", fmt.Errorf("read record %d: %w", r.ParentOn(side), err)
		}
		r = up
	}
	return path, nil
}

func (x *explainer) unreachable(side Side, err error) {
	*x.out.Standing(side) = Standing{Whereabouts: Unreachable, Err: err.Error(), Cause: CauseOf(err)}
}
