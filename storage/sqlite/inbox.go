package sqlite

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/procorebox/procorebox/syncer"
)

const (
	updateHints  = "UPDATE pair SET hints = hints + ? WHERE id = ?"
	selectHints  = "SELECT hints FROM pair WHERE id = ?"
	insertHint   = "INSERT INTO inbox (pair, seq, data) VALUES (?, ?, ?)"
	selectCursor = "SELECT data FROM stream WHERE name = ?"
	upsertCursor = "INSERT INTO stream (name, data) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data"
)

// Append implements [syncer.StateStore].
func (s *Store) Append(ctx context.Context, name string, hints ...syncer.Hint) error {
	err := s.database.write(ctx, func(c *conn) error { return s.hint(c, name, hints) })
	if err != nil {
		return fmt.Errorf("append %d hints to pair %q: %w", len(hints), name, err)
	}
	return nil
}

func (s *Store) hint(c *conn, name string, hints []syncer.Hint) error {
	id, err := s.ensure(c, name)
	if err != nil {
		return err
	}
	row, err := c.one(selectHints, id)
	if err != nil {
		return err
	}
	last := number(row[0])
	for i := range hints {
		seq := last + int64(i) + 1
		row := syncer.Hinted{Seq: unsigned(seq), Hint: hints[i]}
		if _, err := c.exec(insertHint, id, seq, encode(func(c *coder) { c.hinted(&row) })); err != nil {
			return err
		}
	}
	_, err = c.exec(updateHints, int64(len(hints)), id)
	return err
}

// Cursor implements [syncer.StateStore].
func (s *Store) Cursor(ctx context.Context, stream string) (at syncer.Cursor, err error) {
	err = s.database.read(ctx, func(c *conn) error {
		at, err = cursor(c, stream)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("cursor of stream %q: %w", stream, err)
	}
	return at, nil
}

func cursor(c *conn, stream string) (at syncer.Cursor, err error) {
	row, err := c.one(selectCursor, stream)
	if err != nil || row == nil {
		return "", err
	}
	err = decode(bytes(row[0]), func(c *coder) { str(c, &at) })
	return at, err
}

// Advance implements [syncer.StateStore].
func (s *Store) Advance(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
	err := s.database.write(ctx, func(c *conn) error {
		at, err := cursor(c, stream)
		if err != nil {
			return err
		}
		if at != from {
			return fmt.Errorf("it is at %q: %w", at, syncer.ErrStale)
		}
		if _, err := c.exec(upsertCursor, stream, encode(func(c *coder) { str(c, &to) })); err != nil {
			return err
		}
		for name, list := range hints {
			if err := s.hint(c, name, list); err != nil {
				return fmt.Errorf("pair %q: %w", name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("advance stream %q from %q: %w", stream, from, err)
	}
	return nil
}

// Decide implements [syncer.StateStore].
func (s *Store) Decide(ctx context.Context, name string, action syncer.ActionID, d syncer.Decision) error {
	err := s.database.write(ctx, func(c *conn) error {
		if d > syncer.Rejected {
			return fmt.Errorf("decision %d: %w", d, syncer.ErrInvalid)
		}
		id, err := s.pair(c, name)
		if err != nil {
			return err
		}
		h, found, err := holdOf(c, id, action)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("no such hold: %w", fs.ErrNotExist)
		}
		h.Decision = d
		return putHold(c, id, &h)
	})
	if err != nil {
		return fmt.Errorf("decide on action %s of pair %q: %w", action, name, err)
	}
	return nil
}
