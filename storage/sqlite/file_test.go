package sqlite_test

import (
	"context"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// oneFile is a File that is closed and opened again.
type oneFile struct {
	*sqlite.File
	path  string
	clock *syncertest.Clock
	key   connect.TokenKey
}

func (f *oneFile) open(ctx context.Context, machine string) (err error) {
	if f.File != nil {
		if err := f.File.Close(); err != nil {
			return err
		}
	}
	f.File, err = sqlite.OpenFile(ctx, f.path, sqlite.FileOptions{
		Options: sqlite.Options{Clock: f.clock.Now, Lease: time.Minute, Machine: machine}, Key: f.key,
	})
	return err
}

// beside returns the same File as another process has it.
func (f *oneFile) beside(t *testing.T) *sqlite.File {
	t.Helper()
	other := &oneFile{path: f.path, clock: f.clock, key: f.key}
	require.NoError(t, other.open(t.Context(), "one"))
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	return other.File
}

func openFile(t *testing.T) *oneFile {
	t.Helper()
	f := &oneFile{path: filepath.Join(t.TempDir(), "procorebox.db"), clock: new(syncertest.Clock), key: tokenKey(t, 1)}
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
				require.NoError(t, f.Check(t.Context()))
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
	for _, part := range []io.Closer{f.Store, f.Ledger, f.Tokens, f.Budget, f.Notes} {
		require.NoError(t, part.Close())
	}
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{item(1)}}), "nobody has closed the file")
	require.NoError(t, charge(t, f.Ledger, "a", 1))
	require.NoError(t, saveToken(t.Context(), f.Tokens, "box", connect.Token{Access: "a"}))
	begin := updated(t, f.Budget)

	require.NoError(t, f.Close())
	require.ErrorContains(t, state.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{item(2)}}), "store is closed")
	require.ErrorContains(t, charge(t, f.Ledger, "b", 2), "store is closed")
	require.ErrorContains(t, saveToken(t.Context(), f.Tokens, "box", connect.Token{}), "store is closed")
	require.ErrorContains(t, f.Budget.Update(t.Context(), "c", nil), "store is closed")
	require.NoError(t, f.Close())

	require.NoError(t, f.open(t.Context(), "one"))
	_, err = f.Store.Open(t.Context(), "pair")
	require.NoError(t, err, "the pair was let go")
	require.ErrorIs(t, charge(t, f.Ledger, "b", 1), syncer.ErrHeld, "what was charged stays charged")
	token, err := f.Tokens.Load(t.Context(), "box")
	require.NoError(t, err)
	require.Equal(t, "a", token.Access)
	require.True(t, begin.Equal(updated(t, f.Budget)), "no time has passed")
	require.NoError(t, f.Close())
}

func TestAFileOfOneKindIsNoneOfAnother(t *testing.T) {
	t.Parallel()
	key := tokenKey(t, 1)
	kinds := map[string]func(path string) (io.Closer, error){
		"state": func(path string) (io.Closer, error) { return sqlite.Open(t.Context(), path, sqlite.Options{}) },
		"ledger": func(path string) (io.Closer, error) {
			return sqlite.OpenLedger(t.Context(), path, sqlite.LedgerOptions{})
		},
		"tokens": func(path string) (io.Closer, error) {
			return sqlite.OpenTokens(t.Context(), path, sqlite.TokenOptions{Key: key})
		},
		"budget": func(path string) (io.Closer, error) {
			return sqlite.OpenBudget(t.Context(), path, sqlite.BudgetOptions{})
		},
		"whole": func(path string) (io.Closer, error) { return sqlite.OpenFile(t.Context(), path, sqlite.FileOptions{}) },
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
