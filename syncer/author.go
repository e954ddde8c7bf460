package syncer

import (
	"cmp"
	"time"
)

// Author is who made a change on a side, and when, as that side tells it. It is for people to read, and
// nothing is decided by it. It is zero where the side does not tell.
type Author struct {
	// ID is the account, as in Info.Account.
	ID string `json:"id,omitempty"`
	// Name is what people call the account, empty if only the ID is told.
	Name string    `json:"name,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// String is the name, or else the ID.
func (a Author) String() string { return cmp.Or(a.Name, a.ID) }

// Deeds are what somebody did to an item, as the side's feed tells it. A feed that is not sure says all
// that it may have been.
type Deeds uint8

const (
	// DidWrite made the item, or gave it contents.
	DidWrite Deeds = 1 << iota
	// DidMove moved or renamed it.
	DidMove
	// DidDelete put it into the trash, or removed it.
	DidDelete
	// DidRestore took it out of the trash.
	DidRestore
)

// each yields the single deeds among d.
func (d Deeds) each(yield func(Deeds) bool) {
	for one := DidWrite; one <= DidRestore; one <<= 1 {
		if d&one != 0 && !yield(one) {
			return
		}
	}
}

// deed names what was done to an item, to look up who did it.
type deed struct {
	side Side
	id   string
	did  Deeds // one of them
}

// authors are who did what, as the hints of a run tell it: the latest of each.
type authors map[deed]Author

// take notes what a hint tells.
func (as authors) take(h *Hint) {
	if h.By == (Author{}) || h.ID == "" {
		return
	}
	by := h.By
	if by.At.IsZero() {
		by.At = h.At
	}
	for did := range h.Did.each {
		if key := (deed{h.Side, h.ID, did}); !as[key].At.After(by.At) {
			as[key] = by
		}
	}
}

// told returns who did any of these things to n on a side, as this run was told.
func (w *world) told(n *node, side Side, did Deeds) (by Author) {
	if len(w.authors) == 0 {
		return by
	}
	for one := range did.each {
		for _, id := range [2]string{n.idOn(side), n.rec.Half(side).ID} {
			if a := w.authors[deed{side, id, one}]; a.At.After(by.At) || by == (Author{}) {
				by = a
			}
		}
	}
	return w.called(side, by)
}

// called adds the name of an account, where the side has told it.
func (w *world) called(side Side, by Author) Author {
	if people := w.people[side]; people != nil && by.Name == "" && by.ID != "" {
		by.Name = people.Person(by.ID)
	}
	return by
}

// author is who made the change that an action carries over.
func (w *world) author(a *Action) Author {
	n, x := a.node, a.On.Other()
	switch a.Op {
	case OpCreateFile, OpUpdate:
		return w.writer(n, x)
	case OpCreateFolder:
		return w.told(n, x, DidWrite)
	case OpRestore:
		return w.told(n, x, DidRestore)
	case OpMove:
		if w.placeChanged(n, x) != 0 {
			return w.mover(n, x)
		}
	case OpDelete:
		if !a.free {
			return w.deleter(n, x)
		}
	case OpForget:
		return cmp.Or(w.deleter(n, Source), w.deleter(n, Destination))
	}
	return Author{}
}

// writer is who wrote the contents that n has on a side. What the item itself says counts for more than
// an event: between the two somebody else may have written.
func (w *world) writer(n *node, side Side) Author {
	told := w.told(n, side, DidWrite)
	e := n.entry[side]
	if e == nil || e.Facts == nil || e.Facts.Author == "" || e.Facts.Author == told.ID {
		return told
	}
	return w.called(side, Author{ID: e.Facts.Author, At: e.Facts.Modified})
}

// mover is who moved or renamed n on a side.
func (w *world) mover(n *node, side Side) Author {
	return cmp.Or(w.told(n, side, DidMove), w.remembered(n, DidMove))
}

// deleter is who deleted n on a side, or moved it out of the root: by itself or with a folder above it.
func (w *world) deleter(n *node, side Side) Author {
	for p, depth := n, 0; p != nil && p.rec.ID != RootRecord && p.lost(side) && depth < maxDepth; depth++ {
		did := DidDelete
		if p.sight[side] == out {
			did |= DidMove
		}
		if by := cmp.Or(w.told(p, side, did), w.remembered(p, DidDelete)); by != (Author{}) {
			return by
		}
		p = w.nodes[p.rec.ParentOn(side)]
	}
	return Author{}
}

// remembered is what an earlier run was told of an item that has waited since.
func (w *world) remembered(n *node, did Deeds) Author {
	if p := w.waiting[w.pendingKey(n)]; p.Did&did != 0 {
		return p.By
	}
	return Author{}
}

// waitsFor says what was done to an item that is left for a later run, and who did it: the hint that
// told it will be gone by then.
func (w *world) waitsFor(n *node) (Deeds, Author) {
	for _, side := range sides {
		switch {
		case !n.known:
		case n.lost(side):
			if by := w.deleter(n, side); by != (Author{}) {
				return DidDelete, by
			}
		case w.placeChanged(n, side) != 0:
			if by := w.mover(n, side); by != (Author{}) {
				return DidMove, by
			}
		}
	}
	return 0, Author{}
}
