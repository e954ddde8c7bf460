package sqlite

import (
	"context"
	"database/sql/driver"
	"iter"

	"github.com/procorebox/procorebox/syncer"
)

const (
	selectRecords = "SELECT data FROM record WHERE key > ? AND key <= ? ORDER BY key LIMIT ?"
	selectCount   = "SELECT records FROM pair WHERE id = ?"
	// Each part comes by key from an index of its own, so nothing has to be sorted.
	selectChildren = `SELECT key, data FROM record WHERE parent = ?1 AND key > ?2
		UNION ALL SELECT key, data FROM record WHERE source_parent = ?1 AND key > ?2
		UNION ALL SELECT key, data FROM record WHERE destination_parent = ?1 AND key > ?2
		ORDER BY key LIMIT ?3`
)

// selectByName finds the Records whose names on a side have a hash.
func selectByName(side syncer.Side) string {
	if side == syncer.Source {
		return "SELECT key, data FROM record WHERE source_name = ? AND key > ? ORDER BY key LIMIT ?"
	}
	return "SELECT key, data FROM record WHERE destination_name = ? AND key > ? ORDER BY key LIMIT ?"
}

// Records implements [syncer.View]. The Records are counted: one that is missing is an error that
// wraps ErrDamaged at the end, and not an item that seems new.
func (v view) Records(ctx context.Context) iter.Seq2[syncer.Record, error] {
	return func(yield func(syncer.Record, error) bool) {
		s := &scan{view: v}
		rows := named(v, "records", pages(ctx, v.store.database, func() pager[[]byte] { return s.page }))
		last := syncer.RecordID(0)
		for data, err := range rows {
			var r syncer.Record
			if err == nil {
				r, err = decodeRecord(data)
			}
			if err == nil && r.ID <= last {
				err = damaged("record %d of pair %q comes behind record %d", r.ID, v.name, last)
			}
			last = r.ID
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// scan reads the Records of a pair page by page.
type scan struct {
	view     view
	pair     int64
	last     int64 // key of the last Record of the last page
	read     int64
	want     int64 // how many Records the pair has, by its own count
	conn     *conn // that the scan began with
	snapshot int   // which of the connection's
	torn     bool  // the scan went on with another snapshot, so that the count says nothing
}

func (s *scan) page(c *conn, page [][]byte) ([][]byte, error) {
	if err := s.begin(c); err != nil || s.pair == 0 {
		return page, err
	}
	end := keyOf(s.pair, maxRecord)
	err := c.each(func(row []driver.Value) error {
		page = append(page, bytes(row[0]))
		return nil
	}, selectRecords, s.last, end, int64(pageSize))
	if err != nil {
		return page, err
	}
	s.read += int64(len(page))
	if len(page) == pageSize {
		r, err := decodeRecord(page[pageSize-1])
		if err == nil && keyOf(s.pair, r.ID) <= s.last {
			err = damaged("record %d comes again", r.ID)
		}
		s.last = keyOf(s.pair, r.ID)
		return page, err
	}
	if !s.torn && s.read != s.want {
		return page, damaged("%d of %d are there", s.read, s.want)
	}
	return page, nil
}

func (s *scan) begin(c *conn) (err error) {
	if s.pair != 0 {
		s.torn = s.torn || c != s.conn || c.snapshots != s.snapshot
		return nil
	}
	if s.pair, err = s.view.pair(c); err != nil || s.pair == 0 {
		return err
	}
	row, err := c.one(selectCount, s.pair)
	if err != nil {
		return err
	}
	if row == nil {
		return damaged("pair number %d is gone", s.pair)
	}
	s.conn, s.snapshot = c, c.snapshots
	s.last, s.want = keyOf(s.pair, 0), number(row[0])
	return nil
}

// Children implements [syncer.View].
func (v view) Children(ctx context.Context, parent syncer.RecordID) iter.Seq2[syncer.Record, error] {
	return v.under(ctx, "children", selectChildren,
		func(pair int64) int64 { return keyOf(pair, parent) },
		func(r *syncer.Record) bool {
			return r.ParentOn(syncer.Source) == parent || r.ParentOn(syncer.Destination) == parent
		})
}

// ByName implements [syncer.View].
func (v view) ByName(ctx context.Context, side syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error] {
	return v.under(ctx, "names", selectByName(side),
		func(pair int64) int64 { return nameHash(keyOf(pair, parent), key) },
		func(r *syncer.Record) bool {
			h := r.Half(side)
			return h.Presence == syncer.Present && r.ParentOn(side) == parent && syncer.NameKey(h.Name) == key
		})
}

// keyed is a Record as it is stored.
type keyed struct {
	key  int64
	data []byte
}

// under yields, by key, the Records that a query finds by a number and that are meant, each once.
func (v view) under(ctx context.Context, what, query string, lead func(pair int64) int64, meant func(r *syncer.Record) bool) iter.Seq2[syncer.Record, error] {
	return func(yield func(syncer.Record, error) bool) {
		last := int64(0)
		for found, err := range named(v, what, pages(ctx, v.store.database, func() pager[keyed] {
			return v.pageUnder(query, lead)
		})) {
			var r syncer.Record
			if err == nil {
				if found.key == last {
					continue
				}
				last = found.key
				r, err = decodeRecord(found.data)
			}
			if err == nil && !meant(&r) {
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func (v view) pageUnder(query string, lead func(pair int64) int64) pager[keyed] {
	after := int64(0)
	return func(c *conn, page []keyed) ([]keyed, error) {
		pair, err := v.pair(c)
		if err != nil || pair == 0 {
			return page, err
		}
		err = c.each(func(row []driver.Value) error {
			after = number(row[0])
			page = append(page, keyed{after, bytes(row[1])})
			return nil
		}, query, lead(pair), after, int64(pageSize))
		return page, err
	}
}
