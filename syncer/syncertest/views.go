package syncertest

import (
	"maps"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Tree returns what is below the root, invisible items too: files with their contents, folders and
// links with a "/" and a "@" behind their paths. A second item of a name has "#" and its ID behind.
func (s *Service) Tree() Tree { return s.tree(func() *node { return s.root }) }

// Outside returns, in the manner of Tree, what is in the account beside the root.
func (s *Service) Outside() Tree { return s.tree(func() *node { return s.top }) }

func (s *Service) tree(of func() *node) Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Tree{}
	var walk func(prefix string, n *node)
	walk = func(prefix string, n *node) {
		for _, k := range n.kids.list {
			if k == s.root {
				continue
			}
			at := prefix + k.name
			if _, taken := out[at+mark(k)]; taken {
				at += "#" + k.id
			}
			out[at+mark(k)] = k.body
			if k.kind == syncer.Folder {
				walk(at+"/", k)
			}
		}
	}
	walk("", of())
	return out
}

func mark(n *node) string {
	switch n.kind {
	case syncer.Folder:
		return "/"
	case syncer.Other:
		return "@"
	}
	return ""
}

// path returns where an item stands or last stood, in the manner of User.
func (s *Service) path(n *node) string {
	var names []string
	for ; n != nil && n != s.root && n != s.top; n = n.parent {
		names = append(names, n.name)
	}
	if n != s.root {
		names = append(names, "..")
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// Path returns where the item with an ID stands, or last stood if it is in the trash; "" for the
// root and for an ID that is unknown.
func (s *Service) Path(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.lookup(id); n != nil {
		return s.path(n)
	}
	return ""
}

// ID returns the ID of the item at a path, and panics if there is none.
func (s *Service) ID(at string) string { return s.Entry(at).ID }

// Has reports whether something stands at a path.
func (s *Service) Has(at string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.find(at)
	return err == nil
}

// Entry returns the item at a path as a handle sees it now, and panics if there is none.
func (s *Service) Entry(at string) syncer.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.land()
	return s.entry(s.mustFind(at))
}

// IDs returns the ID of everything below the root by its path, without marks; of twins the older.
func (s *Service) IDs() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	s.root.each(func(n *node) {
		at := s.path(n)
		if twin, taken := out[at]; n != s.root && (!taken || s.lookup(twin).num > n.num) {
			out[at] = n.id
		}
	})
	return out
}

// Trash returns the contents of what is in the trash, by last path, in the manner of Tree.
func (s *Service) Trash() Tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Tree{}
	for _, n := range s.items {
		if n == nil || !n.trashed() {
			continue
		}
		at := s.path(n) + mark(n)
		if _, taken := out[at]; taken {
			at += "#" + n.id
		}
		out[at] = n.body
	}
	return out
}

// History returns the contents of all versions of the file at a path, oldest first.
func (s *Service) History(at string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.mustFind(at)
	var out []string
	for _, v := range n.older {
		out = append(out, v.body)
	}
	return append(out, n.body)
}

// Written returns every content that a user ever wrote, sorted.
func (s *Service) Written() []string { return s.contents(&s.written) }

// Stored returns every content that was ever stored, sorted.
func (s *Service) Stored() []string { return s.contents(&s.stored) }

// Dropped returns the contents that the service let go by a user's own hand, sorted: by a purge, or
// by a delete or an edit where there is no trash and no history.
func (s *Service) Dropped() []string { return s.contents(&s.dropped) }

// Kept returns every content that some item, version or item in the trash still holds, sorted. What
// is in Written, and neither in Kept nor in Dropped of any side, was lost.
func (s *Service) Kept() []string {
	s.mu.Lock()
	kept := map[string]bool{}
	for _, n := range s.items {
		if n == nil || n.kind != syncer.File {
			continue
		}
		kept[n.body] = true
		for _, v := range n.older {
			kept[v.body] = true
		}
	}
	s.mu.Unlock()
	return s.contents(&kept)
}

func (s *Service) contents(set *map[string]bool) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(*set))
}

// Violations returns the writes of handles that no correct engine sends: those that take effect outside
// of their root, and those that leave out a guard that the service offers.
func (s *Service) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}
