package syncer

import (
	"cmp"
	"context"
	"iter"
	"time"
)

// StateStore keeps what pairs must remember. All methods are safe for use by many goroutines.
type StateStore interface {
	// Open takes the lease of a pair and returns its state, empty for a pair never opened before.
	// While another owner's lease lasts it fails with ErrLocked. A state that cannot be read is an
	// error that wraps ErrDamaged, never an empty one.
	Open(ctx context.Context, pair string) (State, error)
	// View reads a pair's state without a lease, also beside its owner.
	View(ctx context.Context, pair string) (View, error)
	// Append adds hints to a pair's inbox. It needs no lease, and is durable on return.
	Append(ctx context.Context, pair string, hints ...Hint) error
	// Cursor returns the position of a stream, empty if it has none.
	Cursor(ctx context.Context, stream string) (Cursor, error)
	// Advance moves a stream's position from one value to another and appends hints to inboxes, all
	// or nothing. If the position is no longer from it fails with ErrStale and does nothing.
	Advance(ctx context.Context, stream string, from, to Cursor, hints map[string][]Hint) error
	// Decide records a person's word on a Hold. fs.ErrNotExist if the pair has no such Hold.
	Decide(ctx context.Context, pair string, action ActionID, d Decision) error
	// Choose records a person's word on a Clash: how the next run is to settle it if it is open, or how
	// it was settled again. Leave takes the word back. fs.ErrNotExist if the pair has no such Clash.
	Choose(ctx context.Context, pair string, id ClashID, r Resolution) error
}

// View reads one pair's state. Sequences yield values in the order that each method names; an
// error ends them.
type View interface {
	// Header returns the zero Header for a pair that was never committed to.
	Header(ctx context.Context) (Header, error)
	// Record returns one Record, or an error that wraps fs.ErrNotExist.
	Record(ctx context.Context, id RecordID) (Record, error)
	// ByID returns the Record whose Half on side has the ID, whatever its Presence, or an error
	// that wraps fs.ErrNotExist.
	ByID(ctx context.Context, side Side, id string) (Record, error)
	// Children yields, by RecordID, the Records that stand in parent on either side.
	Children(ctx context.Context, parent RecordID) iter.Seq2[Record, error]
	// ByName yields, by RecordID, the Records that are Present on side in the folder parent under
	// names of that Key.
	ByName(ctx context.Context, side Side, parent RecordID, key Key) iter.Seq2[Record, error]
	// Records yields all Records by RecordID.
	Records(ctx context.Context) iter.Seq2[Record, error]
	// Intents yields open Intents, oldest first.
	Intents(ctx context.Context) iter.Seq2[Intent, error]
	// Tombstone returns that of an ID, or an error that wraps fs.ErrNotExist.
	Tombstone(ctx context.Context, side Side, id string) (Tombstone, error)
	// Pending yields the unsettled items, by PendingKey.
	Pending(ctx context.Context) iter.Seq2[Pending, error]
	// Holds yields the held actions, oldest first, then by ActionID.
	Holds(ctx context.Context) iter.Seq2[Hold, error]
	// Clashes yields the conflicts that were met, oldest first, then by ID; with open only those that
	// are not settled.
	Clashes(ctx context.Context, open bool) iter.Seq2[Clash, error]
	// Inbox yields the hints in the order of their Seq.
	Inbox(ctx context.Context) iter.Seq2[Hinted, error]
	// Seen yields the Records that the unfinished scan has met on side, in any order.
	Seen(ctx context.Context, side Side) iter.Seq2[RecordID, error]
	// Journal yields what happened after a position, oldest first.
	Journal(ctx context.Context, after Position) iter.Seq2[Outcome, error]
}

// State is the state of a pair in the hands of the owner of its lease.
type State interface {
	View
	// Fence is the number of this lease; each Open of the pair gets a higher one.
	Fence() uint64
	// Renew extends the lease and returns until when it lasts. ErrFenced if it was taken over.
	Renew(ctx context.Context) (time.Time, error)
	// Commit applies a Batch whole or not at all; it is durable on return. ErrFenced if the lease
	// was taken over. A Batch after which two Records would have one ID on one side, or a Record's
	// parent would not exist, fails with ErrInvalid.
	Commit(ctx context.Context, b Batch) error
	// Close gives the lease back. Calling it again does nothing.
	Close() error
}

// Batch is the one unit of writing. Its parts are applied as if at once; Fresh first of all.
type Batch struct {
	// Fresh drops every Record, Intent, Tombstone, Pending, Hold, Unlisted and scan first; the journal and Clashes stay.
	Fresh bool
	// Header replaces the header when not nil.
	Header *Header
	Put    []Record
	Drop   []RecordID
	// Intents are added, Settled removed by ID.
	Intents []Intent
	Settled []ActionID
	// Tombstones are added or replaced; those older than Expire and not Replaced are removed.
	Tombstones []Tombstone
	Expire     time.Time
	// Taken removes inbox rows by Seq.
	Taken []uint64
	// Pending rows are added or replaced by key, Cleared ones removed.
	Pending []Pending
	Cleared []PendingKey
	// Holds are added or replaced by Action; a Decision that is stored is kept. Lifted removes.
	Holds  []Hold
	Lifted []ActionID
	// Clashes are added or replaced by ID; what a person has chosen stays chosen while one is open. Those
	// that were settled before Faded are removed.
	Clashes []Clash
	Faded   time.Time
	// Seen adds to what the unfinished scan has met; Unseen forgets all of it first.
	Seen   []Seen
	Unseen bool
	// Outcomes are appended to the journal, which numbers them.
	Outcomes []Outcome
}

// Seen lists Records that a scan has met on a side.
type Seen struct {
	Side    Side
	Records []RecordID
}

// PendingKey names an unsettled item: by Record, or by side and ID where it has none.
type PendingKey struct {
	Record RecordID
	Side   Side
	ID     string
}

// Pending is an item that is not settled. It is looked at again in every run, unless it is Quiet, or Held by a
// Guard that would hold it again.
type Pending struct {
	PendingKey
	On       Side
	Path     string
	Reason   string
	Since    time.Time
	Attempts int
	// Undone counts the deletes of it that are over: they may have been made and undone by somebody
	// since, or are proved not to have been made and were taken back from the limits.
	Undone int
	// NotBefore is when the next try of a failed action is due.
	NotBefore time.Time
	// Result says how an action on it ended; zero if none was tried.
	Result Result
	// Quiet says that there is nothing to do until somebody changes something: it is reported, but
	// not looked at.
	Quiet bool
	// Conflict says that both sides were changed, and that a person has to settle it.
	Conflict bool
	// Op is what was tried, zero if nothing was. OpMove without a Result names a folder whose contents
	// must be listed, because its new path may let them in or put them out.
	Op Op
	// Did and By say which change the item waits with and who made it, as in Hint: of what was deleted,
	// moved or renamed. Zero where the side does not tell.
	Did Deeds
	By  Author
	// Cause is the kind of the error by which an action on it ended, if one did.
	Cause Cause
	// Verified are digests that a read of the contents has told, kept until the item is settled.
	Verified [2]Verified
}

// Verified is the digest of the contents that a Stamp names.
type Verified struct {
	Stamp
	Digest Digest
}

// Decision is a person's word on a Hold.
type Decision uint8

const (
	// Waiting: nobody has decided.
	Waiting Decision = iota
	// Approved: do it, if it is still true.
	Approved
	// Rejected: leave both sides as they are, and do not ask again.
	Rejected
)

// Hold is an action that a policy keeps back. It is dropped, with its Decision, as soon as the
// action no longer comes out of planning.
type Hold struct {
	Action ActionID  `json:"action"`
	Op     Op        `json:"op"`
	On     Side      `json:"on"`
	Record RecordID  `json:"record"`
	Kind   Kind      `json:"kind"`
	Path   string    `json:"path"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	// Run is the Fence of the run that held it first.
	Run      uint64   `json:"run,omitempty"`
	Decision Decision `json:"decision"`
}

// Position orders a pair's journal: first by Fence, then by Seq.
type Position struct {
	Fence uint64 `json:"fence"`
	Seq   uint64 `json:"seq"`
}

// Less reports whether p stands before q.
func (p Position) Less(q Position) bool {
	return p.Fence < q.Fence || p.Fence == q.Fence && p.Seq < q.Seq
}

// Compare orders keys: by Record, then by side and ID.
func (k PendingKey) Compare(o PendingKey) int {
	return cmp.Or(cmp.Compare(k.Record, o.Record), cmp.Compare(k.Side, o.Side), cmp.Compare(k.ID, o.ID))
}
