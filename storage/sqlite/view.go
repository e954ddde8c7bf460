package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// view reads one pair of a Store, as it is at each call.
type view struct {
	store *Store
	name  string
}

var _ syncer.View = view{}

const (
	selectHeader    = "SELECT header FROM pair WHERE id = ?"
	selectRecord    = "SELECT data FROM record WHERE key = ?"
	selectTombstone = "SELECT data FROM tombstone WHERE pair = ? AND side = ? AND item = ?"
	selectInboxPage = "SELECT seq, data FROM inbox WHERE pair = ? AND seq > ? ORDER BY seq LIMIT ?"
	selectIntents   = "SELECT n, data FROM intent WHERE pair = ? AND n > ? ORDER BY n LIMIT ?"
	selectPending   = `SELECT record, side, item, data FROM pending
		WHERE pair = ? AND (record, side, item) > (?, ?, ?) ORDER BY record, side, item LIMIT ?`
	selectHolds = `SELECT since, action, data FROM hold
		WHERE pair = ? AND (since, action) > (?, ?) ORDER BY since, action LIMIT ?`
	selectJournal = `SELECT fence, seq, data FROM journal
		WHERE pair = ? AND (fence, seq) > (?, ?) ORDER BY fence, seq LIMIT ?`
)

// selectByID finds a Record by its ID on a side.
func selectByID(side syncer.Side) string {
	if side == syncer.Source {
		return "SELECT data FROM record WHERE pair = ? AND source_id = ?"
	}
	return "SELECT data FROM record WHERE pair = ? AND destination_id = ?"
}

// pair returns the number of the pair, 0 as long as there is none. What a reader sees is committed, so
// the number can be remembered.
func (v view) pair(c *conn) (int64, error) {
	id, err := v.store.pair(c, v.name)
	if err == nil && id != 0 {
		v.store.names.LoadOrStore(v.name, id)
	}
	return id, err
}

// found reads one value, and fails with fs.ErrNotExist if there is none.
func (v view) found(ctx context.Context, decode func(data []byte) error, query string, args func(pair int64) []driver.Value) error {
	return v.store.database.read(ctx, func(c *conn) error {
		pair, err := v.pair(c)
		if err != nil {
			return err
		}
		if pair == 0 {
			return fs.ErrNotExist
		}
		row, err := c.one(query, args(pair)...)
		switch {
		case err != nil:
			return err
		case row == nil:
			return fs.ErrNotExist
		}
		return decode(bytes(row[0]))
	})
}

// Header implements [syncer.View].
func (v view) Header(ctx context.Context) (h syncer.Header, err error) {
	err = v.store.database.read(ctx, func(c *conn) error {
		pair, err := v.pair(c)
		if err != nil || pair == 0 {
			return err
		}
		h, err = readHeader(c, pair)
		return err
	})
	if err != nil {
		return syncer.Header{}, fmt.Errorf("header of pair %q: %w", v.name, err)
	}
	return h, nil
}

// readHeader returns the zero Header for a pair that was never committed to.
func readHeader(c *conn, pair int64) (h syncer.Header, err error) {
	row, err := c.one(selectHeader, pair)
	switch {
	case err != nil:
		return h, err
	case row == nil:
		return h, damaged("pair number %d is gone", pair)
	case row[0] == nil:
		return h, nil
	}
	err = decode(bytes(row[0]), func(c *coder) { c.header(&h) })
	return h, err
}

// Record implements [syncer.View].
func (v view) Record(ctx context.Context, id syncer.RecordID) (r syncer.Record, err error) {
	read := func(data []byte) (err error) {
		if r, err = decodeRecord(data); err == nil && r.ID != id {
			err = damaged("it is that of record %d", r.ID)
		}
		return err
	}
	if err = fitting(id); err != nil {
		err = fs.ErrNotExist
	} else {
		err = v.found(ctx, read, selectRecord, func(pair int64) []driver.Value { return []driver.Value{keyOf(pair, id)} })
	}
	if err != nil {
		return syncer.Record{}, fmt.Errorf("record %d of pair %q: %w", id, v.name, err)
	}
	return r, nil
}

// ByID implements [syncer.View].
func (v view) ByID(ctx context.Context, side syncer.Side, id string) (r syncer.Record, err error) {
	err = v.found(ctx, func(data []byte) (err error) {
		if r, err = decodeRecord(data); err == nil && r.Half(side).ID != id {
			err = damaged("it leads to %q", r.Half(side).ID)
		}
		return err
	}, selectByID(side), func(pair int64) []driver.Value { return []driver.Value{pair, id} })
	if err != nil {
		return syncer.Record{}, fmt.Errorf("item %q on %s in pair %q: %w", id, side, v.name, err)
	}
	return r, nil
}

// Tombstone implements [syncer.View].
func (v view) Tombstone(ctx context.Context, side syncer.Side, id string) (t syncer.Tombstone, err error) {
	err = v.found(ctx, func(data []byte) (err error) {
		if err = decode(data, func(c *coder) { c.tombstone(&t) }); err == nil && (t.ID != id || t.Side != side) {
			err = damaged("it is that of %q on %s", t.ID, t.Side)
		}
		return err
	}, selectTombstone, func(pair int64) []driver.Value { return []driver.Value{pair, int64(side), id} })
	if err != nil {
		return syncer.Tombstone{}, fmt.Errorf("tombstone of item %q on %s in pair %q: %w", id, side, v.name, err)
	}
	return t, nil
}

// list yields the rows of a query that reads on behind the last row. begin returns what the first
// page begins behind, and a function that takes a row and returns what the next page begins behind.
func list[T any](ctx context.Context, v view, what, query string, start []driver.Value, take func(row []driver.Value) (T, []driver.Value, error)) iter.Seq2[T, error] {
	return named(v, what, pages(ctx, v.store.database, func() pager[T] {
		after := start
		return func(c *conn, page []T) ([]T, error) {
			pair, err := v.pair(c)
			if err != nil || pair == 0 {
				return page, err
			}
			args := slices.Concat([]driver.Value{pair}, after, []driver.Value{int64(pageSize)})
			err = c.each(func(row []driver.Value) error {
				value, last, err := take(row)
				page, after = append(page, value), last
				return err
			}, query, args...)
			return page, err
		}
	}))
}

// named says in an error that ends a sequence what was read.
func named[T any](v view, what string, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for value, err := range seq {
			if err != nil {
				err = fmt.Errorf("%s of pair %q: %w", what, v.name, err)
			}
			if !yield(value, err) {
				return
			}
		}
	}
}

// Intents implements [syncer.View].
func (v view) Intents(ctx context.Context) iter.Seq2[syncer.Intent, error] {
	return list(ctx, v, "intents", selectIntents, []driver.Value{int64(0)},
		func(row []driver.Value) (i syncer.Intent, after []driver.Value, err error) {
			err = decode(bytes(row[1]), func(c *coder) { c.intent(&i) })
			return i, []driver.Value{row[0]}, err
		})
}

// Pending implements [syncer.View].
func (v view) Pending(ctx context.Context) iter.Seq2[syncer.Pending, error] {
	return list(ctx, v, "pending items", selectPending, []driver.Value{int64(-1), int64(0), ""},
		func(row []driver.Value) (p syncer.Pending, after []driver.Value, err error) {
			err = decode(bytes(row[3]), func(c *coder) { c.pending(&p) })
			return p, slices.Clone(row[:3]), err
		})
}

// Holds implements [syncer.View].
func (v view) Holds(ctx context.Context) iter.Seq2[syncer.Hold, error] {
	return list(ctx, v, "holds", selectHolds, []driver.Value{int64(noTime - 1), ""},
		func(row []driver.Value) (h syncer.Hold, after []driver.Value, err error) {
			err = decode(bytes(row[2]), func(c *coder) { c.hold(&h) })
			return h, slices.Clone(row[:2]), err
		})
}

// Inbox implements [syncer.View].
func (v view) Inbox(ctx context.Context) iter.Seq2[syncer.Hinted, error] {
	return list(ctx, v, "inbox", selectInboxPage, []driver.Value{int64(0)},
		func(row []driver.Value) (h syncer.Hinted, after []driver.Value, err error) {
			err = decode(bytes(row[1]), func(c *coder) { c.hinted(&h) })
			return h, []driver.Value{row[0]}, err
		})
}

// Journal implements [syncer.View]. Outcomes are numbered without a gap: one that is missing is an
// error that wraps ErrDamaged.
func (v view) Journal(ctx context.Context, after syncer.Position) iter.Seq2[syncer.Outcome, error] {
	start := []driver.Value{signed(after.Fence), signed(after.Seq)}
	return func(yield func(syncer.Outcome, error) bool) {
		var last uint64
		for o, err := range list(ctx, v, "journal", selectJournal, start, takeOutcome) {
			if seq := o.Position.Seq; err == nil && last != 0 && seq != last+1 {
				err = damaged("journal of pair %q: outcome %d comes behind outcome %d", v.name, seq, last)
			}
			last = o.Position.Seq
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}

func takeOutcome(row []driver.Value) (o syncer.Outcome, after []driver.Value, err error) {
	err = decode(bytes(row[2]), func(c *coder) { c.outcome(&o) })
	return o, []driver.Value{row[0], row[1]}, err
}
