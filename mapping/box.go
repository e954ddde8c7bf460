package mapping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// account is the Box account of a Link as this package uses it.
type account struct {
	Place
	fs     syncer.FileSystem
	looker syncer.Looker
	realm  string
}

func (s *Links) box(ctx context.Context, l Link) (*account, error) {
	p, err := s.o.Box(ctx, l)
	if err != nil {
		return nil, &OpenError{syncer.Destination, err}
	}
	b := &account{Place: p}
	var writes bool
	if b.fs, writes = p.FS.(syncer.FileSystem); !writes {
		return nil, fmt.Errorf("the file system of Box cannot be written to: %w", syncer.ErrInvalid)
	}
	var looks bool
	if b.looker, looks = p.FS.(syncer.Looker); !looks {
		return nil, fmt.Errorf("the file system of Box cannot look at an item by its ID: %w", syncer.ErrInvalid)
	}
	b.realm = p.FS.Info().Realm
	return b, nil
}

// folder returns a folder by its ID or locator, wherever it is.
func (b *account) folder(ctx context.Context, id string) (syncer.Entry, error) {
	e, err := b.looker.Look(ctx, id)
	switch {
	case err != nil:
		return e, fmt.Errorf("folder %s in Box: %w", id, err)
	case e.Trashed:
		return e, fmt.Errorf("folder %q (%s) is in the trash of Box: %w", e.Name, id, fs.ErrNotExist)
	case e.Kind != syncer.Folder:
		return e, fmt.Errorf("%q (%s) in Box is a %s and no folder: %w", e.Name, id, e.Kind, syncer.ErrInvalid)
	}
	return e, nil
}

// toolFolder returns the ID of a tool's folder: the one of its name in the Link's folder, made if there is
// none. It never returns one that is part of another Link.
func (b *account) toolFolder(ctx context.Context, l Link, t Tool, in syncer.Entry, others []Link) (string, error) {
	for range 2 {
		e, err := b.named(ctx, in, t.Folder())
		if err == nil {
			return b.ours(e, l, t, others)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("look for folder %q in %q in Box: %w", t.Folder(), in.Name, err)
		}
		e, err = b.fs.CreateFolder(ctx, in, t.Folder())
		if err == nil {
			return e.ID, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("make folder %q in %q in Box: %w", t.Folder(), in.Name, err)
		}
		// Somebody was faster: look again.
	}
	return "", fmt.Errorf("folder %q in %q in Box: the name is taken by what cannot be seen: %w", t.Folder(), in.Name, fs.ErrExist)
}

// ours returns the ID of a folder that was found by name, unless it is something else's.
func (b *account) ours(e syncer.Entry, l Link, t Tool, others []Link) (string, error) {
	if e.Kind != syncer.Folder || e.Skip != "" {
		return "", fmt.Errorf("%q in Box is a %s, so no folder for %s can be made there: %w", e.Name, e.Kind, t, fs.ErrExist)
	}
	for _, o := range append(slices.Clone(others), l) {
		for tool, r := range o.Roots {
			if r.ID == e.ID && (o.ID != l.ID || tool != t) {
				return "", &OverlapError{With: o.Name, what: fmt.Sprintf("folder %q in Box is that of %s of link %q", e.Name, tool, o.Name)}
			}
		}
	}
	return e.ID, nil
}

// named returns what stands in a folder under a name: exactly that name first, then one that Box takes for
// the same, folders first. If nothing does the error wraps fs.ErrNotExist.
func (b *account) named(ctx context.Context, in syncer.Entry, name string) (syncer.Entry, error) {
	found, err := b.find(ctx, in, syncer.NameKey(name))
	if err != nil {
		return syncer.Entry{}, err
	}
	for _, fits := range []func(e syncer.Entry) bool{
		func(e syncer.Entry) bool { return e.Kind == syncer.Folder && e.Name == name },
		func(e syncer.Entry) bool { return e.Kind == syncer.Folder },
		func(syncer.Entry) bool { return true },
	} {
		if i := slices.IndexFunc(found, fits); i >= 0 {
			return found[i], nil
		}
	}
	return syncer.Entry{}, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
}

// find asks Finder, or reads the listing where there is none.
func (b *account) find(ctx context.Context, in syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	if f, ok := b.FS.(syncer.Finder); ok {
		return f.Find(ctx, in, key)
	}
	var found []syncer.Entry
	for e, err := range b.FS.List(ctx, in, "") {
		if err != nil {
			return nil, err
		}
		if e.ParentID == in.ID && syncer.NameKey(e.Name) == key {
			found = append(found, e)
		}
	}
	return found, nil
}
