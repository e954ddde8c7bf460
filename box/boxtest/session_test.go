package boxtest

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// small lets files of 20 bytes be uploaded in parts of 8.
func small(o Options) Options {
	o.PartSize, o.SmallestSession = 8, 20
	return o
}

func digestOf(content []byte) string {
	sum := sha1.Sum(content)
	return "sha=" + base64.StdEncoding.EncodeToString(sum[:])
}

func (w *world) open(name string, size int) result {
	w.Helper()
	r := w.post(w.box.URLs().Upload+"/2.0/files/upload_sessions", object{"folder_id": "0", "file_size": size, "file_name": name})
	w.status(http.StatusCreated, r)
	return r
}

// part sends content[from:to] of a file as one part.
func (w *world) part(session result, content []byte, from, to int) result {
	w.Helper()
	piece := content[from:to]
	r, err := w.with("Digest", digestOf(piece)).
		with("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(content))).
		try("PUT", session.at("session_endpoints.upload_part"), "application/octet-stream", bytes.NewReader(piece))
	require.NoError(w, err)
	return r
}

// parts sends all parts and returns what a commit names.
func (w *world) parts(session result, content []byte) []any {
	w.Helper()
	var all []any
	for from := 0; from < len(content); from += 8 {
		r := w.part(session, content, from, min(from+8, len(content)))
		w.status(http.StatusOK, r)
		part, _ := r.value("part")
		all = append(all, part)
	}
	return all
}

func (w *world) commit(session result, content []byte, parts []any) result {
	w.Helper()
	return w.with("Digest", digestOf(content)).post(session.at("session_endpoints.commit"), object{
		"parts": parts, "attributes": object{"content_modified_at": "2026-03-01T09:00:00Z"},
	})
}

func TestAFileIsUploadedInParts(t *testing.T) { // section 4.4
	w := newWorld(t, small(Options{}))
	content := []byte("0123456789abcdefghijk")
	session := w.open("big.bin", len(content))
	require.Equal(t, []string{"8", "3", "0"}, []string{session.at("part_size"), session.at("total_parts"), session.at("num_parts_processed")})
	parts := w.parts(session, content)
	require.Equal(t, "16", fmt.Sprint(parts[2].(map[string]any)["offset"]))
	require.Equal(t, "3", w.get(session.at("session_endpoints.status")).at("num_parts_processed"))
	list := w.get(session.at("session_endpoints.list_parts"))
	require.Equal(t, "3", list.at("total_count"))
	require.Len(t, list.at("entries.0.sha1"), 40)

	w.refused(w.commit(session, []byte("other"), parts), 400, "bad_digest")
	w.refused(w.commit(session, content, []any{parts[0], parts[0], parts[2]}), 400, "parts_mismatch")
	r := w.commit(session, content, parts)
	w.status(http.StatusCreated, r)
	require.Equal(t, "21", r.at("entries.0.size"))
	require.Equal(t, "2026-03-01T01:00:00-08:00", r.at("entries.0.content_modified_at"))
	got, err := w.box.Home().Read(r.at("entries.0.id"))
	require.NoError(t, err)
	require.Equal(t, content, got)
	w.refused(w.get(session.at("session_endpoints.status")), 404, "not_found")
}

func TestAVersionIsUploadedInParts(t *testing.T) { // section 4.4
	w := newWorld(t, small(Options{}))
	content := []byte("0123456789abcdefghijk")
	id := w.file("0", "big.bin", "old")
	open := func() result {
		return w.post(w.box.URLs().Upload+"/2.0/files/"+id+"/upload_sessions", object{"file_size": len(content)})
	}
	session := open()
	w.status(http.StatusCreated, session)
	parts := w.parts(session, content)
	w.refused(w.with("If-Match", "9").commit(session, content, parts), 412, "precondition_failed")
	r := w.with("If-Match", "0").commit(session, content, parts)
	w.status(http.StatusCreated, r)
	require.Equal(t, id, r.at("entries.0.id"))
	require.Equal(t, "1", r.at("entries.0.etag"))
}

func TestPartsThatDoNotFit(t *testing.T) { // section 4.4
	w := newWorld(t, small(Options{}))
	content := []byte("0123456789abcdefghijk")
	session := w.open("big.bin", len(content))
	w.status(http.StatusRequestedRangeNotSatisfiable, w.part(session, content, 4, 12))
	w.status(http.StatusRequestedRangeNotSatisfiable, w.part(session, content, 0, 5))
	w.status(http.StatusRequestedRangeNotSatisfiable, w.part(session, append(content, 'x'), 16, 22))
	w.status(http.StatusOK, w.part(session, content, 0, 8))
	w.status(http.StatusOK, w.part(session, content, 0, 8))
	w.refused(w.part(session, bytes.ToUpper([]byte("abcdefghijklmnopqrstu")), 0, 8), 409, "range_overlaps_existing_part")
	r, err := w.with("Content-Range", "bytes 8-15/21").with("Digest", digestOf([]byte("x"))).
		try("PUT", session.at("session_endpoints.upload_part"), "", bytes.NewReader(content[8:16]))
	require.NoError(t, err)
	w.refused(r, 400, "bad_digest")
	w.refused(w.commit(session, content, nil), 400, "parts_mismatch")
	other := w.as(w.box.AddUser("Bob", "bob@x.example"))
	w.refused(other.part(session, content, 8, 16), 403, "forbidden")
}

func TestASessionIsRefusedLikeAnUpload(t *testing.T) { // section 4.4
	w := newWorld(t, small(Options{}))
	w.file("0", "taken", "x")
	to := w.box.URLs().Upload + "/2.0/files/upload_sessions"
	for _, c := range []struct {
		body   object
		status int
		code   string
	}{
		{object{"file_size": 30, "file_name": "a"}, 400, "missing_destination"},
		{object{"folder_id": "x", "file_size": 30, "file_name": "a"}, 400, "invalid_folder_id"},
		{object{"folder_id": "0", "file_size": 30}, 400, "missing_file_name"},
		{object{"folder_id": "0", "file_name": "a"}, 400, "missing_file_size"},
		{object{"folder_id": "0", "file_size": -1, "file_name": "a"}, 400, "invalid_file_size"},
		{object{"folder_id": "0", "file_size": 19, "file_name": "a"}, 400, "file_size_too_small"},
		{object{"folder_id": "0", "file_size": 30, "file_name": "a/b"}, 400, "item_name_invalid"},
		{object{"folder_id": "0", "file_size": 30, "file_name": "TAKEN"}, 409, "item_name_in_use"},
		{object{"folder_id": "4711", "file_size": 30, "file_name": "a"}, 404, "not_found"},
	} {
		w.refused(w.post(to, c.body), c.status, c.code)
	}
}

func TestACommitMayNotBeReady(t *testing.T) { // section 4.4, trap 12
	w := newWorld(t, small(Options{CommitDelays: 2, PartsLate: true}))
	content := []byte("0123456789abcdefghijk")
	session := w.open("big.bin", len(content))
	parts := w.parts(session, content)
	w.refused(w.commit(session, content, parts), 400, "parts_mismatch")
	for range 2 {
		r := w.commit(session, content, parts)
		w.status(http.StatusAccepted, r)
		require.Equal(t, "1", r.header.Get("Retry-After"))
		require.Empty(t, r.body)
	}
	w.status(http.StatusCreated, w.commit(session, content, parts))
}

func TestASessionEndsByTimeOrByAbort(t *testing.T) { // section 4.4
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, small(Options{Clock: clock}))
	content := []byte("0123456789abcdefghijk")
	session := w.open("a", len(content))
	w.parts(session, content)
	w.status(http.StatusNoContent, w.remove(session.at("session_endpoints.abort")))
	w.refused(w.part(session, content, 0, 8), 404, "not_found")
	session = w.open("b", len(content))
	clock.Advance(7 * 24 * time.Hour)
	w.refused(w.part(session, content, 0, 8), 410, "session_expired")
}

func TestTheLeastSizeOfASession(t *testing.T) { // section 14 item 5
	for on, least := range map[bool]int{false: 20_000_000, true: 20 << 20} {
		w := newWorld(t, Options{Switches: Switches{MinimumInMebibytes: on}})
		to := w.box.URLs().Upload + "/2.0/files/upload_sessions"
		w.refused(w.post(to, object{"folder_id": "0", "file_size": least - 1, "file_name": "a"}), 400, "file_size_too_small")
		r := w.post(to, object{"folder_id": "0", "file_size": least, "file_name": "a"})
		w.status(http.StatusCreated, r)
		require.Equal(t, "8388608", r.at("part_size"))
		require.True(t, strings.HasPrefix(r.at("session_endpoints.commit"), w.box.URLs().Upload))
	}
}
