//go:build linux

package localfs

import (
	"errors"

	"golang.org/x/sys/unix"
)

// flush is one wait for the disk, which all calls share that have come before it begins.
type flush struct {
	done bool // under FS.flushMu, as err
	err  error
}

// persist has all that was changed on the disk, if that is wanted.
func (f *FS) persist() error {
	if !f.o.Sync {
		return nil
	}
	f.mu.Lock()
	mine := f.flushed
	if mine == nil {
		mine = &flush{}
		f.flushed = mine
	}
	f.mu.Unlock()

	f.flushMu.Lock()
	defer f.flushMu.Unlock()
	if mine.done {
		return mine.err
	}
	f.mu.Lock()
	f.flushed = nil // who comes from now on may have changed what this flush does not see
	f.mu.Unlock()
	mine.done, mine.err = true, f.flush()
	return mine.err
}

func (f *FS) flush() error {
	fd, err := open(unix.AT_FDCWD, f.root, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return failure("open directory", f.root, err)
	}
	return errors.Join(unix.Syncfs(fd), unix.Close(fd))
}
