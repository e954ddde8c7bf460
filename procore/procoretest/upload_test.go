package procoretest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (w *world) begin(body object) result {
	w.Helper()
	return w.post(fmt.Sprintf("/rest/v1.1/projects/%d/uploads", w.project.ID), body)
}

// bare is the same world without a token and headers, as the storage wants it.
func (w *world) bare() *world {
	other := *w
	other.token, other.header = "", nil
	return &other
}

func TestAnUploadInOnePieceIsAFormWithTheFileLast(t *testing.T) { // section 5.1, trap 17
	w := newWorld(t, Options{})
	made := w.begin(object{"response_filename": "a.txt", "response_content_type": "text/plain", "attachment_content_disposition": true})
	w.status(http.StatusCreated, made)
	require.Len(t, made.at("uuid"), 26)
	require.Equal(t, `attachment; filename="a.txt"`, made.at("fields.Content-Disposition"))
	require.NotContains(t, made.at("url"), w.procore.URLs().API)

	fields := func(change func(name, value string) (string, string)) []field {
		var all []field
		given, _ := made.value("fields")
		for name, value := range given.(map[string]any) {
			name, text := change(name, value.(string))
			all = append(all, field{name: name, value: text})
		}
		return all
	}
	same := func(name, value string) (string, string) { return name, value }
	file := field{name: "file", file: "a.txt", value: "hello"}
	s := w.bare()
	w.status(http.StatusForbidden, s.multipart("POST", made.at("url"), append([]field{file}, fields(same)...)...))
	w.status(http.StatusForbidden, s.multipart("POST", made.at("url"), append(fields(func(name, value string) (string, string) {
		return name, value + "x"
	}), file)...))
	w.status(http.StatusBadRequest, s.multipart("POST", made.at("url"), fields(same)...))
	s.token = w.token
	refused := s.multipart("POST", made.at("url"), append(fields(same), file)...)
	w.status(http.StatusBadRequest, refused)
	require.Contains(t, string(refused.body), "Only one auth mechanism allowed")
	unsized, err := w.bare().try("POST", made.at("url"), "multipart/form-data; boundary=x", struct{ *strings.Reader }{strings.NewReader("--x--")})
	require.NoError(t, err)
	w.status(http.StatusLengthRequired, unsized)

	early := w.post(w.inProject("/files"), object{"file": object{"name": "a.txt", "upload_uuid": made.at("uuid")}})
	w.status(http.StatusBadRequest, early)
	w.status(http.StatusNoContent, w.toStorage(made, "hello"))
	w.status(http.StatusBadRequest, w.post(fmt.Sprintf("/rest/v1.1/projects/%d/uploads", w.project.ID), object{}))
	w.status(http.StatusCreated, w.post(w.at("/uploads"), object{})) // v1.0 needs no name
}

func TestAnUploadIsItsCreatorsAndGoodForAWeekAndForOneThing(t *testing.T) { // section 5.1, trap 16
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	ann := w.procore.AddUser("Ann", "ann@x.example")
	create := func(as *world, name, uuid string) result {
		return as.post(w.inProject("/files"), object{"file": object{"name": name, "upload_uuid": uuid}})
	}
	uuid := w.upload("a.txt", "hello")
	w.status(http.StatusBadRequest, create(w.as(ann), "a.txt", uuid))
	w.status(http.StatusNotFound, w.as(ann).get(fmt.Sprintf("/rest/v1.1/projects/%d/uploads/%s", w.project.ID, uuid)))
	w.status(http.StatusOK, w.get(fmt.Sprintf("/rest/v1.1/projects/%d/uploads/%s", w.project.ID, uuid)))
	w.status(http.StatusCreated, create(w, "a.txt", uuid))
	w.status(http.StatusBadRequest, create(w, "b.txt", uuid))
	w.status(http.StatusBadRequest, create(w, "b.txt", "01J9Z3M8Q5W2X4Y6Z8A0B1C2D3"))

	slow, kept := w.begin(object{"response_filename": "a.txt"}), w.upload("c.txt", "hello")
	clock.Advance(time.Hour)
	late := w.toStorage(slow, "hello")
	w.status(http.StatusForbidden, late)
	require.Contains(t, string(late.body), "<Code>AccessDenied</Code>")
	clock.Advance(7*24*time.Hour - time.Hour - time.Second)
	w.status(http.StatusCreated, create(w, "c.txt", kept))
	old := w.upload("d.txt", "hello")
	clock.Advance(7 * 24 * time.Hour)
	w.status(http.StatusBadRequest, create(w, "d.txt", old))
	w.status(http.StatusCreated, w.begin(object{"response_filename": "e.txt"}))
	w.status(http.StatusNotFound, w.get(fmt.Sprintf("/rest/v1.1/projects/%d/uploads/%s", w.project.ID, old)))
}

// A sliced is an upload in segments.
type sliced struct {
	*world

	made  result
	parts []string
}

func (w *world) slice(parts ...string) *sliced {
	w.Helper()
	var segments []object
	size := 0
	for _, part := range parts {
		sum := md5.Sum([]byte(part))
		segments = append(segments, object{
			"size": len(part), "sha256": hex.EncodeToString(sha256Of(part)), "md5": hex.EncodeToString(sum[:]),
		})
		size += len(part)
	}
	made := w.begin(object{"response_filename": "a.bin", "size": size, "segments": segments})
	w.status(http.StatusCreated, made)
	return &sliced{w, made, parts}
}

// put sends one segment and returns its etag.
func (s *sliced) put(i int, content string) result {
	s.Helper()
	w := s.bare().with("Content-Type", "application/octet-stream")
	headers, _ := s.made.value(fmt.Sprintf("segments.%d.headers", i))
	for name, value := range headers.(map[string]any) {
		if name != "content-length" {
			w = w.with(name, value.(string))
		}
	}
	r, err := w.try("PUT", s.made.at(fmt.Sprintf("segments.%d.url", i)), "", strings.NewReader(content))
	require.NoError(s, err)
	return r
}

func (s *sliced) address() string {
	return fmt.Sprintf("/rest/v1.1/projects/%d/uploads/%s", s.project.ID, s.made.at("uuid"))
}

func (s *sliced) complete(etags ...string) result {
	s.Helper()
	var segments []object
	for _, etag := range etags {
		segments = append(segments, object{"etag": etag})
	}
	return s.patch(s.address(), object{"segments": segments})
}

func TestAnUploadInSegmentsIsPutTogetherFromItsETags(t *testing.T) { // section 5.1
	w := newWorld(t, Options{SmallestSegment: 4})
	s := w.slice("hello", " world", "!")
	require.Equal(t, "ready", s.made.at("status"))
	require.Equal(t, "5", s.made.at("segments.0.headers.content-length"))
	var etags []string
	for i, part := range s.parts {
		w.status(http.StatusUnprocessableEntity, s.complete(append(etags, make([]string, len(s.parts)-len(etags))...)...))
		r := s.put(i, part)
		w.status(http.StatusOK, r)
		sum := md5.Sum([]byte(part))
		require.Equal(t, `"`+hex.EncodeToString(sum[:])+`"`, r.header.Get("Etag"))
		etags = append(etags, r.header.Get("Etag"))
	}
	require.Equal(t, etags[1], w.get(s.address()).at("segments.1.etag"), "what has come can be asked for")
	w.status(http.StatusUnprocessableEntity, s.complete(etags[1], etags[0], etags[2]))
	w.status(http.StatusUnprocessableEntity, s.complete(etags[:2]...))
	w.status(http.StatusBadRequest, w.post(w.inProject("/files"), object{"file": object{"name": "a", "upload_uuid": s.made.at("uuid")}}))
	done := s.complete(etags...)
	w.status(http.StatusOK, done)
	require.Equal(t, "complete", done.at("status"))
	w.status(http.StatusOK, s.complete(etags...))
	made := w.post(w.inProject("/files"), object{"file": object{"name": "a.bin", "upload_uuid": s.made.at("uuid")}})
	w.status(http.StatusCreated, made)
	require.Equal(t, "hello world!", string(w.download(made.at("file_versions.0.url")).body))
}

func TestASegmentMustBeWhatWasAnnounced(t *testing.T) { // section 5.1
	clock := newClock()
	w := newWorld(t, Options{SmallestSegment: 4, Clock: clock})
	s := w.slice("hello", "!")
	wrong := s.put(0, "HELLO")
	w.status(http.StatusBadRequest, wrong)
	require.Contains(t, string(wrong.body), "XAmzContentSHA256Mismatch")
	other := *s
	other.made = w.slice("world", "!").made
	w.status(http.StatusOK, other.put(0, "world"))
	w.status(http.StatusForbidden, w.bare().send("PUT", s.made.at("segments.0.url"), nil))
	bad := w.bare().with("X-Amz-Content-Sha256", hex.EncodeToString(sha256Of("hello"))).
		with("Content-Md5", base64.StdEncoding.EncodeToString(make([]byte, 16)))
	r, err := bad.try("PUT", s.made.at("segments.0.url"), "", strings.NewReader("hello"))
	require.NoError(t, err)
	w.status(http.StatusBadRequest, r)
	require.Contains(t, string(r.body), "BadDigest")
	authorized := *s
	authorized.world = w.with("Authorization", "Bearer x")
	r, err = authorized.world.try("PUT", s.made.at("segments.0.url"), "", strings.NewReader("hello"))
	require.NoError(t, err)
	w.status(http.StatusBadRequest, r)
	clock.Advance(time.Hour)
	w.status(http.StatusForbidden, s.put(0, "hello"))
	w.status(http.StatusGone, s.complete("x", "y"))

	sum := hex.EncodeToString(sha256Of("x"))
	for _, segments := range [][]object{
		{{"size": 1, "sha256": "x"}},
		{{"size": 0, "sha256": sum}},
		{{"size": 1, "sha256": sum, "md5": "x"}},
		{{"size": 3, "sha256": sum}, {"size": 1, "sha256": sum}},
		{{"size": 2, "sha256": sum}},
	} {
		w.status(http.StatusBadRequest, w.begin(object{"response_filename": "a", "size": 1, "segments": segments}))
	}
	w.status(http.StatusUnprocessableEntity, w.patch(fmt.Sprintf("/rest/v1.1/projects/%d/uploads/%s", w.project.ID,
		w.begin(object{"response_filename": "a"}).at("uuid")), object{}))
}
