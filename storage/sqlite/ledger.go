package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Ledger is a [syncer.Ledger] in a file that all processes which spend from the same limits may have
// open at once. It forgets no charge, since it may be asked for any window. Close it when it is not
// needed any more.
type Ledger struct {
	database *database
	shared   bool // with the other parts of a File
	time     *timekeeper
}

var _ syncer.Ledger = (*Ledger)(nil)

const (
	selectClock  = "SELECT data, at, boot, up FROM clock WHERE id = 1"
	updateClock  = "UPDATE clock SET data = ?, at = NULL, boot = NULL, up = NULL WHERE id = 1"
	selectAny    = "SELECT id FROM charge WHERE id > 0 LIMIT 1"
	selectCharge = "SELECT id FROM charge WHERE action = ? AND at > ? ORDER BY at DESC LIMIT 1"
	insertCharge = "INSERT INTO charge (action, at) VALUES (?, ?) RETURNING id"
	insertSpent  = "INSERT INTO spent (charge, scope, at, count) VALUES (?, ?, ?, ?)"
	renewCharge  = "UPDATE charge SET at = ? WHERE id = ?"
	renewSpent   = "UPDATE spent SET at = ? WHERE charge = ?"
	deleteCharge = "DELETE FROM charge WHERE id = ?"
	selectHeld   = "SELECT action FROM spent JOIN charge ON charge.id = spent.charge WHERE scope = ? AND spent.at > ?"
	selectSpent  = "SELECT total(count), min(at) FROM spent WHERE scope = ? AND at > ?"
)

// OpenLedger opens the Ledger in the file at path, and makes the file if there is none. A file that
// is damaged, empty, of another program or of a newer version is an error that wraps
// [syncer.ErrDamaged], and is left as it is. All of it is looked through: what a limit has spent must
// never seem unspent.
func OpenLedger(ctx context.Context, path string, o LedgerOptions) (*Ledger, error) {
	d, err := openDatabase(ctx, path, ledgerFormat, Options{Clock: o.Clock, Busy: o.Busy, Cache: 2 << 20})
	if err != nil {
		return nil, fmt.Errorf("open ledger in %s: %w", path, err)
	}
	l := newLedger(d, o)
	if err := d.read(ctx, l.sound); err != nil {
		return nil, fmt.Errorf("open ledger in %s: %w", path, errors.Join(err, d.close()))
	}
	return l, nil
}

func newLedger(d *database, o LedgerOptions) *Ledger {
	l := &Ledger{database: d, time: newTimekeeper(o.Clock, o.Uptime)}
	l.time.confirmed = o.Confirmed
	return l
}

// now returns the time, which never runs behind the latest charge that any process has made.
func (l *Ledger) now(c *conn) (mark, error) {
	latest, err := latestCharge(c)
	return l.time.now(latest), err
}

// sound looks through all that was ever charged.
func (l *Ledger) sound(c *conn) error {
	if err := passes(c, "integrity_check(charge)", "integrity_check(spent)", "integrity_check(clock)"); err != nil {
		return err
	}
	// In this order: each statement sees what other processes have done meanwhile, and a charge comes with its time.
	row, err := c.one(selectAny)
	if err != nil {
		return err
	}
	latest, err := latestCharge(c)
	if err == nil && row != nil && latest.at.IsZero() {
		err = damaged("there are charges, and the time of the latest is gone")
	}
	return err
}

// Close closes the file. It does nothing to the Ledger of a File.
func (l *Ledger) Close() error {
	if l.shared {
		return nil
	}
	return l.database.close()
}

// Charge implements [syncer.Ledger].
func (l *Ledger) Charge(ctx context.Context, charge syncer.Charge) error {
	if charge.Count < 0 || charge.Window <= 0 {
		return fmt.Errorf("charge %d within %s: %w", charge.Count, charge.Window, syncer.ErrInvalid)
	}
	err := l.database.write(ctx, func(c *conn) error {
		m, err := l.now(c)
		if err != nil {
			return err
		}
		now := m.at
		row, err := c.one(selectCharge, string(charge.Action), nanos(now.Add(-charge.Window)))
		if err != nil {
			return err
		}
		if row != nil {
			err = renew(c, number(row[0]), now)
		} else {
			err = admit(c, charge, now)
		}
		if err != nil {
			return err
		}
		_, err = c.exec(updateClock, encode(func(c *coder) { c.mark(&m) }))
		return err
	})
	if err != nil {
		return fmt.Errorf("charge action %s: %w", charge.Action, err)
	}
	return nil
}

// renew lets a charge count from now on: the deed it was made for may happen now.
func renew(c *conn, id int64, now time.Time) error {
	if _, err := c.exec(renewCharge, nanos(now), id); err != nil {
		return err
	}
	_, err := c.exec(renewSpent, nanos(now), id)
	return err
}

// admit enters a new charge, unless one of its scopes is full.
func admit(c *conn, charge syncer.Charge, now time.Time) error {
	var scopes []string
	for _, limit := range charge.Scopes {
		used, _, err := used(c, limit.Scope, now, charge.Window)
		if err != nil {
			return err
		}
		if used > limit.Most-charge.Count {
			return fmt.Errorf("%d of at most %d in %s within %s are used: %w",
				used, limit.Most, limit, charge.Window, syncer.ErrHeld)
		}
		if !slices.Contains(scopes, limit.Scope) {
			scopes = append(scopes, limit.Scope)
		}
	}
	row, err := c.one(insertCharge, string(charge.Action), nanos(now))
	if err != nil {
		return err
	}
	for _, scope := range scopes {
		if _, err := c.exec(insertSpent, row[0], scope, nanos(now), int64(charge.Count)); err != nil {
			return err
		}
	}
	return nil
}

// used returns what a scope holds, and when the oldest part of it was charged. A charge leaves the
// window at the instant when it is exactly as old.
func used(c *conn, scope string, now time.Time, window time.Duration) (sum int, oldest time.Time, err error) {
	row, err := c.one(selectSpent, scope, nanos(now.Add(-window)))
	if err != nil || row[1] == nil {
		return 0, time.Time{}, err
	}
	total, _ := row[0].(float64)
	return int(total), instant(number(row[1])), nil
}

// Refund implements [syncer.Ledger]. An action that was not charged needs none.
func (l *Ledger) Refund(ctx context.Context, action syncer.ActionID) error {
	err := l.database.write(ctx, func(c *conn) error {
		row, err := c.one(selectCharge, string(action), int64(noTime))
		if err != nil || row == nil {
			return err
		}
		_, err = c.exec(deleteCharge, row[0])
		return err
	})
	if err != nil {
		return fmt.Errorf("refund action %s: %w", action, err)
	}
	return nil
}

// Used implements [syncer.Ledger].
func (l *Ledger) Used(ctx context.Context, scope string, window time.Duration) (sum int, until time.Time, err error) {
	err = l.database.read(ctx, func(c *conn) error {
		now, err := l.now(c)
		if err != nil {
			return err
		}
		var oldest time.Time
		if sum, oldest, err = used(c, scope, now.at, window); err == nil && !oldest.IsZero() {
			until = oldest.Add(window)
		}
		return err
	})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("what %q has used: %w", scope, err)
	}
	return sum, until, nil
}

// Charged implements [syncer.Ledger]. It yields what scope holds when the loop begins.
func (l *Ledger) Charged(ctx context.Context, scope string, window time.Duration) iter.Seq2[syncer.ActionID, error] {
	return func(yield func(syncer.ActionID, error) bool) {
		actions, err := l.charged(ctx, scope, window)
		if err != nil {
			yield("", fmt.Errorf("what %q was charged for: %w", scope, err))
			return
		}
		for _, action := range actions {
			if !yield(action, nil) {
				return
			}
		}
	}
}

func (l *Ledger) charged(ctx context.Context, scope string, window time.Duration) (actions []syncer.ActionID, err error) {
	err = l.database.read(ctx, func(c *conn) error {
		now, err := l.now(c)
		if err != nil {
			return err
		}
		return c.each(func(row []driver.Value) error {
			actions = append(actions, syncer.ActionID(text(row[0])))
			return nil
		}, selectHeld, scope, nanos(now.at.Add(-window)))
	})
	return actions, err
}
