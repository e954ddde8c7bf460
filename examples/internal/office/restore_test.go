package office_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestATokenThatWasExchangedSinceTheBackupIsSaidToNeedASignIn(t *testing.T) {
	data, place := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		bx, err := boxtest.New(boxtest.Options{})
		require.NoError(t, err)
		defer bx.Close()
		id, secret := bx.Client()
		at := bx.URLs()
		s := office.Settings{Data: data, Box: office.BoxSettings{
			Bases: box.Bases{API: at.API, Upload: at.Upload, Login: at.Login}, RefreshToken: bx.RefreshToken(),
		}}
		during := func(f func(o *office.Office)) {
			o, err := office.Open(ctx, s, &office.Options{
				HTTP: &hosts{clients: map[string]*http.Client{"box": bx.HTTPClient()}}, Clock: time.Now,
			})
			require.NoError(t, err)
			defer o.Close()
			f(o)
		}
		backup := filepath.Join(place, "backup.tar.gz")
		during(func(o *office.Office) {
			_, err := o.ConnectBox(ctx, office.Connection{Way: office.Browser, ClientID: id, ClientSecret: secret})
			require.NoError(t, err)
			_, err = o.Backup(ctx, backup, office.BackupOptions{WithKey: true})
			require.NoError(t, err)
		})
		time.Sleep(2 * time.Hour) // the token has to be exchanged
		during(func(o *office.Office) {
			_, err := o.Box(ctx)
			require.NoError(t, err)
		})
		r, err := office.Restore(ctx, s, backup, office.RestoreOptions{Replace: true})
		require.NoError(t, err)
		require.True(t, r.Key)
		time.Sleep(2 * time.Hour)
		during(func(o *office.Office) {
			_, err := o.Box(ctx)
			require.ErrorIs(t, err, connect.ErrSignIn)
		})
	})
}

// made is a data directory with a connection's key in it, and a backup of it.
func made(t *testing.T, opts office.BackupOptions) (data, backup string) {
	t.Helper()
	data, backup = t.TempDir(), filepath.Join(t.TempDir(), "backup.tar.gz")
	o, err := office.Open(t.Context(), office.Settings{Data: data}, nil)
	require.NoError(t, err)
	_, err = o.Backup(t.Context(), backup, opts)
	require.NoError(t, err)
	require.NoError(t, o.Close())
	return data, backup
}

func restore(ctx context.Context, data, backup string, opts office.RestoreOptions) error {
	_, err := office.Restore(ctx, office.Settings{Data: data}, backup, opts)
	return err
}

func TestABackupThatWasCutOrChangedAnywhereTouchesNothing(t *testing.T) {
	data, backup := made(t, office.BackupOptions{WithKey: true})
	whole, err := os.ReadFile(backup)
	require.NoError(t, err)
	before, err := os.ReadFile(filepath.Join(data, "procorebox.db"))
	require.NoError(t, err)
	bad := filepath.Join(t.TempDir(), "bad.tar.gz")
	try := func(text []byte, what string, at int) {
		require.NoError(t, os.WriteFile(bad, text, 0o600))
		err := restore(t.Context(), data, bad, office.RestoreOptions{Replace: true})
		require.ErrorIs(t, err, syncer.ErrDamaged, "%s at %d", what, at)
	}
	step := max(1, len(whole)/40)
	for at := 0; at < len(whole); at += step {
		try(whole[:at], "cut", at)
		if at < 10 {
			continue // the name and the time in the head of gzip mean nothing
		}
		changed := append([]byte(nil), whole...)
		changed[at] ^= 0x10
		if bytes.Equal(inflated(changed), inflated(whole)) {
			continue // another way to say the same: in a run of equal bytes it means nothing which of them is repeated
		}
		try(changed, "changed", at)
	}
	after, err := os.ReadFile(filepath.Join(data, "procorebox.db"))
	require.NoError(t, err)
	require.Equal(t, before, after)
	entries, err := os.ReadDir(data)
	require.NoError(t, err)
	for _, e := range entries {
		require.Contains(t, []string{"procorebox.db", "procorebox.key", "procorebox.lock", "here", "uploads"}, e.Name())
	}
}

// inflated is what a compressed text says, nil if it is damaged.
func inflated(text []byte) []byte {
	zipped, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	all, err := io.ReadAll(zipped)
	if err != nil {
		return nil
	}
	return all
}

func TestARestoreThatWasKilledIsClearedAwayByTheNext(t *testing.T) {
	_, backup := made(t, office.BackupOptions{})
	data := t.TempDir()
	left := filepath.Join(data, ".restore-123")
	require.NoError(t, os.MkdirAll(left, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(left, "procorebox.db"), []byte("half"), 0o600))
	require.NoError(t, restore(t.Context(), data, backup, office.RestoreOptions{}))
	_, err := os.Stat(left)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = os.Stat(filepath.Join(data, "procorebox.key"))
	require.ErrorIs(t, err, fs.ErrNotExist, "no key is made up")
}

func TestADamagedDirectoryIsPutAsideAsItIs(t *testing.T) {
	data, backup := made(t, office.BackupOptions{})
	require.NoError(t, os.WriteFile(filepath.Join(data, "procorebox.db"), []byte("rubbish"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(data, "procorebox.db-wal"), []byte("more of it"), 0o600))
	r, err := office.Restore(t.Context(), office.Settings{Data: data}, backup, office.RestoreOptions{Replace: true})
	require.NoError(t, err)
	for name, want := range map[string]string{"procorebox.db": "rubbish", "procorebox.db-wal": "more of it"} {
		got, err := os.ReadFile(filepath.Join(r.Aside, name))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	o, err := office.Open(t.Context(), office.Settings{Data: data}, nil)
	require.NoError(t, err)
	require.NoError(t, o.Close())
}
