package memory

import (
	"cmp"
	"hash/maphash"
	"iter"

	"github.com/procorebox/procorebox/syncer"
)

// entry leads from a key to a Record. Keys of strings are hashes: whoever follows an entry looks
// whether the Record is the one meant. That keeps an entry at 16 bytes whatever the strings.
type entry struct {
	key    uint64
	record syncer.RecordID
}

// entries is a set of entries, by key and then by RecordID.
type entries = set[entry, entry]

func newEntries() entries { return newSet(256, self[entry], entry.compare) }

func (a entry) compare(b entry) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	return cmp.Compare(a.record, b.record)
}

func self[T any](value *T) T { return *value }

// seed makes hashes differ from process to process; no order that is seen depends on them.
var seed = maphash.MakeSeed()

func idKey(side syncer.Side, id string) uint64 {
	return mix(maphash.String(seed, id), uint64(side))
}

func nameKey(side syncer.Side, parent syncer.RecordID, key syncer.Key) uint64 {
	return mix(maphash.String(seed, string(key)), uint64(parent)<<1|uint64(side))
}

func mix(h, with uint64) uint64 {
	h ^= with * 0x9e3779b97f4a7c15
	return (h ^ h>>29) * 0xbf58476d1ce4e5b9
}

// index finds Records by ID, by name and by the folder that they stand in.
type index struct {
	ids, names, parents entries
}

func newIndex() index {
	return index{newEntries(), newEntries(), newEntries()}
}

func (x *index) copy() index { return index{x.ids.copy(), x.names.copy(), x.parents.copy()} }

// put enters a Record in place of what was known of it before, which is nil for a new one.
func (x *index) put(old, r *syncer.Record) {
	if old != nil {
		if placed(old) == placed(r) {
			return
		}
		x.drop(old)
	}
	x.each(r, (*entries).put)
}

func (x *index) drop(r *syncer.Record) { x.each(r, (*entries).delete) }

// each does the same with every entry of r. The folder that ParentID names is one of them even if
// the item stands elsewhere on both sides: it must exist all the same.
func (x *index) each(r *syncer.Record, do func(*entries, entry)) {
	do(&x.parents, entry{uint64(r.ParentID), r.ID})
	for side := syncer.Source; side <= syncer.Destination; side++ {
		half, parent := r.Half(side), r.ParentOn(side)
		if parent != r.ParentID {
			do(&x.parents, entry{uint64(parent), r.ID})
		}
		if half.ID != "" {
			do(&x.ids, entry{idKey(side, half.ID), r.ID})
		}
		if half.Presence == syncer.Present {
			do(&x.names, entry{nameKey(side, parent, syncer.NameKey(half.Name)), r.ID})
		}
	}
}

// place is everything of a Record that the index depends on.
type place struct {
	parent syncer.RecordID
	halves [2]halfPlace
}

type halfPlace struct {
	parent   syncer.RecordID
	id, name string
	present  bool
}

func placed(r *syncer.Record) place {
	of := func(h *syncer.Half) halfPlace {
		return halfPlace{h.Parent, h.ID, h.Name, h.Presence == syncer.Present}
	}
	return place{r.ParentID, [2]halfPlace{of(&r.Source), of(&r.Destination)}}
}

// under yields, in order, the Records entered under a key.
func under(s *entries, key uint64) iter.Seq[syncer.RecordID] {
	return func(yield func(syncer.RecordID) bool) {
		for e := range s.from(entry{key: key}) {
			if e.key != key || !yield(e.record) {
				return
			}
		}
	}
}
