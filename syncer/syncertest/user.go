package syncertest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// User edits a Service as a person does, behind every engine's back. Paths are relative to the
// root; "../x" stands beside the root, in the same account and outside of what is synced; and
// "id:memory-7" is the item with that ID, wherever it is. Where two items have one name a path
// means the older one. An edit that the service would refuse panics: the test is wrong.
type User struct {
	service *Service
	name    string
}

func (u *User) actor() actor { return actor{name: u.name} }

// edit runs one edit under the lock and panics with what went wrong.
func (u *User) edit(what, at string, f func(s *Service) (*node, error)) string {
	s := u.service
	s.mu.Lock()
	defer s.mu.Unlock()
	s.land()
	n, err := f(s)
	if err != nil {
		panic(fmt.Sprintf("syncertest: user %s cannot %s %q: %v", u.name, what, at, err))
	}
	return n.id
}

// Write gives a file new contents, or makes it with the folders above it, and returns its ID.
func (u *User) Write(at, contents string) string {
	return u.edit("write", at, func(s *Service) (*node, error) {
		n, err := s.find(at)
		if errors.Is(err, fs.ErrNotExist) {
			return u.create(s, at, syncer.File, contents)
		}
		if err != nil || n.kind != syncer.File {
			return n, errors.Join(err, isNot(n, syncer.File))
		}
		if err := s.fits(int64(len(contents)), int64(len(n.body))); err != nil {
			return nil, err
		}
		return s.put(u.actor(), n, contents, time.Time{}), nil
	})
}

// Add makes a new file even if the name is there already, and returns its ID.
func (u *User) Add(at, contents string) string {
	return u.edit("add", at, func(s *Service) (*node, error) { return u.create(s, at, syncer.File, contents) })
}

// AddLink makes something that is neither file nor folder, and returns its ID.
func (u *User) AddLink(at string) string {
	return u.edit("link", at, func(s *Service) (*node, error) { return u.create(s, at, syncer.Other, "") })
}

// AddFolder makes a new folder even if the name is there already, and returns its ID.
func (u *User) AddFolder(at string) string {
	return u.edit("add folder", at, func(s *Service) (*node, error) { return u.create(s, at, syncer.Folder, "") })
}

// Mkdir makes a folder, with those above it, unless it is there, and returns its ID.
func (u *User) Mkdir(at string) string {
	return u.edit("make folder", at, func(s *Service) (*node, error) { return u.mkdir(s, at) })
}

func (u *User) mkdir(s *Service, at string) (*node, error) {
	n, err := s.find(at)
	if errors.Is(err, fs.ErrNotExist) {
		return u.create(s, at, syncer.Folder, "")
	}
	return n, errors.Join(err, isNot(n, syncer.Folder))
}

func isNot(n *node, kind syncer.Kind) error {
	if n == nil || n.kind == kind {
		return nil
	}
	return fmt.Errorf("is a %s", n.kind)
}

func (u *User) create(s *Service, at string, kind syncer.Kind, contents string) (*node, error) {
	parent, err := u.mkdir(s, path.Dir(at))
	if err != nil {
		return nil, err
	}
	name, err := s.admit(parent, kind, path.Base(at), nil)
	if err == nil {
		err = s.fits(int64(len(contents)), 0)
	}
	if err != nil {
		return nil, err
	}
	return s.add(u.actor(), parent, kind, name, contents, time.Time{}), nil
}

// Move gives an item another place or name; the folders above are made.
func (u *User) Move(from, to string) {
	u.edit("move", from, func(s *Service) (*node, error) {
		n, err := s.find(from)
		if err != nil {
			return nil, err
		}
		parent, err := u.mkdir(s, path.Dir(to))
		if err != nil {
			return nil, err
		}
		name, err := s.admit(parent, n.kind, path.Base(to), n)
		if err == nil {
			s.relocate(u.actor(), n, parent, name)
		}
		return n, err
	})
}

// Rename gives an item another name in its folder.
func (u *User) Rename(at, name string) {
	u.edit("rename", at, func(s *Service) (*node, error) {
		n, err := s.find(at)
		if err != nil {
			return nil, err
		}
		name, err := s.admit(n.parent, n.kind, name, n)
		if err == nil {
			s.relocate(u.actor(), n, n.parent, name)
		}
		return n, err
	})
}

// MoveOut moves an item out of the root, to where MoveIn finds it under its name.
func (u *User) MoveOut(at string) { u.Move(at, "../"+path.Base(u.service.Path(u.service.ID(at)))) }

// MoveIn moves an item that MoveOut took away, or that was written to "../name", into the root.
func (u *User) MoveIn(name, to string) { u.Move("../"+name, to) }

// Copy copies a file, and returns the new one's ID.
func (u *User) Copy(from, to string) string {
	return u.edit("copy", from, func(s *Service) (*node, error) {
		n, err := s.find(from)
		if err != nil || n.kind != syncer.File {
			return n, errors.Join(err, isNot(n, syncer.File))
		}
		return u.create(s, to, syncer.File, n.body)
	})
}

// segments splits a path below the root, or below the top if it begins with "..".
func segments(at string) (top bool, names []string) {
	at = path.Clean(at)
	at, top = strings.CutPrefix(at+"/", "../")
	for name := range strings.SplitSeq(at, "/") {
		if name != "" && name != "." {
			names = append(names, name)
		}
	}
	return top, names
}
