package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// folder returns the folder that the item goes back to: the one it came from if it is there, brought back
// if it was deleted, and else one at its path.
func (u *undoing) folder(ctx context.Context, o Outcome, at *lying) (Entry, error) {
	end := u.ends[at.side]
	if at.up != "" {
		e, err := end.looker.Look(ctx, at.up)
		if err == nil && !e.Trashed {
			return e, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return e, err
		}
	}
	dir := path.Dir(o.Path)
	if dir == "." {
		return end.looker.Look(ctx, u.root[at.side])
	}
	if before, ok := u.folders[o.On.String()+" "+dir]; ok {
		up := u.undo(ctx, before)
		if up.Err == nil && up.On == at.side {
			return up.Entry, nil
		}
	}
	if e, ok, err := u.standing(ctx, o.On, dir, at.side); ok || err != nil {
		return e, err
	}
	return u.path(ctx, at.side, dir)
}

// standing returns the folder that the state knows at the path of a side, as it stands on side at. The pair
// has not deleted it, but people may have on that side, with all that was in it: then it comes out of the
// trash there. What is in a folder of the trash is not in the trash by itself, and cannot be taken out alone.
func (u *undoing) standing(ctx context.Context, on Side, dir string, at Side) (e Entry, ok bool, err error) {
	rec, ok, err := u.record(ctx, on, dir)
	if err != nil || !ok {
		return e, false, err
	}
	end, half := u.ends[at], rec.Half(at)
	if e, err = end.looker.Look(ctx, half.ID); errors.Is(err, fs.ErrNotExist) {
		return e, false, nil
	}
	switch {
	case err != nil:
		return e, false, err
	case !e.Trashed:
		return e, u.inside(ctx, at, &e), nil
	case end.restorer == nil:
		return e, false, nil
	}
	place := lying{side: at, trash: Trashed{ID: half.ID}, name: cmp.Or(e.Name, half.Name), up: e.ParentID}
	up, err := u.folder(ctx, Outcome{On: on, Path: dir, Kind: Folder}, &place)
	if err != nil {
		return up, false, err
	}
	if e, err = end.looker.Look(ctx, half.ID); err != nil || !e.Trashed { // it came back along with its folder
		return e, err == nil, err
	}
	if e, _, err = u.restore(ctx, &place, up); err != nil {
		return e, false, err
	}
	return e, true, u.e.store.Append(ctx, u.e.pair.Name, Hint{Side: at, ID: e.ID, At: u.e.opts.Clock()})
}

// record returns the Record of the folder at a path of a side, if there is one on both sides.
func (u *undoing) record(ctx context.Context, on Side, dir string) (at Record, ok bool, err error) {
	at.ID = RootRecord
	for name := range strings.SplitSeq(dir, "/") {
		parent := at.ID
		ok = false
		for r, err := range u.view.ByName(ctx, on, parent, NameKey(name)) {
			if err != nil {
				return at, false, err
			}
			if r.Kind == Folder && r.Half(on).Name == name {
				at, ok = r, true
			}
		}
		if !ok {
			return at, false, nil
		}
	}
	return at, at.Source.ID != "" && at.Destination.ID != "", nil
}

// path returns the folder at a path, and makes what is missing of it.
func (u *undoing) path(ctx context.Context, side Side, dir string) (Entry, error) {
	end := u.ends[side]
	at, err := end.looker.Look(ctx, u.root[side])
	for name := range strings.SplitSeq(dir, "/") {
		if err != nil {
			return at, err
		}
		var found []Entry
		if found, err = end.find(ctx, at, NameKey(name)); err != nil {
			return at, err
		}
		if i := slices.IndexFunc(found, func(e Entry) bool { return e.Kind == Folder }); i >= 0 {
			at = found[i]
			continue
		}
		if end.fs == nil {
			return at, fmt.Errorf("folder %q is gone: %w", dir, fs.ErrNotExist)
		}
		at, err = end.fs.CreateFolder(ctx, at, name)
	}
	return at, err
}
