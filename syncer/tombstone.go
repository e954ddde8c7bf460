package syncer

import "time"

// Tombstone remembers an ID that is no longer an item of the pair, so that a replayed event or a
// stale listing is recognised, and a user's restore can be carried over.
type Tombstone struct {
	Side    Side
	ID      string
	Content string
	Kind    Kind
	Name    string
	// OtherID and OtherName are the item's on the other side, with Handle for Restorer.
	OtherID   string
	OtherName string
	Handle    string
	// Birth tells two uses of ID apart on a side whose IDs are reusable.
	Birth string
	At    time.Time
	// Replaced says that the ID was given up for a new one by an update: it never comes back as a
	// new item, and the Tombstone never expires.
	Replaced bool
}

// tombstones returns those of both halves of a Record that goes away. handle finds the item of
// side on in that side's trash.
func tombstones(r *Record, on Side, handle string, now time.Time) []Tombstone {
	var out []Tombstone
	for _, side := range sides {
		h, o := r.Half(side), r.Half(side.Other())
		if h.ID == "" {
			continue
		}
		t := Tombstone{
			Side: side, ID: h.ID, Content: h.Content, Kind: r.Kind, Name: h.Name, OtherID: o.ID, OtherName: o.Name,
			Birth: h.Birth, At: now,
		}
		switch {
		case h.Behind || o.Behind:
			t.OtherID = "" // the two are not the same: nothing is restored for the other
		case side != on:
			t.Handle = handle
		}
		out = append(out, t)
	}
	return out
}

// retired returns Tombstones for IDs that a Record gives up for new ones. Only an update of ours
// replaces an item: what a user deleted may come back.
func retired(n *node, r *Record, replaced bool, now time.Time) []Tombstone {
	var out []Tombstone
	for _, side := range sides {
		old := n.rec.Half(side)
		if n.known && old.ID != "" && old.ID != r.Half(side).ID && r.Half(side).ID != "" {
			out = append(out, Tombstone{Side: side, ID: old.ID, Content: old.Content, Kind: r.Kind, Name: old.Name, Birth: old.Birth, At: now, Replaced: replaced})
		}
	}
	return out
}
