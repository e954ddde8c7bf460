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

// oneFile is a File that is closed and opened again.
type oneFile struct {
	*sqlite.File
	path  string
	clock *syncertest.Clock
}

func (f *oneFile) open(ctx context.Context, machine string) (err error) {
	if f.File != nil {
		if err := f.File.Close(); err != nil {
			return err
		}
	}
	f.File, err = sqlite.OpenFile(ctx, f.path, sqlite.FileOptions{
		Options: sqlite.Options{Clock: f.clock.Now, Lease: time.Minute, Machine: machine},
	})
	return err
}

func openFile(t *testing.T) *oneFile {
	t.Helper()
	f := &oneFile{path: filepath.Join(t.TempDir(), "procorebox.db"), clock: new(syncertest.Clock)}
	require.NoError(t, f.open(t.Context(), "one"))
	return f
}

func TestTheStoreOfAFileIsAStore(t *testing.T) {
	syncertest.TestStateStore(t, func(t *testing.T) *syncertest.StoreHarness {
		t.Parallel()
		f := openFile(t)
		return &syncertest.StoreHarness{
			Store: f.Store, Lease: time.Minute, Advance: f.clock.Advance,
			Reopen: func(ctx context.Context) (syncer.StateStore, error) {
				err := f.open(ctx, "two")
				return f.Store, err
			},
			Close: func() {
				require.NoError(t, f.Store.Check(t.Context()))
				require.NoError(t, f.Close())
			},
		}
	})
}

func TestTheLedgerOfAFileIsALedger(t *testing.T) {
	syncertest.TestLedger(t, func(t *testing.T) *syncertest.LedgerHarness {
		t.Parallel()
		f := openFile(t)
		return &syncertest.LedgerHarness{
			Ledger: f.Ledger, Advance: f.clock.Advance,
			Reopen: func(ctx context.Context) (syncer.Ledger, error) {
				err := f.open(ctx, "one")
				return f.Ledger, err
			},
			Close: func() { require.NoError(t, f.Close()) },
		}
	})
}

func TestThePartsOfAFileEndWithIt(t *testing.T) {
	t.Parallel()
	f := openFile(t)
	state, err := f.Store.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, f.Store.Close())
	require.NoError(t, f.Ledger.Close())
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{item(1)}}), "nobody has closed the file")
	require.NoError(t, charge(t, f.Ledger, "a", 1))

	require.NoError(t, f.Close())
	require.ErrorContains(t, state.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{item(2)}}), "store is closed")
	require.ErrorContains(t, charge(t, f.Ledger, "b", 2), "store is closed")
	require.NoError(t, f.Close())

	require.NoError(t, f.open(t.Context(), "one"))
	_, err = f.Store.Open(t.Context(), "pair")
	require.NoError(t, err, "the pair was let go")
	require.ErrorIs(t, charge(t, f.Ledger, "b", 1), syncer.ErrHeld, "what was charged stays charged")
	require.NoError(t, f.Close())
}

func TestAFileOfOneKindIsNoneOfAnother(t *testing.T) {
	t.Parallel()
	kinds := map[string]func(path string) (interface{ Close() error }, error){
		"state": func(path string) (interface{ Close() error }, error) {
			return sqlite.Open(t.Context(), path, sqlite.Options{})
		},
		"ledger": func(path string) (interface{ Close() error }, error) {
			return sqlite.OpenLedger(t.Context(), path, sqlite.LedgerOptions{})
		},
		"whole": func(path string) (interface{ Close() error }, error) {
			return sqlite.OpenFile(t.Context(), path, sqlite.FileOptions{})
		},
	}
	for made, create := range kinds {
		path := filepath.Join(t.TempDir(), "file.db")
		file, err := create(path)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		for asked, open := range kinds {
			file, err := open(path)
			if asked == made {
				require.NoError(t, err)
				require.NoError(t, file.Close())
				continue
			}
			require.ErrorIs(t, err, syncer.ErrDamaged, "a file of kind %s opened as %s", made, asked)
		}
	}
}
