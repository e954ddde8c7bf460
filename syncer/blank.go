package syncer

import (
	"context"
	"io/fs"
	"iter"
)

// blank is the View of a pair that has nothing but its roots yet: what a dry run sees before the
// first run, or after the roots were changed.
type blank struct {
	View
	root   Record
	header Header
}

func (b blank) Header(context.Context) (Header, error) { return b.header, nil }

func (b blank) Record(_ context.Context, id RecordID) (Record, error) {
	if id == RootRecord {
		return b.root, nil
	}
	return Record{}, fs.ErrNotExist
}

func (b blank) ByID(_ context.Context, side Side, id string) (Record, error) {
	if b.root.Half(side).ID == id {
		return b.root, nil
	}
	return Record{}, fs.ErrNotExist
}

func (b blank) Records(context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) { yield(b.root, nil) }
}

func (b blank) Tombstone(context.Context, Side, string) (Tombstone, error) {
	return Tombstone{}, fs.ErrNotExist
}

func (b blank) Children(context.Context, RecordID) iter.Seq2[Record, error] { return none[Record]() }

func (b blank) ByName(context.Context, Side, RecordID, Key) iter.Seq2[Record, error] {
	return none[Record]()
}
func (b blank) Intents(context.Context) iter.Seq2[Intent, error]      { return none[Intent]() }
func (b blank) Pending(context.Context) iter.Seq2[Pending, error]     { return none[Pending]() }
func (b blank) Holds(context.Context) iter.Seq2[Hold, error]          { return none[Hold]() }
func (b blank) Clashes(context.Context, bool) iter.Seq2[Clash, error] { return none[Clash]() }
func (b blank) Seen(context.Context, Side) iter.Seq2[RecordID, error] { return none[RecordID]() }
func (b blank) Inbox(context.Context) iter.Seq2[Hinted, error]        { return none[Hinted]() }

func none[T any]() iter.Seq2[T, error] { return func(func(T, error) bool) {} }
