package connect_test

import (
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestAKeyFileIsMadeOnFirstUseForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	key, err := connect.TokenKeyFile(path)
	require.NoError(t, err)
	again, err := connect.TokenKeyFile(path)
	require.NoError(t, err)
	require.Equal(t, key.ID(), again.ID())
	other, err := connect.TokenKeyFile(path + "-2")
	require.NoError(t, err)
	require.NotEqual(t, key.ID(), other.ID(), "each new key is another one")
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	parsed, err := connect.ParseTokenKey(string(text))
	require.NoError(t, err, "what is in the file may be in the environment as well")
	require.Equal(t, key.ID(), parsed.ID())
	left, err := filepath.Glob(path + "-new-*")
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAllWhoMakeAKeyFileAtOnceGetOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	var ids sync.Map
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			key, err := connect.TokenKeyFile(path)
			if err != nil {
				ids.Store(err.Error(), true)
			}
			ids.Store(key.ID(), true)
		})
	}
	all.Wait()
	n := 0
	ids.Range(func(id, _ any) bool {
		n++
		require.Len(t, id, 16)
		return true
	})
	require.Equal(t, 1, n)
}

func TestAKeyFileThatOthersMayUseIsRefused(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing on Windows")
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660, 0o644, 0o620, 0o610} {
		path := filepath.Join(t.TempDir(), "key")
		_, err := connect.TokenKeyFile(path)
		require.NoError(t, err)
		require.NoError(t, os.Chmod(path, mode))
		_, err = connect.TokenKeyFile(path)
		require.ErrorIs(t, err, fs.ErrPermission, "mode %#o", mode)
		require.ErrorContains(t, err, path)
		require.ErrorContains(t, err, "0600")
		require.NoError(t, os.Chmod(path, 0o400))
		_, err = connect.TokenKeyFile(path)
		require.NoError(t, err)
	}
}

func TestAFileThatHoldsNoKeyIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":    "",
		"cut off":  base64.StdEncoding.EncodeToString(secretOf(7))[:20],
		"no key":   "to be filled in",
		"too long": strings.Repeat(base64.StdEncoding.EncodeToString(secretOf(7)), 99),
	} {
		path := filepath.Join(t.TempDir(), "key")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := connect.TokenKeyFile(path)
		require.ErrorIs(t, err, syncer.ErrDamaged, name)
		require.ErrorContains(t, err, path, name)
		if text != "" {
			require.NotContains(t, err.Error(), text, name)
		}
		left, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(left), name)
	}
	folder := t.TempDir()
	_, err := connect.TokenKeyFile(folder)
	require.ErrorContains(t, err, "no regular file")
	_, err = connect.TokenKeyFile(filepath.Join(folder, "none", "key"))
	require.ErrorIs(t, err, fs.ErrNotExist, "folders are not made")
}
