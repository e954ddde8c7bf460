package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Notes keeps small texts under names in a file: the settings of a program, such as the Links of package
// mapping, whose Store it is. All processes of the program have the file open. Close it when it is not
// needed any more.
type Notes struct {
	database *database
	shared   bool // with the other parts of a File
}

const (
	selectNotes = "SELECT name, data FROM note WHERE name >= ? AND name < ? ORDER BY name"
	upsertNote  = "INSERT INTO note (name, data) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data"
	deleteNote  = "DELETE FROM note WHERE name = ?"
	allNotes    = "SELECT data FROM note"
)

// OpenNotes opens the Notes in the file at path, and makes the file if there is none; its folder must be
// there. A file that is damaged, empty, of another program or of a newer version is an error that wraps
// [syncer.ErrDamaged], and is left as it is.
func OpenNotes(ctx context.Context, path string, o NoteOptions) (*Notes, error) {
	d, err := openDatabase(ctx, path, noteFormat, Options{Busy: o.Busy, Cache: 1 << 20})
	if err != nil {
		return nil, fmt.Errorf("open notes in %s: %w", path, err)
	}
	n := &Notes{database: d}
	if err := d.read(ctx, n.sound); err != nil {
		return nil, fmt.Errorf("open notes in %s: %w", path, errors.Join(err, d.close()))
	}
	return n, nil
}

// sound returns an error if a note may be missing. One that is damaged says so when it is read.
func (n *Notes) sound(c *conn) error { return passes(c, "integrity_check(note)") }

// Close closes the file. It does nothing to the Notes of a File.
func (n *Notes) Close() error {
	if n.shared {
		return nil
	}
	return n.database.close()
}

// Read returns what is stored under names that begin with prefix, by name. If one of them is damaged the
// error wraps [syncer.ErrDamaged].
func (n *Notes) Read(ctx context.Context, prefix string) (found map[string][]byte, err error) {
	err = n.database.read(ctx, func(c *conn) error {
		found, err = under(c, prefix)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read notes %q: %w", prefix, err)
	}
	return found, nil
}

// Change hands what stands under prefix to change, and stores what that returns, all or nothing, durably
// when it returns: a nil value takes the name away, and what is not in it stays. No other process changes
// anything meanwhile, so change should be quick; it must not use this file. Its error is returned as
// it is, and stores nothing.
func (n *Notes) Change(ctx context.Context, prefix string, change func(now map[string][]byte) (map[string][]byte, error)) error {
	var refused error
	err := n.database.write(ctx, func(c *conn) error {
		now, err := under(c, prefix)
		if err != nil {
			return err
		}
		put, err := change(now)
		if err != nil {
			refused = err
			return err
		}
		return store(c, prefix, put)
	})
	switch {
	case refused != nil:
		return refused
	case err != nil:
		return fmt.Errorf("change notes %q: %w", prefix, err)
	}
	return nil
}

// under reads the notes whose names begin with prefix: they lie together in the order of names.
func under(c *conn, prefix string) (map[string][]byte, error) {
	found := map[string][]byte{}
	err := c.each(func(row []driver.Value) error {
		name := text(row[0])
		value, err := unwrap(bytes(row[1]))
		if err != nil {
			return fmt.Errorf("note %q: %w", name, err)
		}
		found[name] = []byte(value)
		return nil
	}, selectNotes, prefix, prefix+"\U0010ffff")
	return found, err
}

func store(c *conn, prefix string, put map[string][]byte) error {
	for name, value := range put {
		if name == "" || !strings.HasPrefix(name, prefix) {
			return fmt.Errorf("note %q is not under %q: %w", name, prefix, syncer.ErrInvalid)
		}
		var err error
		if value == nil {
			_, err = c.exec(deleteNote, name)
		} else {
			_, err = c.exec(upsertNote, name, wrap(string(value)))
		}
		if err != nil {
			return fmt.Errorf("note %q: %w", name, err)
		}
	}
	return nil
}
