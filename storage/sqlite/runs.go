package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"time"
)

// Runs keeps what became of runs in a file, in the order in which they began, as texts of the program's own
// form: it is the RunStore of package mapping. All processes of the program have the file open. Close it
// when it is not needed any more.
type Runs struct {
	database *database
	shared   bool // with the other parts of a File
}

const (
	insertRun   = "INSERT INTO run (link, began, data) VALUES (?, ?, ?)"
	selectAdded = "SELECT last_insert_rowid()"
	updateRun   = "UPDATE run SET began = ?, data = ? WHERE n = ?"
	deleteRun   = "DELETE FROM run WHERE n = ?"
	selectRun   = "SELECT data FROM run WHERE n = ?"
	// Newest first: a page begins behind the last row of the one before.
	selectRuns = `SELECT began, n, data FROM run
		WHERE (began, n) < (?, ?) ORDER BY began DESC, n DESC LIMIT ?`
	selectLinkRuns = `SELECT began, n, data FROM run
		WHERE link = ? AND (began, n) < (?, ?) ORDER BY began DESC, n DESC LIMIT ?`
	selectOldRun = "SELECT n FROM run WHERE began < ? LIMIT 1"
	forgetRuns   = "DELETE FROM run WHERE began < ?"
	allRuns      = "SELECT data FROM run"
)

// OpenRuns opens the Runs in the file at path, and makes the file if there is none; its folder must be
// there. A file that is damaged, empty, of another program or of a newer version is an error that wraps
// [syncer.ErrDamaged], and is left as it is.
func OpenRuns(ctx context.Context, path string, o RunOptions) (*Runs, error) {
	d, err := openDatabase(ctx, path, runFormat, Options{Busy: o.Busy, Cache: 1 << 20})
	if err != nil {
		return nil, fmt.Errorf("open runs in %s: %w", path, err)
	}
	return &Runs{database: d}, nil
}

// Close closes the file. It does nothing to the Runs of a File.
func (r *Runs) Close() error {
	if r.shared {
		return nil
	}
	return r.database.close()
}

// Add stores a run of a link that began at an instant, durably when it returns, and returns its number. It is
// higher than those before, and is never given again.
func (r *Runs) Add(ctx context.Context, link string, began time.Time, data []byte) (n uint64, err error) {
	err = r.database.write(ctx, func(c *conn) error {
		if _, err := c.exec(insertRun, link, nanos(began), wrap(string(data))); err != nil {
			return err
		}
		row, err := c.one(selectAdded)
		if err == nil {
			n = unsigned(number(row[0]))
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("store a run of link %q: %w", link, err)
	}
	return n, nil
}

// Put replaces what is stored of a run, and takes others away, all or nothing, durably when it returns. The
// error wraps fs.ErrNotExist if there is no such run; others that are not there are gone already.
func (r *Runs) Put(ctx context.Context, n uint64, began time.Time, data []byte, drop ...uint64) error {
	err := r.database.write(ctx, func(c *conn) error {
		changed, err := c.exec(updateRun, nanos(began), wrap(string(data)), signed(n))
		if err == nil && changed == 0 {
			err = fs.ErrNotExist
		}
		for _, other := range drop {
			if err == nil {
				_, err = c.exec(deleteRun, signed(other))
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("store run %d: %w", n, err)
	}
	return nil
}

// Get returns what is stored of a run. The error wraps fs.ErrNotExist if there is none, and
// [syncer.ErrDamaged] if it is not as it was written.
func (r *Runs) Get(ctx context.Context, n uint64) (data []byte, err error) {
	err = r.database.read(ctx, func(c *conn) error {
		row, err := c.one(selectRun, signed(n))
		switch {
		case err != nil:
			return err
		case row == nil:
			return fs.ErrNotExist
		}
		value, err := unwrap(bytes(row[0]))
		data = []byte(value)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("run %d: %w", n, err)
	}
	return data, nil
}

// Each calls f with the runs of a link, or of all if it is empty, newest first, until f returns false. With a
// time, only with those that began before it. It reads page by page and holds no lock while f runs, which
// may use the file.
func (r *Runs) Each(ctx context.Context, link string, before time.Time, f func(n uint64, data []byte) bool) error {
	for run, err := range r.newest(ctx, link, before) {
		if err != nil {
			return fmt.Errorf("runs: %w", err)
		}
		if !f(run.n, run.data) {
			return nil
		}
	}
	return nil
}

type storedRun struct {
	n    uint64
	data []byte
}

func (r *Runs) newest(ctx context.Context, link string, before time.Time) iter.Seq2[storedRun, error] {
	return pages(ctx, r.database, func() pager[storedRun] {
		after := []driver.Value{nanos(before), int64(0)} // numbers begin with 1
		if before.IsZero() {
			after = []driver.Value{int64(math.MaxInt64), int64(0)}
		}
		return func(c *conn, page []storedRun) ([]storedRun, error) {
			query, args := selectRuns, []driver.Value{after[0], after[1], int64(pageSize)}
			if link != "" {
				query, args = selectLinkRuns, append([]driver.Value{link}, args...)
			}
			err := c.each(func(row []driver.Value) error {
				value, err := unwrap(bytes(row[2]))
				if err != nil {
					return fmt.Errorf("run %d: %w", number(row[1]), err)
				}
				after[0], after[1] = row[0], row[1]
				page = append(page, storedRun{unsigned(number(row[1])), []byte(value)})
				return nil
			}, query, args...)
			return page, err
		}
	})
}

// Forget takes away the runs that began before an instant.
func (r *Runs) Forget(ctx context.Context, before time.Time) error {
	var old bool
	err := r.database.read(ctx, func(c *conn) error {
		row, err := c.one(selectOldRun, nanos(before))
		old = row != nil
		return err
	})
	if err == nil && old {
		err = r.database.write(ctx, func(c *conn) error {
			_, err := c.exec(forgetRuns, nanos(before))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("forget runs before %s: %w", before.Format(time.DateOnly), err)
	}
	return nil
}
