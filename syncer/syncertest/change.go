package syncertest

import (
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// actor is whoever changes something. Only what an engine writes settles late.
type actor struct {
	name   string
	engine bool
}

// The methods below are the only ones that change the tree. They expect the lock to be held and
// what they do to be allowed.

func (s *Service) attach(n, parent *node) {
	n.parent = parent
	parent.kids.add(n)
}

func (s *Service) add(by actor, parent *node, kind syncer.Kind, name, body string, modified time.Time) *node {
	n := s.node(kind, name)
	s.remember(by, n, true)
	if kind == syncer.File {
		s.fill(by, n, body, modified)
	}
	s.attach(n, parent)
	s.show(by, n, syncer.DidWrite)
	return n
}

// fill gives a file a new version.
func (s *Service) fill(by actor, n *node, body string, modified time.Time) {
	s.counter++
	n.version = version{
		content: s.counter, body: body, digest: s.o.Info.Digest.Of([]byte(body)),
		stamped: s.o.Now(), modified: modified, author: by.name,
	}
	s.used += int64(len(body))
	s.stored[body] = true
	if !by.engine {
		s.written[body] = true
	}
}

// put gives an existing file new contents in the way the service does it, and returns the item that
// holds them.
func (s *Service) put(by actor, n *node, body string, modified time.Time) *node {
	if s.o.Info.File.Update != syncer.UpdateInPlace {
		parent, name := n.parent, n.name
		s.discard(by, n)
		return s.add(by, parent, syncer.File, name, body, modified)
	}
	s.remember(by, n, false)
	if s.o.Forgetful {
		s.drop(by, n.version)
	} else {
		n.older = append(slices.Clip(n.older), n.version)
	}
	s.fill(by, n, body, modified)
	n.rev++
	s.show(by, n, syncer.DidWrite)
	return n
}

// relocate gives an item another place or name.
func (s *Service) relocate(by actor, n, parent *node, name string) {
	if n.parent == parent && n.name == name {
		return
	}
	s.remember(by, n, false)
	if n.parent != parent {
		s.tell(by, n, syncer.DidMove)
	}
	n.parent.kids.remove(n)
	n.name = name
	n.rev++
	s.attach(n, parent)
	s.show(by, n, syncer.DidMove)
}

// discard puts an item with all it holds into the trash, or removes it where there is none.
func (s *Service) discard(by actor, n *node) syncer.Trashed {
	s.remember(by, n, false)
	s.tell(by, n, syncer.DidDelete)
	n.parent.kids.remove(n)
	if !s.o.Info.Trash {
		s.purge(by, n)
		return syncer.Trashed{}
	}
	s.counter++
	n.rev++
	n.set(func(r *rare) { r.trashed, r.bin = true, s.counter })
	return syncer.Trashed{ID: n.id, Handle: n.flags().handle()}
}

// purge drops an item that hangs in no folder any more, with all it holds.
func (s *Service) purge(by actor, n *node) {
	n.each(func(k *node) {
		for _, v := range k.older {
			s.drop(by, v)
		}
		if k.kind == syncer.File {
			s.drop(by, k.version)
		}
		s.forget(k)
	})
}

func (s *Service) drop(by actor, v version) {
	s.used -= int64(len(v.body))
	if !by.engine {
		s.dropped[v.body] = true
	}
}

// revive takes an item out of the trash.
func (s *Service) revive(by actor, n, parent *node, name string) {
	s.remember(by, n, false)
	if !n.flags().trashed { // it lies in a folder that is in the trash
		n.parent.kids.remove(n)
	}
	n.set(func(r *rare) { r.trashed, r.bin = false, 0 })
	n.name = name
	n.rev++
	s.attach(n, parent)
	s.show(by, n, syncer.DidRestore)
}
