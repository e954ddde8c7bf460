package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

var (
	_ syncer.Forgetter = (*Store)(nil)
	_ syncer.Owners    = (*Store)(nil)
)

const forgetOutcomes = "DELETE FROM journal WHERE pair = ? AND (fence, seq) <= (?, ?)"

// Forget implements [syncer.Forgetter]. It drops a page at a time, so that nobody who writes waits for long.
func (s *Store) Forget(ctx context.Context, name string, before time.Time) error {
	for {
		last, more, err := s.old(ctx, name, before)
		if err == nil && last != (syncer.Position{}) {
			err = s.database.write(ctx, func(c *conn) error {
				pair, err := s.pair(c, name)
				if err != nil {
					return err
				}
				_, err = c.exec(forgetOutcomes, pair, signed(last.Fence), signed(last.Seq))
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("forget outcomes of pair %q: %w", name, err)
		}
		if !more {
			return nil
		}
	}
}

// old returns the last outcome of the journal's first page that happened before an instant, and whether more
// may follow it.
func (s *Store) old(ctx context.Context, name string, before time.Time) (last syncer.Position, more bool, err error) {
	n := 0
	for o, err := range (view{s, name}).Journal(ctx, syncer.Position{}) {
		if err != nil {
			return last, false, err
		}
		if !o.At.Before(before) {
			return last, false, nil
		}
		last = o.Position
		if n++; n == pageSize {
			return last, true, nil
		}
	}
	return last, false, nil
}

// Owner implements [syncer.Owners]. On this machine the lock of a pair says whether its owner lives.
func (s *Store) Owner(ctx context.Context, name string) (fence uint64, err error) {
	err = s.database.read(ctx, func(c *conn) error {
		pair, err := s.pair(c, name)
		if err != nil || pair == 0 {
			return err
		}
		row, err := c.one(selectLease, pair)
		if err != nil || row == nil || row[2] == nil {
			return err
		}
		o := s.database.options
		lives := o.Clock().Before(instant(number(row[2])))
		if text(row[1]) == o.Machine {
			lives, err = s.locked(pair)
		}
		if lives {
			fence = unsigned(number(row[0]))
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("owner of pair %q: %w", name, err)
	}
	return fence, nil
}

// locked reports whether a living process of this machine has a pair.
func (s *Store) locked(pair int64) (bool, error) {
	path := s.lockPath(pair)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	lock, err := lockFile(path)
	switch {
	case errors.Is(err, errHeld):
		return true, nil
	case err != nil:
		return false, err
	}
	lock.release()
	return false, nil
}
