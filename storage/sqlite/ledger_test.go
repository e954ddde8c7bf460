package sqlite_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/rpc"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

const day = 24 * time.Hour

// ledgerAt opens the ledger of a path as a process does whose clock shows now.
func ledgerAt(t *testing.T, path string, o sqlite.LedgerOptions) *sqlite.Ledger {
	t.Helper()
	l, err := sqlite.OpenLedger(t.Context(), path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func charge(t *testing.T, l *sqlite.Ledger, action string, most int) error {
	t.Helper()
	return l.Charge(t.Context(), syncer.Charge{
		Action: syncer.ActionID(action), Count: 1, Window: day, Scopes: []syncer.Limit{{Scope: "account", Most: most}},
	})
}

// Account is the parent of children that spend from one limit.
type Account struct{ admitted chan int }

// Admitted is told how many charges of a child were admitted.
func (a *Account) Admitted(n int, _ *struct{}) error {
	a.admitted <- n
	return nil
}

// spend charges as much as it can.
func spend(parent *rpc.Client, path string) error {
	ctx := context.Background()
	l, err := sqlite.OpenLedger(ctx, path, sqlite.LedgerOptions{Busy: time.Minute})
	if err != nil {
		return err
	}
	admitted := 0
	for i := range 60 {
		err := l.Charge(ctx, syncer.Charge{
			Action: syncer.ActionID(fmt.Sprint(os.Getpid(), " ", i)), Count: 1, Window: day,
			Scopes: []syncer.Limit{{Scope: "account", Most: 50}},
		})
		switch {
		case err == nil:
			admitted++
		case !errors.Is(err, syncer.ErrHeld):
			return err
		}
	}
	if err := parent.Call("Parent.Admitted", admitted, &struct{}{}); err != nil {
		return err
	}
	return l.Close()
}

func TestProcessesOnOneAccountShareOneLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	account := &Account{make(chan int, 3)}
	var children []*child
	for range cap(account.admitted) {
		children = append(children, start(t, "spend", path, account))
	}
	sum := 0
	for _, c := range children {
		require.NoError(t, c.wait())
		sum += <-account.admitted
	}
	require.Equal(t, 50, sum)
	used, _, err := ledgerAt(t, path, sqlite.LedgerOptions{}).Used(t.Context(), "account", day)
	require.NoError(t, err)
	require.Equal(t, 50, used)
}

func TestAClockThatIsSetForwardWhileTheLedgerIsClosedFreesNothingThatNoServiceConfirms(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	now, told := someDay, time.Time{}
	o := sqlite.LedgerOptions{Clock: func() time.Time { return now }, Confirmed: func() time.Time { return told }}
	require.NoError(t, charge(t, ledgerAt(t, path, o), "a", 1))

	now = someDay.Add(30 * day)
	l := ledgerAt(t, path, o)
	require.ErrorIs(t, charge(t, l, "b", 1), syncer.ErrHeld, "nobody has confirmed that a month has passed")
	now = now.Add(day / 4)
	told = someDay.Add(day / 2)
	require.ErrorIs(t, charge(t, l, "b", 1), syncer.ErrHeld, "only half a day has passed")
	now = now.Add(day/2 - time.Second)
	require.ErrorIs(t, charge(t, l, "b", 1), syncer.ErrHeld)
	now = now.Add(time.Second)
	require.NoError(t, charge(t, l, "b", 1), "what passes since the service told counts")
	_, until, err := l.Used(t.Context(), "account", day)
	require.NoError(t, err)
	require.True(t, until.Equal(someDay.Add(2*day)), "and nothing else: %s", until)

	now = now.Add(day - time.Second)
	require.ErrorIs(t, charge(t, ledgerAt(t, path, o), "c", 1), syncer.ErrHeld, "of a service that says nothing new nothing new is known")
	told = someDay.Add(2 * day)
	require.NoError(t, charge(t, ledgerAt(t, path, o), "c", 1))
}

func TestProcessesWhoseClocksDifferShareTheTimeThatAServiceTells(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	passed := time.Duration(0)
	off := func(by time.Duration) sqlite.LedgerOptions {
		return sqlite.LedgerOptions{
			Clock:     func() time.Time { return someDay.Add(by + passed) },
			Confirmed: func() time.Time { return someDay.Add(passed) },
		}
	}
	right, behind, ahead := ledgerAt(t, path, off(0)), ledgerAt(t, path, off(-50*day)), ledgerAt(t, path, off(50*day))
	require.NoError(t, charge(t, right, "a", 2))
	passed = day / 2
	require.NoError(t, charge(t, behind, "b", 2))
	require.ErrorIs(t, charge(t, ahead, "c", 2), syncer.ErrHeld)
	passed = day
	require.NoError(t, charge(t, ahead, "c", 2), "the first one is a day old")
	for _, l := range []*sqlite.Ledger{right, behind, ahead} {
		require.ErrorIs(t, charge(t, l, "d", 2), syncer.ErrHeld, "the second one is not")
	}
}

func TestOnOneMachineNoClockThatIsSetFreesAnythingUntilItStartsAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	passed, boot := time.Duration(0), "first"
	off := func(by time.Duration) sqlite.LedgerOptions {
		return sqlite.LedgerOptions{
			Clock:  func() time.Time { return someDay.Add(by + passed) },
			Uptime: func() (string, time.Duration) { return boot, time.Hour + passed },
		}
	}
	right, behind, ahead := ledgerAt(t, path, off(0)), ledgerAt(t, path, off(-50*day)), ledgerAt(t, path, off(50*day))
	require.NoError(t, charge(t, right, "a", 2))
	passed = day / 2
	require.NoError(t, charge(t, behind, "b", 2))
	require.ErrorIs(t, charge(t, ahead, "c", 2), syncer.ErrHeld)
	passed = day
	require.NoError(t, charge(t, ahead, "c", 2), "the first one is a day old")
	for _, l := range []*sqlite.Ledger{right, behind, ahead, ledgerAt(t, path, off(9*day))} {
		require.ErrorIs(t, charge(t, l, "d", 2), syncer.ErrHeld, "the second one is not")
	}

	boot = "second"
	require.ErrorIs(t, charge(t, ledgerAt(t, path, off(-9*day)), "d", 2), syncer.ErrHeld, "time never runs back")
	require.NoError(t, charge(t, ledgerAt(t, path, off(9*day)), "d", 2), "nobody but the clock knows how long it was off")
}

func TestTheSystemTellsTheTimeOfALedgerThatIsLeftToItself(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	require.NoError(t, charge(t, ledgerAt(t, path, sqlite.LedgerOptions{}), "a", 1))
	l := ledgerAt(t, path, sqlite.LedgerOptions{})
	require.ErrorIs(t, charge(t, l, "b", 1), syncer.ErrHeld)
	_, until, err := l.Used(t.Context(), "account", day)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(day), until, time.Minute)
}

func TestALedgerOfAnEarlierVersionKeepsItsCharges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	first, err := os.ReadFile("schema/ledger/0001_ledger.sql")
	require.NoError(t, err)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	now := someDay.UnixNano()
	for _, statement := range []string{
		"PRAGMA journal_mode = WAL", "PRAGMA application_id = 0x50426c64", string(first), "PRAGMA user_version = 1",
		"INSERT INTO charge (id, action, at) VALUES (1, 'a', " + fmt.Sprint(now) + ")",
		"INSERT INTO spent VALUES (1, 'account', " + fmt.Sprint(now) + ", 1)",
		"UPDATE clock SET at = " + fmt.Sprint(now),
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())

	l := ledgerAt(t, path, sqlite.LedgerOptions{Clock: func() time.Time { return someDay.Add(-day) }})
	require.ErrorIs(t, charge(t, l, "b", 1), syncer.ErrHeld)
	require.NoError(t, charge(t, l, "a", 1), "it is counted already")
	require.NoError(t, charge(t, l, "b", 2))
}

func TestALedgerRefusesAChargeThatMakesNoSense(t *testing.T) {
	t.Parallel()
	l := ledgerAt(t, filepath.Join(t.TempDir(), "ledger.db"), sqlite.LedgerOptions{})
	require.ErrorIs(t, l.Charge(t.Context(), syncer.Charge{Action: "a", Count: 1}), syncer.ErrInvalid)
	require.ErrorIs(t, l.Charge(t.Context(), syncer.Charge{Action: "a", Count: -1, Window: time.Hour}), syncer.ErrInvalid)
	require.NoError(t, l.Refund(t.Context(), "never charged"))
}

func TestAPathMustLeadToAFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := sqlite.Open(t.Context(), "", sqlite.Options{})
	require.ErrorIs(t, err, syncer.ErrInvalid)
	_, err = sqlite.OpenLedger(t.Context(), "", sqlite.LedgerOptions{})
	require.ErrorIs(t, err, syncer.ErrInvalid)
	_, err = sqlite.Open(t.Context(), filepath.Join(folder, "none", "state.db"), sqlite.Options{})
	require.ErrorIs(t, err, fs.ErrNotExist, "folders are not made")
	_, err = sqlite.Open(t.Context(), folder, sqlite.Options{})
	require.ErrorContains(t, err, "no regular file")
}

func TestAClosedStoreSaysSo(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"), sqlite.Options{})
	require.NoError(t, err)
	state, err := s.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.NoError(t, state.Close())
	_, err = state.Header(t.Context())
	require.ErrorContains(t, err, "store is closed")
	require.ErrorContains(t, state.Commit(t.Context(), syncer.Batch{}), "store is closed")
	_, err = s.Open(t.Context(), "pair")
	require.ErrorContains(t, err, "store is closed")
}

func TestADamagedLedgerFreesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "good.db")
	o := sqlite.LedgerOptions{Clock: func() time.Time { return someDay }}
	l, err := sqlite.OpenLedger(t.Context(), path, o)
	require.NoError(t, err)
	require.NoError(t, charge(t, l, "a", 1))
	require.NoError(t, l.Close())
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	page := int(binary.BigEndian.Uint16(good[16:]))
	wanted := sampled()
	for at := page; at < len(good); at += page { // the first page has no rows of ours
		for i := range 40 {
			if !wanted() {
				continue
			}
			path := filepath.Join(t.TempDir(), "harmed.db")
			require.NoError(t, os.WriteFile(path, flip.do(good, uint32(at+page-1-i), []byte{0x11}), 0o600))
			l, err := sqlite.OpenLedger(t.Context(), path, o)
			if err == nil {
				err = charge(t, l, "b", 1)
				require.NoError(t, l.Close())
			}
			if !errors.Is(err, syncer.ErrHeld) {
				require.ErrorIs(t, err, syncer.ErrDamaged, "page %d, byte %d from its end", at/page, i+1)
			}
		}
	}
}
