package box_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

const (
	beginSession = "POST /2.0/files/upload_sessions"
	uploadPart   = "PUT /2.0/files/upload_sessions/{session_id}"
)

var errKilled = errors.New("killed")

// killedAt is contents whose reading ends after so many bytes, as if the process did.
func killedAt(body string, n int) syncer.Content {
	c := text(body)
	c.Open = func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader([]byte(body[:n])), killing{})), nil
	}
	return c
}

type killing struct{}

func (killing) Read([]byte) (int, error) { return 0, errKilled }

func TestAnUploadThatWasKilledGoesOnWithTheMissingParts(t *testing.T) {
	t.Parallel()
	const body = "0123456789abcdefghij" // five parts
	for name, c := range map[string]struct {
		between func(t *testing.T, a *account, dir string)
		second  string
		want    map[string]int
	}{
		"at once":             {want: map[string]int{uploadPart: 2}},
		"after a week":        {func(*testing.T, *account, string) { time.Sleep(8 * 24 * time.Hour) }, "", map[string]int{beginSession: 1, uploadPart: 5}},
		"with other contents": {second: "0123456789ABCDEFGHIJ", want: map[string]int{beginSession: 1, uploadPart: 5}},
		"with what it remembers spoiled": {func(t *testing.T, _ *account, dir string) {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			require.NoError(t, err)
			require.Len(t, files, 1)
			require.NoError(t, os.WriteFile(files[0], []byte("{"), 0o600))
		}, "", map[string]int{beginSession: 1, uploadPart: 5}},
		"with its session refused": {func(t *testing.T, a *account, _ string) {
			require.NoError(t, a.Inject(boxtest.Fault{Route: "GET /2.0/files/upload_sessions/{session_id}/parts", Status: 400, Code: "invalid_upload_session_id"}))
		}, "", map[string]int{beginSession: 1, uploadPart: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, PartSize: 4, SmallestSession: 5})
				root, dir := a.root(t), t.TempDir()
				to := box.Target{ParentID: root.ID, Name: "model.ifc"}
				_, err := box.UploadParts(a.client(t, dir), t.Context(), to, killedAt(body, 14))
				require.ErrorIs(t, err, errKilled)
				if c.between != nil {
					c.between(t, a, dir)
				}
				content := text(body)
				if c.second != "" {
					content = text(c.second)
				}
				made := a.calls(func() {
					file, err := box.UploadParts(a.client(t, dir), t.Context(), to, content)
					require.NoError(t, err)
					require.Equal(t, content.Digest, file.Digest())
				})
				for route, n := range map[string]int{beginSession: c.want[beginSession], uploadPart: c.want[uploadPart]} {
					require.Equal(t, n, made[route], route)
				}
				if c.second == "" {
					files, err := filepath.Glob(filepath.Join(dir, "*"))
					require.NoError(t, err)
					require.Empty(t, files, "what is done is forgotten")
				}
			})
		})
	}
}

func TestPartsOfOtherContentsAreNotTakenForOurs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, PartSize: 4, SmallestSession: 5})
		root, dir := a.root(t), t.TempDir()
		to := box.Target{ParentID: root.ID, Name: "model.ifc"}
		unknown := func(c syncer.Content) syncer.Content {
			c.Digest = "" // so that the two cannot be told apart before they are read
			return c
		}
		_, err := box.UploadParts(a.client(t, dir), t.Context(), to, unknown(killedAt("0123456789abcdefghij", 14)))
		require.ErrorIs(t, err, errKilled)
		other := text("01234567other contents"[:20])
		file, err := box.UploadParts(a.client(t, dir), t.Context(), to, unknown(other))
		require.NoError(t, err)
		require.Equal(t, other.Digest, file.Digest())
	})
}

func TestWhatIsRememberedOfAnUploadIsForNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, PartSize: 4, SmallestSession: 5})
		dir := filepath.Join(t.TempDir(), "sessions")
		_, err := box.UploadParts(a.client(t, dir), t.Context(), box.Target{ParentID: a.root(t).ID, Name: "secret plan.ifc"}, killedAt("0123456789abcdefghij", 14))
		require.ErrorIs(t, err, errKilled)
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		info, err := os.Stat(files[0])
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm())
		require.NotContains(t, files[0], "secret")
		data, err := os.ReadFile(files[0])
		require.NoError(t, err)
		require.NotContains(t, string(data), a.token)
	})
	_, err := box.New(box.Options{Tokens: box.Fixed("AT"), SessionDir: "/dev/null/sessions"})
	require.ErrorContains(t, err, "Options.SessionDir")
}

// client returns a new client of the account, as a new process has one.
func (a *account) client(t *testing.T, sessions string) *box.Client {
	t.Helper()
	urls := a.URLs()
	c, err := box.New(box.Options{
		Bases: box.Bases{API: urls.API, Upload: urls.Upload, Login: urls.Login}, Tokens: box.Fixed(a.token),
		HTTP: a.HTTPClient().Transport, SpoolDir: t.TempDir(), SessionDir: sessions,
	})
	require.NoError(t, err)
	return c
}
