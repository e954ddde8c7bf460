package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// File is all that a program keeps, in one file: what would otherwise be a file for each. Its parts
// keep the same promises, are closed by Close, and wait for each other's writes, which take some
// milliseconds. Other processes may have the same file open. Those that share a limit, but no file,
// need a Ledger of its own.
type File struct {
	// Store keeps the pairs, Ledger counts their deletes, Tokens keeps what services gave for
	// credentials, Budget counts calls, Notes keeps settings, and Runs what became of runs. They are
	// never nil.
	Store  *Store
	Ledger *Ledger
	Tokens *Tokens
	Budget *Budget
	Notes  *Notes
	Runs   *Runs

	database *database
}

// OpenFile opens the File at path, and makes it if there is none; its folder must be there. A file
// that is damaged, empty, of another program, of a newer version, or that has one part only, is an
// error that wraps [syncer.ErrDamaged], and is left as it is.
func OpenFile(ctx context.Context, path string, o FileOptions) (*File, error) {
	d, err := openDatabase(ctx, path, wholeFormat, o.Options)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	f := &File{
		Store:    newStore(d),
		Ledger:   newLedger(d, LedgerOptions{Clock: o.Clock, Confirmed: o.Confirmed, Uptime: o.Uptime}),
		Tokens:   newTokens(d, o.Key),
		Budget:   newBudget(d, BudgetOptions{Clock: o.Clock, Uptime: o.Uptime}),
		Notes:    &Notes{database: d, shared: true},
		Runs:     &Runs{database: d, shared: true},
		database: d,
	}
	f.Store.shared, f.Ledger.shared, f.Tokens.shared, f.Budget.shared = true, true, true, true
	if err := d.read(ctx, f.sound); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, errors.Join(err, d.close()))
	}
	return f, nil
}

// sound looks through what must never seem empty.
func (f *File) sound(c *conn) error {
	for _, part := range []func(c *conn) error{f.Store.sound, f.Ledger.sound, f.Tokens.sound, f.Budget.sound, f.Notes.sound} {
		if err := part(c); err != nil {
			return err
		}
	}
	return nil
}

// Check reads all that the File holds and returns an error that wraps [syncer.ErrDamaged] if anything of
// it is not as it was written. It may run beside owners, and takes some seconds for a million Records.
func (f *File) Check(ctx context.Context) error {
	if err := f.Store.Check(ctx); err != nil {
		return err
	}
	err := f.database.read(ctx, func(c *conn) error {
		if err := f.sound(c); err != nil {
			return err
		}
		for _, values := range []string{selectTokens, selectAccounts, allNotes, allRuns} {
			if err := c.each(readable, values); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("check %s: %w", f.database.path, err)
	}
	return nil
}

// readable returns an error unless a row holds a value that was wrapped.
func readable(row []driver.Value) error {
	_, err := unwrap(bytes(row[0]))
	return err
}

// Close closes the file, and with it all parts. Pairs that are still open stay leased, as after the end
// of the process: on this machine they can be opened again at once.
func (f *File) Close() error {
	f.Store.abandon()
	return f.database.close()
}
