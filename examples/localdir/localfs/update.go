//go:build linux

package localfs

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// UpdateFile implements syncer.FileSystem. The new version and the old one change places in one step;
// only then is the old one looked at for the last time.
func (f *FS) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	d, was, err := f.current(ctx, old)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	defer d.close()
	st, in, err := f.receive(ctx, c, &was)
	if err != nil {
		return syncer.Entry{}, failure("update", d.below(old.Name), err)
	}
	// From now on what stands under this name may be the user's.
	swap := st.name(onTheWayOut)
	if err := renameNew(st.fd(), in.name, st.fd(), swap); err != nil {
		st.drop(in.name)
		return syncer.Entry{}, failure("update", d.below(old.Name), err)
	}
	e, err := f.replace(st, swap, d, old, &was, &in.stat)
	if err != nil {
		return syncer.Entry{}, err
	}
	return e, f.stays(d, old.Name)
}

// replace puts what is called swap in the place of a file that is still as the entry says.
func (f *FS) replace(st *stage, swap string, d *folder, old syncer.Entry, was, ours *stat) (syncer.Entry, error) {
	defer f.hold(d, old.Name)()
	if err := f.unchanged(d, old); err != nil {
		st.drop(swap)
		return syncer.Entry{}, fmt.Errorf("update %q: %w", old.Name, err)
	}
	if err := exchange(st, swap, d, old.Name); err != nil {
		st.drop(swap)
		return syncer.Entry{}, failure("update", d.below(old.Name), gone(err))
	}
	if err := f.retire(st, swap, d.below(old.Name), was); err != nil {
		if back := f.giveBack(st, swap, d, old.Name, ours); back != nil {
			return syncer.Entry{}, fmt.Errorf("update %q: %v; the version before is %q and could not be put back: %v",
				d.below(old.Name), err, filepath.Join(st.path, swap), back) //nolint:errorlint // must not match NotDone
		}
		return syncer.Entry{}, failure("update", d.below(old.Name), err)
	}
	return f.made(d, old.Name, ours)
}

func exchange(st *stage, swap string, d *folder, name string) error {
	return unix.Renameat2(st.fd(), swap, d.fd, name, unix.RENAME_EXCHANGE)
}

// giveBack undoes an exchange. What comes out is removed only if it is what we had put in: a user may
// have written there since, and that goes to the trash.
func (f *FS) giveBack(st *stage, swap string, d *folder, name string, ours *stat) error {
	if err := exchange(st, swap, d, name); err != nil {
		return err
	}
	s, err := statAt(st.fd(), swap)
	if err == nil && s.sameBytes(ours) {
		st.drop(swap)
		return nil
	}
	if err == nil && f.o.Trash == "" {
		err = fs.ErrExist // it stays where it is
	}
	if err == nil {
		_, err = f.discard(st.fd(), filepath.Base(st.path), swap, d.below(name))
	}
	if err != nil {
		return fmt.Errorf("a still later version is %q: %w", filepath.Join(st.path, swap), err)
	}
	return nil
}

// retire moves what was taken out to the trash, if it is what it should be.
func (f *FS) retire(st *stage, name, rel string, was *stat) error {
	_, err := f.retired(st, name, rel, was)
	return err
}

func (f *FS) retired(st *stage, name, rel string, was *stat) (string, error) {
	s, err := statAt(st.fd(), name)
	if err != nil {
		return "", err
	}
	if !s.sameBytes(was) {
		return "", fmt.Errorf("it was changed just now: %w", syncer.ErrStale)
	}
	return f.discard(st.fd(), filepath.Base(st.path), name, rel)
}
