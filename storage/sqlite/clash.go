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

const (
	selectClash = "SELECT data FROM clash WHERE pair = ? AND id = ?"
	upsertClash = "INSERT INTO clash (pair, id, since, settled, data) VALUES (?, ?, ?, ?, ?) " +
		"ON CONFLICT (pair, id) DO UPDATE SET since = excluded.since, settled = excluded.settled, data = excluded.data"
	deleteFaded   = "DELETE FROM clash WHERE pair = ? AND settled < ?"
	selectClashes = `SELECT since, id, data FROM clash
		WHERE pair = ? AND (since, id) > (?, ?) ORDER BY since, id LIMIT ?`
	selectOpenClashes = `SELECT since, id, data FROM clash
		WHERE pair = ? AND settled IS NULL AND (since, id) > (?, ?) ORDER BY since, id LIMIT ?`
)

func (c *coder) clash(v *syncer.Clash) {
	str(c, &v.ID)
	whole(c, &v.Record)
	whole(c, &v.CopyRecord)
	c.kind(&v.Kind)
	str(c, &v.Path)
	c.time(&v.Since)
	c.uint(&v.Run)
	for _, side := range []*syncer.ClashVersion{&v.Source, &v.Destination} {
		c.stamp(&side.Stamp)
		str(c, &side.Name)
		c.int(&side.Size)
		str(c, &side.Digest)
		c.time(&side.Modified)
		str(c, &side.Author)
		str(c, &side.Link)
	}
	small(c, &v.Resolution, syncer.Leave)
	str(c, &v.Rule)
	str(c, &v.Reason)
	str(c, &v.Copy)
	c.bool(&v.Chosen)
	small(c, &v.Choice, syncer.Leave)
	c.time(&v.Settled)
	if c.later(v.Source.Person != "" || v.Destination.Person != "") {
		str(c, &v.Source.Person)
		str(c, &v.Destination.Person)
	}
}

// clashes keeps what a person has chosen of those that are open before and after.
func (w *writer) clashes(b *syncer.Batch) error {
	for i := range b.Clashes {
		v := b.Clashes[i]
		old, found, err := clashOf(w.conn, w.pair, v.ID)
		if err != nil {
			return err
		}
		if found && old.Open() && old.Chosen && v.Open() {
			v.Chosen, v.Choice = true, old.Choice
		}
		if err := putClash(w.conn, w.pair, &v); err != nil {
			return err
		}
	}
	if b.Faded.IsZero() {
		return nil
	}
	_, err := w.exec(deleteFaded, w.pair, nanos(b.Faded))
	return err
}

func clashOf(c *conn, pair int64, id syncer.ClashID) (v syncer.Clash, found bool, err error) {
	row, err := c.one(selectClash, pair, string(id))
	if err != nil || row == nil {
		return v, false, err
	}
	err = decode(bytes(row[0]), func(c *coder) { c.clash(&v) })
	return v, true, err
}

func putClash(c *conn, pair int64, v *syncer.Clash) error {
	var settled driver.Value
	if !v.Open() {
		settled = nanos(v.Settled)
	}
	data := encode(func(c *coder) { c.clash(v) })
	_, err := c.exec(upsertClash, pair, string(v.ID), nanos(v.Since), settled, data)
	return err
}

// Clashes implements [syncer.View].
func (v view) Clashes(ctx context.Context, open bool) iter.Seq2[syncer.Clash, error] {
	query := selectClashes
	if open {
		query = selectOpenClashes
	}
	return list(ctx, v, "conflicts", query, []driver.Value{int64(noTime - 1), ""},
		func(row []driver.Value) (found syncer.Clash, after []driver.Value, err error) {
			err = decode(bytes(row[2]), func(c *coder) { c.clash(&found) })
			return found, slices.Clone(row[:2]), err
		})
}

// Choose implements [syncer.StateStore].
func (s *Store) Choose(ctx context.Context, name string, id syncer.ClashID, r syncer.Resolution) error {
	err := s.database.write(ctx, func(c *conn) error {
		if r > syncer.Leave {
			return fmt.Errorf("resolution %d: %w", r, syncer.ErrInvalid)
		}
		pair, err := s.pair(c, name)
		if err != nil {
			return err
		}
		v, found, err := clashOf(c, pair, id)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("no such conflict: %w", fs.ErrNotExist)
		}
		v.Chosen, v.Choice = r != syncer.Leave, r
		if !v.Chosen {
			v.Choice = 0
		}
		return putClash(c, pair, &v)
	})
	if err != nil {
		return fmt.Errorf("choose for conflict %s of pair %q: %w", id, name, err)
	}
	return nil
}
