package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"

	"github.com/procorebox/procorebox/syncer"
)

// sound looks through what is small and must never seem empty: which pairs there are, and what they
// wait for.
func (s *Store) sound(c *conn) error {
	return passes(c,
		"integrity_check(pair)", "integrity_check(stream)", "integrity_check(intent)", "integrity_check(hold)", "integrity_check(clash)",
		"quick_check(pending)", "quick_check(inbox)")
}

// passes returns an error unless checks of SQLite's own find nothing.
func passes(c *conn, checks ...string) error {
	for _, check := range checks {
		var found []string
		err := c.each(func(row []driver.Value) error {
			found = append(found, text(row[0]))
			return nil
		}, "PRAGMA "+check)
		switch {
		case err != nil:
			return err
		case len(found) != 1 || found[0] != "ok":
			return damaged("%s says %q", check, found)
		}
	}
	return nil
}

const (
	selectPairs   = "SELECT name, owner FROM pair ORDER BY name"
	selectColumns = `SELECT data, parent, source_parent, destination_parent, source_id, destination_id,
		source_name, destination_name, key, pair FROM record WHERE key > ? AND key <= ? ORDER BY key LIMIT ?`
)

// Check reads all that the Store holds and returns an error that wraps [syncer.ErrDamaged] if
// anything of it is not as it was written. It may run beside owners, and takes some seconds for a
// million Records.
func (s *Store) Check(ctx context.Context) error {
	var names []string
	err := s.database.read(ctx, func(c *conn) error {
		if err := passes(c, "integrity_check"); err != nil {
			return err
		}
		if row, err := c.one("PRAGMA foreign_key_check"); err != nil || row != nil {
			return errors.Join(err, damaged("table %v has a row of a pair that does not exist", row))
		}
		return c.each(func(row []driver.Value) error {
			names = append(names, text(row[0]))
			if row[1] == nil {
				return nil
			}
			return decode(bytes(row[1]), func(c *coder) { c.owner(new(syncer.Owner)) })
		}, selectPairs)
	})
	for _, name := range names {
		if err == nil {
			err = s.checkPair(ctx, view{s, name})
		}
	}
	if err != nil {
		return fmt.Errorf("check %s: %w", s.database.path, err)
	}
	return nil
}

// checkPair reads everything of a pair once.
func (s *Store) checkPair(ctx context.Context, v view) error {
	if _, err := v.Header(ctx); err != nil {
		return err
	}
	checks := []error{
		drain(v.Records(ctx)), drain(v.Intents(ctx)), drain(v.Pending(ctx)), drain(v.Holds(ctx)), drain(v.Clashes(ctx, false)), drain(v.Inbox(ctx)),
		drain(v.Journal(ctx, syncer.Position{})), drain(v.Seen(ctx, syncer.Source)), drain(v.Seen(ctx, syncer.Destination)),
		drain(v.columns(ctx)),
	}
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}

func drain[T any](values iter.Seq2[T, error]) error {
	for _, err := range values {
		if err != nil {
			return err
		}
	}
	return nil
}

// columns yields the Records whose columns, by which they are found, are those that they should have.
func (v view) columns(ctx context.Context) iter.Seq2[syncer.RecordID, error] {
	return named(v, "columns", pages(ctx, v.store.database, func() pager[syncer.RecordID] {
		var last int64
		return func(c *conn, page []syncer.RecordID) ([]syncer.RecordID, error) {
			pair, err := v.pair(c)
			if err != nil {
				return page, err
			}
			last = max(last, keyOf(pair, 0))
			err = c.each(func(row []driver.Value) error {
				last = number(row[8])
				page = append(page, recordOf(last))
				return match(pair, row)
			}, selectColumns, last, keyOf(pair, maxRecord), int64(pageSize))
			return page, err
		}
	}))
}

// match returns an error unless a row is what its Record would be stored as.
func match(pair int64, row []driver.Value) error {
	r, err := decodeRecord(bytes(row[0]))
	if err != nil {
		return err
	}
	want := (&writer{pair: pair}).columns(&r)
	for i := 1; i < len(want); i++ {
		if row[i] != want[i] {
			return damaged("record %d has %v in column %d, not %v", r.ID, row[i], i, want[i])
		}
	}
	return nil
}
