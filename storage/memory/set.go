package memory

import (
	"iter"
	"slices"
	"sort"
)

// set holds values in the order of their keys, and is cheap to copy: a copy shares everything with
// the original until one of the two is written to, and then only what is written is copied. The
// values stand in runs of bounded length, so that a value costs little more than its own size,
// values that come in order fill their runs, and no write moves more than one run.
type set[K, V any] struct {
	key     func(*V) K
	compare func(a, b K) int
	limit   int // of values in one run
	runs    []run[K, V]
	size    int
	owner   *owner // of the runs that may be written in place
	shared  bool   // runs itself belongs to a copy too
}

type run[K, V any] struct {
	first  K   // the key of values[0], here so that a search need not go there
	values []V // sorted, never empty
	owner  *owner
}

// owner is an identity; it holds a byte so that no two share an address.
type owner struct{ _ byte }

func newSet[K, V any](limit int, key func(*V) K, compare func(a, b K) int) set[K, V] {
	return set[K, V]{key: key, compare: compare, limit: limit, owner: new(owner)}
}

// copy returns a set of the same values. It may be read while s is written, and written itself.
func (s *set[K, V]) copy() set[K, V] {
	s.owner, s.shared = new(owner), true
	c := *s
	c.owner = new(owner)
	return c
}

// find returns where key is, or where it belongs.
func (s *set[K, V]) find(key K) (at, in int, found bool) {
	at = sort.Search(len(s.runs), func(i int) bool { return s.compare(s.runs[i].first, key) > 0 })
	if at == 0 {
		return 0, 0, false
	}
	values := s.runs[at-1].values
	in = sort.Search(len(values), func(i int) bool { return s.compare(s.key(&values[i]), key) >= 0 })
	return at - 1, in, in < len(values) && s.compare(s.key(&values[in]), key) == 0
}

// get returns the value of key, nil if there is none. What it points to may not be changed.
func (s *set[K, V]) get(key K) *V {
	at, in, found := s.find(key)
	if !found {
		return nil
	}
	return &s.runs[at].values[in]
}

// put adds value, or replaces the one that has its key.
func (s *set[K, V]) put(value V) {
	key := s.key(&value)
	at, in, found := s.find(key)
	if found {
		s.write(at).values[in] = value
		return
	}
	s.size++
	last := len(s.runs) - 1
	switch {
	case last < 0, at == last && in == s.limit:
		// A run of its own, so that runs that are filled in order stay full.
		s.own()
		s.runs = append(s.runs, run[K, V]{key, []V{value}, s.owner})
		return
	case len(s.runs[at].values) == s.limit:
		at, in = s.split(at, in)
	}
	r := s.write(at)
	r.values = slices.Insert(r.values, in, value)
	r.first = s.key(&r.values[0])
}

// split divides a full run, and returns where the value that belonged at in now belongs.
func (s *set[K, V]) split(at, in int) (int, int) {
	r := s.write(at)
	half := len(r.values) / 2
	right := slices.Clone(r.values[half:])
	clear(r.values[half:])
	r.values = r.values[:half]
	s.runs = slices.Insert(s.runs, at+1, run[K, V]{s.key(&right[0]), right, s.owner})
	if in > half {
		return at + 1, in - half
	}
	return at, in
}

// delete removes the value of key, if there is one.
func (s *set[K, V]) delete(key K) {
	at, in, found := s.find(key)
	if !found {
		return
	}
	s.size--
	r := s.write(at)
	r.values = slices.Delete(r.values, in, in+1)
	if len(r.values) == 0 {
		s.runs = slices.Delete(s.runs, at, at+1)
		return
	}
	r.first = s.key(&r.values[0])
	s.join(at)
}

// join adds the next run to one that has become short, if both are.
func (s *set[K, V]) join(at int) {
	if at+1 == len(s.runs) || len(s.runs[at].values) > s.limit/4 {
		return
	}
	if r, next := &s.runs[at], s.runs[at+1]; len(r.values)+len(next.values) <= s.limit/2 {
		r.values = append(r.values, next.values...)
		s.runs = slices.Delete(s.runs, at+1, at+2)
	}
}

// write returns a run that may be changed without any copy noticing.
func (s *set[K, V]) write(at int) *run[K, V] {
	s.own()
	r := &s.runs[at]
	if r.owner != s.owner {
		r.values, r.owner = slices.Clone(r.values), s.owner
	}
	return r
}

// own makes sure that the list of runs belongs to no copy.
func (s *set[K, V]) own() {
	if s.shared {
		s.runs, s.shared = slices.Clone(s.runs), false
	}
}

// from yields the values whose keys are not less than key, in order. The set must not be written
// meanwhile: copy it first.
func (s *set[K, V]) from(key K) iter.Seq[V] {
	return func(yield func(V) bool) {
		at, in, _ := s.find(key)
		for ; at < len(s.runs); at, in = at+1, 0 {
			for _, v := range s.runs[at].values[in:] {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// snapshot yields the values that the set has now, in order, whatever is written to it later.
func (s *set[K, V]) snapshot() iter.Seq[V] {
	c := s.copy()
	return func(yield func(V) bool) {
		for _, r := range c.runs {
			for _, v := range r.values {
				if !yield(v) {
					return
				}
			}
		}
	}
}
