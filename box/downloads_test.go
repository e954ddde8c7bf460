package box_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

const (
	content = "GET api.box.com/2.0/files/1/content"
	signed  = "GET dl.boxcloud.com/d/1/SIGNATURE/download"
)

// redirect sends a client to where the bytes are.
func redirect(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "https://dl.boxcloud.com/d/1/SIGNATURE/download?key=SECRET")
	w.WriteHeader(http.StatusFound)
}

// serve answers as a host of contents does, Range and all.
func serve(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	}
}

// serveCut says how much is to come and breaks off after n bytes of it.
func serveCut(text string, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from := 0
		if span := r.Header.Get("Range"); span != "" {
			_, _ = fmt.Sscanf(span, "bytes=%d-", &from)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
			w.Header().Set("Content-Length", strconv.Itoa(len(text)-from))
			w.WriteHeader(http.StatusPartialContent)
		} else {
			w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		}
		_, _ = io.WriteString(w, text[from:from+n])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

func read(t *testing.T, c *box.Client, d box.Download) (string, error) {
	t.Helper()
	body, err := c.GetFilesIDContent(t.Context(), "1", d)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(body)
	require.NoError(t, body.Close())
	return string(data), err
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"

var known = box.Download{Size: int64(len(alphabet)), Digest: sha1Of(alphabet)}

func TestContentsAreReadFromWhereBoxRedirectsToWithoutTheToken(t *testing.T) {
	with(t, routes{content: {redirect}, signed: {serve(alphabet)}}, func(t *testing.T, c *box.Client, s *service) {
		text, err := read(t, c, known)
		require.NoError(t, err)
		require.Equal(t, alphabet, text)
		require.Equal(t, "Bearer AT", s.requests()[0].Header.Get("Authorization"))
		require.Empty(t, s.last().Header.Get("Authorization"))
		require.Equal(t, "key=SECRET", s.last().URL.RawQuery)
	})
}

func TestContentsAreReadHoweverOftenBoxRedirects(t *testing.T) {
	again := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/d/2/file")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
	for name, r := range map[string]routes{
		"not at all": {content: {serve(alphabet)}},
		"twice":      {content: {redirect}, signed: {again}, "GET dl.boxcloud.com/d/2/file": {serve(alphabet)}},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, r, func(t *testing.T, c *box.Client, s *service) {
				text, err := read(t, c, known)
				require.NoError(t, err)
				require.Equal(t, alphabet, text)
			})
		})
	}
	with(t, routes{content: {redirect}, signed: {redirect}}, func(t *testing.T, c *box.Client, s *service) {
		_, err := read(t, c, known)
		require.Error(t, err, "in a circle there are no contents")
		require.Len(t, s.calls(), 4)
	})
}

func TestAPartOfTheContentsIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		d    box.Download
		span string
		want string
	}{
		"the middle":                          {box.Download{Offset: 3, Length: 4}, "bytes=3-6", "defg"},
		"the beginning":                       {box.Download{Length: 4}, "bytes=0-3", "abcd"},
		"the end":                             {box.Download{Offset: 23}, "bytes=23-", "xyz"},
		"the end of contents of a known size": {box.Download{Offset: 23, Size: 26}, "bytes=23-", "xyz"},
	} {
		for host, answer := range map[string]http.HandlerFunc{"that heeds Range": serve(alphabet), "that does not": reply(200, alphabet)} {
			t.Run(name+" from a host "+host, func(t *testing.T) {
				with(t, routes{content: {redirect}, signed: {answer}}, func(t *testing.T, client *box.Client, s *service) {
					text, err := read(t, client, c.d)
					require.NoError(t, err)
					require.Equal(t, c.want, text)
					require.Equal(t, c.span, s.last().Header.Get("Range"))
				})
			})
		}
	}
}

func TestAFileThatIsNotReadyYetIsWaitedFor(t *testing.T) {
	with(t, routes{content: {reply(202, "", "Retry-After", "20"), reply(202, "", "Retry-After", "20"), redirect}, signed: {serve(alphabet)}},
		func(t *testing.T, c *box.Client, _ *service) {
			began := time.Now()
			text, err := read(t, c, known)
			require.NoError(t, err)
			require.Equal(t, alphabet, text)
			require.GreaterOrEqual(t, time.Since(began), 40*time.Second)
		})
}

func TestADownloadThatIsCutGoesOnUnderANewAddress(t *testing.T) {
	with(t, routes{
		content: {redirect},
		signed:  {serveCut(alphabet, 5), serveCut(alphabet, 10), serveCut(alphabet, 1), serve(alphabet)},
	}, func(t *testing.T, c *box.Client, s *service) {
		text, err := read(t, c, known)
		require.NoError(t, err)
		require.Equal(t, alphabet, text)
		var spans []string
		for _, r := range s.requests() {
			if r.Host == "api.box.com" {
				spans = append(spans, r.Header.Get("Range"))
			}
		}
		require.Equal(t, []string{"", "bytes=5-", "bytes=15-", "bytes=16-"}, spans)
	})
}

func TestADownloadOfANamedVersionGoesOnToo(t *testing.T) {
	with(t, routes{content: {redirect}, signed: {serveCut(alphabet, 5), serve(alphabet)}}, func(t *testing.T, c *box.Client, s *service) {
		text, err := read(t, c, box.Download{VersionID: "165"})
		require.NoError(t, err)
		require.Equal(t, alphabet, text)
		require.Equal(t, "165", s.requests()[2].URL.Query().Get("version"))
	})
}

func TestADownloadOfWhoKnowsWhichContentsDoesNotGoOn(t *testing.T) {
	with(t, routes{content: {redirect}, signed: {serveCut(alphabet, 5)}}, func(t *testing.T, c *box.Client, s *service) {
		text, err := read(t, c, box.Download{})
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Equal(t, "abcde", text)
		require.Len(t, s.calls(), 2)
	})
}

func TestADownloadThatGetsNowhereEnds(t *testing.T) {
	with(t, routes{content: {redirect}, signed: {serveCut(alphabet, 5), serveCut(alphabet, 0)}}, func(t *testing.T, c *box.Client, _ *service) {
		text, err := read(t, c, known)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.ErrorContains(t, err, "cut at byte 5")
		require.Equal(t, "abcde", text)
	})
}

func TestContentsThatChangedMeanwhileAreStale(t *testing.T) {
	changed := strings.ToUpper(alphabet)
	for name, hosts := range map[string][]http.HandlerFunc{
		"from the start":       {serve(changed)},
		"in the middle":        {serveCut(alphabet, 5), serve(changed)},
		"to something longer":  {serveCut(alphabet, 5), serve(alphabet + "!")},
		"to something shorter": {serveCut(alphabet, 5), serve("abc")},
		"to something empty":   {serveCut(alphabet, 5), serve("")},
		"to something a bit shorter, which looks like a cut": {serve(alphabet[:20])},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{content: {redirect}, signed: hosts}, func(t *testing.T, c *box.Client, _ *service) {
				_, err := read(t, c, known)
				require.ErrorIs(t, err, syncer.ErrStale)
			})
		})
	}
}

func TestAnEmptyFileIsRead(t *testing.T) {
	with(t, routes{content: {redirect}, signed: {serve("")}}, func(t *testing.T, c *box.Client, _ *service) {
		text, err := read(t, c, box.Download{Digest: sha1Of("")})
		require.NoError(t, err)
		require.Empty(t, text)
	})
}

func TestADownloadIsRefused(t *testing.T) {
	for code, want := range map[string]error{"not_found": fs.ErrNotExist, "trashed": fs.ErrNotExist, "forbidden_by_policy": syncer.ErrRefused} {
		with(t, routes{content: {refusal(404, code)}}, func(t *testing.T, c *box.Client, _ *service) {
			_, err := read(t, c, known)
			require.ErrorIs(t, err, want)
		})
	}
	with(t, routes{}, func(t *testing.T, c *box.Client, _ *service) {
		for _, d := range []box.Download{{VersionID: "x"}, {Offset: -1}, {Length: -1}, {Size: -1}, {Offset: math.MaxInt64, Length: 1}} {
			_, err := read(t, c, d)
			require.ErrorIs(t, err, syncer.ErrInvalid)
		}
	})
}

func TestADownloadEndsWithItsContext(t *testing.T) {
	with(t, routes{content: {redirect}, signed: {serveCut(alphabet, 5)}}, func(t *testing.T, c *box.Client, s *service) {
		ctx, cancel := context.WithCancel(t.Context())
		body, err := c.GetFilesIDContent(ctx, "1", known)
		require.NoError(t, err)
		defer body.Close()
		cancel()
		_, err = io.ReadAll(body)
		require.Error(t, err)
		require.Len(t, s.calls(), 2)
	})
}

func TestNoAddressOfContentsGetsIntoALogOrAnError(t *testing.T) {
	var log bytes.Buffer
	o := box.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	withOptions(t, routes{content: {redirect}, signed: {lost}}, o, func(t *testing.T, c *box.Client, _ *service) {
		_, err := read(t, c, known)
		require.Error(t, err)
		for e := err; e != nil; e = errors.Unwrap(e) {
			require.NotContains(t, fmt.Sprintf("%+v %#v", e, e.Error()), "SECRET")
			require.NotContains(t, e.Error(), "SIGNATURE")
		}
	})
	require.Contains(t, log.String(), "dl.boxcloud.com")
	for _, secret := range []string{"SECRET", "SIGNATURE", "Bearer", "AT"} {
		require.NotContains(t, log.String(), secret)
	}
}

func TestNoAddressToWaitAtGetsIntoALogOrAnError(t *testing.T) {
	var log bytes.Buffer
	o := box.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	withOptions(t, routes{askRealtime: {realtime(`"10"`)}, subscribe: {lost}}, o, func(t *testing.T, c *box.Client, _ *service) {
		err := c.Realtime().Wait(t.Context(), "1")
		require.Error(t, err)
		require.NotContains(t, err.Error(), "SECRET")
		require.ErrorContains(t, err, "2.realtime.services.box.net")
	})
	require.Contains(t, log.String(), "2.realtime.services.box.net")
	require.NotContains(t, log.String(), "SECRET")
}

func TestNoSecretOfAnUploadOrASearchGetsIntoALog(t *testing.T) {
	var log bytes.Buffer
	o := box.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), Tokens: box.Fixed("TOKEN")}
	withOptions(t, routes{
		preflight:                     always(200, `{"upload_url":"https://upload.box.com/x?upload_session_id=SECRET","upload_token":"SECRET"}`),
		"GET api.box.com/2.0/search":  always(200, `{"total_count":0,"entries":[]}`),
		"GET api.box.com/2.0/files/1": {refusal(404, "not_found")},
	}, o, func(t *testing.T, c *box.Client, _ *service) {
		require.NoError(t, c.OptionsFilesContent(t.Context(), "0", "SECRET.txt", 5))
		_, err := collect(c.GetSearch(t.Context(), box.Search{Query: "SECRET"}))
		require.NoError(t, err)
		_, err = c.GetFilesID(t.Context(), "1")
		require.Error(t, err)
	})
	require.Contains(t, log.String(), "/2.0/search")
	require.NotContains(t, log.String(), "SECRET")
	require.NotContains(t, log.String(), "TOKEN")
}
