//go:build linux

package localfs

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// Move implements syncer.Mover.
func (f *FS) Move(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	to, err := f.into(ctx, parent, name)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q to %q: %w", old.Name, name, err)
	}
	defer to.close()
	from, was, err := f.current(ctx, old)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	defer from.close()
	if from.id == to.id && old.Name == name {
		return f.entry(to.id, name, &was), nil
	}
	e, err := f.relocate(from, &was, old, to, name)
	if err != nil {
		return syncer.Entry{}, err
	}
	return e, f.stays(to, name)
}

func (f *FS) relocate(from *folder, was *stat, old syncer.Entry, to *folder, name string) (syncer.Entry, error) {
	defer f.hold(from, old.Name)()
	if err := renameNew(from.fd, old.Name, to.fd, name); err != nil {
		if errors.Is(err, unix.EINVAL) && old.Kind == syncer.Folder {
			err = fmt.Errorf("a folder does not go into itself: %w: %w", syncer.ErrRefused, err)
		}
		return syncer.Entry{}, failure("move "+from.below(old.Name)+" to", to.below(name), gone(err))
	}
	e, err := f.moved(old, was, to, name)
	if errors.Is(err, errOther) {
		if back := renameNew(to.fd, name, from.fd, old.Name); back != nil {
			return syncer.Entry{}, fmt.Errorf("move %q: something else had its name, and is %q now: %v", old.Name, to.below(name), back) //nolint:errorlint // must not match NotDone
		}
		return syncer.Entry{}, fmt.Errorf("move %q: something else had its name: %w", old.Name, syncer.ErrStale)
	}
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at %q after moving it: %v", to.below(name), err) //nolint:errorlint // must not match NotDone
	}
	return e, nil
}

var errOther = errors.New("another item")

// moved returns what a rename has brought to a place, if it is the item old. Whoever has written into
// it since did so after us: then its version is the one before, so that the difference is noticed.
func (f *FS) moved(old syncer.Entry, was *stat, to *folder, name string) (syncer.Entry, error) {
	s, err := statAt(to.fd, name)
	if err != nil {
		return syncer.Entry{}, err
	}
	if s.ino != was.ino || s.birth != was.birth {
		return syncer.Entry{}, errOther
	}
	if old.Kind == syncer.Folder {
		f.saw(old.ID, place{to.id, name})
		return f.entry(to.id, name, &s), nil
	}
	same := s.sameBytes(was)
	if same {
		f.keep(f.entry(to.id, name, &s).ID, &s, old.Content)
	}
	e := f.entry(to.id, name, &s)
	if !same {
		e.Content, e.Guard = old.Content, old.Guard
	}
	return e, nil
}

// Delete implements syncer.FileSystem. Folders are removed, files go to the trash.
func (f *FS) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
	d, was, err := f.current(ctx, old)
	if err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	defer d.close()
	trashed := syncer.Trashed{ID: old.ID}
	if was.kind() == unix.S_IFDIR {
		if err := unix.Unlinkat(d.fd, old.Name, unix.AT_REMOVEDIR); err != nil {
			return syncer.Trashed{}, failure("delete folder", d.below(old.Name), gone(err))
		}
		f.forget(old.ID)
	} else if trashed.Handle, err = f.remove(d, old.Name, &was); err != nil {
		return syncer.Trashed{}, err
	}
	return trashed, f.stays(d, old.Name)
}

// remove takes a file out of its folder and moves it to the trash, if it is what it should be.
func (f *FS) remove(d *folder, name string, was *stat) (handle string, err error) {
	st, err := f.private()
	if err != nil {
		return "", failure("delete", d.below(name), err)
	}
	defer f.hold(d, name)()
	out := st.name(onTheWayOut)
	if err := renameNew(d.fd, name, st.fd(), out); err != nil {
		return "", failure("delete", d.below(name), gone(err))
	}
	handle, err = f.retired(st, out, d.below(name), was)
	if err != nil {
		if back := renameNew(st.fd(), out, d.fd, name); back != nil {
			return "", fmt.Errorf("delete %q: %v; it is %q and could not be put back: %v",
				d.below(name), err, filepath.Join(st.path, out), back) //nolint:errorlint // must not match NotDone
		}
		return "", failure("delete", d.below(name), err)
	}
	return handle, nil
}
