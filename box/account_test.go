package box_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// TestFileSystemOfARealAccount holds Box itself to what the fake does. It works in folders of its own
// below the one that is named, and leaves them in the trash.
func TestFileSystemOfARealAccount(t *testing.T) {
	token, folder := os.Getenv("BOX_TEST_TOKEN"), os.Getenv("BOX_TEST_FOLDER")
	if token == "" || folder == "" {
		t.Skip("BOX_TEST_TOKEN and BOX_TEST_FOLDER name no account: an access token, and the number of a folder to work in")
	}
	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: box.Windows()})
	require.NoError(t, err)
	client, err := box.New(box.Options{Bases: box.BasesFrom(os.Getenv), Tokens: box.Fixed(token), Pace: governor.Lane("test")})
	require.NoError(t, err)
	files, err := box.NewFileSystem(t.Context(), client, nil)
	require.NoError(t, err)
	work, err := files.CreateFolder(t.Context(), syncer.Entry{ID: folder}, "procorebox test "+time.Now().UTC().Format("2006-01-02 15.04.05.000"))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.DeleteFoldersID(context.Background(), work.ID, "", true)) // that of the test has ended
	})
	n := 0
	syncertest.TestFileSystem(t, func(t *testing.T) *syncertest.Harness {
		n++
		root, err := files.CreateFolder(t.Context(), work, fmt.Sprint("case ", n))
		require.NoError(t, err)
		return &syncertest.Harness{FS: files, Root: root.ID}
	})
}
