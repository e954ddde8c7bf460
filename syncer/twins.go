package syncer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// A side that takes a name once gives the second of two items a tag. The tag is made of an ID, so whoever
// lost its memory, or got back an older one, still finds out which of them is whose.

// attempts is how many names are tried for an item, the first of them without a tag.
const attempts = 8

// shortTag is the least number of digits that tell an ID in the name of a twin.
const shortTag = 8

// tagOf returns the beginning of the tag that is made of an ID.
func tagOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:shortTag/2])
}

// tagsIn returns the beginnings of what may be tags in a name: whatever a Namer makes of the brackets.
func tagsIn(name string) []string {
	var found []string
	for from, at := 0, 0; at <= len(name); at++ {
		if at < len(name) && ('0' <= name[at] && name[at] <= '9' || 'a' <= name[at] && name[at] <= 'f') {
			continue
		}
		if at-from >= shortTag {
			found = append(found, name[from:from+shortTag])
		}
		from = at + 1
	}
	return found
}

// pairByTag makes one node of two newcomers of which one has the name that the other gets while its own is
// taken. That tells more than a name that both have: who bears that may be the other's twin.
func (w *world) pairByTag(lists [2][]*node, taken map[*node]bool) {
	for _, side := range sides {
		marked := map[string][]*node{}
		for _, n := range lists[side] {
			for _, tag := range tagsIn(n.nameOn(side)) {
				marked[tag] = append(marked[tag], n)
			}
		}
		if len(marked) == 0 {
			continue
		}
		for _, n := range lists[side.Other()] {
			// The longest tag comes first: it was given because somebody had the name with the shorter one.
			for _, bearer := range slices.Backward(marked[tagOf(n.idOn(side.Other()))]) {
				if !taken[n] && !taken[bearer] && bearer.rec.Kind == n.rec.Kind && w.tagged(bearer.nameOn(side), n, side) {
					w.uniteAcross(bearer, n, side, taken)
				}
			}
		}
	}
}

// uniteAcross is unite for a newcomer of side and one of the other side.
func (w *world) uniteAcross(n, other *node, side Side, taken map[*node]bool) {
	if side == Destination {
		n, other = other, n
	}
	w.unite(n, other, taken)
}

// tagged reports whether name is one that the item x of the other side gets on side while its own is taken.
func (w *world) tagged(name string, x *node, side Side) bool {
	made := w.plainName(x, side)
	for attempt := 1; attempt < attempts; attempt++ {
		made = w.tagName(made, x, side, attempt)
		if NameKey(made) == NameKey(name) {
			return true
		}
	}
	return false
}

// tagName is the name that x of the other side gets on side instead of name, which is taken.
func (w *world) tagName(name string, x *node, side Side, attempt int) string {
	rules := [2]Names{w.info[Source].Names, w.info[Destination].Names}
	return w.fit(invent(name, "", x.idOn(side.Other()), attempt, rules), x.rec.Kind, side)
}

// plainName is the name that the newcomer x of the other side gets on side if it is free.
func (w *world) plainName(x *node, side Side) string {
	return w.fit(w.rename(x.nameOn(side.Other()), x.rec.Kind, side.Other()), x.rec.Kind, side)
}

// pairByFormerTag makes one node of two newcomers of which one bears the other's name with a tag of ours that
// nobody can explain any more: an edit has made a new ID since. Size and name must leave no choice.
func (w *world) pairByFormerTag(lists [2][]*node, taken map[*node]bool) {
	type likeness struct {
		name Key
		size int64
	}
	for _, side := range sides {
		bearers, others := map[likeness][]*node{}, map[likeness][]*node{}
		for _, n := range lists[side] {
			if e := n.entry[side]; !taken[n] && e.Kind == File && e.Size >= 0 && untagged(e.Name) != e.Name {
				l := likeness{NameKey(untagged(e.Name)), e.Size}
				bearers[l] = append(bearers[l], n)
			}
		}
		if len(bearers) == 0 {
			continue
		}
		for _, n := range lists[side.Other()] {
			if e := n.entry[side.Other()]; !taken[n] && e.Kind == File && e.Size >= 0 {
				l := likeness{NameKey(w.plainName(n, side)), e.Size}
				others[l] = append(others[l], n)
			}
		}
		for l, list := range bearers {
			if x := others[l]; len(list) == 1 && len(x) == 1 && mayBeEqual(list[0].entry[side], x[0].entry[side.Other()]) {
				w.uniteAcross(list[0], x[0], side, taken)
			}
		}
	}
}

// mayBeEqual reports whether two entries of one kind may have equal contents, as far as their sizes and digests tell.
func mayBeEqual(a, b *Entry) bool {
	if a.Digest.Comparable(b.Digest) {
		return a.Digest == b.Digest
	}
	return a.Kind != File || a.Size < 0 || b.Size < 0 || a.Size == b.Size
}

// byAge orders IDs so that of two numbers the lower one, which is mostly the older one, comes first.
func byAge(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
