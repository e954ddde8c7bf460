package connect_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// logged returns a setting that logs everything into text.
func logged(text *bytes.Buffer) func(o *connect.Options) {
	return func(o *connect.Options) {
		o.Log = slog.New(slog.NewTextHandler(text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

// talkative fails with an error that repeats all it was given, as proxies and transports do.
func talkative(req *http.Request) (*http.Response, error) {
	return nil, &url.Error{Op: "Post", URL: req.URL.String(), Err: fmt.Errorf("dial %s with %q: %w", req.URL, req.Header, io.ErrUnexpectedEOF)}
}

func TestNoTokenAndNoQueryIsInAnErrorOrALog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c := client(t, wired(talkative), logged(&log), func(o *connect.Options) { o.Tokens = tokens("s3cret-token") })
		err := c.JSON(t.Context(), connect.Call{
			Op: "search", Path: "/search", Query: url.Values{"access_token": {"s3cret query"}},
		}, nil)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "it still is what it was")
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err), log.String()} {
			require.NotContains(t, text, "s3cret")
		}
		require.ErrorContains(t, err, "search: GET /search: ")
		require.Contains(t, log.String(), "path=/search")
	})
}

func TestAServiceThatRepeatsTheTokenDoesNotGetItIntoAnError(t *testing.T) {
	c := client(t, wired(reply(400, `{"message":"s3cret-token is not allowed"}`)), func(o *connect.Options) {
		o.Tokens = tokens("s3cret-token")
		o.Decode = func(_ int, _ http.Header, body []byte) error { return errors.New(string(body)) }
	})
	err := c.JSON(t.Context(), connect.Call{Op: "read"}, nil)
	require.ErrorContains(t, err, "(hidden) is not allowed")
	require.NotContains(t, err.Error(), "s3cret")
}

func TestOfASignedURLOnlyTheHostIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := wired(talkative, reply(403, ""))
		c := client(t, w, logged(&log), func(o *connect.Options) {
			o.Tokens = tokens("s3cret-token")
			o.Header = http.Header{"As-User": {"7"}}
		})
		err := fails(c.Do(t.Context(), connect.Call{Op: "download", Path: "https://dl.example.net/d/s3cret-path/x?sig=s3cret%2Fquery", Plain: true}))
		require.Error(t, err)
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), log.String()} {
			require.NotContains(t, text, "s3cret")
		}
		require.ErrorContains(t, err, "download: GET dl.example.net: ")
		require.Contains(t, log.String(), "path=dl.example.net")
		for _, req := range w.seen {
			require.Empty(t, req.Header.Get("Authorization"))
			require.Empty(t, req.Header.Get("As-User"))
		}
	})
}

func TestOfTheTargetOfARedirectOnlyTheHostIsShownAlsoIfItIsTrusted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := wired(reply(302, "", "Location: https://dl.example.com/d/1/s3cret-ticket/download"), reply(403, ""))
		c := client(t, w, logged(&log), func(o *connect.Options) {
			o.Tokens, o.Trust = tokens("tok"), func(u *url.URL) bool { return u.Hostname() == "dl.example.com" }
		})
		err := fails(c.Do(t.Context(), connect.Call{Op: "download", Path: "/files/1/content", Follow: 1}))
		require.ErrorContains(t, err, "download: GET dl.example.com: ")
		require.Contains(t, log.String(), "path=/files/1/content")
		require.NotContains(t, log.String()+err.Error(), "s3cret")
		require.Equal(t, "/d/1/s3cret-ticket/download", w.seen[1].URL.Path)
	})
}

func TestARequestIDCannotForgeALineOfTheLog(t *testing.T) {
	w := wired(reply(404, "", "X-Service-Id: 7\n\x1b[31mlevel=ERROR "+strings.Repeat("x", 500)))
	err := client(t, w, func(o *connect.Options) { o.RequestID = []string{"X-Other", "x-service-id"} }).
		JSON(t.Context(), connect.Call{Op: "read"}, nil)
	failed, _ := errors.AsType[*connect.Error](err)
	require.True(t, strings.HasPrefix(failed.RequestID, "7[31mlevel=ERRORxxx"))
	require.Len(t, failed.RequestID, 128)
}

func TestARedirectIsNotFollowedUnlessItIsAskedFor(t *testing.T) {
	w := wired(reply(302, "", "Location: https://dl.example.net/x?sig=1"))
	c := client(t, w)
	err := fails(c.Do(t.Context(), connect.Call{Op: "download"}))
	require.ErrorContains(t, err, "status 302")
	resp, err := c.Do(t.Context(), connect.Call{Op: "download", Accept: []int{302}})
	require.NoError(t, err)
	defer resp.Body.Close()
	target, err := connect.Location(resp)
	require.NoError(t, err)
	require.Equal(t, "https://dl.example.net/x?sig=1", target)
	require.Len(t, w.seen, 2)
}

func TestARedirectTakesNothingAlongToAnotherOrigin(t *testing.T) {
	for _, c := range []struct {
		name  string
		to    string
		trust bool
		token string
	}{
		{"the same origin gets the token", "https://api.example.com/elsewhere", false, "Bearer tok"},
		{"a path alone is the same origin", "/elsewhere", false, "Bearer tok"},
		{"another origin gets none", "https://api.example.com.evil.net/x", false, ""},
		{"another port is another origin", "https://api.example.com:8443/x", false, ""},
		{"one that is trusted gets it", "https://files.example.com/x", true, "Bearer tok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := wired(reply(302, "", "Location: "+c.to), reply(206, "part"))
			service := client(t, w, func(o *connect.Options) {
				o.Tokens, o.Header = tokens("tok"), http.Header{"As-User": {"7"}}
				o.Trust = func(u *url.URL) bool { return c.trust && u.Hostname() == "files.example.com" }
			})
			resp, err := service.Do(t.Context(), connect.Call{
				Op: "download", Path: "/files/1/content", Follow: 3,
				Header: http.Header{"Range": {"bytes=4-"}, "Box-Api": {"shared_link=s"}},
			})
			require.NoError(t, err)
			resp.Body.Close()
			require.Equal(t, 206, resp.StatusCode)
			second := w.seen[1]
			require.Equal(t, c.token, second.Header.Get("Authorization"))
			require.Equal(t, "bytes=4-", second.Header.Get("Range"))
			require.Equal(t, c.token != "", second.Header.Get("As-User") != "")
			require.Equal(t, c.token != "", second.Header.Get("Box-Api") != "")
		})
	}
}

func TestOnceOutsideARedirectDoesNotComeBackIn(t *testing.T) {
	w := wired(reply(302, "", "Location: https://elsewhere.net/x"), reply(302, "", "Location: https://api.example.com/2.0/me"), reply(200, ""))
	c := client(t, w, func(o *connect.Options) { o.Tokens = tokens("tok") })
	resp, err := c.Do(t.Context(), connect.Call{Op: "download", Follow: 3})
	require.NoError(t, err)
	resp.Body.Close()
	require.Empty(t, w.seen[2].Header.Get("Authorization"), "another origin must not make calls for us")
}

func TestWhatASignedURLNeedsStaysThere(t *testing.T) {
	w := wired(reply(302, "", "Location: https://api.example.com/2.0/me"), reply(200, ""))
	resp, err := client(t, w).Do(t.Context(), connect.Call{
		Op: "download", Path: "https://dl.example.net/x", Plain: true, Follow: 1,
		Header: http.Header{"X-Amz-Token": {"s3cret"}, "Range": {"bytes=1-"}},
	})
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, "s3cret", w.seen[0].Header.Get("X-Amz-Token"))
	require.Empty(t, w.seen[1].Header.Get("X-Amz-Token"))
	require.Equal(t, "bytes=1-", w.seen[1].Header.Get("Range"))
}

func TestNoTrustIsEnoughForPlainText(t *testing.T) {
	w := wired(reply(302, "", "Location: http://files.example.com/x"))
	c := client(t, w, func(o *connect.Options) { o.Trust = func(*url.URL) bool { return true } })
	require.ErrorIs(t, fails(c.Do(t.Context(), connect.Call{Op: "read", Path: "http://files.example.com/x"})), syncer.ErrInvalid)
	require.Empty(t, w.seen)
	require.ErrorContains(t, fails(c.Do(t.Context(), connect.Call{Op: "read", Follow: 1})), "not https")
}

func TestARedirectThatLeadsNowhereGood(t *testing.T) {
	for name, c := range map[string]struct{ to, says string }{
		"to plain text":  {"http://api.example.com/2.0/x", "not https"},
		"to a file":      {"file:///etc/passwd", "not https"},
		"without target": {"", "without a target"},
		"to no URL":      {"https://%zz/", "no URL"},
		"for ever":       {"https://api.example.com/2.0/again", "status 307"},
	} {
		w := wired(reply(307, "", "Location: "+c.to))
		err := fails(client(t, w).Do(t.Context(), connect.Call{Op: "download", Follow: 4}))
		require.ErrorContains(t, err, c.says, name)
		require.LessOrEqual(t, len(w.seen), 5)
	}
}

func TestATargetIsFetchedByARealTransport(t *testing.T) {
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, "contents of "+r.URL.Query().Get("file"))
	}))
	defer storage.Close()
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer tok", r.Header.Get("Authorization"))
		http.Redirect(w, r, storage.URL+"/signed?file=7", http.StatusFound)
	}, func(o *connect.Options) { o.Tokens = tokens("tok") })
	resp, err := c.Do(t.Context(), connect.Call{Op: "download", Path: "/files/7/content", Follow: 2})
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "contents of 7", string(data))
}

func TestAPathCannotLeadElsewhere(t *testing.T) {
	require.Equal(t, "/files/..%2F..%2Fusers%3Fx=1/content", connect.Path("files", "../../users?x=1", "content"))
	require.Equal(t, "/files/%2E%2E/%2E/%23", connect.Path("files", "..", ".", "#"))
	w := wired(reply(200, ""))
	require.NoError(t, client(t, w).JSON(t.Context(), connect.Call{Op: "read", Path: connect.Path("files", "..", "a/b")}, nil))
	require.Equal(t, "/2.0/files/%2E%2E/a%2Fb", w.seen[0].URL.EscapedPath())
}
