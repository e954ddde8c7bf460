package procore

import (
	"context"
	"time"
)

// binFor is how long a reading of the recycle bin is good for: many items that went there together are
// looked for one after the other.
const binFor = 10 * time.Second

// binTimes is how many times as long as it took to read it the bin is believed not to hold what it did not
// hold: nobody can empty it, so it may have grown large.
const binTimes = 10

// bin is what was last seen of the recycle bin. Whether items in it can be read by their numbers is not
// documented, so it is a second source. The zero value has seen nothing. It belongs to whoever has the
// turn of it.
type bin struct {
	seen *index
	at   time.Time
	took time.Duration
}

// find returns a document in the recycle bin, nil if it is not there or not to be seen. That it is not
// there is believed of a new reading only; of a bin that takes long to read, for ten times as long.
func (b *bin) find(ctx context.Context, f *Documents, number ID, folder bool) (*item, error) {
	release, err := f.turns.take(ctx, "bin")
	if err != nil {
		return nil, err
	}
	defer release()
	if old := f.now().Sub(b.at).Abs(); b.seen != nil && old <= max(binFor, binTimes*b.took) {
		it := b.seen.trashed(number, folder)
		if it != nil || b.took > time.Second && old <= binTimes*b.took {
			return it, nil
		}
	}
	at := f.now()
	seen, err := f.readBin(ctx)
	if err != nil {
		return nil, err
	}
	b.seen, b.at, b.took = seen, at, f.now().Sub(at)
	return seen.trashed(number, folder), nil
}

// trashed returns a document of the recycle bin, nil if x does not hold it.
func (x *index) trashed(number ID, folder bool) *item {
	for i := range x.rows {
		if r := &x.rows[i]; r.id == number && r.folder == folder {
			it := x.item(r)
			it.flags |= isDeleted // it was found there
			return &it
		}
	}
	return nil
}

func (f *Documents) readBin(ctx context.Context) (*index, error) {
	x := &index{}
	for d, err := range f.client.GetDocuments(ctx, f.in, DocumentQuery{Bin: BinOnly}) {
		if err != nil {
			return nil, err
		}
		it := f.fromIndex(&d)
		if it.flags.has(isBin) {
			continue
		}
		if err := x.add(&it); err != nil {
			return nil, err
		}
	}
	return x, nil
}
