//go:build linux

package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// Apart returns an error that wraps syncer.ErrOverlap if one of the directories is the other one or
// lies below it, by whatever path. syncer.CheckOverlap cannot tell, since there is no Looker here.
func Apart(a, b *FS) error {
	for _, pair := range [][2]*FS{{a, b}, {b, a}} {
		inside, err := pair[0].Holds(pair[1].root)
		if err != nil {
			return err
		}
		if inside {
			return fmt.Errorf("%q is, or holds, %q: %w", pair[0].root, pair[1].root, syncer.ErrOverlap)
		}
	}
	return nil
}

// Holds reports whether path, which need not be there yet, is the root or lies below it.
func (f *FS) Holds(path string) (bool, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	for {
		at, err := filepath.EvalSymlinks(path)
		if err == nil {
			return f.above(at)
		}
		if !errors.Is(err, fs.ErrNotExist) || path == filepath.Dir(path) {
			return false, failure("look at", path, err)
		}
		path = filepath.Dir(path)
	}
}

// above reports whether the root is at or above a path without links.
func (f *FS) above(path string) (bool, error) {
	for {
		s, err := statAt(unix.AT_FDCWD, path)
		if err != nil {
			return false, failure("look at", path, err)
		}
		if s.dev == f.dev && s.id() == f.rootID {
			return true, nil
		}
		if path == filepath.Dir(path) {
			return false, nil
		}
		path = filepath.Dir(path)
	}
}
