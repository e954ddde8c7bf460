package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/procorebox/procorebox/syncer"
)

var (
	// errTaken: a unique index refuses the row.
	errTaken = errors.New("taken")
	// errNoTransaction: there is nothing to roll back.
	errNoTransaction = errors.New("no transaction")
	// errClosed: the Store or Ledger was closed.
	errClosed = errors.New("store is closed")
)

// ErrNewer says that a newer version of this package has written a file. It wraps [syncer.ErrDamaged]:
// for this version it is no state.
var ErrNewer error = newer{}

type newer struct{}

func (newer) Error() string { return "file was written by a newer version of the program" }

func (newer) Unwrap() error { return syncer.ErrDamaged }

// explain gives an error of the driver the sentinel that callers look for.
func explain(err error) error {
	failed, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch code := failed.Code(); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE, code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", errTaken, err)
	case code&0xff == sqlite3.SQLITE_CORRUPT, code&0xff == sqlite3.SQLITE_NOTADB, code&0xff == sqlite3.SQLITE_FORMAT:
		return fmt.Errorf("%w: %w", syncer.ErrDamaged, err)
	// A statement that the schema does not fit, or a file that ends where a page should be.
	case code == sqlite3.SQLITE_ERROR && strings.Contains(err.Error(), "no transaction is active"):
		return fmt.Errorf("%w: %w", errNoTransaction, err)
	// The second is a write-ahead log for whose index there is no room.
	case code == sqlite3.SQLITE_FULL, code == sqlite3.SQLITE_IOERR_SHMSIZE:
		return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	case code == sqlite3.SQLITE_IOERR_SHORT_READ:
		return fmt.Errorf("%w: %w", syncer.ErrDamaged, err)
	}
	return err
}

// unfit is explain for the opening of a file, where SQLite knows no other word for a file that no
// version of it has written.
func unfit(err error) error {
	if failed, ok := errors.AsType[*sqlite.Error](err); ok && failed.Code() == sqlite3.SQLITE_ERROR && !errors.Is(err, syncer.ErrDamaged) {
		return fmt.Errorf("%w: %w", syncer.ErrDamaged, err)
	}
	return err
}

// damaged says what about the stored state cannot be.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), syncer.ErrDamaged)
}
