package syncer

import "time"

// Intent is a write that is about to be sent. It is durable before the call and goes away with the
// outcome, so that a run that died between the two leaves a question that the next run can answer.
type Intent struct {
	ID     ActionID
	Op     Op
	On     Side
	Record RecordID
	Kind   Kind
	// Parent is the ID on side On of the folder written to, Name the name wanted there; of a delete, where
	// the item was seen and under which name. Temporary says that Name is one of ours.
	Parent    string
	Name      string
	Temporary bool
	// Old is the item as it was before the call; zero for creates.
	Old Stamp
	// Size and Digest of the body; Digest may be empty if it was not known before the call.
	Size   int64
	Digest Digest
	// After is the Record as it shall be, all but what only the service can tell about Half(On).
	After Record
	// Split, when its ID is not zero, is a second Record that changes with the first.
	Split Record
	Fence uint64
	At    time.Time
	// By is who made the change that is carried over, as in Action.
	By Author
	// Trash, for a restore, is the handle that was used.
	Trash Trashed
}
