package procore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// List implements syncer.Reader. It costs one call for each two thousand records, and one for each
// record that is new or was changed since the last listing: only a record by itself tells its
// attachments. A record that cannot be read is told with its error. A listing can not be resumed.
func (r *records) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		err := r.list(ctx, at, from, func(e syncer.Entry) bool { return yield(e, nil) })
		if err != nil && !errors.Is(err, errLeft) {
			yield(syncer.Entry{}, err)
		}
	}
}

func (r *records) list(ctx context.Context, at syncer.Entry, from syncer.Token, yield func(syncer.Entry) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	number, mark, err := recordID(at.ID)
	switch {
	case err != nil:
		return fmt.Errorf("list: %w", err)
	case from != "":
		return fmt.Errorf("list %s from %.40q: listings are not resumed: %w", r.name, from, syncer.ErrCursor)
	}
	ctx = connect.WithClass(ctx, syncer.Bulk)
	if number != 0 {
		return r.listOne(ctx, number, mark, yield)
	}
	rows, clock, err := r.rows(ctx)
	if err != nil {
		return fmt.Errorf("list %s: %w", r.name, err)
	}
	if !yield(r.root()) {
		return errLeft
	}
	for i := range rows {
		if err := r.listBelow(ctx, &rows[i], clock, yield); err != nil {
			return err
		}
	}
	r.known.keep(rows)
	return nil
}

// root is the folder of all records.
func (r *records) root() syncer.Entry {
	return syncer.Entry{ID: RootID, Kind: syncer.Folder, Name: r.name}
}

// listOne tells one record, or one file of it.
func (r *records) listOne(ctx context.Context, number ID, mark string, yield func(syncer.Entry) bool) error {
	one, err := r.read(ctx, number)
	if err == nil && (one.deleted || mark != "" && one.entry(mark).Trashed) {
		err = errBinned
	}
	if err != nil {
		return fmt.Errorf("list %s %s: %w", r.source.kind, number, err)
	}
	all := []syncer.Entry{one.folder()}
	if mark != "" {
		all = []syncer.Entry{one.entry(mark)}
	} else {
		all = append(all, one.entries()...)
	}
	for _, e := range all {
		if !yield(e) {
			return errLeft
		}
	}
	return nil
}

// listBelow tells a record of a list with what is in it.
func (r *records) listBelow(ctx context.Context, row *record, clock int64, yield func(syncer.Entry) bool) error {
	one, ok := r.known.find(row, r.now())
	var err error
	if !ok {
		if one, err = r.read(ctx, row.id); err == nil {
			r.known.put(one, clock, r.now())
		}
	}
	switch {
	case err == nil && one.deleted:
		return nil // it went to the bin meanwhile
	case lost(err) || errors.Is(err, fs.ErrPermission):
		e := row.folder()
		e.Err = fmt.Errorf("read %s %s: %w", r.source.kind, row.id, err)
		if !yield(e) {
			return errLeft
		}
		return nil
	case err != nil:
		return fmt.Errorf("list %s: %w", r.name, err)
	}
	if !yield(one.folder()) {
		return errLeft
	}
	for _, e := range one.entries() {
		if !yield(e) {
			return errLeft
		}
	}
	return nil
}

// rows reads the list of all records, and the time of Procore when that began. A list of pages that
// changed while it was read is read again: something may have been passed over.
func (r *records) rows(ctx context.Context) ([]record, int64, error) {
	var before []ID
	for range readings {
		var head heading
		seen := map[ID]record{}
		for one, err := range r.source.list(ctx, RecordQuery{told: head.told()}) {
			if err != nil {
				return nil, 0, err
			}
			if !one.deleted {
				seen[one.id] = one
			}
		}
		numbers := slices.Sorted(maps.Keys(seen))
		if head.right(len(seen)) || before != nil && slices.Equal(before, numbers) {
			rows := make([]record, 0, len(numbers))
			for _, id := range numbers {
				rows = append(rows, seen[id])
			}
			return rows, head.clock, nil
		}
		before = append([]ID{}, numbers...)
	}
	return nil, 0, errUnsteadyRecords
}

// errUnsteadyRecords is for a list that does not come out right.
var errUnsteadyRecords = errors.New("the list of records is not complete")
