package procore

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
)

// roll is all items there are, each once, by their numbers.
type roll []rolled

// rolled is an item, and what is known of its state.
type rolled struct {
	id    ID
	state uint64
}

// rollOf is the roll of albums, whose names are their state.
func rollOf(albums []Album) (r roll) {
	for _, a := range albums {
		h := fnv.New64a()
		fmt.Fprintf(h, "%q %t", a.Name, a.Private)
		r = append(r, rolled{a.ID, h.Sum64()})
	}
	return r.sorted()
}

func (r roll) sorted() roll {
	slices.SortFunc(r, func(a, b rolled) int { return cmp.Compare(a.id, b.id) })
	return slices.Clip(slices.CompactFunc(r, func(a, b rolled) bool { return a.id == b.id }))
}

// find returns where an item is, -1 if it is not there.
func (r roll) find(id ID) int {
	i, found := slices.BinarySearchFunc(r, id, func(a rolled, id ID) int { return cmp.Compare(a.id, id) })
	if !found {
		return -1
	}
	return i
}

// print is equal for two rolls exactly if they are.
func (r roll) print() string {
	var sum uint64
	for _, it := range r {
		h := fnv.New64a()
		fmt.Fprintf(h, "%d %d", it.id, it.state)
		sum += h.Sum64()
	}
	return strconv.Itoa(len(r)) + "." + strconv.FormatUint(sum, 36)
}

// rolls are the latest that were read, by their prints. The zero value has none.
type rolls struct {
	mu   sync.Mutex
	kept []keptRoll
}

type keptRoll struct {
	print string
	roll  roll
}

// mostRolls is how many are kept: those of then and of now, and of a reading whose news nobody could store.
const mostRolls = 4

// keep keeps a roll and returns its print.
func (l *rolls) keep(r roll) string {
	p := r.print()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(slices.DeleteFunc(l.kept, func(old keptRoll) bool { return old.print == p }), keptRoll{p, r})
	if len(l.kept) > mostRolls {
		l.kept = slices.Delete(l.kept, 0, 1)
	}
	return p
}

// get returns the roll of such a print, if it is known.
func (l *rolls) get(of string) (roll, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.kept, func(k keptRoll) bool { return k.print == of })
	if i < 0 {
		return nil, false
	}
	return l.kept[i].roll, true
}

// differ tells which items differ between the rolls of two prints. It is false if nobody knows: the roll of
// then is not known here, and items that are fresh since do not explain the difference.
func (l *rolls) differ(then, now string, fresh map[ID]bool, tell func(ID)) bool {
	if then == now || then == "" {
		return true
	}
	before, known := l.get(then)
	after, _ := l.get(now)
	if !known {
		without := slices.DeleteFunc(slices.Clone(after), func(it rolled) bool { return fresh[it.id] })
		return len(fresh) > 0 && without.print() == then
	}
	for _, it := range after {
		if i := before.find(it.id); i < 0 || before[i].state != it.state {
			tell(it.id)
		}
	}
	for _, it := range before {
		if after.find(it.id) < 0 {
			tell(it.id)
		}
	}
	return true
}
