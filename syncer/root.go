package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// checkRoot makes sure that the folder at the root's place is the one that the Records describe.
func checkRoot(end *endpoint, side Side, e *Entry) error {
	if e.Trashed {
		return fmt.Errorf("root of %s is in the trash: %w", end.name, ErrHalted)
	}
	if e.Kind != Folder {
		return fmt.Errorf("root of %s is not a folder: %w", end.name, ErrHalted)
	}
	if e.Err != nil {
		return &Error{"list", side, "", e.Err, end.name}
	}
	if want := end.rootID; want != "" && want != e.ID {
		return fmt.Errorf("root of %s is another folder (%s) than before (%s): %w", end.name, e.ID, want, ErrHalted)
	}
	if up := end.rootUp; up != "" && e.ParentID != "" && up != e.ParentID && !end.follow {
		return fmt.Errorf("root of %s was moved to another folder: %w", end.name, ErrHalted)
	}
	return nil
}

// hearOfRoots looks at a root of which a hint tells something, before anything else: it may be in the trash, and
// then there is nothing below it to be looked for.
func (r *run) hearOfRoots(ctx context.Context) error {
	for _, side := range sides {
		told := slices.ContainsFunc(r.hints, func(h Hinted) bool { return !h.Full && h.Side == side && h.ID == r.ends[side].rootID })
		if !told || r.ends[side].looker == nil {
			continue
		}
		if err := r.rootStands(ctx, side); err != nil {
			return err
		}
	}
	return nil
}

// checkRoots looks at the roots once everything else was looked at: what was found in the trash, or
// not at all, is a proof only while its root is alive and in its place. A root that a complete
// listing has shown is looked at again only if something is lost.
func (r *run) checkRoots(ctx context.Context) error {
	for _, side := range sides {
		end := r.ends[side]
		looked := !r.o.complete[side] && r.o.hasLooked(side) // what was not there may have gone with its root
		if end.looker == nil || !looked && !r.w.touches(side, r.o.complete[side]) {
			continue // where nobody can look, only listings prove anything, and they begin with the root
		}
		if err := r.rootStands(ctx, side); err != nil {
			return err
		}
	}
	return nil
}

// rootStands looks at a root: in one that is in the trash everything is, and nothing is proved by that.
func (r *run) rootStands(ctx context.Context, side Side) error {
	end := r.ends[side]
	r.budget.spend()
	if end.looker == nil {
		_, err := r.rootEntry(ctx, side)
		return err
	}
	e, err := end.lookNow(ctx, end.root, Entry{}, "")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("root of %s is not there: %w: %w", end.name, ErrHalted, err)
	case err != nil:
		return &Error{"look", side, "", err, end.name}
	}
	return checkRoot(end, side, &e)
}

// rootEntry reads a root: the first entry of its listing.
func (r *run) rootEntry(ctx context.Context, side Side) (Entry, error) {
	for e, err := range r.ends[side].reader.List(ctx, Entry{ID: r.ends[side].root, Kind: Folder}, "") {
		if errors.Is(err, fs.ErrNotExist) {
			return e, fmt.Errorf("root of %s is not there: %w: %w", r.ends[side].name, ErrHalted, err)
		}
		if err != nil {
			return e, &Error{"list", side, "", err, r.ends[side].name}
		}
		if e.Kind != Folder || e.Trashed {
			return e, fmt.Errorf("root of %s is not a folder: %w", r.ends[side].name, ErrHalted)
		}
		if e.Err != nil {
			return e, &Error{"list", side, "", e.Err, r.ends[side].name}
		}
		return e, nil
	}
	return Entry{}, &Error{"list", side, "", errors.New("the listing is empty: not even the root is in it"), r.ends[side].name}
}
