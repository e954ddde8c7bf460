package procoretest

import (
	"cmp"
	"slices"
	"strings"
)

// A shelf holds what stands in a folder, found by folded name and listed in order.
type shelf struct {
	members map[*item]string // each with the folded name it is filed under
	names   map[string][]*item
	list    []*item // sorted, until something changes
}

func newShelf() *shelf {
	return &shelf{members: map[*item]string{}, names: map[string][]*item{}}
}

func (s *shelf) put(it *item, folded string) {
	s.members[it] = folded
	s.names[folded] = append(s.names[folded], it)
	s.list = nil
}

func (s *shelf) take(it *item) {
	folded := s.members[it]
	delete(s.members, it)
	s.names[folded] = slices.DeleteFunc(s.names[folded], func(other *item) bool { return other == it })
	if len(s.names[folded]) == 0 {
		delete(s.names, folded)
	}
	s.list = nil
}

// sorted returns the members, folders first, each kind by name. The list is not to be changed.
func (s *shelf) sorted() []*item {
	if s.list != nil {
		return s.list
	}
	list := make([]*item, 0, len(s.members))
	for it := range s.members {
		list = append(list, it)
	}
	slices.SortFunc(list, func(a, b *item) int {
		return cmp.Or(-cmp.Compare(a.kind, b.kind), byName(a, b))
	})
	s.list = list
	return list
}

func byName(a, b *item) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)), cmp.Compare(a.id, b.id))
}
