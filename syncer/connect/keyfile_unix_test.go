//go:build unix

package connect_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestAPipeInThePlaceOfAKeyFileIsRefusedAndNotWaitedFor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := connect.TokenKeyFile(path)
	require.ErrorIs(t, err, syncer.ErrDamaged)
	require.ErrorContains(t, err, "no regular file")
}
