package sqlite

import (
	"context"
	"iter"
	"sync"
	"time"
)

// pageSize is how many values a sequence reads at a time. Between two pages no statement is open.
const pageSize = 512

// snapshot is a connection that reads one state of the file for as long as it may.
type snapshot struct {
	database *database

	mu   sync.Mutex
	conn *conn       // nil while there is none
	end  *time.Timer // ends the snapshot even if its reader has fallen asleep
}

// read calls f with a connection that sees the snapshot, or a new one if the last one took too long.
func (s *snapshot) read(ctx context.Context, f func(c *conn) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.conn == nil {
		c, err := s.database.take()
		if err != nil {
			return err
		}
		if _, err := c.exec("BEGIN"); err != nil {
			c.drop()
			return err
		}
		c.snapshots++
		s.conn = c
		s.end = time.AfterFunc(s.database.snapshot, s.close)
	}
	return f(s.conn)
}

// close ends the snapshot. Calling it again does nothing.
func (s *snapshot) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return
	}
	s.end.Stop()
	if _, err := s.conn.exec("ROLLBACK"); err != nil {
		s.conn.drop()
	} else {
		s.database.give(s.conn)
	}
	s.conn = nil
}

// pager reads the next values behind those that it has read, and appends them to page. Fewer than
// pageSize are the last.
type pager[T any] func(c *conn, page []T) ([]T, error)

// pages yields what a pager reads. begin is called anew by each loop. The snapshot is given up
// before the last page is yielded, so that a loop over few values holds nothing.
func pages[T any](ctx context.Context, d *database, begin func() pager[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s := &snapshot{database: d}
		defer s.close()
		var page []T
		next := begin()
		for {
			err := s.read(ctx, func(c *conn) (err error) {
				page, err = next(c, page[:0])
				return err
			})
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			last := len(page) < pageSize
			if last {
				s.close()
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
			}
			if last {
				return
			}
		}
	}
}
