package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// state is a pair in the hands of one owner.
type state struct {
	view
	pair  int64
	fence uint64
}

var _ syncer.State = (*state)(nil)

const (
	selectOwn  = "SELECT fence, ends, records, outcomes FROM pair WHERE id = ?"
	updateEnds = "UPDATE pair SET ends = ? WHERE id = ? AND fence = ?"
	clearLease = "UPDATE pair SET ends = NULL, owner = NULL WHERE id = ? AND fence = ?"
)

// Fence implements [syncer.State].
func (s *state) Fence() uint64 { return s.fence }

// Renew implements [syncer.State].
func (s *state) Renew(ctx context.Context) (until time.Time, err error) {
	err = s.own(ctx, "renew", func(w *writer) error {
		o := s.store.database.options
		until = o.Clock().Add(o.Lease)
		_, err := w.exec(updateEnds, nanos(until), w.pair, w.fence)
		return err
	})
	if err != nil {
		return time.Time{}, err
	}
	return until, nil
}

// Commit implements [syncer.State]. A Batch that both adds and removes a thing removes it.
func (s *state) Commit(ctx context.Context, b syncer.Batch) error {
	err := s.own(ctx, "commit", func(w *writer) error { return w.apply(b) })
	if errors.Is(err, errTaken) {
		// An ID is taken, perhaps by a Record that gives it up in the same Batch.
		err = s.own(ctx, "commit", func(w *writer) error {
			w.free = true
			return w.apply(b)
		})
	}
	if errors.Is(err, errTaken) {
		return fmt.Errorf("two records have one ID on one side: %w: %w", syncer.ErrInvalid, err)
	}
	return err
}

// Close implements [syncer.State].
func (s *state) Close() error {
	s.store.opening.Lock()
	defer s.store.opening.Unlock()
	h := s.store.held[s.pair]
	if h == nil || h.fence != s.fence {
		return nil // closed, taken over, or the Store is closed
	}
	delete(s.store.held, s.pair)
	defer h.lock.release()
	err := s.store.database.write(context.Background(), func(c *conn) error {
		_, err := c.exec(clearLease, s.pair, signed(s.fence))
		return err
	})
	if err != nil {
		return fmt.Errorf("close pair %q: %w", s.name, err)
	}
	return nil
}

// own calls f in a transaction, unless the pair has a newer owner or none any more.
func (s *state) own(ctx context.Context, op string, f func(w *writer) error) error {
	err := s.store.database.write(ctx, func(c *conn) error {
		row, err := c.one(selectOwn, s.pair)
		switch {
		case err != nil:
			return err
		case row == nil:
			return damaged("pair number %d is gone", s.pair)
		case unsigned(number(row[0])) != s.fence:
			return fmt.Errorf("it is at fence %d: %w", number(row[0]), syncer.ErrFenced)
		case row[1] == nil:
			return fmt.Errorf("it was closed: %w", syncer.ErrFenced)
		}
		return f(&writer{
			conn: c, pair: s.pair, fence: number(row[0]), records: number(row[2]), outcomes: number(row[3]),
		})
	})
	if err != nil {
		return fmt.Errorf("%s pair %q under fence %d: %w", op, s.name, s.fence, err)
	}
	return nil
}
