package syncertest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// node is one item. Fields that few items need are in rare, which is replaced and never changed, so
// that a copy of a node stays as it was.
type node struct {
	id     string
	num    int
	kind   syncer.Kind
	name   string
	parent *node // also while in the trash: the folder it was in
	twin   *node // the next item of that folder with the same key
	rev    int
	birth  int
	made   time.Time
	version
	older []version
	kids  *shelf // folders only
	rare  *rare
}

// version is one content of a file.
type version struct {
	content  int
	body     string
	digest   syncer.Digest
	stamped  time.Time // by the service
	modified time.Time // by whoever sent it
	author   string
}

type rare struct {
	lock    string
	hidden  bool // not visible to handles, nor is what it holds
	closed  bool // a folder whose contents handles cannot read
	trashed bool // the item itself is in the trash, with what it holds
	bin     int  // counts the stays in the trash, so that the last one is known
	dead    bool
	fixed   bool // the service itself keeps it
}

func (n *node) flags() rare {
	if n.rare == nil {
		return rare{}
	}
	return *n.rare
}

func (n *node) set(change func(r *rare)) {
	r := n.flags()
	change(&r)
	n.rare = &r
}

// inside reports whether n is folder or lies below it, in the trash or not.
func (n *node) inside(folder *node) bool {
	for ; n != nil; n = n.parent {
		if n == folder {
			return true
		}
	}
	return false
}

// trashed reports whether n or a folder that holds it is in the trash.
func (n *node) trashed() bool {
	for ; n != nil; n = n.parent {
		if n.flags().trashed {
			return true
		}
	}
	return false
}

// hidden reports whether n or a folder that holds it is invisible to handles.
func (n *node) hidden() bool {
	for ; n != nil; n = n.parent {
		if n.flags().hidden {
			return true
		}
	}
	return false
}

// shut reports whether a folder that holds n cannot be read by handles.
func (n *node) shut() bool {
	for n = n.parent; n != nil; n = n.parent {
		if n.flags().closed {
			return true
		}
	}
	return false
}

// each calls f for n and everything below it, folders after their contents.
func (n *node) each(f func(*node)) {
	if n.kids != nil {
		for _, v := range slices.Backward(n.kids.list) {
			v.each(f)
		}
	}
	f(n)
}

// height counts the folders that stand inside each other from n down, n included.
func (n *node) height() int {
	if n.kids == nil {
		return 0
	}
	most := 0
	for _, k := range n.kids.list {
		most = max(most, k.height())
	}
	return most + 1
}

// guard is the token of n as it is now, empty where the service guards nothing.
func (s *Service) guard(n *node) syncer.Precondition {
	if s.o.Info.Guards == (syncer.Guards{}) {
		return ""
	}
	return syncer.Precondition("e" + strconv.Itoa(n.rev))
}

// entry shows n as a handle sees it.
func (s *Service) entry(n *node) syncer.Entry {
	flags := n.flags()
	e := syncer.Entry{ID: n.id, Kind: n.kind, Name: n.name, Trashed: n.trashed() && (n.flags().trashed || !s.o.Shallow)}
	if n.parent != nil {
		e.ParentID = n.parent.id
	}
	e.Guard = s.guard(n)
	if s.o.Info.ReusableIDs {
		e.Birth = n.born()
	}
	e.Facts = &syncer.Facts{Fixed: flags.fixed, Locked: flags.lock, Created: n.made, Link: "https://files.example/" + n.id}
	switch n.kind {
	case syncer.File:
		e.Content = n.version.name()
		e.Modified, e.Facts.Modified = n.stamped, n.modified
		e.Size, e.Digest = int64(len(n.body)), n.digest
		if s.rendered(n) {
			e.Size, e.Digest, e.Rendered = syncer.UnknownSize, "", true
		}
		if s.o.Info.Account != "" {
			e.Facts.Author = n.author
		}
	case syncer.Other:
		e.Skip = "is a link"
	}
	return e
}

func (n *node) born() string { return "b" + strconv.Itoa(n.birth) }

func (r rare) handle() string { return "bin-" + strconv.Itoa(r.bin) }

func (v version) name() string { return "v" + strconv.Itoa(v.content) }

func (s *Service) rendered(n *node) bool { return s.o.Rendered != nil && s.o.Rendered(n.name) }

// lookup returns the item with an ID, in the trash or not, or nil.
func (s *Service) lookup(id string) *node {
	if id != "" && id == s.o.Locator {
		return s.root
	}
	digits, ok := strings.CutPrefix(id, s.o.Prefix)
	num, err := strconv.Atoi(digits)
	if !ok || err != nil || num < 0 || num >= len(s.items) || s.items[num] == nil || s.items[num].id != id {
		return nil
	}
	return s.items[num]
}
