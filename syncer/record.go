package syncer

import "time"

// RecordID names a Record within a pair. It is never used again for another item.
type RecordID uint64

// RootRecord is the ID of the Record that holds the two roots.
const RootRecord RecordID = 1

// Presence says what is agreed about an item's existence on one side.
type Presence uint8

const (
	// Never: the item has not been on this side yet; it is wanted there.
	Never Presence = iota
	// Present: the item was there when the Half was written.
	Present
	// Gone: the item was there and is proved gone; the other side still has it (the delete is
	// held, refused, off, or yet to come).
	Gone
	// Declined: this side cannot or shall not have the item, until it changes on the other side.
	Declined
)

// String returns the lower-case name.
func (p Presence) String() string {
	return [...]string{"never", "present", "gone", "declined"}[p]
}

// Half is what is agreed about an item on one side: the state of that side at the instant when
// both were equal, or as far as the side could follow.
type Half struct {
	Presence Presence
	// Provisional says that Name is a temporary one of ours: it says nothing about what anybody
	// wants, and is replaced by the name that the other side has.
	Provisional bool
	// Behind says that this side could not take the contents that the other side has had since.
	Behind bool
	// OwnName says that Name is not what the other side would have it be: this side could not follow
	// a rename.
	OwnName bool
	ID      string
	Content string
	// Name as stored on this side, which a Namer, a conflict or the service may have made.
	Name string
	// Parent is set only if the item is in another folder here than Record.ParentID says, because
	// this side could not follow a move.
	Parent RecordID
	Size   int64
	// Digest of Content, told by the side or computed when the bytes passed through the engine.
	Digest Digest
	Birth  string
	Guard  Precondition
	Facts  *Facts
	// Wrote is when the engine itself last wrote the item here; zero if it never did.
	Wrote time.Time
}

// Stamp returns identity and content version.
func (h Half) Stamp() Stamp { return Stamp{h.ID, h.Content} }

// Record is what the engine knows of one item. All Records of a pair are the baseline against
// which both sides are judged. Paths are not stored: they follow from ParentID and Name.
type Record struct {
	ID       RecordID
	ParentID RecordID
	Kind     Kind
	// Name is the one a person sees in reports: the last one given by a user.
	Name string
	// Dormant says that a filter or a lost permission hides the item on a side. When it wakes, its
	// Record identifies it, but justifies no delete and no overwrite in that run.
	Dormant     bool
	Source      Half
	Destination Half
}

// Half returns the part of r that belongs to side.
func (r *Record) Half(side Side) *Half {
	if side == Source {
		return &r.Source
	}
	return &r.Destination
}

// ParentOn returns the Record of the folder that holds the item on side.
func (r *Record) ParentOn(side Side) RecordID {
	if p := r.Half(side).Parent; p != 0 {
		return p
	}
	return r.ParentID
}
