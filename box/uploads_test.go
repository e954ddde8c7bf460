package box_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

const (
	upload  = "POST upload.box.com/api/2.0/files/content"
	version = "POST upload.box.com/api/2.0/files/1/content"
)

// contents returns text as something to be uploaded, with its SHA-1 if it is known.
func contents(text string, known bool) syncer.Content {
	c := syncer.Content{
		Size: int64(len(text)), Modified: time.Date(2026, 3, 1, 9, 0, 0, 999, time.FixedZone("", -7*3600)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
	if known {
		c.Digest = sha1Of(text)
	}
	return c
}

func sha1Of(text string) syncer.Digest { return syncer.SHA1.Of([]byte(text)) }

// stored is what Box answers when it has stored text as file 1.
func stored(text, etag string) string {
	return `{"type":"file","id":"1","name":"a.txt","etag":"` + etag + `","sha1":"` + strings.ToUpper(strings.TrimPrefix(string(sha1Of(text)), "sha1:")) + `"}`
}

func uploaded(text string) string { return `{"total_count":1,"entries":[` + stored(text, "0") + `]}` }

// parts takes a form apart.
func parts(t *testing.T, r request) (attributes, file string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/form-data", kind)
	form := multipart.NewReader(strings.NewReader(r.body), params["boundary"])
	first, err := form.NextPart()
	require.NoError(t, err)
	require.Equal(t, "attributes", first.FormName(), "Box wants to know first what the bytes are")
	about, err := io.ReadAll(first)
	require.NoError(t, err)
	next, err := form.NextPart()
	require.NoError(t, err)
	data, err := io.ReadAll(next)
	require.NoError(t, err)
	_, err = form.NextPart()
	require.ErrorIs(t, err, io.EOF)
	return string(about), string(data)
}

func TestAFileIsUploadedWithItsDigestAndItsTimes(t *testing.T) {
	with(t, routes{upload: always(201, uploaded("hello"))}, func(t *testing.T, c *box.Client, s *service) {
		to := box.Target{ParentID: "987", Name: "Ä \"a\".txt", Created: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
		file, err := c.PostFilesContent(t.Context(), to, contents("hello", true))
		require.NoError(t, err)
		require.Equal(t, "1", file.ID)
		r := s.last()
		require.Equal(t, strings.TrimPrefix(string(sha1Of("hello")), "sha1:"), r.Header.Get("Content-MD5"))
		require.EqualValues(t, len(r.body), r.ContentLength, "the length is said first, so that a cut shows")
		about, data := parts(t, r)
		require.JSONEq(t, `{"name":"Ä \"a\".txt","parent":{"id":"987"},"content_created_at":"2026-02-01T00:00:00Z","content_modified_at":"2026-03-01T16:00:00Z"}`, about)
		require.Equal(t, "hello", data)
		require.Contains(t, asked(r), "sha1")
	})
}

func TestAVersionIsUploadedOverTheStateThatIsKnown(t *testing.T) {
	for _, status := range []int{200, 201} {
		with(t, routes{version: always(status, uploaded("hello"))}, func(t *testing.T, c *box.Client, s *service) {
			_, err := c.PostFilesIDContent(t.Context(), box.Target{FileID: "1", IfMatch: "3"}, contents("hello", true))
			require.NoError(t, err)
			require.Equal(t, "3", s.last().Header.Get("If-Match"))
			about, _ := parts(t, s.last())
			require.JSONEq(t, `{"content_modified_at":"2026-03-01T16:00:00Z"}`, about)
		})
	}
	with(t, routes{version: {refusal(412, "precondition_failed")}}, func(t *testing.T, c *box.Client, _ *service) {
		_, err := c.PostFilesIDContent(t.Context(), box.Target{FileID: "1", IfMatch: "3"}, contents("hello", true))
		require.ErrorIs(t, err, syncer.ErrStale)
		require.True(t, syncer.NotDone(err))
	})
}

func TestContentsThatAreNotAsAnnouncedDoNotBecomeAFile(t *testing.T) {
	body := func(text string) func(context.Context) (io.ReadCloser, error) { return contents(text, false).Open }
	broken := errors.New("the disk is broken")
	for name, c := range map[string]struct {
		content syncer.Content
		want    error
	}{
		"they end early":            {syncer.Content{Size: 9, Open: body("hello")}, syncer.ErrStale},
		"they end late":             {syncer.Content{Size: 3, Open: body("hello")}, syncer.ErrStale},
		"they are others, by SHA-1": {syncer.Content{Size: 5, Open: body("hallo"), Digest: sha1Of("hello")}, syncer.ErrStale},
		"they are others, by MD5":   {syncer.Content{Size: 5, Open: body("hallo"), Digest: syncer.MD5.Of([]byte("hello"))}, syncer.ErrStale},
		"they are empty by now":     {syncer.Content{Size: 5, Open: body("")}, syncer.ErrStale},
		"they cannot be read": {syncer.Content{Size: 5, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("he"), failing{broken})), nil
		}}, broken},
		"they cannot be opened": {syncer.Content{Size: 5, Open: func(context.Context) (io.ReadCloser, error) { return nil, fs.ErrPermission }}, fs.ErrPermission},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{upload: always(201, uploaded("hello"))}, func(t *testing.T, client *box.Client, s *service) {
				_, err := client.PostFilesContent(t.Context(), box.Target{ParentID: "987", Name: "a.txt"}, c.content)
				require.ErrorIs(t, err, c.want)
				synctest.Wait() // until the service has seen the cut
				for _, r := range s.requests() {
					_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
					require.NoError(t, err)
					require.NotContains(t, r.body, "--"+params["boundary"]+"--", "the end of the form must not be sent")
				}
			})
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestWhatBoxStoredIsComparedWithWhatWasSent(t *testing.T) {
	const del = "DELETE api.box.com/2.0/files/1"
	t.Run("a new file that is not what was sent goes away again", func(t *testing.T) {
		with(t, routes{upload: always(201, uploaded("hel")), del: always(204, "")}, func(t *testing.T, c *box.Client, s *service) {
			_, err := c.PostFilesContent(t.Context(), box.Target{ParentID: "987", Name: "a.txt"}, contents("hello", false))
			require.ErrorIs(t, err, syncer.ErrStale)
			require.True(t, syncer.NotDone(err))
			require.Equal(t, "0", s.last().Header.Get("If-Match"), "nobody else's contents are thrown away")
		})
	})
	t.Run("a new file that cannot be thrown away is not denied", func(t *testing.T) {
		with(t, routes{upload: always(201, uploaded("hel")), del: {refusal(403, "forbidden")}}, func(t *testing.T, c *box.Client, _ *service) {
			_, err := c.PostFilesContent(t.Context(), box.Target{ParentID: "987", Name: "a.txt"}, contents("hello", false))
			require.Error(t, err)
			require.False(t, syncer.NotDone(err))
		})
	})
	t.Run("a version that is not what was sent is not denied", func(t *testing.T) {
		with(t, routes{version: always(201, uploaded("hel"))}, func(t *testing.T, c *box.Client, _ *service) {
			_, err := c.PostFilesIDContent(t.Context(), box.Target{FileID: "1"}, contents("hello", false))
			require.Error(t, err)
			require.False(t, syncer.NotDone(err))
		})
	})
	for name, answer := range map[string]string{
		"nothing": ``, "no file": `{"entries":[]}`, "two files": `{"entries":[{"id":"1"},{"id":"2"}]}`, "a file without its SHA-1": `{"entries":[{"id":"1"}]}`,
	} {
		t.Run("an answer with "+name+" leaves the outcome open", func(t *testing.T) {
			with(t, routes{upload: always(201, answer)}, func(t *testing.T, c *box.Client, _ *service) {
				_, err := c.PostFilesContent(t.Context(), box.Target{ParentID: "987", Name: "a.txt"}, contents("hello", true))
				require.Error(t, err)
				require.False(t, syncer.NotDone(err))
			})
		})
	}
}

func TestAnUploadWhoseAnswerWasLostIsLookedFor(t *testing.T) {
	const get = "GET api.box.com/2.0/files/1"
	taken := func(kind, text string) string {
		return `{"code":"item_name_in_use","context_info":{"conflicts":` + strings.Replace(stored(text, "0"), `"type":"file"`, `"type":"`+kind+`"`, 1) + `}}`
	}
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"it is there":                     {routes{upload: {lost}, preflight: always(409, taken("file", "hello")), get: always(200, stored("hello", "0"))}, []string{upload, preflight, get}, false},
		"it is not":                       {routes{upload: {lost, reply(201, uploaded("hello"))}, preflight: always(200, `{}`)}, []string{upload, preflight, preflight, upload}, false},
		"another file is":                 {routes{upload: {lost}, preflight: always(409, taken("file", "other"))}, []string{upload, preflight}, true},
		"a folder is":                     {routes{upload: {lost}, preflight: always(409, taken("folder", "hello"))}, []string{upload, preflight}, true},
		"nobody can say":                  {routes{upload: {lost}, preflight: {refusal(403, "forbidden")}}, []string{upload, preflight}, true},
		"it turns up when it is repeated": {routes{upload: {lost, reply(409, conflict)}, preflight: {reply(200, `{}`), reply(200, `{}`), reply(409, taken("file", "hello"))}, get: always(200, stored("hello", "0"))}, []string{upload, preflight, preflight, upload, preflight, get}, false},
	} {
		for _, known := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
					file, err := client.PostFilesContent(t.Context(), box.Target{ParentID: "987", Name: "a.txt"}, contents("hello", known))
					require.Equal(t, c.calls, s.calls())
					if c.fails {
						require.Error(t, err)
						require.False(t, syncer.NotDone(err), "%v", err)
						return
					}
					require.NoError(t, err)
					require.Equal(t, "1", file.ID)
				})
			})
		}
	}
}

func TestAVersionWhoseAnswerWasLostIsLookedFor(t *testing.T) {
	const get = "GET api.box.com/2.0/files/1"
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"it is there":     {routes{version: {lost}, get: always(200, stored("hello", "4"))}, []string{version, get}, false},
		"it is not":       {routes{version: {lost, reply(201, uploaded("hello"))}, get: always(200, stored("old", "3"))}, []string{version, get, version}, false},
		"another one is":  {routes{version: {lost}, get: always(200, stored("other", "4"))}, []string{version, get}, true},
		"the file is not": {routes{version: {lost}, get: {refusal(404, "not_found")}}, []string{version, get}, true},
		"the same contents were there before": {
			routes{version: {lost, reply(201, uploaded("hello"))}, get: always(200, stored("hello", "3"))}, []string{version, get, version}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				_, err := client.PostFilesIDContent(t.Context(), box.Target{FileID: "1", IfMatch: "3"}, contents("hello", true))
				require.Equal(t, c.calls, s.calls())
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err), "%v", err)
					return
				}
				require.NoError(t, err)
			})
		})
	}
}

func TestAPreflightSaysWhatHoldsTheName(t *testing.T) {
	with(t, routes{
		preflight: {reply(409, conflict), reply(200, `{"upload_url":"https://upload.box.com/api/2.0/files/content?upload_session_id=SECRET","upload_token":null}`)},
		"OPTIONS api.box.com/2.0/files/1/content": {refusal(403, "storage_limit_exceeded")},
	}, func(t *testing.T, c *box.Client, s *service) {
		err := c.OptionsFilesContent(t.Context(), "987", "Drawings", 1234)
		require.ErrorIs(t, err, fs.ErrExist)
		e, _ := errors.AsType[*box.Error](err)
		require.Equal(t, "folder", e.Conflicts[0].Type)
		require.JSONEq(t, `{"name":"Drawings","parent":{"id":"987"},"size":1234}`, s.last().body)
		require.NoError(t, c.OptionsFilesContent(t.Context(), "987", "Drawings", 0))
		require.ErrorIs(t, c.OptionsFilesIDContent(t.Context(), "1", "new", 5), syncer.ErrQuota)
		require.JSONEq(t, `{"name":"new","size":5}`, s.last().body)
	})
}
