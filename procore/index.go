package procore

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"strings"
)

// index holds many documents in little memory: rows without pointers, all names in one piece. It is
// filled in the order of Procore's pages, and then read as a tree.
type index struct {
	rows    []row
	names   []byte
	holders []string
	order   []int32 // rows by parent, folders behind files, then by number
}

// row is an item without its texts.
type row struct {
	id, parent, version, author     ID
	size, written, created, updated int64
	name                            uint32
	length                          uint16
	holder                          uint16 // 0: nobody
	flags                           flags
	folder                          bool
}

// errTooLarge is for an index that this package cannot hold.
var errTooLarge = errors.New("the index of documents is too large")

// add keeps an item.
func (x *index) add(it *item) error {
	if len(it.name) > math.MaxUint16 || len(x.names)+len(it.name) > math.MaxUint32 || len(x.rows) == math.MaxInt32 {
		return fmt.Errorf("keep %s: %w", it.entryID(), errTooLarge)
	}
	r := row{
		id: it.id, parent: it.parent, version: it.version, author: it.author, size: it.size, written: it.written,
		created: it.created, updated: it.updated, flags: it.flags, folder: it.folder,
		name: uint32(len(x.names)), length: uint16(len(it.name)), //nolint:gosec // bounded above
	}
	x.names = append(x.names, it.name...)
	if it.holder != "" {
		r.holder = x.holderOf(it.holder)
	}
	x.rows = append(x.rows, r)
	return nil
}

// holderOf keeps the name of somebody. There are few of them; who comes when there is no more room
// shares the last place.
func (x *index) holderOf(name string) uint16 {
	i := slices.Index(x.holders, name)
	if i < 0 && len(x.holders) == math.MaxUint16 {
		i = len(x.holders) - 1
	} else if i < 0 {
		i = len(x.holders)
		x.holders = append(x.holders, strings.Clone(name))
	}
	return uint16(i + 1) //nolint:gosec // bounded above
}

// item returns a row with its texts.
func (x *index) item(r *row) item {
	it := item{
		id: r.id, parent: r.parent, folder: r.folder, name: string(x.names[r.name : r.name+uint32(r.length)]),
		version: r.version, size: r.size, author: r.author, written: r.written, created: r.created, updated: r.updated,
		flags: r.flags,
	}
	if r.holder != 0 {
		it.holder = x.holders[r.holder-1]
	}
	return it
}

// build sorts the rows into folders. Of what is there twice the later row counts.
func (x *index) build() {
	x.order = slices.Grow(x.order[:0], len(x.rows))
	for i := range x.rows {
		x.order = append(x.order, int32(i))
	}
	slices.SortFunc(x.order, func(a, b int32) int {
		return cmp.Or(x.byNumber(a, b), cmp.Compare(b, a))
	})
	x.order = slices.CompactFunc(x.order, func(a, b int32) bool { return x.byNumber(a, b) == 0 })
	slices.SortFunc(x.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(x.rows[a].parent, x.rows[b].parent), x.byNumber(a, b))
	})
}

// byNumber orders rows by kind, files first, and number.
func (x *index) byNumber(a, b int32) int {
	one, two := &x.rows[a], &x.rows[b]
	if one.folder != two.folder {
		if two.folder {
			return -1
		}
		return 1
	}
	return cmp.Compare(one.id, two.id)
}

// children yields what stands directly in a folder: files, then folders, each in the order of their
// numbers.
func (x *index) children(folder ID) iter.Seq[*row] {
	first := sort.Search(len(x.order), func(i int) bool { return x.rows[x.order[i]].parent >= folder })
	return func(yield func(*row) bool) {
		for _, i := range x.order[first:] {
			if r := &x.rows[i]; r.parent != folder || !yield(r) {
				return
			}
		}
	}
}

// size is how many documents there are, each counted once.
func (x *index) size() int { return len(x.order) }

// reserve makes room for so many documents in all.
func (x *index) reserve(total int) {
	const most = 1 << 20 // a figure is no reason to take more
	if more := min(total, most) - len(x.rows); more > 0 && len(x.rows) == 0 {
		x.rows = slices.Grow(x.rows, more)
		x.names = slices.Grow(x.names, more*24)
	}
}

// since tells what was added behind a row: how many documents, and how many of them once more than once.
func (x *index) since(first int) (s set, twice int) {
	numbers := make([]ID, 0, len(x.rows)-first)
	for _, r := range x.rows[first:] {
		n := r.id << 1 // numbers of files and folders may be the same
		if r.folder {
			n |= 1
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	all := len(numbers)
	numbers = slices.Compact(numbers)
	s.size = len(numbers)
	for _, n := range numbers {
		s.sum = (s.sum ^ uint64(n)) * 1_099_511_628_211 //nolint:gosec // it is a hash
	}
	return s, all - len(numbers)
}

// forget drops the rows before one.
func (x *index) forget(first int) {
	if first > 0 {
		x.rows = slices.Delete(x.rows, 0, first)
		x.build()
	}
}
