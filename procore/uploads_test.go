package procore_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// fields takes a form apart: names and values in order.
func fields(t *testing.T, r request) []string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/form-data", kind)
	form := multipart.NewReader(strings.NewReader(r.body), params["boundary"])
	var all []string
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		data, err := io.ReadAll(part)
		require.NoError(t, err)
		all = append(all, part.FormName(), string(data))
	}
}

func TestContentsAreSentAsTheTicketSaysWithTheFileLast(t *testing.T) {
	const wide = `{"uuid":"01J","url":"https://bucket.s3.example/","fields":{"key":"companies/1/01J","zz":"last","Content-Type":"application/pdf","x-amz-date":"20260101T000000Z"}}`
	with(t, uploadRoutes(routes{uploads: always(201, wide)}), func(t *testing.T, c *procore.Client, s *service) {
		u, err := c.Upload(t.Context(), in, "plan.PDF", contents("hello"))
		require.NoError(t, err)
		require.Equal(t, "01J", u.UUID)
		require.EqualValues(t, 5, u.Size)
		require.Equal(t, syncer.SHA1.Of([]byte("hello")), u.SHA1)
		require.Equal(t, syncer.SHA256.Of([]byte("hello")), u.SHA256)
		require.WithinDuration(t, time.Now().Add(7*24*time.Hour), u.Until, 2*time.Hour)
		require.True(t, u.Until.Before(time.Now().Add(7*24*time.Hour)))
		require.Equal(t, map[string]any{
			"response_filename": "plan.PDF", "response_content_type": "application/pdf", "attachment_content_disposition": true, "size": 5.0,
		}, s.requests()[0].json(t))
		require.Equal(t, []string{
			"Content-Type", "application/pdf", "key", "companies/1/01J", "x-amz-date", "20260101T000000Z", "zz", "last", "file", "hello",
		}, fields(t, s.last()))
		require.EqualValues(t, len(s.last().body), s.last().ContentLength)
	})
}

func TestContentsThatAreNotWhatWasAnnouncedAreNotSentToTheirEnd(t *testing.T) {
	hello := contents("hello")
	for name, c := range map[string]syncer.Content{
		"longer":       {Size: 4, Open: hello.Open},
		"shorter":      {Size: 6, Open: hello.Open},
		"other":        {Size: 5, Open: hello.Open, Digest: syncer.SHA1.Of([]byte("hullo"))},
		"other by MD5": {Size: 5, Open: hello.Open, Digest: syncer.MD5.Of([]byte("hullo"))},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, uploadRoutes(nil), func(t *testing.T, client *procore.Client, _ *service) {
				_, err := client.Upload(t.Context(), in, "a.txt", c)
				require.ErrorIs(t, err, syncer.ErrStale)
				require.True(t, syncer.NotDone(err))
			})
		})
	}
}

func TestAnUploadLeavesNothingBehindThatAnybodyCouldSee(t *testing.T) {
	for name, r := range map[string]routes{
		"no ticket":                 {uploads: always(500, "")},
		"a ticket without a URL":    {uploads: always(201, `{"uuid":"01J"}`)},
		"a ticket without a name":   {uploads: always(201, `{"uuid":"","url":"https://bucket.s3.example/"}`)},
		"storage that breaks off":   {toStorage: {lost}},
		"storage that fails":        {toStorage: always(500, "")},
		"storage that refuses":      {toStorage: always(403, `<Error><Code>AccessDenied</Code></Error>`)},
		"storage that takes a rest": {toStorage: always(503, "")},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, uploadRoutes(r), func(t *testing.T, c *procore.Client, _ *service) {
				_, err := c.Upload(t.Context(), in, "a.txt", contents("hello"))
				require.Error(t, err)
				require.True(t, syncer.NotDone(err), "%v", err)
			})
		})
	}
}

func TestATicketThatHasEndedIsAskedForOnceMore(t *testing.T) {
	with(t, uploadRoutes(routes{toStorage: {reply(403, `<Error><Code>AccessDenied</Code></Error>`), reply(204, "")}}), func(t *testing.T, c *procore.Client, s *service) {
		_, err := c.Upload(t.Context(), in, "a.txt", contents("hello"))
		require.NoError(t, err)
		require.Equal(t, []string{uploads, toStorage, uploads, toStorage}, s.calls())
	})
}

func TestAnUploadThatIsTooOldBecomesNothing(t *testing.T) {
	with(t, uploadRoutes(nil), func(t *testing.T, c *procore.Client, s *service) {
		u := upload(t, c, "hello")
		calls := len(s.calls())
		time.Sleep(7 * 24 * time.Hour)
		_, err := c.PostFiles(t.Context(), in, procore.NewFile{Name: "a.txt", Upload: u})
		require.ErrorIs(t, err, syncer.ErrStale)
		require.Len(t, s.calls(), calls)
	})
}

// parts is an upload in parts as Procore and its storage see it.
type parts struct {
	mu       sync.Mutex
	status   string
	segments []procore.Segment
	stored   map[string]string // what came to each URL
	tags     []string          // that the upload was completed with
	cut      int               // how many parts are broken off
}

const inParts = "api.procore.com/rest/v1.1/projects/598134325988700/uploads"

func newParts() *parts { return &parts{status: "ready", stored: map[string]string{}} }

func (p *parts) routes(count int) routes {
	r := routes{
		"POST " + inParts:           {p.begin},
		"GET " + inParts + "/01J":   {p.show},
		"PATCH " + inParts + "/01J": {p.complete},
	}
	for i := range count {
		r[fmt.Sprintf("PUT bucket.s3.example/part/%d", i)] = []http.HandlerFunc{p.put}
	}
	return r
}

func (p *parts) begin(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Segments []procore.Segment `json:"segments"`
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	p.segments = body.Segments
	w.WriteHeader(http.StatusCreated)
	p.show(w, r)
}

func (p *parts) show(w http.ResponseWriter, _ *http.Request) {
	var segments []string
	for i, s := range p.segments {
		segments = append(segments, fmt.Sprintf(`{"size":%d,"sha256":%q,"md5":%q,"url":"https://bucket.s3.example/part/%d?sig=SIGNED",`+
			`"headers":{"x-amz-content-sha256":%q,"content-length":"%d"}}`, s.Size, s.SHA256, s.MD5, i, s.SHA256, s.Size))
	}
	_, _ = fmt.Fprintf(w, `{"uuid":"01J","status":%q,"segments":[%s]}`, p.status, strings.Join(segments, ","))
}

func (p *parts) put(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	sum := sha256.Sum256(data)
	if r.Header.Get("X-Amz-Content-Sha256") != hex.EncodeToString(sum[:]) || r.ContentLength != int64(len(data)) {
		http.Error(w, "<Error><Code>XAmzContentSHA256Mismatch</Code></Error>", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut > 0 {
		p.cut--
		panic(http.ErrAbortHandler)
	}
	p.stored[r.URL.Path] = string(data)
	tag := md5.Sum(data)
	w.Header().Set("ETag", `"`+hex.EncodeToString(tag[:])+`"`)
}

func (p *parts) complete(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Segments []procore.Segment `json:"segments"`
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	for _, s := range body.Segments {
		p.tags = append(p.tags, s.ETag)
	}
	p.status = procore.StatusComplete
	p.show(w, r)
}

func tagsOf(texts ...string) []string {
	var all []string
	for _, text := range texts {
		tag := md5.Sum([]byte(text))
		all = append(all, `"`+hex.EncodeToString(tag[:])+`"`)
	}
	return all
}

func TestLargeContentsGoInPartsThatNameTheirDigests(t *testing.T) {
	p := newParts()
	with(t, p.routes(3), func(t *testing.T, c *procore.Client, s *service) {
		c.Limit(5, 10)
		u, err := c.Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.NoError(t, err)
		require.Equal(t, syncer.SHA1.Of([]byte(alphabet)), u.SHA1)
		require.Equal(t, map[string]string{"/part/0": alphabet[:10], "/part/1": alphabet[10:20], "/part/2": alphabet[20:]}, p.stored)
		require.Equal(t, tagsOf(alphabet[:10], alphabet[10:20], alphabet[20:]), p.tags)
		require.Equal(t, procore.Number(6), p.segments[2].Size)
		first := md5.Sum([]byte(alphabet[:10]))
		require.Equal(t, hex.EncodeToString(first[:]), p.segments[0].MD5)
	})
}

func TestContentsWhosePartsFillThemExactlyHaveNoEmptyPart(t *testing.T) {
	p := newParts()
	with(t, p.routes(2), func(t *testing.T, c *procore.Client, _ *service) {
		c.Limit(5, 13)
		_, err := c.Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.NoError(t, err)
		require.Len(t, p.segments, 2)
	})
}

func TestContentsThatChangeBetweenTwoReadingsAreNotUploaded(t *testing.T) {
	p := newParts()
	with(t, p.routes(3), func(t *testing.T, c *procore.Client, _ *service) {
		c.Limit(5, 10)
		readings := 0
		_, err := c.Upload(t.Context(), in, "a.txt", syncer.Content{Size: 26, Open: func(context.Context) (io.ReadCloser, error) {
			if readings++; readings == 1 {
				return io.NopCloser(strings.NewReader(alphabet)), nil
			}
			return io.NopCloser(strings.NewReader(strings.ToUpper(alphabet))), nil
		}})
		require.ErrorIs(t, err, syncer.ErrStale)
		require.True(t, syncer.NotDone(err))
		require.Empty(t, p.tags)
	})
}

func TestAnUploadThatWasCutOffGoesOnInTheNextProcess(t *testing.T) {
	dir := t.TempDir()
	p := newParts()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, p.routes(3))
		process := func() *procore.Client {
			c, err := procore.New(procore.Options{HTTP: s.transport(), CompanyID: company, Tokens: procore.Fixed("AT"), UploadDir: dir, Attempts: 1})
			require.NoError(t, err)
			c.Limit(5, 10)
			return c
		}
		p.cut = 2
		_, err := process().Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.Error(t, err)
		synctest.Wait()
		p.cut = 0
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.Len(t, names, 1)
		data, err := os.ReadFile(names[0])
		require.NoError(t, err)
		require.NotContains(t, string(data), "SIGNED", "no signed URL is stored")
		info, err := os.Stat(names[0])
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		var record struct {
			Tags []string `json:"tags"`
		}
		require.NoError(t, json.Unmarshal(data, &record))
		sent := len(slices.DeleteFunc(record.Tags, func(tag string) bool { return tag == "" }))
		calls := len(s.calls())

		u, err := process().Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.NoError(t, err)
		require.Equal(t, "01J", u.UUID)
		require.Equal(t, map[string]string{"/part/0": alphabet[:10], "/part/1": alphabet[10:20], "/part/2": alphabet[20:]}, p.stored)
		require.Equal(t, "GET "+inParts+"/01J", s.calls()[calls])
		require.Len(t, s.calls()[calls:], 1+(3-sent)+1, "the parts that were sent are not sent again")
	})
}

func TestAnUploadThatWasCompletedIsUsedOnceAndThenForgotten(t *testing.T) {
	dir := t.TempDir()
	p := newParts()
	r := p.routes(3)
	r[newFile] = []http.HandlerFunc{reply(201, fileOf(12, "a.txt", versionOf(88001, 1, 26)))}
	withOptions(t, r, procore.Options{UploadDir: dir}, func(t *testing.T, c *procore.Client, s *service) {
		c.Limit(5, 10)
		first, err := c.Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.NoError(t, err)
		calls := len(s.calls())
		again, err := c.Upload(t.Context(), in, "a.txt", contents(alphabet)) // as after a kill
		require.NoError(t, err)
		require.Equal(t, first.UUID, again.UUID)
		require.Equal(t, []string{"GET " + inParts + "/01J"}, s.calls()[calls:])
		_, err = c.PostFiles(t.Context(), in, procore.NewFile{Name: "a.txt", Upload: again})
		require.NoError(t, err)
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		require.Empty(t, names)
	})
}

func TestAnUploadThatProcoreHasGivenUpBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	p := newParts()
	synctest.Test(t, func(t *testing.T) {
		r := p.routes(3)
		s := newService(t, r)
		c, err := procore.New(procore.Options{HTTP: s.transport(), CompanyID: company, Tokens: procore.Fixed("AT"), UploadDir: dir, Attempts: 1})
		require.NoError(t, err)
		c.Limit(5, 10)
		p.cut = 3
		_, err = c.Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.Error(t, err)
		synctest.Wait()
		p.cut = 0
		s.mu.Lock()
		s.routes["GET "+inParts+"/01J"] = always(404, `{"errors":"Not found"}`)
		s.mu.Unlock()
		_, err = c.Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.NoError(t, err)
		begun := 0
		for _, line := range s.calls() {
			if line == "POST "+inParts {
				begun++
			}
		}
		require.Equal(t, 2, begun)
	})
}

func TestAnUploadThatIsGoneAtItsEndBeginsAnewOnce(t *testing.T) {
	p := newParts()
	r := p.routes(3)
	r["PATCH "+inParts+"/01J"] = append(always(410, ""), p.complete)
	with(t, r, func(t *testing.T, c *procore.Client, _ *service) {
		c.Limit(5, 10)
		_, err := c.Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.NoError(t, err)
	})
}

func TestAnUploadIsCompletedOnceAlsoIfTheAnswerIsLost(t *testing.T) {
	p := newParts()
	r := p.routes(3)
	r["PATCH "+inParts+"/01J"] = []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
		p.complete(&bucketWriter{}, r)
		lost(w, r)
	}}
	with(t, r, func(t *testing.T, c *procore.Client, _ *service) {
		c.Limit(5, 10)
		_, err := c.Upload(t.Context(), in, "a.txt", contents(alphabet))
		require.NoError(t, err)
		require.Len(t, p.tags, 3)
	})
}

// bucketWriter takes an answer that nobody gets.
type bucketWriter struct{ bytes.Buffer }

func (*bucketWriter) Header() http.Header { return http.Header{} }

func (*bucketWriter) WriteHeader(int) {}
