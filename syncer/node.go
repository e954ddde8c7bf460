package syncer

// sight is what this run knows of an item on one side.
type sight uint8

const (
	// absent: nothing is expected there.
	absent sight = iota
	// assumed: as recorded. It never justifies an overwrite or a delete.
	assumed
	// observed: the entry is what is there.
	observed
	// missing: a complete listing lacks it. Not a proof.
	missing
	// gone: proved to be in the trash, or away for good.
	gone
	// out: seen outside the root.
	out
	// unseen: it cannot be told, see hidden.
	unseen
)

// node is one item in the mind of the planner: its Record, if it has one, what was seen of it on
// both sides, and what shall become of it.
type node struct {
	rec    Record
	known  bool // rec is in the store
	sight  [2]sight
	entry  [2]*Entry // set exactly where sight is observed
	hidden [2]string // reason for unseen
	// trashed says that gone is known from the trash itself: no other ID is the same item.
	trashed [2]bool
	// vanished says of unseen that the item was not shown where it may stand, and that nothing tells why.
	vanished [2]bool
	// touched says that something may have changed; other nodes are only there to be pointed at.
	touched bool
	// tomb is the Tombstone of a newcomer that was in the baseline before.
	tomb *Tombstone
	// sleeps says that the item is unseen because of a filter or a lost permission.
	sleeps bool
	// doubt, when not empty, is why nothing can be decided about the item in this run.
	doubt string
	// elsewhere is what the program knows of an item that left the root.
	elsewhere [2]Elsewhere
	// silent says that a Filter left it out, which is no news to anybody.
	silent bool

	decision
	placing
	applying
}

// unfinished reports whether something is left to do about the item whatever is seen of it.
func (n *node) unfinished() bool {
	return n.rec.Dormant || owed(&n.rec) || n.rec.Source.Provisional || n.rec.Destination.Provisional
}

// declined reports whether a side does without the item.
func (n *node) declined() bool {
	return n.rec.Source.Presence == Declined || n.rec.Destination.Presence == Declined
}

// there reports whether the item is on side, as far as is known.
func (n *node) there(side Side) bool { return n.sight[side] == observed || n.sight[side] == assumed }

// unclear reports whether nothing can be said about side.
func (n *node) unclear(side Side) bool { return n.sight[side] == unseen || n.sight[side] == missing }

// mayBe reports whether the item is on side, or out of sight there.
func (n *node) mayBe(side Side) bool { return n.there(side) || n.sight[side] == unseen }

// unlooked reports whether the item could not be looked at in this run, so that nothing new is known of it.
func (n *node) unlooked() bool {
	return n.doubt != "" || (n.unclear(Source) || n.unclear(Destination)) && !n.sleeps
}

// lost reports whether the item was on side and is proved not to be within the root any more.
func (n *node) lost(side Side) bool { return n.sight[side] == gone || n.sight[side] == out }

// see records what was found on a side.
func (n *node) see(side Side, e *Entry) {
	n.sight[side], n.entry[side], n.hidden[side], n.vanished[side] = observed, e, "", false
}

// hide records that nothing can be told about a side.
func (n *node) hide(side Side, why string) {
	n.sight[side], n.entry[side], n.hidden[side], n.vanished[side] = unseen, nil, why, false
}

// vanish is hide for an item that was looked for and not found, which does not prove that it is gone.
func (n *node) vanish(side Side, why string) {
	n.hide(side, why)
	n.vanished[side] = true
}

// lose records that the item is not on a side: missing, gone or out.
func (n *node) lose(side Side, s sight) {
	n.sight[side], n.entry[side], n.hidden[side], n.vanished[side] = s, nil, "", false
}

// nameOn returns the name that the item has on side now, as far as is known.
func (n *node) nameOn(side Side) string {
	if e := n.entry[side]; e != nil {
		return e.Name
	}
	return n.rec.Half(side).Name
}

// trash records that the item was found in the trash of a side.
func (n *node) trash(side Side) {
	n.lose(side, gone)
	n.trashed[side] = true
}

// idOn returns the item's ID on side, empty if it has none.
func (n *node) idOn(side Side) string {
	if e := n.entry[side]; e != nil {
		return e.ID
	}
	if n.there(side) {
		return n.rec.Half(side).ID
	}
	return ""
}

// entryOf rebuilds the Entry that a Half describes.
func entryOf(r *Record, side Side, parentID string) *Entry {
	h := r.Half(side)
	return &Entry{
		ID: h.ID, ParentID: parentID, Kind: r.Kind, Name: h.Name, Content: h.Content,
		Guard: h.Guard, Size: h.Size, Digest: h.Digest, Birth: h.Birth, Facts: h.Facts,
	}
}

// differs reports whether an entry is not as its Half says. parent is the Record of the folder
// that holds the entry.
func differs(r *Record, side Side, e *Entry, parent RecordID) bool {
	h := r.Half(side)
	return h.Presence != Present || h.Provisional || h.Name != e.Name || h.Content != e.Content ||
		h.Birth != e.Birth || r.ParentOn(side) != parent || r.Kind != e.Kind
}

// applying is what carrying out a plan learns about an item.
type applying struct {
	result  Result // of the first of its actions that did not end well
	err     error
	refused bool    // a move was declined by the service
	failed  *Action // the first that did not end well
	gone    bool    // its Record was dropped
	again   bool    // to be observed and planned anew in this run
	check   bool    // to be planned anew with what was observed: a digest was learnt
}
