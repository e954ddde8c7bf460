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
	err  error
	at   time.Time
}

// find returns a document in the recycle bin, nil if it is not there or not to be seen.
func (b *bin) find(ctx context.Context, f *Documents, number ID, folder bool) (*item, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := f.now(); b.seen == nil && b.err == nil || now.Sub(b.at).Abs() > binFor {
		b.seen, b.err = f.readBin(ctx)
		if b.at = now; ctx.Err() != nil {
			b.seen, b.err = nil, nil
			return nil, ctx.Err()
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	for i := range b.seen.rows {
		if r := &b.seen.rows[i]; r.id == number && r.folder == folder {
			it := b.seen.item(r)
			it.flags |= isDeleted // it was found there
			return &it, nil
		}
	}
	return nil, nil
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
