package syncertest

import (
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// shelf holds the items of one folder in the order of their numbers, and finds them by key.
type shelf struct {
	list  []*node
	index map[syncer.Key]*node // nil while the folder is small; twins hang on each other
}

// small is how many items are searched one by one.
const small = 16

func byNumber(n *node, num int) int { return n.num - num }

func (f *shelf) add(n *node) {
	if last := len(f.list) - 1; last < 0 || f.list[last].num < n.num {
		f.list = append(f.list, n)
	} else {
		at, _ := slices.BinarySearchFunc(f.list, n.num, byNumber)
		f.list = slices.Insert(f.list, at, n)
	}
	switch {
	case f.index != nil:
		f.note(n)
	case len(f.list) > small:
		f.index = make(map[syncer.Key]*node, 2*small)
		for _, k := range f.list {
			f.note(k)
		}
	}
}

func (f *shelf) note(n *node) {
	key := syncer.NameKey(n.name)
	n.twin = f.index[key]
	f.index[key] = n
}

func (f *shelf) remove(n *node) {
	at, found := slices.BinarySearchFunc(f.list, n.num, byNumber)
	if !found || f.list[at] != n {
		return
	}
	f.list = slices.Delete(f.list, at, at+1)
	if f.index == nil {
		return
	}
	key := syncer.NameKey(n.name)
	if first := f.index[key]; first == n {
		if f.index[key] = n.twin; n.twin == nil {
			delete(f.index, key)
		}
	} else {
		for ; first != nil; first = first.twin {
			if first.twin == n {
				first.twin = n.twin
				break
			}
		}
	}
	n.twin = nil
}

// named returns the items whose names have the key, by number.
func (f *shelf) named(key syncer.Key) []*node {
	var out []*node
	if f.index != nil {
		for n := f.index[key]; n != nil; n = n.twin {
			out = append(out, n)
		}
		slices.SortFunc(out, func(a, b *node) int { return a.num - b.num })
		return out
	}
	for _, n := range f.list {
		if syncer.NameKey(n.name) == key {
			out = append(out, n)
		}
	}
	return out
}
