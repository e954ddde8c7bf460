package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"
)

// conn is one connection with its prepared statements. It goes to the driver directly: database/sql
// costs more for each row than SQLite itself. Nothing of it is safe for use by many goroutines.
type conn struct {
	raw       driver.Conn
	stmt      map[string]*prepared
	snapshots int // how many it has read
}

// prepared is a statement with room for its arguments and one row.
type prepared struct {
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
	close io.Closer
	args  []driver.NamedValue
	row   []driver.Value
}

func dial(dsn string) (*conn, error) {
	raw, err := new(sqlite.Driver).Open(dsn)
	if err != nil {
		return nil, explain(err)
	}
	return &conn{raw: raw, stmt: map[string]*prepared{}}, nil
}

func (c *conn) close() error {
	for _, s := range c.stmt {
		s.close.Close()
	}
	return c.raw.Close()
}

// drop closes a connection that is of no use any more, whatever that says.
func (c *conn) drop() { _ = c.close() }

// prepare returns the statement of a text, prepared once.
func (c *conn) prepare(text string, args []driver.Value) (*prepared, error) {
	s := c.stmt[text]
	if s == nil {
		raw, err := c.raw.Prepare(text)
		if err != nil {
			return nil, err
		}
		exec, one := raw.(driver.StmtExecContext)
		query, two := raw.(driver.StmtQueryContext)
		if !one || !two {
			return nil, errors.New("driver has statements of another kind")
		}
		s = &prepared{exec: exec, query: query, close: raw}
		c.stmt[text] = s
	}
	s.args = s.args[:0]
	for i, v := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s, nil
}

// exec carries out a statement and returns how many rows it changed. Arguments are int64, string,
// []byte or nil.
func (c *conn) exec(text string, args ...driver.Value) (int64, error) {
	s, err := c.prepare(text, args)
	if err != nil {
		return 0, explain(err)
	}
	result, err := s.exec.ExecContext(context.Background(), s.args)
	if err != nil {
		return 0, explain(err)
	}
	return result.RowsAffected()
}

// script carries out statements that are needed once.
func (c *conn) script(text string) error {
	direct, ok := c.raw.(driver.ExecerContext)
	if !ok {
		return errors.New("driver has connections of another kind")
	}
	_, err := direct.ExecContext(context.Background(), text, nil)
	return explain(err)
}

// each calls f with each row that a query yields. The row is f's during the call only, but for
// strings and byte slices in it, which f may keep.
func (c *conn) each(f func(row []driver.Value) error, text string, args ...driver.Value) (err error) {
	s, err := c.prepare(text, args)
	if err != nil {
		return explain(err)
	}
	rows, err := s.query.QueryContext(context.Background(), s.args)
	if err != nil {
		return explain(err)
	}
	defer func() {
		if closed := rows.Close(); err == nil && closed != nil {
			err = explain(closed)
		}
	}()
	if s.row == nil {
		s.row = make([]driver.Value, len(rows.Columns()))
	}
	for {
		switch err := rows.Next(s.row); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return explain(err)
		}
		if err := f(s.row); err != nil {
			return err
		}
	}
}

// one returns the first row that a query yields, nil if there is none.
func (c *conn) one(text string, args ...driver.Value) (found []driver.Value, err error) {
	err = c.each(func(row []driver.Value) error {
		if found == nil {
			found = append(found, row...)
		}
		return nil
	}, text, args...)
	return found, err
}

// within carries out f in a transaction that begin starts. It is undone if f fails or panics.
func (c *conn) within(begin string, f func() error) (err error) {
	if _, err := c.exec(begin); err != nil {
		return err
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		// A transaction that SQLite has given up by itself (a full disk) cannot be rolled back again.
		if _, failed := c.exec("ROLLBACK"); failed != nil && !errors.Is(failed, errNoTransaction) {
			err = fmt.Errorf("%w (and roll back: %w)", err, failed)
		}
	}()
	if err := f(); err != nil {
		return err
	}
	_, err = c.exec("COMMIT")
	committed = err == nil
	return err
}

// number returns an integer of a row; NULL is 0.
func number(v driver.Value) int64 {
	n, _ := v.(int64)
	return n
}

// bytes returns a blob of a row; NULL is nil.
func bytes(v driver.Value) []byte {
	b, _ := v.([]byte)
	return b
}

// text returns a text of a row; NULL is empty.
func text(v driver.Value) string {
	s, _ := v.(string)
	return s
}
