package policy_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

// process is what a process has open of a disk.
type process struct {
	store  syncer.StateStore
	ledger syncer.Ledger
	// clock is what its Ledger goes by.
	clock func() time.Time
	// end gives back what a dead process had open, as the system does. nil means that its memory is
	// the disk: then it lets go of its pair by itself.
	end func()
}

// disk outlives processes. It is made for an account, and opens, for each process that starts, a
// store and a Ledger. What one process has written is there for all others.
type disk struct {
	open func(t *testing.T, a *account) (start func(t *testing.T) process)
	// own says that each process reads the clock for itself, once: clocks that were set back in between
	// differ. knows says that none deceives its Ledger about how much time has passed.
	own, knows bool
}

// disks are those that every test runs on; a new kind of store is one more line.
func disks() map[string]disk {
	return map[string]disk{
		"memory": {open: openMemory},
		"SQLite": {open: openSQLite(func(a *account, o *sqlite.LedgerOptions) { o.Uptime = a.uptime }), knows: true},
	}
}

// moreDisks are SQLite with other sources of the time.
func moreDisks() map[string]disk {
	return map[string]disk{
		"SQLite, and the services tell the time": {open: openSQLite(func(a *account, o *sqlite.LedgerOptions) { o.Confirmed = a.confirmed }), knows: true},
		"SQLite with nothing but the clock":      {open: openSQLite(func(*account, *sqlite.LedgerOptions) {}), own: true},
	}
}

func openMemory(_ *testing.T, a *account) func(t *testing.T) process {
	store, ledger := memory.New(memory.Options{Clock: a.wall}), memory.NewLedger(memory.Options{Clock: a.wall})
	return func(*testing.T) process { return process{store, ledger, a.wall, nil} }
}

// openSQLite keeps everything in two files, which each process opens for itself. Its Ledger reads the
// wall clock when it is opened, and counts from then on what really passes, as the system does.
func openSQLite(tell func(a *account, o *sqlite.LedgerOptions)) func(t *testing.T, a *account) func(t *testing.T) process {
	return func(t *testing.T, a *account) func(t *testing.T) process {
		t.Helper()
		folder := t.TempDir()
		return func(t *testing.T) process {
			t.Helper()
			opened, wall := a.time.Now(), a.wall()
			o := sqlite.LedgerOptions{Clock: func() time.Time { return wall.Add(a.time.Now().Sub(opened)) }}
			tell(a, &o)
			store, err := sqlite.Open(t.Context(), filepath.Join(folder, "state.db"), sqlite.Options{Clock: a.wall})
			require.NoError(t, err)
			ledger, err := sqlite.OpenLedger(t.Context(), filepath.Join(folder, "ledger.db"), o)
			require.NoError(t, err)
			end := func() {
				require.NoError(t, store.Close())
				require.NoError(t, ledger.Close())
			}
			t.Cleanup(end) // of an end that was before nothing comes
			return process{store, ledger, o.Clock, end}
		}
	}
}

// eachDisk runs a test on each of some disks.
func eachDisk(t *testing.T, disks map[string]disk, test func(t *testing.T, d disk)) {
	t.Helper()
	for name, d := range disks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, d)
		})
	}
}
