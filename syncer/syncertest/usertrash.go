package syncertest

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Remove puts an item with all it holds into the trash, or removes it where there is none.
func (u *User) Remove(at string) {
	u.edit("remove", at, func(s *Service) (*node, error) {
		n, err := s.find(at)
		if err == nil && n == s.top {
			err = errors.New("is the account")
		}
		if err == nil {
			s.discard(u.actor(), n)
		}
		return n, err
	})
}

// Purge removes an item for good: the one that stands at the path, or the one in the trash that
// was there last.
func (u *User) Purge(at string) {
	u.edit("purge", at, func(s *Service) (*node, error) {
		n, err := s.find(at)
		if err == nil {
			s.discard(u.actor(), n)
		} else if n, err = s.findTrashed(at); err != nil {
			return nil, err
		}
		if n.flags().dead {
			return n, nil
		}
		if !n.flags().trashed {
			n.parent.kids.remove(n)
		}
		s.purge(u.actor(), n)
		return n, nil
	})
}

// Restore takes the item out of the trash that was last at the path, back to that place.
func (u *User) Restore(at string) {
	u.edit("restore", at, func(s *Service) (*node, error) {
		n, err := s.findTrashed(at)
		if err != nil {
			return nil, err
		}
		if n.parent.trashed() {
			return nil, fmt.Errorf("folder %q is in the trash too", n.parent.name)
		}
		name, err := s.admit(n.parent, n.kind, n.name, n)
		if err == nil {
			s.revive(u.actor(), n, n.parent, name)
		}
		return n, err
	})
}

// Promote makes an earlier version of a file current again: 1 is the one before the present one.
func (u *User) Promote(at string, back int) {
	u.edit("promote", at, func(s *Service) (*node, error) {
		n, err := s.find(at)
		if err != nil {
			return nil, err
		}
		if back < 1 || back > len(n.older) {
			return nil, fmt.Errorf("there are %d earlier versions", len(n.older))
		}
		return s.put(u.actor(), n, n.older[len(n.older)-back].body, time.Time{}), nil
	})
}

// Touch makes a new version of a file with the bytes that it has.
func (u *User) Touch(at string) {
	u.edit("touch", at, func(s *Service) (*node, error) {
		n, err := s.find(at)
		if err != nil || n.kind != syncer.File {
			return n, errors.Join(err, isNot(n, syncer.File))
		}
		return s.put(u.actor(), n, n.body, s.o.Now()), nil
	})
}

// Lock makes handles get ErrLocked when they change an item; Unlock ends it.
func (u *User) Lock(at string) { u.flag(at, func(r *rare) { r.lock = u.name }) }

// Unlock gives it back.
func (u *User) Unlock(at string) { u.flag(at, func(r *rare) { r.lock = "" }) }

// Fix makes the service itself keep a folder: it refuses to rename, move or delete it.
func (u *User) Fix(at string) { u.flag(at, func(r *rare) { r.fixed = true }) }

// Hide makes an item, with all it holds, invisible to handles; Show ends it.
func (u *User) Hide(at string) { u.flag(at, func(r *rare) { r.hidden = true }) }

// Show makes it visible again.
func (u *User) Show(at string) { u.flag(at, func(r *rare) { r.hidden = false }) }

// Bar makes the contents of a folder unreadable for handles; Unbar ends it.
func (u *User) Bar(at string) { u.flag(at, func(r *rare) { r.closed = true }) }

// Unbar makes its contents readable again.
func (u *User) Unbar(at string) { u.flag(at, func(r *rare) { r.closed = false }) }

func (u *User) flag(at string, change func(r *rare)) {
	u.edit("flag", at, func(s *Service) (*node, error) {
		n, err := s.find(at)
		if err == nil {
			n.set(change)
			s.tell(u.actor(), n, 0)
		}
		return n, err
	})
}

// find returns the live item at a path.
func (s *Service) find(at string) (*node, error) {
	if id, ok := strings.CutPrefix(at, "id:"); ok {
		n := s.lookup(id)
		if n == nil || n.trashed() {
			return nil, fmt.Errorf("no item with ID %q", id)
		}
		return n, nil
	}
	top, names := segments(at)
	n := s.root
	if top {
		n = s.top
	}
	if n.trashed() {
		return nil, errors.New("the root is in the trash")
	}
	for _, name := range names {
		next := n.child(name)
		if next == nil {
			return nil, fmt.Errorf("%q: %w", at, fs.ErrNotExist)
		}
		n = next
	}
	return n, nil
}

// child returns the oldest item with exactly this name.
func (n *node) child(name string) *node {
	if n.kids != nil {
		for _, k := range n.kids.named(syncer.NameKey(name)) {
			if k.name == name {
				return k
			}
		}
	}
	return nil
}

func (s *Service) mustFind(at string) *node {
	n, err := s.find(at)
	if err != nil {
		panic(fmt.Sprintf("syncertest: %v", err))
	}
	return n
}

// findTrashed returns the item in the trash that was last at a path.
func (s *Service) findTrashed(at string) (*node, error) {
	var found *node
	for _, n := range s.items {
		if n == nil || !n.trashed() || s.path(n) != strings.TrimPrefix(at, "./") && "id:"+n.id != at {
			continue
		}
		if found == nil || found.flags().bin < n.flags().bin {
			found = n
		}
	}
	if found == nil {
		return nil, fmt.Errorf("nothing like it is in the trash: %w", fs.ErrNotExist)
	}
	return found, nil
}
