package memory_test

import (
	"context"
	"testing"
	"time"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func openStore(*testing.T) *syncertest.StoreHarness {
	clock := new(syncertest.Clock)
	store := memory.New(memory.Options{Clock: clock.Now, Lease: time.Minute})
	return &syncertest.StoreHarness{
		Store: store, Lease: time.Minute, Advance: clock.Advance,
		Reopen: func(context.Context) (syncer.StateStore, error) { return store, nil },
	}
}

func TestStateStore(t *testing.T) { syncertest.TestStateStore(t, openStore) }

func TestJournal(t *testing.T) { syncertest.TestJournal(t, openStore) }

func TestLedger(t *testing.T) {
	syncertest.TestLedger(t, func(*testing.T) *syncertest.LedgerHarness {
		clock := new(syncertest.Clock)
		ledger := memory.NewLedger(memory.Options{Clock: clock.Now})
		return &syncertest.LedgerHarness{
			Ledger: ledger, Advance: clock.Advance,
			Reopen: func(context.Context) (syncer.Ledger, error) { return ledger.Clone(), nil },
		}
	})
}
