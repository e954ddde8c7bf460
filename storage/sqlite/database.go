package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// snapshotTime bounds how long a sequence keeps to one snapshot: while it does, the write-ahead log
// cannot be taken over into the file, and grows with all that is written.
const snapshotTime = 10 * time.Second

// idleReaders is how many connections for reading are kept open.
const idleReaders = 4

// database is one open file: a connection that writes, and as many as are needed that read.
type database struct {
	path     string
	options  Options
	snapshot time.Duration

	writing sync.Mutex
	writer  *conn

	mu     sync.Mutex
	idle   []*conn
	closed bool
}

// openDatabase opens a file of a format, and makes it if there is none.
func openDatabase(ctx context.Context, path string, f format, o Options) (*database, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := settle(path)
	if err != nil {
		return nil, err
	}
	d := &database{path: path, options: o.withDefaults(), snapshot: snapshotTime}
	if err := d.ensure(f); err != nil {
		return nil, err
	}
	d.writer, err = d.dial(d.options.Cache)
	if err != nil {
		return nil, unfit(err)
	}
	if err := d.admit(f); err != nil {
		return nil, errors.Join(unfit(err), d.writer.close())
	}
	return d, nil
}

// dial opens one more connection.
func (d *database) dial(cache int64) (*conn, error) {
	c, err := dial(dsn(d.path))
	if err != nil {
		return nil, err
	}
	err = c.script(fmt.Sprintf(`
		PRAGMA busy_timeout = %d;
		PRAGMA synchronous = FULL;
		PRAGMA fullfsync = ON;
		PRAGMA checkpoint_fullfsync = ON;
		PRAGMA foreign_keys = ON;
		PRAGMA cache_size = -%d;
		PRAGMA temp_store = MEMORY;
		PRAGMA trusted_schema = OFF;
		PRAGMA cell_size_check = ON;
		PRAGMA journal_size_limit = 67108864;`, max(d.options.Busy.Milliseconds(), 1), max(cache>>10, 1)))
	if err != nil {
		c.drop()
		return nil, err
	}
	return c, nil
}

// admit returns an error unless the file is a sound one of the format. It reads what is small and
// leaves the rest to those who read it.
func (d *database) admit(f format) error {
	application, err := pragma(d.writer, "application_id")
	switch {
	case err != nil:
		return err
	case application != f.application:
		return damaged("the file belongs to another program or is of another kind: application id %#x, not %#x", application, f.application)
	}
	mode, err := d.writer.one("PRAGMA journal_mode")
	if err != nil {
		return err
	}
	if text(mode[0]) != "wal" {
		return damaged("the file has journal mode %q, not wal", text(mode[0]))
	}
	version, err := pragma(d.writer, "user_version")
	switch {
	case err != nil:
		return err
	case version == 0:
		return damaged("the file has no version") // a new file gets it before its name
	}
	if err := f.migrate(d.writer); err != nil {
		return err
	}
	return f.fits(d.writer)
}

// write carries out f in a transaction of its own. What f has written is durable when write returns
// nil, and undone when it returns an error.
func (d *database) write(ctx context.Context, f func(c *conn) error) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.writer == nil {
		return errClosed
	}
	return d.writer.within("BEGIN IMMEDIATE", func() error { return f(d.writer) })
}

// read calls f with a connection for reading. What one statement yields is of one instant.
func (d *database) read(ctx context.Context, f func(c *conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := d.take()
	if err != nil {
		return err
	}
	defer d.give(c)
	return f(c)
}

// take returns a connection for reading that nobody else uses. There is no bound: a loop that reads
// within a loop that reads must never wait for itself.
func (d *database) take() (*conn, error) {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil, errClosed
	}
	if last := len(d.idle) - 1; last >= 0 {
		c := d.idle[last]
		d.idle = d.idle[:last]
		d.mu.Unlock()
		return c, nil
	}
	d.mu.Unlock()
	c, err := d.dial(d.options.Cache)
	if err != nil {
		return nil, err
	}
	if _, err := c.exec("PRAGMA query_only = ON"); err != nil {
		c.drop()
		return nil, err
	}
	return c, nil
}

func (d *database) give(c *conn) {
	d.mu.Lock()
	if !d.closed && len(d.idle) < idleReaders {
		d.idle = append(d.idle, c)
		c = nil
	}
	d.mu.Unlock()
	if c != nil {
		c.drop()
	}
}

// close ends all connections. It waits for a write that is under way.
func (d *database) close() error {
	d.mu.Lock()
	idle := d.idle
	d.closed, d.idle = true, nil
	d.mu.Unlock()
	var errs []error
	for _, c := range idle {
		errs = append(errs, c.close())
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	if d.writer != nil {
		errs = append(errs, d.writer.close())
		d.writer = nil
	}
	return errors.Join(errs...)
}
