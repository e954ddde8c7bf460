package syncer

import (
	"path"
	"slices"
	"strings"
)

// change says whether contents differ from those that were agreed.
type change uint8

const (
	notChanged     change = iota
	onlyTouched           // another version of the same bytes
	hasChanged            //
	mayHaveChanged        // a read would tell
)

// contentChange compares a file with its Half.
func (w *world) contentChange(n *node, side Side) change {
	e, h := n.entry[side], n.rec.Half(side)
	if e == nil || n.rec.Kind != File || e.Content == h.Content && e.Birth == h.Birth && e.ID == h.ID {
		return notChanged
	}
	if e.Size >= 0 && h.Size >= 0 && e.Size != h.Size {
		return hasChanged
	}
	for _, d := range w.digestsOf(n, side) {
		if d.Comparable(h.Digest) {
			if d == h.Digest {
				return onlyTouched
			}
			return hasChanged
		}
	}
	if e.Size == UnknownSize || h.Size == UnknownSize || h.Digest == "" || w.verified(n, side) {
		return hasChanged
	}
	return mayHaveChanged
}

// digestsOf returns what is known of the contents of n on side now.
func (w *world) digestsOf(n *node, side Side) []Digest {
	e := n.entry[side]
	if e == nil {
		return nil
	}
	out := []Digest{e.Digest, w.digests[version{side, e.Stamp()}]}
	if h := n.rec.Half(side); n.known && h.Presence == Present && h.Stamp() == e.Stamp() {
		out = append(out, h.Digest)
	}
	return slices.DeleteFunc(out, func(d Digest) bool { return d == "" })
}

func (w *world) verified(n *node, side Side) bool {
	e := n.entry[side]
	return e != nil && w.digests[version{side, e.Stamp()}] != ""
}

// tells reports whether a digest of the contents of n on side is known by an algorithm.
func (w *world) tells(n *node, side Side, a Algorithm) bool {
	return slices.ContainsFunc(w.digestsOf(n, side), func(d Digest) bool { return d.Algorithm() == a })
}

// equal reports whether both sides have the same bytes now, and whether that is certain.
func (w *world) equal(n *node) (equal, sure bool) {
	s, d := n.entry[Source], n.entry[Destination]
	if s == nil || d == nil {
		return false, false
	}
	if s.Size >= 0 && d.Size >= 0 && s.Size != d.Size {
		return false, true
	}
	if s.Size == 0 && d.Size == 0 {
		return true, true
	}
	for _, a := range w.digestsOf(n, Source) {
		for _, b := range w.digestsOf(n, Destination) {
			if a.Comparable(b) {
				return a == b, true
			}
		}
	}
	return false, w.verified(n, Source) && w.verified(n, Destination)
}

// pairAlgorithm is the hash that the engine computes itself: one that a side tells, if any does.
func (w *world) pairAlgorithm() Algorithm {
	for _, side := range sides {
		if a := w.info[side].Digest; a.New() != nil {
			return a
		}
	}
	return SHA256
}

func accepts(extensions []string, name string) bool {
	return len(extensions) == 0 || slices.Contains(extensions, strings.ToLower(path.Ext(name)))
}

// direction says which way n flows: the pair's Mode, narrowed by the Director.
func (w *world) direction(n *node, side Side) Direction {
	var dir Direction
	if w.rules.Director != nil {
		dir = w.rules.Director.Direction(w.pathOn(n, side), n.rec.Kind)
	}
	if w.mode != TwoWay {
		dir.Mode = w.mode
	}
	return dir
}

// depth counts the folders from the root down to n, itself included.
func (w *world) depth(n *node, side Side) int {
	d := 0
	for ; n != nil && n.rec.ID != RootRecord && d < maxDepth; d++ {
		up := w.parentOn(n, side)
		if up == nil {
			up = n.parent
		}
		n = up
	}
	return d
}
