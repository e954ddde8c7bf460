package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// CheckOverlap returns an error that wraps ErrOverlap, and names both pairs, if on any side a root
// of one pair is the root of another or lies below it. Syncing such pairs would carry every change
// round in circles. Roots are compared within one Info.Realm, the two roots of one pair with each
// other too; that one lies below another is seen only where the side has a Looker.
func CheckOverlap(ctx context.Context, pairs ...Pair) error {
	type root struct {
		pair  int
		side  Side
		end   *Endpoint
		realm string
		id    string
		above []string // IDs from the root's parent upwards
	}
	var roots []root
	for i := range pairs {
		for _, side := range sides {
			end := pairs[i].Endpoint(side)
			if end.FS == nil || end.FS.Info().Realm == "" {
				continue
			}
			r := root{pair: i, side: side, end: end, realm: end.FS.Info().Realm}
			var err error
			if r.id, r.above, err = ancestry(ctx, end); err != nil {
				return fmt.Errorf("pair %q: root of %s: %w", pairs[i].Name, side, err)
			}
			roots = append(roots, r)
		}
	}
	for i, a := range roots {
		for _, b := range roots[i+1:] {
			if a.realm != b.realm {
				continue
			}
			if a.id == b.id || slices.Contains(a.above, b.id) || slices.Contains(b.above, a.id) {
				return fmt.Errorf("pair %q on %s and pair %q on %s: %w",
					pairs[a.pair].Name, a.side, pairs[b.pair].Name, b.side, ErrOverlap)
			}
		}
	}
	return nil
}

// ancestry returns the ID of a root and those of the folders above it, as far as they are visible.
func ancestry(ctx context.Context, end *Endpoint) (id string, above []string, err error) {
	for e, err := range end.FS.List(ctx, Entry{ID: end.Root, Kind: Folder}, "") {
		if err != nil {
			return "", nil, err
		}
		id = e.ID
		looker, ok := end.FS.(Looker)
		for up := e.ParentID; ok && up != "" && len(above) < maxDepth; {
			above = append(above, up)
			folder, err := looker.Look(ctx, up)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
				break
			}
			if err != nil {
				return "", nil, err
			}
			up = folder.ParentID
		}
		return id, above, nil
	}
	return "", nil, errors.New("the listing is empty")
}
