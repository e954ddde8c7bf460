//go:build linux

package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// What stands in the private folder of a process is either on its way in, and worth nothing unless
// it is whole, or a user's file on its way out.
const (
	onTheWayIn  = "new-"
	onTheWayOut = "old-"
)

// stage is the private folder of one process, beside the root and on its file system.
type stage struct {
	area string // holds the folders of all processes
	path string
	dir  *os.File // open and locked as long as the process lives
	next atomic.Uint64
}

// private returns the folder of this process and makes it if it is the first time.
func (f *FS) private() (*stage, error) {
	f.stageMu.Lock()
	defer f.stageMu.Unlock()
	if f.stage != nil {
		return f.stage, nil
	}
	area, err := f.area()
	if err != nil {
		return nil, err
	}
	for {
		s, err := newStage(area)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process has just removed the empty area
		}
		if err != nil {
			return nil, failure("make private area", area, err)
		}
		f.stage = s
		return s, nil
	}
}

// area returns the path of the private area, and makes sure that a rename leads from it to the root.
func (f *FS) area() (string, error) {
	area := f.areaPath()
	above := filepath.Dir(area)
	s, err := statx(unix.AT_FDCWD, above, 0)
	if err != nil {
		return "", failure("make private area in", above, err)
	}
	if s.dev != f.dev {
		return "", fmt.Errorf("private area %q is on another file system than %q: %w", area, f.root, errors.ErrUnsupported)
	}
	return area, nil
}

func (f *FS) areaPath() string {
	if f.o.Private != "" {
		return f.o.Private
	}
	return filepath.Join(filepath.Dir(f.root), ".localdir-"+f.rootID)
}

func newStage(area string) (*stage, error) {
	if err := os.Mkdir(area, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%v", err) //nolint:errorlint // not to be tried again
		}
		return nil, err
	}
	unlock, err := lockArea(area)
	if err != nil {
		return nil, err
	}
	defer unlock()
	path, err := os.MkdirTemp(area, strconv.Itoa(os.Getpid())+"-*")
	if err != nil {
		return nil, err
	}
	dir, err := lock(path)
	if err != nil {
		return nil, err
	}
	return &stage{area: area, path: path, dir: dir}, nil
}

// lockArea keeps other processes from making and clearing folders in the area.
func lockArea(area string) (unlock func(), err error) {
	dir, err := os.Open(area)
	if err != nil {
		return nil, err
	}
	if err := flock(dir, unix.LOCK_EX); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return func() { _ = dir.Close() }, nil // closing unlocks
}

func flock(dir *os.File, how int) error {
	for {
		if err := unix.Flock(int(dir.Fd()), how); err != unix.EINTR {
			return err
		}
	}
}

// lock opens a process's folder, unless that process lives.
func lock(path string) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := flock(dir, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}

// name returns a name that is used once.
func (s *stage) name(prefix string) string {
	return prefix + strconv.FormatUint(s.next.Add(1), 10)
}

func (s *stage) fd() int { return int(s.dir.Fd()) }

// close removes the folder of the process, and the area if it is empty then.
func (s *stage) close() error {
	err := os.Remove(s.path)
	_ = os.Remove(s.area) // it may hold the folders of others
	return errors.Join(err, s.dir.Close())
}

// Recover clears up after processes that died: what they had not finished writing is removed, and
// what they had taken out of a folder goes to the trash. It leaves living processes alone. Without a
// trash it removes nothing that may be a user's only copy, and says where that is.
func (f *FS) Recover() error {
	area := f.areaPath()
	if _, err := os.Lstat(area); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := lockArea(area)
	if err != nil {
		return failure("recover from", area, err)
	}
	defer unlock()
	dead, err := os.ReadDir(area)
	if err != nil {
		return failure("recover from", area, err)
	}
	var failures []error
	for _, d := range dead {
		if err := f.recover(filepath.Join(area, d.Name())); err != nil {
			failures = append(failures, failure("recover from", filepath.Join(area, d.Name()), err))
		}
	}
	_ = os.Remove(area) // unless somebody else uses it
	return errors.Join(failures...)
}

func (f *FS) recover(path string) error {
	dir, err := lock(path)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // closing unlocks
	left, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), onTheWayIn) {
			err = os.Remove(filepath.Join(path, e.Name()))
		} else {
			err = f.recoverOld(int(dir.Fd()), path, e.Name())
		}
		if err != nil {
			return err
		}
	}
	if err := f.clearPartials(filepath.Base(path)); err != nil {
		return err
	}
	return os.Remove(path)
}

func (f *FS) recoverOld(dir int, path, name string) error {
	if f.o.Trash == "" {
		return fmt.Errorf("%q may be the last copy of a file, and there is no trash to move it to: %w", filepath.Join(path, name), fs.ErrExist)
	}
	_, err := f.discard(dir, filepath.Base(path), name, "recovered/"+filepath.Base(path)+"-"+name)
	return err
}
