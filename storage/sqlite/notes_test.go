package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/mapping/mappingtest"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

var _ mapping.Store = (*sqlite.Notes)(nil)

func notesAt(t *testing.T, path string) *sqlite.Notes {
	t.Helper()
	n, err := sqlite.OpenNotes(t.Context(), path, sqlite.NoteOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	return n
}

func TestNotes(t *testing.T) {
	mappingtest.TestStore(t, func(t *testing.T) mappingtest.StoreHarness {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "notes.db")
		open := func(context.Context) (mapping.Store, error) { return notesAt(t, path), nil }
		return mappingtest.StoreHarness{Store: notesAt(t, path), Other: open, Reopen: open}
	})
}

func TestTheNotesOfAFileAreNotes(t *testing.T) {
	mappingtest.TestStore(t, func(t *testing.T) mappingtest.StoreHarness {
		t.Parallel()
		f := openFile(t)
		ctx := context.WithoutCancel(t.Context())
		t.Cleanup(func() { require.NoError(t, f.Check(ctx)); require.NoError(t, f.Close()) })
		return mappingtest.StoreHarness{
			Store: f.Notes,
			Other: func(context.Context) (mapping.Store, error) { return f.beside(t).Notes, nil },
			Reopen: func(ctx context.Context) (mapping.Store, error) {
				err := f.open(ctx, "one")
				return f.Notes, err
			},
		}
	})
}

func TestANoteThatIsDamagedIsAnErrorAndNeverMissing(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "notes.db")
	n := notesAt(t, path)
	store := func(name, text string) error {
		return n.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) {
			return map[string][]byte{name: []byte(text)}, nil
		})
	}
	require.NoError(t, store("a", "1"))
	require.NoError(t, store("b", "2"))
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.ExecContext(ctx, "UPDATE note SET data = zeroblob(9) WHERE name = 'a'")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = n.Read(ctx, "")
	require.ErrorIs(t, err, syncer.ErrDamaged)
	require.ErrorContains(t, err, `note "a"`)
	require.ErrorIs(t, store("a", "3"), syncer.ErrDamaged, "whoever changes it would not know what was there")
	found, err := n.Read(ctx, "b")
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"b": []byte("2")}, found)
}

func TestAFileOfBeforeNotesGetsThem(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "procorebox.db")
	f, err := sqlite.OpenFile(ctx, path, fixed(t))
	require.NoError(t, err)
	require.NoError(t, charge(t, f.Ledger, "before", 9))
	require.NoError(t, f.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, statement := range []string{"DROP TABLE note", "DROP TABLE clash", "DROP TABLE run", "ALTER TABLE pair DROP COLUMN owner", "PRAGMA user_version = 6"} {
		_, err = db.ExecContext(ctx, statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())

	f, err = sqlite.OpenFile(ctx, path, fixed(t))
	require.NoError(t, err)
	defer f.Close()
	used, _, err := f.Ledger.Used(ctx, "account", day)
	require.NoError(t, err)
	require.Equal(t, 1, used)
	found, err := f.Notes.Read(ctx, "")
	require.NoError(t, err)
	require.Empty(t, found)
}
