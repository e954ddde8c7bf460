package connect_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/connect"
)

func TestAnUploadThatWasBegunIsRememberedByTheNextProcess(t *testing.T) {
	dir := t.TempDir()
	uploads, err := connect.NewUploads(dir)
	require.NoError(t, err)
	one := uploads.Take("folder", "plan.pdf", 7)
	require.False(t, one.Load(new(string)))
	require.NoError(t, one.Keep("half"))

	twin := uploads.Take("folder", "plan.pdf", 7)
	require.False(t, twin.Remembered(), "of two at once one is not remembered")
	require.NoError(t, twin.Keep("other"))
	twin.Done()

	next, err := connect.NewUploads(dir)
	require.NoError(t, err)
	got := ""
	require.True(t, next.Take("folder", "plan.pdf", 7).Load(&got))
	require.Equal(t, "half", got)
	require.False(t, next.Take("folder", "plan.pdf7").Load(&got), "another upload")

	require.NoError(t, one.Forget())
	require.NoError(t, one.Forget(), "there is nothing left")
	one.Done()
	require.True(t, uploads.Take("folder", "plan.pdf", 7).Remembered(), "it is free again")
}

func TestWhereNothingIsRememberedNothingIsWritten(t *testing.T) {
	t.Chdir(t.TempDir())
	uploads, err := connect.NewUploads("")
	require.NoError(t, err)
	b := uploads.Take("plan.pdf")
	require.False(t, b.Remembered())
	require.NoError(t, b.Keep("half"))
	require.False(t, b.Load(new(string)))
	require.NoError(t, b.Forget())
	b.Done()
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Empty(t, left)

	require.NoError(t, os.WriteFile("file", nil, 0o600))
	_, err = connect.NewUploads("file")
	require.Error(t, err)
}
