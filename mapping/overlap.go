package mapping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// maxDepth bounds walks to the top of an account.
const maxDepth = 10_000

// refuseOverlap returns an OverlapError if l and one of the others have a tool or
// ground in Box in common. Folders are compared by their IDs and those of the folders above them, as far
// as they are visible.
func (s *Links) refuseOverlap(ctx context.Context, l Link, others []Link, box *account) error {
	if err := toolsAreFree(l, others); err != nil {
		return err
	}
	above, err := box.above(ctx, l.Folder)
	if err != nil {
		return err
	}
	for _, o := range others {
		theirs, err := s.box(ctx, o)
		if err != nil {
			return fmt.Errorf("link %q: %w", o.Name, err)
		}
		if theirs.realm != box.realm {
			continue
		}
		if err := theirs.apart(ctx, l, above, o); err != nil {
			return err
		}
	}
	return nil
}

// apart returns an error if the folder of l, which stands in the folders above, and the ground of another
// Link have anything in common.
func (b *account) apart(ctx context.Context, l Link, above []string, o Link) error {
	for _, g := range o.ground() {
		if g.id == l.Folder {
			return &OverlapError{With: o.Name, what: fmt.Sprintf("the chosen folder is %s of link %q", g.what, o.Name)}
		}
	}
	for _, g := range o.ground() {
		if slices.Contains(above, g.id) {
			return &OverlapError{With: o.Name, what: fmt.Sprintf("the chosen folder stands in %s of link %q", g.what, o.Name)}
		}
		up, err := b.above(ctx, g.id)
		if err != nil {
			return fmt.Errorf("link %q: %w", o.Name, err)
		}
		if slices.Contains(up, l.Folder) {
			return &OverlapError{With: o.Name, what: fmt.Sprintf("%s of link %q stands in the chosen folder", g.what, o.Name)}
		}
	}
	return nil
}

// toolsAreFree returns an error if a tool of l's project is in another Link.
func toolsAreFree(l Link, others []Link) error {
	for _, o := range others {
		if o.ID == l.ID || o.Company != l.Company || o.Project != l.Project {
			continue
		}
		for _, t := range l.Tools {
			if slices.Contains(o.Tools, t) {
				return &OverlapError{With: o.Name, Tool: t, what: fmt.Sprintf("%s are in link %q already", l.toolOf(t), o.Name)}
			}
		}
	}
	return nil
}

// toolOf names a tool of what a Link is about.
func (l Link) toolOf(t Tool) string {
	if l.Project == "" {
		return l.Target() // which says so
	}
	return fmt.Sprintf("%s of %s", t, l.Target())
}

// place is a folder in Box by its ID, and what it is.
type place struct{ id, what string }

// ground returns the Box folders of a Link. The folders of tools may have been moved out of the Link's
// folder.
func (l Link) ground() []place {
	out := []place{{l.Folder, "the folder"}}
	for _, t := range Tools() {
		if r := l.Roots[t]; r.ID != "" {
			out = append(out, place{r.ID, fmt.Sprintf("folder %q", t.Folder())})
		}
	}
	return out
}

// above returns the IDs of the folders above an item, from its own folder to the top, as far as they are
// visible. What is gone, or in the trash, stands nowhere.
func (b *account) above(ctx context.Context, id string) ([]string, error) {
	var out []string
	for range maxDepth {
		e, err := b.looker.Look(ctx, id)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("look for the folders above %s in Box: %w", id, err)
		}
		if id = e.ParentID; id == "" || e.Trashed || slices.Contains(out, id) {
			return out, nil
		}
		out = append(out, id)
	}
	return out, nil
}
