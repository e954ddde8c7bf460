package box_test

import (
	"io"
	"io/fs"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer/connect"
)

func TestEachOriginIsWhatItStandsFor(t *testing.T) {
	env := map[string]string{"BOX_API_BASE": "http://127.0.0.1:1", "BOX_UPLOAD_BASE": "http://127.0.0.1:2/", "BOX_LOGIN_BASE": "http://127.0.0.1:3"}
	bases := box.BasesFrom(func(name string) string { return env[name] })
	withOptions(t, routes{
		"GET 127.0.0.1:1/2.0/users/me":                             always(200, `{"id":"22"}`),
		"POST 127.0.0.1:2/2.0/files/content":                       always(201, uploaded("hello")),
		"POST 127.0.0.1:2/2.0/files/upload_sessions":               always(201, session(5)),
		"DELETE upload-las.app.box.com/2.0/files/upload_sessions/": always(204, ""),
	}, box.Options{Bases: bases}, func(t *testing.T, c *box.Client, s *service) {
		_, err := c.GetUsersMe(t.Context())
		require.NoError(t, err)
		_, err = c.PostFilesContent(t.Context(), box.Target{ParentID: "0", Name: "a"}, contents("hello", true))
		require.NoError(t, err)
		require.Equal(t, "Bearer AT", s.last().Header.Get("Authorization"))
		up, err := c.PostFilesUploadSessions(t.Context(), "0", "a", 60_000_000)
		require.NoError(t, err)
		require.ErrorContains(t, c.DeleteFilesUploadSessionsID(t.Context(), up), "must not get the token", "the real Box is not asked for what another one said")
	})
	a := box.App{ClientID: "CID", ClientSecret: "SEC", Bases: bases}
	begun, err := a.SignIn("http://127.0.0.1:9/cb")
	require.NoError(t, err)
	require.Contains(t, begun.URL, "http://127.0.0.1:3/oauth2/authorize?")
}

func TestAnAnswerWithoutAnEndIsNotReadToIt(t *testing.T) {
	list := "GET api.box.com/2.0/folders/1/items"
	endless := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"entries":[`)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat(`{"type":"file","id":"1","name":"a"},`, 1000)); err != nil {
				return
			}
		}
	}
	with(t, routes{list: {endless}}, func(t *testing.T, c *box.Client, s *service) {
		before := allocated()
		_, err := collect(c.GetFoldersIDItems(t.Context(), "1"))
		require.ErrorIs(t, err, connect.ErrTooLarge)
		require.Len(t, s.requests(), 1)
		require.Less(t, allocated()-before, uint64(128<<20))
	})
}

// allocated is how many bytes were ever allocated.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestCallsAreMadeOnBehalfOfAnotherUser(t *testing.T) {
	const me = "GET api.box.com/2.0/users/me"
	withOptions(t, routes{me: {reply(200, `{"id":"22"}`), reply(200, `{"id":"23"}`), reply(200, `{"id":"1"}`), refusal(404, "not_found")}}, box.Options{AsUser: "22"},
		func(t *testing.T, c *box.Client, s *service) {
			for _, as := range []string{"22", "23", ""} {
				other, err := c.As(as)
				require.NoError(t, err)
				_, err = other.GetUsersMe(t.Context())
				require.NoError(t, err)
				require.Equal(t, as, s.last().Header.Get("As-User"))
			}
			_, err := c.GetUsersMe(t.Context())
			require.ErrorIs(t, err, fs.ErrNotExist)
			require.Equal(t, "22", s.last().Header.Get("As-User"), "the Client that was asked stays what it was")
			_, err = c.As("ann")
			require.Error(t, err)
		})
}

func TestNoTokenLeavesForWhereBytesAreKept(t *testing.T) {
	withOptions(t, routes{content: {redirect}, signed: {serve(alphabet)}}, box.Options{AsUser: "22"}, func(t *testing.T, c *box.Client, s *service) {
		_, err := read(t, c, known)
		require.NoError(t, err)
		require.Empty(t, s.last().Header.Get("As-User"))
		require.Empty(t, s.last().Header.Get("Authorization"))
	})
}
