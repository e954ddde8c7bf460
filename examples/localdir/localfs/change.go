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
		return f.made(to, name)
	}
	if err := renameNew(from.fd, old.Name, to.fd, name); err != nil {
		if errors.Is(err, unix.EINVAL) && old.Kind == syncer.Folder {
			err = fmt.Errorf("a folder does not go into itself: %w: %w", syncer.ErrRefused, err)
		}
		return syncer.Entry{}, failure("move "+from.below(old.Name)+" to", to.below(name), gone(err))
	}
	s, err := statAt(to.fd, name)
	if err != nil || s.ino != was.ino || s.birth != was.birth {
		if back := renameNew(to.fd, name, from.fd, old.Name); back != nil {
			return syncer.Entry{}, fmt.Errorf("move %q: something else had its name, and is %q now: %v", old.Name, to.below(name), back) //nolint:errorlint // must not match NotDone
		}
		return syncer.Entry{}, fmt.Errorf("move %q: something else had its name: %w", old.Name, syncer.ErrStale)
	}
	if old.Kind == syncer.Folder {
		f.saw(old.ID, place{to.id, name})
	} else if s.sameBytes(&was) {
		f.keep(f.entry(to.id, name, &s).ID, &s, old.Content)
	}
	return f.made(to, name)
}

// Delete implements syncer.FileSystem. Folders are removed, files go to the trash.
func (f *FS) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
	d, was, err := f.current(ctx, old)
	if err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %q: %w", old.Name, err)
	}
	defer d.close()
	if was.kind() == unix.S_IFDIR {
		if err := unix.Unlinkat(d.fd, old.Name, unix.AT_REMOVEDIR); err != nil {
			return syncer.Trashed{}, failure("delete folder", d.below(old.Name), gone(err))
		}
		f.forget(old.ID)
		return syncer.Trashed{ID: old.ID}, f.deleted(d.below(old.Name))
	}
	st, err := f.private()
	if err != nil {
		return syncer.Trashed{}, failure("delete", d.below(old.Name), err)
	}
	name := st.name(onTheWayOut)
	if err := renameNew(d.fd, old.Name, st.fd(), name); err != nil {
		return syncer.Trashed{}, failure("delete", d.below(old.Name), gone(err))
	}
	handle, err := f.retired(st, name, d.below(old.Name), &was)
	if err != nil {
		if back := renameNew(st.fd(), name, d.fd, old.Name); back != nil {
			return syncer.Trashed{}, fmt.Errorf("delete %q: %v; it is %q and could not be put back: %v",
				d.below(old.Name), err, filepath.Join(st.path, name), back) //nolint:errorlint // must not match NotDone
		}
		return syncer.Trashed{}, failure("delete", d.below(old.Name), err)
	}
	return syncer.Trashed{ID: old.ID, Handle: handle}, f.deleted(d.below(old.Name))
}

func (f *FS) deleted(rel string) error {
	if err := f.persist(); err != nil {
		return fmt.Errorf("delete %q: %v", rel, err) //nolint:errorlint // must not match NotDone
	}
	return nil
}
