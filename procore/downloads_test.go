package procore_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

const (
	alphabet = "abcdefghijklmnopqrstuvwxyz"
	link     = "GET " + linked
	signed   = "GET " + bucket
)

// serve answers as storage does, Range and all.
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

// storedFile is file 12 with alphabet as its current version 88001, and where to read it.
func storedFile(more routes) routes {
	r := routes{
		file12: always(200, fileOf(12, "a.txt", versionOf(88001, 2, len(alphabet)), versionOf(88000, 1, 3))),
		link:   toBucket(), signed: {serve(alphabet)},
	}
	maps.Copy(r, more)
	return r
}

func get(t *testing.T, c *procore.Client, d procore.Download) (string, error) {
	t.Helper()
	body, err := c.GetContents(t.Context(), in, 12, d)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(body)
	require.NoError(t, body.Close())
	return string(data), err
}

var known = procore.Download{VersionID: 88001, Size: int64(len(alphabet)), Digest: syncer.SHA256.Of([]byte(alphabet))}

func TestContentsAreReadThroughALinkThatIsAskedForJustBefore(t *testing.T) {
	with(t, storedFile(nil), func(t *testing.T, c *procore.Client, s *service) {
		text, err := get(t, c, known)
		require.NoError(t, err)
		require.Equal(t, alphabet, text)
		require.Equal(t, []string{file12, link, signed}, s.calls())
		require.Equal(t, "sig=SIGNED", s.requests()[1].URL.RawQuery)
		require.Equal(t, "X-Amz-Signature=SIGNED", s.last().URL.RawQuery)
	})
}

func TestTheTokenGoesToHostsOfProcoreOnly(t *testing.T) {
	to := func(url string) []http.HandlerFunc { return always(http.StatusFound, "", "Location", url) }
	for name, r := range map[string]routes{
		"the link itself gives the contents": {link: {serve(alphabet)}},
		"a link to a region":                 {link: to("https://us02.procore.com/fas/1"), "GET us02.procore.com/fas/1": {serve(alphabet)}},
		"over other hosts and back":          {link: to("https://bucket.s3.example/1"), "GET bucket.s3.example/1": to("https://us02.procore.com/fas/1"), "GET us02.procore.com/fas/1": {serve(alphabet)}},
		"a host that looks like Procore":     {link: to("https://xprocore.com/1"), "GET xprocore.com/1": {serve(alphabet)}},
		"a host below another one":           {link: to("https://api.procore.com.example/1"), "GET api.procore.com.example/1": {serve(alphabet)}},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, storedFile(r), func(t *testing.T, c *procore.Client, _ *service) {
				text, err := get(t, c, known) // the service looks at the headers of each request
				require.NoError(t, err)
				require.Equal(t, alphabet, text)
			})
		})
	}
}

func TestARedirectThatLeadsNowhereIsAnError(t *testing.T) {
	for name, target := range map[string]string{
		"to what is not secret": "http://bucket.s3.example/01J", "in a circle": fileLink, "to nothing": "", "to no web": "ftp://bucket.s3.example/01J",
	} {
		t.Run(name, func(t *testing.T) {
			with(t, storedFile(routes{link: always(http.StatusFound, "", "Location", target)}), func(t *testing.T, c *procore.Client, s *service) {
				_, err := get(t, c, known)
				require.Error(t, err)
				require.NotContains(t, err.Error(), "SIGNED")
				require.LessOrEqual(t, len(s.calls()), 6)
			})
		})
	}
}

func TestAPartOfTheContentsIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		d    procore.Download
		span string
		want string
	}{
		"the middle":    {procore.Download{Offset: 3, Length: 4}, "bytes=3-6", "defg"},
		"the beginning": {procore.Download{Length: 4}, "bytes=0-3", "abcd"},
		"the end":       {procore.Download{Offset: 23}, "bytes=23-", "xyz"},
	} {
		for how, answer := range map[string]http.HandlerFunc{
			"that is served": serve(alphabet), "where storage knows no ranges": reply(200, alphabet),
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				with(t, storedFile(routes{signed: {answer}}), func(t *testing.T, client *procore.Client, s *service) {
					text, err := get(t, client, c.d)
					require.NoError(t, err)
					require.Equal(t, c.want, text)
					require.Equal(t, c.span, s.last().Header.Get("Range"))
				})
			})
		}
	}
}

func TestADownloadThatIsCutGoesOnWithANewLink(t *testing.T) {
	with(t, storedFile(routes{signed: {serveCut(alphabet, 10), serveCut(alphabet, 5), serve(alphabet)}}), func(t *testing.T, c *procore.Client, s *service) {
		text, err := get(t, c, procore.Download{})
		require.NoError(t, err)
		require.Equal(t, alphabet, text)
		require.Equal(t, []string{file12, link, signed, file12, link, signed, file12, link, signed}, s.calls())
		require.Equal(t, "bytes=15-", s.last().Header.Get("Range"))
	})
}

func TestADownloadDoesNotGoOnWithAnotherVersion(t *testing.T) {
	with(t, storedFile(routes{
		file12: {
			reply(200, fileOf(12, "a.txt", versionOf(88001, 2, len(alphabet)))),
			reply(200, fileOf(12, "a.txt", versionOf(88002, 3, len(alphabet)))),
		},
		signed: {serveCut(alphabet, 10), serve(alphabet)},
	}), func(t *testing.T, c *procore.Client, _ *service) {
		_, err := get(t, c, procore.Download{})
		require.ErrorIs(t, err, syncer.ErrStale)
	})
}

func TestContentsThatAreNotWhatWasAskedForAreStale(t *testing.T) {
	for name, c := range map[string]struct {
		d procore.Download
		r routes
	}{
		"a version that is not there":          {procore.Download{VersionID: 7}, nil},
		"another size than is listed":          {procore.Download{Size: 7}, nil},
		"another size than is stored":          {known, routes{signed: {serve(alphabet + "!")}}},
		"other bytes":                          {known, routes{signed: {serve(strings.ToUpper(alphabet))}}},
		"a link that has ended, twice":         {known, routes{signed: always(403, `<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`)}},
		"a link that leads nowhere at Procore": {known, routes{link: always(404, `{"errors":"Not found"}`)}},
		"no version at all":                    {procore.Download{}, routes{file12: always(200, fileOf(12, "a.txt"))}},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, storedFile(c.r), func(t *testing.T, client *procore.Client, _ *service) {
				_, err := get(t, client, c.d)
				require.ErrorIs(t, err, syncer.ErrStale)
				require.NotErrorIs(t, err, fs.ErrNotExist, "the file is there")
				require.NotErrorIs(t, err, fs.ErrPermission)
			})
		})
	}
}

func TestALinkThatHasEndedIsAskedForOnceMore(t *testing.T) {
	with(t, storedFile(routes{signed: {reply(403, `<Error><Code>AccessDenied</Code></Error>`), serve(alphabet)}}), func(t *testing.T, c *procore.Client, s *service) {
		text, err := get(t, c, known)
		require.NoError(t, err)
		require.Equal(t, alphabet, text)
		require.Equal(t, []string{file12, link, signed, file12, link, signed}, s.calls())
	})
}

func TestAFileThatIsNotVisibleIsNotDownloaded(t *testing.T) {
	with(t, routes{file12: always(404, `{"errors":"Not found"}`)}, func(t *testing.T, c *procore.Client, _ *service) {
		_, err := get(t, c, known)
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}

func TestADownloadThatIsAlwaysCutEnds(t *testing.T) {
	with(t, storedFile(routes{signed: {serveCut(alphabet, 0)}}), func(t *testing.T, c *procore.Client, s *service) {
		_, err := get(t, c, known)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.LessOrEqual(t, len(s.calls()), 20)
	})
}

func TestADownloadThatMakesNoSenseIsNotBegun(t *testing.T) {
	for name, d := range map[string]procore.Download{
		"an offset below zero":  {Offset: -1},
		"a length below zero":   {Length: -1},
		"a size below zero":     {Size: -1},
		"a version below zero":  {VersionID: -1},
		"an end behind the end": {Offset: 2, Length: math.MaxInt64},
	} {
		with(t, routes{}, func(t *testing.T, c *procore.Client, s *service) {
			_, err := get(t, c, d)
			require.ErrorIs(t, err, syncer.ErrInvalid, name)
			require.Empty(t, s.calls())
		})
	}
}

func TestNoSecretGetsIntoALogOrAnError(t *testing.T) {
	var log bytes.Buffer
	o := procore.Options{
		Log:    slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Tokens: procore.Fixed("TOKEN"),
	}
	withOptions(t, storedFile(routes{
		uploads: always(201, ticket), toStorage: {reply(500, ""), reply(500, "SIGNED TOKEN")},
		signed: always(500, "SIGNED"),
	}), o, func(t *testing.T, c *procore.Client, _ *service) {
		_, err := get(t, c, known)
		require.ErrorIs(t, err, syncer.ErrBusy)
		_, failed := c.Upload(t.Context(), in, "a.txt", contents("hello"))
		require.Error(t, failed)
		for _, text := range []string{log.String(), err.Error(), failed.Error()} {
			require.NotContains(t, text, "SIGNED")
			require.NotContains(t, text, "TOKEN")
		}
		require.NotEmpty(t, log.String())
	})
}
