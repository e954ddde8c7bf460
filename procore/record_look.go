package procore

import (
	"context"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Look implements syncer.Looker. It costs one call, which all share who look at one record at a time,
// and none for the root. A record that is not found is looked for in the recycle bin. A file that its
// record does not have any more is told as thrown away.
func (r *records) Look(ctx context.Context, id string) (syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return syncer.Entry{}, err
	}
	number, mark, err := recordID(id)
	if err != nil {
		return syncer.Entry{}, err
	}
	if number == 0 {
		return r.root(), nil
	}
	one, err := r.whole(ctx, number)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("look at %s %s: %w", r.source.kind, id, err)
	}
	if mark == "" {
		return one.folder(), nil
	}
	return one.entry(mark), nil
}

// Find implements syncer.Finder. It costs one call in the folder of a record, and what the list costs in
// the root.
func (r *records) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, mark, err := recordID(parent.ID)
	if err == nil && mark != "" {
		err = fmt.Errorf("%s is no folder: %w", parent.ID, errBinned)
	}
	if err != nil {
		return nil, fmt.Errorf("find: %w", err)
	}
	all, err := r.within(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("find in %s: %w", parent.ID, err)
	}
	var found []syncer.Entry
	for _, e := range all {
		if syncer.NameKey(e.Name) == key {
			found = append(found, e)
		}
	}
	return found, nil
}

// within is what stands directly in the root, or in the folder of a record.
func (r *records) within(ctx context.Context, number ID) ([]syncer.Entry, error) {
	if number != 0 {
		one, err := r.read(ctx, number)
		if err == nil && one.deleted {
			err = errBinned
		}
		if err != nil {
			return nil, err
		}
		return one.entries(), nil
	}
	rows, _, err := r.rows(ctx)
	if err != nil {
		return nil, err
	}
	var all []syncer.Entry
	for i := range rows {
		all = append(all, rows[i].folder())
	}
	return all, nil
}

// recordBin is what was last seen of a tool's recycle bin. The zero value has seen nothing. It belongs to
// whoever has the turn of it.
type recordBin struct {
	seen map[ID]record
	at   time.Time
}

// find returns a record in the recycle bin, nil if it is not there. That it is not there is believed of
// a new reading only. One at a time reads.
func (b *recordBin) find(ctx context.Context, r *records, id ID) (*record, error) {
	release, err := r.turns.take(ctx, "bin")
	if err != nil {
		return nil, err
	}
	defer release()
	if one, ok := b.seen[id]; ok && r.now().Sub(b.at).Abs() <= binFor {
		return &one, nil
	}
	at, seen := r.now(), map[ID]record{}
	for one, err := range r.source.bin(ctx, RecordQuery{}) {
		if err != nil {
			return nil, err
		}
		one.deleted = true // it was found there
		seen[one.id] = one
	}
	b.seen, b.at = seen, at
	if one, ok := seen[id]; ok {
		return &one, nil
	}
	return nil, nil //nolint:nilnil // nothing of that number is there
}
