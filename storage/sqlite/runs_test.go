package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/mapping/mappingtest"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

var _ mapping.RunStore = (*sqlite.Runs)(nil)

func runsAt(t *testing.T, path string) *sqlite.Runs {
	t.Helper()
	r, err := sqlite.OpenRuns(t.Context(), path, sqlite.RunOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

func TestRuns(t *testing.T) {
	mappingtest.TestRunStore(t, func(t *testing.T) mappingtest.RunStoreHarness {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "runs.db")
		open := func(context.Context) (mapping.RunStore, error) { return runsAt(t, path), nil }
		return mappingtest.RunStoreHarness{Store: runsAt(t, path), Other: open, Reopen: open}
	})
}

func TestTheRunsOfAFileAreRuns(t *testing.T) {
	mappingtest.TestRunStore(t, func(t *testing.T) mappingtest.RunStoreHarness {
		t.Parallel()
		f := openFile(t)
		ctx := context.WithoutCancel(t.Context())
		t.Cleanup(func() { require.NoError(t, f.Check(ctx)); require.NoError(t, f.Close()) })
		return mappingtest.RunStoreHarness{
			Store: f.Runs,
			Other: func(context.Context) (mapping.RunStore, error) { return f.beside(t).Runs, nil },
			Reopen: func(ctx context.Context) (mapping.RunStore, error) {
				err := f.open(ctx, "one")
				return f.Runs, err
			},
		}
	})
}

func change(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, statement := range statements {
		_, err = db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
}

func TestARunThatIsDamagedIsAnErrorAndStopsNoOther(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "procorebox.db")
	f, err := sqlite.OpenFile(ctx, path, fixed(t))
	require.NoError(t, err)
	one, err := f.Runs.Add(ctx, "a", time.Now(), []byte("one"))
	require.NoError(t, err)
	two, err := f.Runs.Add(ctx, "a", time.Now(), []byte("two"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	change(t, path, "UPDATE run SET data = zeroblob(9) WHERE n = 1")

	f, err = sqlite.OpenFile(ctx, path, fixed(t))
	require.NoError(t, err, "what is only for people does not keep a program from its work")
	defer f.Close()
	_, err = f.Runs.Get(ctx, one)
	require.ErrorIs(t, err, syncer.ErrDamaged)
	got, err := f.Runs.Get(ctx, two)
	require.NoError(t, err)
	require.Equal(t, "two", string(got))
	require.ErrorIs(t, f.Runs.Each(ctx, "", time.Time{}, func(uint64, []byte) bool { return true }), syncer.ErrDamaged)
	require.ErrorIs(t, f.Check(ctx), syncer.ErrDamaged)
}

func TestAFileOfBeforeRunsGetsThem(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "procorebox.db")
	f, err := sqlite.OpenFile(ctx, path, fixed(t))
	require.NoError(t, err)
	require.NoError(t, charge(t, f.Ledger, "before", 9))
	require.NoError(t, f.Close())
	change(t, path, "DROP TABLE run", "ALTER TABLE pair DROP COLUMN owner", "PRAGMA user_version = 8")

	f, err = sqlite.OpenFile(ctx, path, fixed(t))
	require.NoError(t, err)
	defer f.Close()
	used, _, err := f.Ledger.Used(ctx, "account", day)
	require.NoError(t, err)
	require.Equal(t, 1, used)
	n, err := f.Runs.Add(ctx, "a", time.Now(), nil)
	require.NoError(t, err)
	require.Equal(t, uint64(1), n)
}
