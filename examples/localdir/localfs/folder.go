//go:build linux

package localfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// place is where a folder was seen last.
type place struct{ parent, name string }

// folder is an open folder.
type folder struct {
	fd  int
	id  string
	rel string // "." for the root
}

func (d *folder) close() { _ = unix.Close(d.fd) } // only names were looked up through it

// below returns the path of what is called name in the folder.
func (d *folder) below(name string) string {
	if d.rel == "." {
		return name
	}
	return d.rel + "/" + name
}

// openRoot opens the directory that is at the root's path now.
func (f *FS) openRoot() (*folder, error) {
	fd, err := open(unix.AT_FDCWD, f.root, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW)
	if err != nil {
		return nil, failure("open directory", f.root, err)
	}
	return identify(fd, ".")
}

// openPath opens the folder at a path below the root. No symbolic link on the way is followed, so
// that nobody can lead a write out of the root by putting one there.
func (f *FS) openPath(rel string) (*folder, error) {
	root, err := f.openRoot()
	if err != nil || rel == "." {
		return root, err
	}
	defer root.close()
	how := unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
	}
	for {
		fd, err := unix.Openat2(root.fd, rel, &how)
		switch err {
		case nil:
			return identify(fd, rel)
		case unix.EINTR, unix.EAGAIN:
			continue
		case unix.ENOTDIR, unix.ELOOP, unix.EXDEV:
			err = fs.ErrNotExist // the folder gave way to something else
		}
		return nil, failure("open folder", rel, err)
	}
}

func identify(fd int, rel string) (*folder, error) {
	s, err := statOf(fd)
	if err != nil {
		_ = unix.Close(fd) // the error that counts is the other one
		return nil, failure("look at folder", rel, err)
	}
	return &folder{fd: fd, id: s.id(), rel: rel}, nil
}

func open(dir int, name string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(dir, name, flags|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// folder opens the folder with an ID. It fails with fs.ErrNotExist if the folder is not where it was
// seen last.
func (f *FS) folder(ctx context.Context, id string) (*folder, error) {
	if id == f.root {
		return f.openRoot()
	}
	rel, ok := f.rel(id)
	if !ok {
		if err := f.learn(ctx); err != nil {
			return nil, err
		}
		if rel, ok = f.rel(id); !ok {
			return nil, fmt.Errorf("folder %s: %w", id, fs.ErrNotExist)
		}
	}
	d, err := f.openPath(rel)
	if err != nil {
		return nil, err
	}
	if d.id != id {
		d.close()
		return nil, fmt.Errorf("folder %q is another one now: %w", rel, fs.ErrNotExist)
	}
	return d, nil
}

// rel returns the path of a folder that was seen.
func (f *FS) rel(id string) (string, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var names []string
	for id != f.rootID {
		p, ok := f.folders[id]
		if !ok || len(names) > unix.PathMax {
			return "", false
		}
		names = append(names, p.name)
		id = p.parent
	}
	if len(names) == 0 {
		return ".", true
	}
	slices.Reverse(names)
	return strings.Join(names, "/"), true
}

func (f *FS) saw(id string, at place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.folders[id] != at {
		f.folders[id] = at
	}
}

func (f *FS) forget(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.folders, id)
}

// learn looks once for all folders below the root. Later ones are known from listings.
func (f *FS) learn(ctx context.Context) error {
	f.mu.RLock()
	learnt := f.learnt
	f.mu.RUnlock()
	if learnt {
		return nil
	}
	for _, err := range f.List(ctx, syncer.Entry{ID: f.root}, "") {
		if err != nil {
			return err
		}
	}
	return nil
}

// child is an item in a folder.
type child struct {
	name string
	stat stat
}

// read returns what is in the folder, sorted by name. What vanishes while it is read is not there.
func (d *folder) read() ([]child, error) {
	fd, err := open(d.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	dir := os.NewFile(uintptr(fd), d.rel)
	names, err := dir.Readdirnames(-1)
	if closing := dir.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	children := make([]child, 0, len(names))
	for _, name := range names {
		s, err := statAt(d.fd, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look at %q: %w", name, err)
		}
		children = append(children, child{name, s})
	}
	return children, nil
}
