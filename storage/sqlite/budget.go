package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Budget is a [connect.Budget] in a file, which all processes that share a credential have open. Close
// it when it is not needed any more.
type Budget struct {
	database *database
	shared   bool // with the other parts of a File
	time     *timekeeper
}

var _ connect.Budget = (*Budget)(nil)

const (
	selectTick     = "SELECT data FROM tick WHERE id = 1"
	updateTick     = "UPDATE tick SET data = ? WHERE id = 1"
	selectAccount  = "SELECT data FROM account WHERE credential = ?"
	deleteAccount  = "DELETE FROM account WHERE credential = ?"
	upsertAccount  = "INSERT INTO account (credential, data) VALUES (?, ?) ON CONFLICT (credential) DO UPDATE SET data = excluded.data"
	selectAccounts = "SELECT data FROM account"
)

// OpenBudget opens the Budget in the file at path, and makes the file if there is none; its folder must
// be there. A file that is damaged, empty, of another program or of a newer version is an error that
// wraps [syncer.ErrDamaged], and is left as it is.
func OpenBudget(ctx context.Context, path string, o BudgetOptions) (*Budget, error) {
	d, err := openDatabase(ctx, path, budgetFormat, Options{Clock: o.Clock, Busy: o.Busy, Cache: 1 << 20})
	if err != nil {
		return nil, fmt.Errorf("open budget in %s: %w", path, err)
	}
	b := newBudget(d, o)
	if err := d.read(ctx, b.sound); err != nil {
		return nil, fmt.Errorf("open budget in %s: %w", path, errors.Join(err, d.close()))
	}
	return b, nil
}

func newBudget(d *database, o BudgetOptions) *Budget {
	return &Budget{database: d, time: newTimekeeper(o.Clock, o.Uptime)}
}

// sound returns an error if an account may be missing: what was spent must never seem unspent. One that
// is damaged says so when it is asked for.
func (b *Budget) sound(c *conn) error {
	if err := passes(c, "integrity_check(account)", "integrity_check(tick)"); err != nil {
		return err
	}
	_, err := latestUpdate(c)
	return err
}

// Close closes the file. It does nothing to the Budget of a File.
func (b *Budget) Close() error {
	if b.shared {
		return nil
	}
	return b.database.close()
}

// Update implements [connect.Budget]. change runs within a transaction, in which nobody else writes to
// the file.
func (b *Budget) Update(ctx context.Context, credential string, change func(now time.Time, old []byte) ([]byte, error)) error {
	err := b.database.write(ctx, func(c *conn) error {
		latest, err := latestUpdate(c)
		if err != nil {
			return err
		}
		old, err := account(c, credential)
		if err != nil {
			return err
		}
		now := b.time.steady(latest)
		fresh, err := change(now.at, old)
		if err != nil {
			return err
		}
		if _, err := c.exec(upsertAccount, credential, wrap(string(fresh))); err != nil {
			return err
		}
		_, err = c.exec(updateTick, encode(func(c *coder) { c.mark(&now) }))
		return err
	})
	if err != nil {
		return fmt.Errorf("update the account of %q: %w", credential, err)
	}
	return nil
}

// Forget takes away the account of a credential, also if it is damaged: what was spent is no longer
// known, and the next calls may be too many for the service.
func (b *Budget) Forget(ctx context.Context, credential string) error {
	err := b.database.write(ctx, func(c *conn) error {
		_, err := c.exec(deleteAccount, credential)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget the account of %q: %w", credential, err)
	}
	return nil
}

// latestUpdate returns the zero mark if there never was an update.
func latestUpdate(c *conn) (m mark, err error) {
	row, err := c.one(selectTick)
	switch {
	case err != nil:
		return mark{}, err
	case row == nil:
		return mark{}, damaged("the time of the latest update is gone")
	case row[0] == nil:
		return mark{}, nil
	}
	err = decode(bytes(row[0]), func(c *coder) { c.mark(&m) })
	return m, err
}

// account returns what is stored of a credential, nil if there is nothing.
func account(c *conn, credential string) ([]byte, error) {
	row, err := c.one(selectAccount, credential)
	if err != nil || row == nil {
		return nil, err
	}
	value, err := unwrap(bytes(row[0]))
	return []byte(value), err
}
