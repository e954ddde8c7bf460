package procore

import (
	"context"
	"sync"
	"time"
)

// binFor is how long a reading of the recycle bin is good for: many items that went there together are
// looked for one after the other.
const binFor = 10 * time.Second

// bin is what was last seen of the recycle bin. Whether items in it can be read by their numbers is not
// documented, so it is a second source. The zero value has seen nothing.
type bin struct {
	mu   sync.Mutex
	seen *index
	at   time.Time
}

// find returns a document in the recycle bin, nil if it is not there or not to be seen. That it is not
// there is believed of a new reading only.
func (b *bin) find(ctx context.Context, f *Documents, number ID, folder bool) (*item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen != nil && f.now().Sub(b.at).Abs() <= binFor {
		if it := b.seen.trashed(number, folder); it != nil {
			return it, nil
		}
	}
	at := f.now()
	seen, err := f.readBin(ctx)
	if err != nil {
		return nil, err
	}
	b.seen, b.at = seen, at
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
