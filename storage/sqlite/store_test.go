package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// openHarness opens a store that another machine finds after this one was killed.
func openHarness(t *testing.T) *syncertest.StoreHarness {
	t.Parallel()
	clock := new(syncertest.Clock)
	path := filepath.Join(t.TempDir(), "state.db")
	var store *sqlite.Store
	open := func(ctx context.Context, machine string) (err error) {
		store, err = sqlite.Open(ctx, path, sqlite.Options{Clock: clock.Now, Lease: time.Minute, Machine: machine})
		return err
	}
	require.NoError(t, open(t.Context(), "one"))
	return &syncertest.StoreHarness{
		Store: store, Lease: time.Minute, Advance: clock.Advance,
		Reopen: func(ctx context.Context) (syncer.StateStore, error) {
			if err := store.Close(); err != nil {
				return nil, err
			}
			err := open(ctx, "two")
			return store, err
		},
		Close: func() {
			require.NoError(t, store.Check(t.Context()))
			require.NoError(t, store.Close())
		},
	}
}

func TestStateStore(t *testing.T) { syncertest.TestStateStore(t, openHarness) }

func TestJournal(t *testing.T) { syncertest.TestJournal(t, openHarness) }

func TestLedger(t *testing.T) {
	syncertest.TestLedger(t, func(t *testing.T) *syncertest.LedgerHarness {
		t.Parallel()
		clock := new(syncertest.Clock)
		path := filepath.Join(t.TempDir(), "ledger.db")
		var ledger *sqlite.Ledger
		open := func(ctx context.Context) (syncer.Ledger, error) {
			opened, err := sqlite.OpenLedger(ctx, path, sqlite.LedgerOptions{Clock: clock.Now})
			ledger = opened
			return opened, err
		}
		_, err := open(t.Context())
		require.NoError(t, err)
		return &syncertest.LedgerHarness{
			Ledger: ledger, Advance: clock.Advance,
			Reopen: func(ctx context.Context) (syncer.Ledger, error) {
				if err := ledger.Close(); err != nil {
					return nil, err
				}
				return open(ctx)
			},
			Close: func() { require.NoError(t, ledger.Close()) },
		}
	})
}
