//go:build linux

package localfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"

	"github.com/procorebox/procorebox/syncer"
)

// List implements syncer.Reader. Listings are not resumed: a whole one takes seconds.
func (f *FS) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		if from != "" {
			yield(syncer.Entry{}, fmt.Errorf("list %q: listings are not resumed: %w", at.ID, syncer.ErrCursor))
			return
		}
		if err := ctx.Err(); err != nil {
			yield(syncer.Entry{}, err)
			return
		}
		w := walk{ctx: ctx, f: f, yield: yield}
		first, rel, err := f.locate(ctx, at)
		if err != nil {
			yield(syncer.Entry{}, fmt.Errorf("list %q: %w", at.ID, err))
			return
		}
		if first.Kind != syncer.Folder {
			yield(first, nil)
			return
		}
		if w.folder(first, rel) && first.ID == f.rootID {
			f.mu.Lock()
			f.learnt = true
			f.mu.Unlock()
		}
	}
}

// walk is a listing under way.
type walk struct {
	ctx   context.Context //nolint:containedctx // a walk lives as long as its loop
	f     *FS
	yield func(syncer.Entry, error) bool
}

// folder yields a folder and all that is below it. It reports whether the walk goes on.
func (w *walk) folder(e syncer.Entry, rel string) bool {
	children, err := w.f.read(e.ID, rel)
	if errors.Is(err, fs.ErrNotExist) && rel != "." {
		return true // it vanished between being seen and being read
	}
	e.Err = err
	if !w.yield(e, nil) {
		return false
	}
	var folders []child
	for i := range children {
		c := w.f.entry(e.ID, children[i].name, &children[i].stat)
		if c.Kind == syncer.Folder {
			w.f.saw(c.ID, place{e.ID, c.Name})
			folders = append(folders, children[i])
			continue
		}
		if !w.yield(c, nil) {
			return false
		}
	}
	for i := range folders {
		if err := w.ctx.Err(); err != nil {
			w.yield(syncer.Entry{}, err)
			return false
		}
		d := folder{rel: rel}
		if !w.folder(w.f.entry(e.ID, folders[i].name, &folders[i].stat), d.below(folders[i].name)) {
			return false
		}
	}
	return true
}

// read opens the folder at a path and reads it, if it is still the one with that ID.
func (f *FS) read(id, rel string) ([]child, error) {
	d, err := f.openPath(rel)
	if err != nil {
		return nil, err
	}
	defer d.close()
	if d.id != id {
		return nil, fmt.Errorf("folder %q is another one now: %w", rel, fs.ErrNotExist)
	}
	children, err := d.read()
	return children, failure("read folder", rel, err)
}

// locate finds an item of which at least the ID is known, as it is now, and its path.
func (f *FS) locate(ctx context.Context, at syncer.Entry) (syncer.Entry, string, error) {
	if at.ID == f.root || at.ID == f.rootID {
		d, err := f.openRoot()
		if err != nil {
			return syncer.Entry{}, "", err
		}
		defer d.close()
		if at.ID == f.rootID && d.id != f.rootID {
			return syncer.Entry{}, "", fmt.Errorf("the root is another directory now: %w", fs.ErrNotExist)
		}
		s, err := statOf(d.fd)
		return f.entry("", filepath.Base(f.root), &s), d.rel, err
	}
	if at.ParentID != "" && at.Name != "" {
		if e, rel, err := f.lookIn(ctx, at.ParentID, at); err == nil {
			return e, rel, nil
		}
	}
	return f.search(ctx, at)
}

// lookIn looks at an item in the folder with the ID parent.
func (f *FS) lookIn(ctx context.Context, parent string, at syncer.Entry) (syncer.Entry, string, error) {
	d, err := f.folder(ctx, parent)
	if err != nil {
		return syncer.Entry{}, "", err
	}
	defer d.close()
	s, err := statAt(d.fd, at.Name)
	if err != nil {
		return syncer.Entry{}, "", failure("look at", d.below(at.Name), err)
	}
	e := f.entry(d.id, at.Name, &s)
	if e.ID != at.ID {
		return syncer.Entry{}, "", fmt.Errorf("%q is another item: %w", d.below(at.Name), fs.ErrNotExist)
	}
	return e, d.below(at.Name), nil
}

// search looks for an item whose folder is not known: by its name in every folder, if it has one,
// else in the whole tree.
func (f *FS) search(ctx context.Context, at syncer.Entry) (syncer.Entry, string, error) {
	if err := f.learn(ctx); err != nil {
		return syncer.Entry{}, "", err
	}
	f.mu.RLock()
	folders := []string{f.rootID}
	for id := range f.folders {
		folders = append(folders, id)
	}
	f.mu.RUnlock()
	if at.Name != "" {
		for _, id := range folders {
			if e, rel, err := f.lookIn(ctx, id, at); err == nil {
				return e, rel, nil
			}
			if err := ctx.Err(); err != nil {
				return syncer.Entry{}, "", err
			}
		}
	}
	for e, err := range f.List(ctx, syncer.Entry{ID: f.root}, "") {
		if err != nil {
			return syncer.Entry{}, "", err
		}
		if e.ID == at.ID {
			return f.lookIn(ctx, e.ParentID, e)
		}
	}
	return syncer.Entry{}, "", fmt.Errorf("item %s: %w", at.ID, fs.ErrNotExist)
}

// Find implements syncer.Finder.
func (f *FS) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d, err := f.folder(ctx, parent.ID)
	if err != nil {
		return nil, fmt.Errorf("find in folder: %w", err)
	}
	defer d.close()
	children, err := d.read()
	if err != nil {
		return nil, failure("find in folder", d.rel, err)
	}
	var found []syncer.Entry
	for i := range children {
		if syncer.NameKey(children[i].name) != key {
			continue
		}
		e := f.entry(d.id, children[i].name, &children[i].stat)
		if e.Kind == syncer.Folder {
			f.saw(e.ID, place{d.id, e.Name})
		}
		found = append(found, e)
	}
	return found, nil
}
