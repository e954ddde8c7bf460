package boxtest

import (
	"cmp"
	"slices"
	"strings"
)

// A shelf holds what stands in a folder, found by folded name and listed in order.
type shelf struct {
	members map[*item]string // each with the folded name it is filed under
	names   map[string][]*item
	lists   map[order][]*item // sorted lists, until something changes
}

// An order is how a listing is sorted, after the kind.
type order string

const (
	byName order = "name"
	byID   order = "id"
	byDate order = "date"
	bySize order = "size"
)

func newShelf() *shelf {
	return &shelf{members: map[*item]string{}, names: map[string][]*item{}, lists: map[order][]*item{}}
}

func (s *shelf) put(it *item, folded string) {
	s.members[it] = folded
	s.names[folded] = append(s.names[folded], it)
	clear(s.lists)
}

func (s *shelf) take(it *item) {
	folded := s.members[it]
	delete(s.members, it)
	s.names[folded] = slices.DeleteFunc(s.names[folded], func(other *item) bool { return other == it })
	if len(s.names[folded]) == 0 {
		delete(s.names, folded)
	}
	clear(s.lists)
}

// changed forgets orders that an edit of a member may have upset.
func (s *shelf) changed() { clear(s.lists) }

// sorted returns the members, folders first, then files, then web links. The list is not to be
// changed.
func (s *shelf) sorted(by order) []*item {
	if list, ok := s.lists[by]; ok {
		return list
	}
	list := make([]*item, 0, len(s.members))
	for it := range s.members {
		list = append(list, it)
	}
	slices.SortFunc(list, func(a, b *item) int { return compare(a, b, by) })
	s.lists[by] = list
	return list
}

func compare(a, b *item, by order) int {
	if c := cmp.Compare(rank(a.kind), rank(b.kind)); c != 0 {
		return c
	}
	var c int
	switch by {
	case byName:
		c = cmp.Or(cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)), cmp.Compare(a.name, b.name))
	case byDate:
		c = a.modified.Compare(b.modified)
	case bySize:
		c = cmp.Compare(a.size(), b.size())
	case byID:
	}
	return cmp.Or(c, cmp.Compare(len(a.id), len(b.id)), cmp.Compare(a.id, b.id))
}

func rank(k kind) int {
	return slices.Index([]kind{folderKind, fileKind, webLinkKind}, k)
}
