package boxtest

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/internal/fake"
)

const helloSHA1 = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"

func TestAnUploadIsAFileWithTheTimesOfTheClient(t *testing.T) { // section 4.1
	w := newWorld(t, Options{})
	kind, body := form(object{
		"name": "a.txt", "parent": object{"id": "0"},
		"content_created_at": "2026-03-01T09:00:00Z", "content_modified_at": "2026-07-01T09:00:00.7Z",
	}, "contents", "hello")
	r, err := w.try("POST", w.box.URLs().Upload+"/api/2.0/files/content", kind, body)
	require.NoError(t, err)
	w.status(http.StatusCreated, r)
	require.Equal(t, "1", r.at("total_count"))
	require.Equal(t, helloSHA1, r.at("entries.0.sha1"))
	require.Equal(t, "5", r.at("entries.0.size"))
	require.Equal(t, "2026-03-01T01:00:00-08:00", r.at("entries.0.content_created_at"))
	require.Equal(t, "2026-07-01T02:00:00-07:00", r.at("entries.0.content_modified_at"), "whole seconds, daylight saving")
}

func TestAnUploadWithoutALengthIsTaken(t *testing.T) { // section 4.1
	w := newWorld(t, Options{})
	kind, body := form(object{"name": "a.txt", "parent": object{"id": "0"}}, "x", "hello")
	r, err := w.try("POST", w.box.URLs().Upload+"/2.0/files/content", kind, io.MultiReader(body))
	require.NoError(t, err)
	w.status(http.StatusCreated, r)
}

func TestUploadsThatAreRefused(t *testing.T) { // section 4.1
	w := newWorld(t, Options{LargestFile: 10, Space: 20})
	to := w.box.URLs().Upload + "/2.0/files/content"
	send := func(w *world, kind string, body io.Reader) result {
		r, err := w.try("POST", to, kind, body)
		require.NoError(t, err)
		return r
	}
	kind, body := form(object{"name": "a", "parent": object{"id": "0"}}, "file", "hello")
	w.refused(send(w.with("Content-MD5", strings.Repeat("0", 40)), kind, body), 400, "bad_digest")
	kind, body = form(object{"name": "a", "parent": object{"id": "0"}}, "file", "hello")
	w.status(http.StatusCreated, send(w.with("Content-MD5", strings.ToUpper(helloSHA1)), kind, body))

	last := "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nhello\r\n--B\r\n" +
		"Content-Disposition: form-data; name=\"attributes\"\r\n\r\n{}\r\n--B--\r\n"
	w.refused(send(w, "multipart/form-data; boundary=B", strings.NewReader(last)), 400, "metadata_after_file_contents")
	w.refused(send(w, "text/plain", strings.NewReader("x")), 400, "bad_request")
	kind, body = form(object{"name": "b", "parent": object{"id": "0"}}, "file", "hello")
	w.refused(send(w, kind, bytes.NewReader(body.Bytes()[:body.Len()-12])), 400, "bad_request")
	w.refused(w.upload("4711", "b", "x"), 404, "not_found")
	w.refused(w.upload("0", "b", "01234567890"), 403, "file_size_limit_exceeded")
	w.status(http.StatusCreated, w.upload("0", "b", "0123456789"))
	w.refused(w.upload("0", "c", "012345"), 403, "storage_limit_exceeded")
	w.status(http.StatusCreated, w.upload("0", "d", "01234"))
	require.Equal(t, []string{"a", "b", "d"}, w.get("/2.0/folders/0/items").names())
}

func TestANewVersionKeepsTheFileAndRaisesItsETag(t *testing.T) { // section 4.2
	w := newWorld(t, Options{})
	first := w.upload("0", "a.txt", "hello")
	id := first.at("entries.0.id")
	upload := func(w *world, content string) result {
		kind, body := form(object{"name": "a.txt"}, "file", content)
		r, err := w.try("POST", w.box.URLs().Upload+"/2.0/files/"+id+"/content", kind, body)
		require.NoError(t, err)
		return r
	}
	second := upload(w.with("If-Match", `"0"`), "world")
	w.status(http.StatusOK, second)
	require.Equal(t, id, second.at("entries.0.id"))
	require.Equal(t, "1", second.at("entries.0.etag"))
	require.NotEqual(t, first.at("entries.0.file_version.id"), second.at("entries.0.file_version.id"))
	w.refused(upload(w.with("If-Match", "0"), "again"), 412, "precondition_failed")

	past := w.get("/2.0/files/" + id + "/versions")
	require.Equal(t, "1", past.at("total_count"), "the current version is not listed")
	require.Equal(t, helloSHA1, past.at("entries.0.sha1"))
	w.status(http.StatusOK, upload(w, "world"))
	require.Equal(t, "2", w.get("/2.0/files/"+id+"/versions").at("total_count"), "equal contents are a version")
}

func TestANewVersionMayBringANewName(t *testing.T) { // section 4.2
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello")
	w.file("0", "taken.txt", "x")
	send := func(name string) result {
		kind, body := form(object{"name": name}, "file", "world")
		r, err := w.try("POST", w.box.URLs().Upload+"/2.0/files/"+id+"/content", kind, body)
		require.NoError(t, err)
		return r
	}
	w.refused(send("TAKEN.txt"), 409, "item_name_in_use")
	require.Equal(t, "b.txt", send("b.txt").at("entries.0.name"))
	list, _ := w.events("stream_position=0")
	require.Equal(t, []string{"ITEM_UPLOAD b.txt", "ITEM_UPLOAD taken.txt", "ITEM_RENAME b.txt", "ITEM_UPLOAD b.txt"}, list)
}

func TestAnOldVersionIsPromotedByACopyOnTop(t *testing.T) { // section 9
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello")
	_, err := w.box.Home().Edit(id, []byte("world"))
	require.NoError(t, err)
	old := w.get("/2.0/files/" + id + "/versions").at("entries.0.id")
	r := w.post("/2.0/files/"+id+"/versions/current", object{"type": "file_version", "id": old})
	w.status(http.StatusCreated, r)
	require.NotEqual(t, old, r.at("id"))
	require.Equal(t, helloSHA1, w.get("/2.0/files/"+id).at("sha1"))
	require.Equal(t, "2", w.get("/2.0/files/"+id).at("etag"))

	w.status(http.StatusNoContent, w.remove("/2.0/files/"+id+"/versions/"+old))
	require.NotEmpty(t, w.get("/2.0/files/"+id+"/versions/"+old).at("trashed_at"))
	w.status(http.StatusOK, w.put("/2.0/files/"+id+"/versions/"+old, object{"trashed_at": nil}))
	w.refused(w.remove("/2.0/files/"+id+"/versions/"+r.at("id")), 404, "not_found")
}

func TestADownloadIsASignedAddressOnAnotherHost(t *testing.T) { // section 1
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock, NotReady: 1})
	id := w.file("0", "a b.txt", "hello world")
	r := w.get("/2.0/files/" + id + "/content")
	w.status(http.StatusAccepted, r)
	require.Equal(t, "1", r.header.Get("Retry-After"))
	r = w.get("/2.0/files/" + id + "/content")
	w.status(http.StatusFound, r)
	to := r.header.Get("Location")
	require.True(t, strings.HasPrefix(to, w.box.URLs().Download+"/"), to)

	signed := *w
	signed.token = "" // the address is enough
	got := signed.get(to)
	w.status(http.StatusOK, got)
	require.Equal(t, "hello world", string(got.body))
	for header, want := range map[string]string{"bytes=0-4": "hello", "bytes=6-": "world", "bytes=-3": "rld", "bytes=6-99": "world"} {
		got := signed.with("Range", header).get(to)
		w.status(http.StatusPartialContent, got)
		require.Equal(t, want, string(got.body), header)
		require.Regexp(t, `^bytes \d+-\d+/11$`, got.header.Get("Content-Range"))
	}
	w.status(http.StatusRequestedRangeNotSatisfiable, signed.with("Range", "bytes=11-").get(to))
	w.status(http.StatusForbidden, signed.get(strings.Replace(to, id, "1500000009", 1)))
	clock.Advance(15*time.Minute + 2*time.Second)
	w.status(http.StatusForbidden, signed.get(to))
}

func TestAnOlderVersionIsDownloadedByItsID(t *testing.T) { // section 1
	w := newWorld(t, Options{})
	first := w.upload("0", "a.txt", "hello")
	id := first.at("entries.0.id")
	_, err := w.box.Home().Edit(id, []byte("world"))
	require.NoError(t, err)
	r := w.get("/2.0/files/" + id + "/content?version=" + first.at("entries.0.file_version.id"))
	require.Equal(t, "hello", string(w.get(r.header.Get("Location")).body))
	w.refused(w.get("/2.0/files/"+id+"/content?version=1"), 404, "not_found")
}

func TestPreflightTellsWhoHasTheName(t *testing.T) { // section 4.3
	w := newWorld(t, Options{})
	id := w.file("0", "a.txt", "hello")
	for _, path := range []string{"/2.0/files/content", "/2.0/files/content/"} {
		r := w.send("OPTIONS", path, object{"name": "b.txt", "parent": object{"id": "0"}, "size": 5})
		w.status(http.StatusOK, r)
		require.True(t, strings.HasPrefix(r.at("upload_url"), w.box.URLs().Upload+"/2.0/files/content?"))
		r = w.send("OPTIONS", path, object{"name": "A.TXT", "parent": object{"id": "0"}})
		w.refused(r, 409, "item_name_in_use")
		require.Equal(t, id, r.at("context_info.conflicts.id"))
		require.Equal(t, helloSHA1, r.at("context_info.conflicts.sha1"))
	}
	w.status(http.StatusOK, w.send("OPTIONS", "/2.0/files/"+id+"/content", object{"size": 3}))
}

func TestGreatContentsLieInFilesThatGoAwayWithTheBox(t *testing.T) { // issue: above 1 MiB
	b, err := New(Options{})
	require.NoError(t, err)
	home := b.Home()
	small, err := home.Upload("0", "small", make([]byte, fake.InMemory))
	require.NoError(t, err)
	require.Empty(t, b.vault.Dir(), "small contents stay in memory")
	great, err := home.Upload("0", "great", make([]byte, fake.InMemory+1))
	require.NoError(t, err)
	files, err := os.ReadDir(b.vault.Dir())
	require.NoError(t, err)
	require.Len(t, files, 1)
	content, err := home.Read(great.ID)
	require.NoError(t, err)
	require.Len(t, content, fake.InMemory+1)
	require.NoError(t, home.Trash(great))
	require.NoError(t, home.Purge(great))
	files, err = os.ReadDir(b.vault.Dir())
	require.NoError(t, err)
	require.Empty(t, files, "what was purged leaves nothing")
	_, err = home.Edit(small.ID, make([]byte, 3<<20))
	require.NoError(t, err)
	require.NoError(t, b.Close())
	require.NoDirExists(t, b.vault.Dir())
}
