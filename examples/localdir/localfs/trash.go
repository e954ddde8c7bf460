//go:build linux

package localfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// partial begins the names of what is on its way into a trash on another file system.
const partial = ".partial-"

// most is how many items of one path an FS puts into the trash.
const most = 10_000

// discard moves what is called name in the private folder dir to the trash, where rel tells its path.
// It returns that path, or "" if there is no trash. session names the private folder.
func (f *FS) discard(dir int, session, name, rel string) (string, error) {
	if f.o.Trash == "" {
		return "", unix.Unlinkat(dir, name, 0)
	}
	first := filepath.Join(f.o.Trash, f.stamp, f.o.Label)
	for n := 1; ; n++ {
		to := filepath.Join(first, numbered(rel, n))
		err := os.MkdirAll(filepath.Dir(to), 0o700)
		if err == nil {
			err = renameNew(dir, name, unix.AT_FDCWD, to)
			if errors.Is(err, unix.EXDEV) {
				err = f.copyOut(dir, session, name, to)
			}
		}
		switch {
		case err == nil:
			return to, nil
		case errors.Is(err, unix.ENAMETOOLONG) && !strings.HasPrefix(rel, "long/"):
			rel, n = "long/"+filepath.Base(rel), 0 // the path below the root and that of the trash are too long together
		case n < most && (errors.Is(err, fs.ErrExist) || errors.Is(err, unix.ENOTDIR)):
			// Something of that name, or a file in the place of its folder, is there already.
		default:
			return "", failure("move to the trash", to, err)
		}
	}
}

// numbered returns rel, or for the second of that path "2/rel", and so on. The names stay whole.
func numbered(rel string, n int) string {
	if n == 1 {
		return rel
	}
	return filepath.Join("again-"+strconv.Itoa(n), rel)
}

func renameNew(fromDir int, from string, toDir int, to string) error {
	return unix.Renameat2(fromDir, from, toDir, to, unix.RENAME_NOREPLACE)
}

// copyOut moves a file to another file system: the copy is on the disk, under its name, before the
// original goes.
func (f *FS) copyOut(dir int, session, name, to string) error {
	temporary := filepath.Join(f.o.Trash, partial+session+"-"+name)
	if err := copyFile(dir, name, temporary); err != nil {
		_ = os.Remove(temporary) // the error that counts is the other one
		return err
	}
	if err := renameNew(unix.AT_FDCWD, temporary, unix.AT_FDCWD, to); err != nil {
		_ = os.Remove(temporary)
		return err
	}
	if err := syncDir(filepath.Dir(to)); err != nil {
		return err
	}
	return unix.Unlinkat(dir, name, 0)
}

func copyFile(dir int, name, to string) error {
	fd, err := open(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("it cannot be read, and the trash is on another file system: %w", err)
	}
	if err != nil {
		return err
	}
	from := os.NewFile(uintptr(fd), name)
	defer func() { _ = from.Close() }() // it was only read
	s, err := statOf(fd)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, from)
	if err == nil {
		err = unix.Fchmod(int(out.Fd()), s.mode&0o7777)
	}
	if err == nil {
		err = out.Sync()
	}
	err = errors.Join(err, out.Close())
	if err != nil {
		return err
	}
	mtime := time.Unix(0, s.mtime)
	return os.Chtimes(to, mtime, mtime)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// clearPartials removes the copies that a dead process had begun.
func (f *FS) clearPartials(session string) error {
	if f.o.Trash == "" {
		return nil
	}
	all, err := os.ReadDir(f.o.Trash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range all {
		if strings.HasPrefix(e.Name(), partial+session+"-") {
			err = errors.Join(err, os.Remove(filepath.Join(f.o.Trash, e.Name())))
		}
	}
	return err
}
