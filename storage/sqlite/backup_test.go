package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// put stores a note.
func put(ctx context.Context, f *sqlite.File, name, value string) error {
	return f.Notes.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{name: []byte(value)}, nil
	})
}

func TestABackupIsOfOneInstantWhileOwnersWriteOn(t *testing.T) {
	t.Parallel()
	f := openFile(t)
	defer f.Close()
	ctx := t.Context()
	state, err := f.Store.Open(ctx, "pair")
	require.NoError(t, err)
	require.NoError(t, f.Tokens.Update(ctx, "box", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
		return save(ctx, connect.Token{Access: "sealed", Refresh: "r"})
	}))
	require.NoError(t, f.Ledger.Charge(ctx, syncer.Charge{
		Action: "a", Count: 3, Window: time.Hour, Scopes: []syncer.Limit{{Scope: "pair", Most: 10}},
	}))

	// Somebody writes on all the time: each batch puts a note and a record of one number.
	stop, ended := make(chan struct{}), make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		for n := 1; ; n++ {
			root := syncer.Record{ID: syncer.RootRecord, Kind: syncer.Folder, Source: syncer.Half{Presence: syncer.Present, ID: "s", Content: fmt.Sprint(n)}}
			err := state.Commit(ctx, syncer.Batch{Put: []syncer.Record{root}, Outcomes: []syncer.Outcome{{Action: syncer.ActionID(fmt.Sprint(n))}}})
			if n == 3 {
				close(begun)
			}
			select {
			case <-stop:
				ended <- err
				return
			default:
			}
			if err != nil {
				ended <- err
				return
			}
		}
	}()
	<-begun
	path := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, f.Backup(ctx, path))
	close(stop)
	require.NoError(t, <-ended)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	beside, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	require.Equal(t, []string{path}, beside, "one file and no more")

	c, err := sqlite.OpenFile(ctx, path, sqlite.FileOptions{Options: sqlite.Options{Clock: f.clock.Now, Machine: "another"}, Key: f.key})
	require.NoError(t, err)
	defer c.Close()
	copied, err := c.Store.Open(ctx, "pair")
	require.NoError(t, err, "nobody has a lease in a copy, not even for another machine")
	root, err := copied.Record(ctx, syncer.RootRecord)
	require.NoError(t, err)
	outcomes, err := collect(copied.Journal(ctx, syncer.Position{}))
	require.NoError(t, err)
	require.Equal(t, root.Source.Content, string(outcomes[len(outcomes)-1].Action), "a batch is in it whole or not at all")
	token, err := c.Tokens.Load(ctx, "box")
	require.NoError(t, err)
	require.Equal(t, "sealed", token.Access)
	used, _, err := c.Ledger.Used(ctx, "pair", time.Hour)
	require.NoError(t, err)
	require.Equal(t, 3, used)

	_, err = state.Renew(ctx)
	require.NoError(t, err, "the owner has noticed nothing")
}

func TestABackupReplacesNoFile(t *testing.T) {
	t.Parallel()
	f := openFile(t)
	defer f.Close()
	require.NoError(t, put(t.Context(), f.File, "link/1", "bridge"))
	path := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	require.ErrorIs(t, f.Backup(t.Context(), path), fs.ErrExist)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "mine", string(data))
	require.ErrorIs(t, f.Backup(t.Context(), filepath.Join(t.TempDir(), "no", "folder")), fs.ErrNotExist)
	require.ErrorIs(t, f.Backup(t.Context(), ""), syncer.ErrInvalid)
}

func TestABackupOfADamagedFileIsAnErrorAndLeavesNothing(t *testing.T) {
	t.Parallel()
	f := openFile(t)
	defer f.Close()
	require.NoError(t, put(t.Context(), f.File, "link/1", "bridge"))
	db, err := sql.Open("sqlite", f.path)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE note SET data = x'00ff'")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	path := filepath.Join(t.TempDir(), "copy.db")
	require.ErrorIs(t, f.Backup(t.Context(), path), syncer.ErrDamaged)
	beside, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	require.Empty(t, beside)
}
