package mapping

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Add makes a Link and the folders of its tools; one of the right name that is there already is taken
// for the tool's, with all it holds. Nothing is synced yet. A Link that overlaps with another one
// is refused with an [OverlapError], which names that one; if its name is taken the
// error wraps fs.ErrExist. If Add ends with an error there is no Link; folders may have been made, and the
// next Add finds them.
func (s *Links) Add(ctx context.Context, l Link) (Link, error) {
	called := l.called()
	if err := l.Check(); err != nil {
		return Link{}, fmt.Errorf("add %s: %w", called, err)
	}
	l = l.clone()
	l.Tools = sortTools(l.Tools)
	l.ID, l.Made, l.Paused, l.Roots = newID(), s.o.Engine.Clock().UTC(), false, map[Tool]Root{}
	if l.Name == "" {
		l.Name = l.ID
	}
	for {
		made, err := s.add(ctx, l)
		if !errors.Is(err, errChanged) {
			if err != nil {
				return Link{}, fmt.Errorf("add %s: %w", called, err)
			}
			return made, nil
		}
	}
}

// called is what a new Link is called in errors. An ID that nobody has chosen would tell nobody which it is.
func (l Link) called() string {
	if l.Name == "" {
		return fmt.Sprintf("a link of %s and folder %s in Box", l.Target(), l.Folder)
	}
	return fmt.Sprintf("link %q", l.Name)
}

func (s *Links) add(ctx context.Context, l Link) (Link, error) {
	if err := s.check(l); err != nil {
		return Link{}, err
	}
	others, err := s.All(ctx)
	if err != nil {
		return Link{}, err
	}
	if err := nameIsFree(l, others); err != nil {
		return Link{}, err
	}
	box, err := s.box(ctx, l)
	if err != nil {
		return Link{}, err
	}
	folder, err := box.folder(ctx, l.Folder)
	if err != nil {
		return Link{}, err
	}
	l.Folder = folder.ID
	if err := s.refuseOverlap(ctx, l, others, box); err != nil {
		return Link{}, err
	}
	for _, t := range l.Tools {
		id, err := box.toolFolder(ctx, l, t, folder, others)
		if err != nil {
			return Link{}, err
		}
		l.Roots[t] = Root{ID: id}
	}
	data, err := encode(l)
	if err != nil {
		return Link{}, err
	}
	return l, s.o.Store.Change(ctx, prefix, func(now map[string][]byte) (map[string][]byte, error) {
		list, err := decodeAll(now)
		if err != nil {
			return nil, err
		}
		if !slices.EqualFunc(list, others, sameGround) {
			return nil, errChanged
		}
		return map[string][]byte{prefix + l.ID: data}, nil
	})
}

// sameGround reports whether a Link covers what it covered when overlaps were looked for.
func sameGround(a, b Link) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Folder == b.Folder && slices.Equal(a.Tools, b.Tools)
}

// check looks at a Link by itself, its patterns too.
func (s *Links) check(l Link) error {
	if err := l.Check(); err != nil {
		return err
	}
	for _, t := range l.Tools {
		if _, err := s.o.Policies(l, t); err != nil {
			return err
		}
	}
	return nil
}

func nameIsFree(l Link, others []Link) error {
	for _, o := range others {
		if o.ID != l.ID && (syncer.NameKey(o.Name) == syncer.NameKey(l.Name) || o.ID == l.Name) {
			return fmt.Errorf("name %q: %w", l.Name, fs.ErrExist)
		}
	}
	return nil
}

// newID returns an ID that no other Link has: forty bits drawn at random.
func newID() string { return strings.ToLower(rand.Text()[:8]) }
