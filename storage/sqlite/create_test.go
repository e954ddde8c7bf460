package sqlite

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

func TestAFileThatAnotherIsJustMakingIsNotTakenForOneThatIsGone(t *testing.T) {
	t.Parallel()
	for after := range 3 {
		path, asked := filepath.Join(t.TempDir(), "state.db"), 0
		_, err := stands(path, func(name string) (fs.FileInfo, error) {
			if asked++; asked > after {
				require.NoError(t, os.WriteFile(path, []byte("made"), 0o600))
				require.NoError(t, os.WriteFile(path+"-wal", []byte("written to"), 0o600))
			}
			return os.Stat(name)
		})
		require.NoError(t, err, "made after %d looks", after)
	}
}

func TestAFileThatIsGoneWhileItsLogIsThereIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	require.NoError(t, os.WriteFile(path+"-wal", []byte("written to"), 0o600))
	_, err := stands(path, os.Stat)
	require.ErrorIs(t, err, syncer.ErrDamaged)
}
