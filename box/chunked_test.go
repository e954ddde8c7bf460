package box_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

const (
	sessions = "POST upload.box.com/api/2.0/files/upload_sessions"
	atHost   = " upload-las.app.box.com/api/2.0/files/upload_sessions/F97"
	putPart  = "PUT" + atHost
	getParts = "GET" + atHost + "/parts"
	commit   = "POST" + atHost + "/commit"
	abort    = "DELETE" + atHost
)

// session is an upload session as Box answers it, on a host of its own.
func session(partSize int) string {
	const at = "https://upload-las.app.box.com/api/2.0/files/upload_sessions/F97"
	return `{"type":"upload_session","id":"F97","session_expires_at":"2026-03-08T10:00:00Z","part_size":` + strconv.Itoa(partSize) +
		`,"total_parts":8,"num_parts_processed":0,"session_endpoints":{"upload_part":"` + at + `","commit":"` + at + `/commit","abort":"` + at +
		`","list_parts":"` + at + `/parts","status":"` + at + `","log_event":"` + at + `/log"}}`
}

// begun returns a session.
func begun(t *testing.T, partSize int) *box.UploadSession {
	t.Helper()
	s := new(box.UploadSession)
	require.NoError(t, json.Unmarshal([]byte(session(partSize)), s))
	return s
}

const partReply = `{"part_id":"6F2D","offset":5,"size":5,"sha1":"7d3f1f3e4c2e5b2b8f8a5b7c1d0e9f8a7b6c5d4e"}`

func TestASessionIsBegunAtTheUploadHostAndGoesOnWhereItSays(t *testing.T) {
	with(t, routes{
		sessions: always(201, session(8<<20)), "POST upload.box.com/api/2.0/files/1/upload_sessions": always(201, session(8<<20)),
		"GET" + atHost: always(200, session(8<<20)), abort: always(204, ""),
	}, func(t *testing.T, c *box.Client, s *service) {
		up, err := c.PostFilesUploadSessions(t.Context(), "987", "big.bin", 60_000_000)
		require.NoError(t, err)
		require.JSONEq(t, `{"folder_id":"987","file_name":"big.bin","file_size":60000000}`, s.last().body)
		require.EqualValues(t, 8<<20, up.PartSize)
		_, err = c.PostFilesIDUploadSessions(t.Context(), "1", "", 60_000_000)
		require.NoError(t, err)
		require.JSONEq(t, `{"file_size":60000000}`, s.last().body)
		_, err = c.GetFilesUploadSessionsID(t.Context(), up)
		require.NoError(t, err)
		require.NoError(t, c.DeleteFilesUploadSessionsID(t.Context(), up))
		require.Equal(t, "Bearer AT", s.last().Header.Get("Authorization"))
	})
}

func TestASessionElsewhereGetsNoToken(t *testing.T) {
	for _, host := range []string{"https://upload.box.com.evil.example", "http://upload.box.com", "https://box.com.example", "https://notbox.com"} {
		with(t, routes{}, func(t *testing.T, c *box.Client, s *service) {
			up := begun(t, 5)
			up.Endpoints.Abort = host + "/x"
			require.ErrorIs(t, c.DeleteFilesUploadSessionsID(t.Context(), up), syncer.ErrInvalid)
			require.Empty(t, s.calls())
		})
	}
}

func TestASessionThatCannotBeUsedIsAnError(t *testing.T) {
	for name, answer := range map[string]string{
		"without endpoints": `{"id":"F97","part_size":5}`, "without a part size": strings.Replace(session(0), `"part_size":0,`, "", 1), "with parts of nothing": session(0),
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{sessions: always(201, answer)}, func(t *testing.T, c *box.Client, _ *service) {
				_, err := c.PostFilesUploadSessions(t.Context(), "987", "big.bin", 60_000_000)
				require.Error(t, err)
			})
		})
	}
	with(t, routes{sessions: {refusal(400, box.CodeFileTooSmall), refusal(409, box.CodeNameInUse)}}, func(t *testing.T, c *box.Client, _ *service) {
		_, err := c.PostFilesUploadSessions(t.Context(), "987", "big.bin", 5)
		require.ErrorIs(t, err, syncer.ErrRefused)
		_, err = c.PostFilesUploadSessions(t.Context(), "987", "big.bin", 60_000_000)
		require.ErrorIs(t, err, fs.ErrExist)
	})
}

func TestAPartSaysWhereItBelongsAndWhatItIs(t *testing.T) {
	for name, answer := range map[string]string{"wrapped": `{"part":` + partReply + `}`, "bare": partReply} {
		t.Run("the answer is "+name, func(t *testing.T) {
			with(t, routes{putPart: always(200, answer)}, func(t *testing.T, c *box.Client, s *service) {
				part, err := c.PutFilesUploadSessionsID(t.Context(), begun(t, 5), 5, 12, contents("world", true))
				require.NoError(t, err)
				require.Equal(t, "6F2D", part.PartID)
				require.EqualValues(t, 5, part.Offset)
				require.Equal(t, "bytes 5-9/12", s.last().Header.Get("Content-Range"))
				require.Equal(t, "sha=fCEUM/AgcVl3Qeb/Wo6jR4mrv0M=", s.last().Header.Get("Digest"))
				require.Equal(t, "application/octet-stream", s.last().Header.Get("Content-Type"))
				require.Equal(t, "world", s.last().body)
			})
		})
	}
}

func listed(text string, offset int) string {
	return `{"entries":[{"part_id":"0A","offset":0,"size":5,"sha1":"00"},{"part_id":"6F2D","offset":` + strconv.Itoa(offset) + `,"size":5,"sha1":"` +
		strings.TrimPrefix(string(sha1Of(text)), "sha1:") + `"}],"total_count":2,"limit":1000,"offset":0,"order":[]}`
}

func TestAPartThatMayBeThereIsLookedForFirst(t *testing.T) {
	stored := reply(200, `{"part":`+partReply+`}`)
	for name, c := range map[string]struct {
		routes routes
		calls  []string
		fails  bool
	}{
		"500 and it is there":              {routes{putPart: {reply(500, "")}, getParts: always(200, listed("world", 5))}, []string{putPart, getParts}, false},
		"500 and it is not":                {routes{putPart: {reply(500, ""), stored}, getParts: always(200, listed("world", 0))}, []string{putPart, getParts, putPart}, false},
		"lost and another one is there":    {routes{putPart: {lost, refusal(409, "conflict")}, getParts: always(200, listed("other", 5))}, nil, true},
		"its range is there, and it is it": {routes{putPart: {refusal(416, box.CodeRangeOverlaps)}, getParts: always(200, listed("world", 5))}, []string{putPart, getParts}, false},
		"its range is there with others":   {routes{putPart: {refusal(409, box.CodeRangeOverlaps)}, getParts: always(200, listed("other", 5))}, []string{putPart, getParts}, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				part, err := client.PutFilesUploadSessionsID(t.Context(), begun(t, 5), 5, 12, contents("world", true))
				if c.calls != nil {
					require.Equal(t, c.calls, s.calls())
				}
				if c.fails {
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, "6F2D", part.PartID)
			})
		})
	}
}

func TestPartsAreListedByOffsetsOfTheLimitThatBoxUsed(t *testing.T) {
	with(t, routes{getParts: {
		reply(200, `{"entries":[{"part_id":"A","offset":0}],"total_count":5,"limit":2,"offset":0}`), // one of the two was left out
		reply(200, `{"entries":[],"total_count":5,"limit":2,"offset":2,"order":{}}`),
		reply(200, `{"entries":[{"part_id":"E","offset":2200000000}],"total_count":5,"limit":2,"offset":4}`),
	}}, func(t *testing.T, c *box.Client, s *service) {
		parts, err := collect(c.GetFilesUploadSessionsIDParts(t.Context(), begun(t, 5)))
		require.NoError(t, err)
		require.Len(t, parts, 2)
		require.EqualValues(t, 2_200_000_000, parts[1].Offset)
		var offsets []string
		for _, r := range s.requests() {
			offsets = append(offsets, r.URL.Query().Get("offset"))
		}
		require.Equal(t, []string{"", "2", "4"}, offsets)
	})
}

func TestACommitIsRepeatedUntilTheFileIsThere(t *testing.T) {
	parts := []box.UploadPart{{PartID: "A", Size: 5, SHA1: "00"}}
	to := box.Target{FileID: "1", IfMatch: "3", Name: "said before"}
	const get = "GET api.box.com/2.0/files/1"
	wait := reply(202, "", "Retry-After", "30")
	mismatch := refusal(400, box.CodePartsMismatch)
	done := reply(201, uploaded("hello"))
	for name, c := range map[string]struct {
		routes routes
		calls  int
		want   error
		open   bool
	}{
		"at once":                                       {routes{commit: {done}}, 1, nil, false},
		"after Box has put the parts together":          {routes{commit: {wait, wait, wait, done}}, 4, nil, false},
		"after Box has seen all parts":                  {routes{commit: {mismatch, mismatch, mismatch, mismatch, mismatch, mismatch, mismatch, done}}, 8, nil, false},
		"the file is stale":                             {routes{commit: {wait, refusal(412, "precondition_failed")}}, 2, syncer.ErrStale, false},
		"the session is beyond repair":                  {routes{commit: {refusal(410, box.CodeUploadFailed)}}, 1, syncer.ErrStale, false},
		"the answer was lost, the file is there":        {routes{commit: {lost}, get: always(200, stored("hello", "4"))}, 2, nil, false},
		"the answer was lost, the file is not":          {routes{commit: {lost, done}, get: always(200, stored("old", "3"))}, 3, nil, false},
		"the answer was lost, another version is there": {routes{commit: {lost}, get: always(200, stored("other", "4"))}, 2, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, c.routes, func(t *testing.T, client *box.Client, s *service) {
				file, err := client.PostFilesUploadSessionsIDCommit(t.Context(), begun(t, 5), to, parts, sha1Of("hello"), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
				require.Len(t, s.calls(), c.calls)
				r := s.requests()[0]
				require.Equal(t, "3", r.Header.Get("If-Match"))
				require.Equal(t, "sha=qvTGHdzF6KLavt4PO0gs2a6pQ00=", r.Header.Get("Digest"))
				require.JSONEq(t, `{"parts":[{"part_id":"A","offset":0,"size":5,"sha1":"00"}],"attributes":{"content_modified_at":"2026-03-01T09:00:00Z"}}`, r.body)
				switch {
				case c.open:
					require.Error(t, err)
					require.False(t, syncer.NotDone(err))
				case c.want != nil:
					require.ErrorIs(t, err, c.want)
				default:
					require.NoError(t, err)
					require.Equal(t, "1", file.ID)
				}
			})
		})
	}
}

// zeros is a file of zeros that is not held in memory.
func zeros(size int64) syncer.Content {
	return syncer.Content{Size: size, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(zero{}, size)), nil
	}}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// shelf stores parts and makes a file of them, so far as to tell its digest.
type shelf struct {
	mu    sync.Mutex
	parts map[int]string
	size  int
	fails map[int]http.HandlerFunc // the answer to the first try at an offset
}

func (s *shelf) put(w http.ResponseWriter, r *http.Request) {
	var first, last, total int
	_, _ = fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total)
	data, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if fail := s.fails[first]; fail != nil {
		delete(s.fails, first)
		fail(w, r)
		return
	}
	s.parts[first], s.size = string(data), total
	reply(200, fmt.Sprintf(`{"part":{"part_id":"P%d","offset":%d,"size":%d,"sha1":"%s"}}`, first, first, len(data), syncer.SHA1.Of(data)[5:]))(w, r)
}

func (s *shelf) commit(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body struct {
		Parts []box.UploadPart `json:"parts"`
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	if !slices.IsSortedFunc(body.Parts, func(a, b box.UploadPart) int { return int(a.Offset - b.Offset) }) {
		refusal(400, "bad_request")(w, r)
		return
	}
	var whole strings.Builder
	for _, p := range body.Parts {
		whole.WriteString(s.parts[int(p.Offset)])
	}
	reply(201, uploaded(whole.String()))(w, r)
}

func TestAFileAboveTheLimitIsUploadedInParts(t *testing.T) {
	if testing.Short() {
		t.Skip("it moves 50 MB")
	}
	const size, partSize = box.SimpleLimit + 1, 32 << 20
	s := &shelf{parts: map[int]string{}}
	with(t, routes{sessions: always(201, session(partSize)), putPart: {s.put}, commit: {s.commit}}, func(t *testing.T, client *box.Client, service *service) {
		_, err := client.Upload(t.Context(), box.Target{ParentID: "987", Name: "big.bin"}, zeros(size))
		require.NoError(t, err)
		require.Equal(t, []string{sessions, putPart, putPart, commit}, service.calls())
		require.Equal(t, size, s.size)
	})
}

func TestAFileIsUploadedInParts(t *testing.T) {
	const partSize = 4
	for name, c := range map[string]struct {
		fails    map[int]http.HandlerFunc
		sessions int
	}{
		"nothing goes wrong":                 {nil, 1},
		"the session expires once":           {map[int]http.HandlerFunc{partSize: refusal(410, box.CodeSessionExpired)}, 2},
		"the session is beyond repair, once": {map[int]http.HandlerFunc{0: refusal(410, box.CodeUploadFailed)}, 2},
		"the service is busy, once":          {map[int]http.HandlerFunc{8: refusal(429, "rate_limit_exceeded")}, 1},
	} {
		for _, to := range []box.Target{{ParentID: "987", Name: "a"}, {FileID: "1", Name: "a", IfMatch: "3"}} {
			t.Run(name, func(t *testing.T) {
				s := &shelf{parts: map[int]string{}, fails: maps.Clone(c.fails)}
				with(t, routes{
					sessions: always(201, session(partSize)), "POST upload.box.com/api/2.0/files/1/upload_sessions": always(201, session(partSize)),
					putPart: {s.put}, commit: {s.commit}, abort: always(204, ""),
				}, func(t *testing.T, client *box.Client, service *service) {
					file, err := box.UploadParts(client, t.Context(), to, contents(alphabet, false))
					require.NoError(t, err)
					require.Equal(t, sha1Of(alphabet), file.Digest())
					var begun int
					for _, call := range service.calls() {
						if strings.HasSuffix(call, "upload_sessions") {
							begun++
						}
					}
					require.Equal(t, c.sessions, begun)
					require.Equal(t, to.IfMatch, service.last().Header.Get("If-Match"))
				})
			})
		}
	}
}

func TestAFileThatIsNotSentWholeIsNotCommitted(t *testing.T) {
	size := int64(len(alphabet))
	for name, c := range map[string]struct {
		content syncer.Content
		fails   map[int]http.HandlerFunc
		want    error
	}{
		"it ends early":                    {syncer.Content{Size: size + 1, Open: contents(alphabet, false).Open}, nil, syncer.ErrStale},
		"it ends early by a part":          {syncer.Content{Size: size + 9, Open: contents(alphabet, false).Open}, nil, syncer.ErrStale},
		"it ends late":                     {syncer.Content{Size: size - 1, Open: contents(alphabet, false).Open}, nil, syncer.ErrStale},
		"it is another":                    {syncer.Content{Size: size, Open: contents(alphabet, false).Open, Digest: sha1Of("hello")}, nil, syncer.ErrStale},
		"there is no room for a part":      {contents(alphabet, false), map[int]http.HandlerFunc{0: refusal(403, "storage_limit_exceeded")}, syncer.ErrQuota},
		"there is no room for the last":    {contents(alphabet, false), map[int]http.HandlerFunc{24: refusal(403, "storage_limit_exceeded")}, syncer.ErrQuota},
		"another user uses the session":    {contents(alphabet, false), map[int]http.HandlerFunc{8: refusal(403, "forbidden")}, fs.ErrPermission},
		"a part is lost, and then refused": {contents(alphabet, false), map[int]http.HandlerFunc{8: lost}, fs.ErrPermission},
	} {
		t.Run(name, func(t *testing.T) {
			s := &shelf{parts: map[int]string{}, fails: maps.Clone(c.fails)}
			with(t, routes{sessions: always(201, session(4)), putPart: {s.put}, getParts: {refusal(403, "forbidden")}, abort: always(204, "")},
				func(t *testing.T, client *box.Client, service *service) {
					_, err := box.UploadParts(client, t.Context(), box.Target{ParentID: "987", Name: "a"}, c.content)
					require.ErrorIs(t, err, c.want)
					require.True(t, syncer.NotDone(err), "without a commit there is no file: %v", err)
					require.Contains(t, service.calls(), abort)
					require.NotContains(t, service.calls(), commit)
				})
		})
	}
}

func TestASmallFileIsUploadedInOneRequest(t *testing.T) {
	with(t, routes{upload: always(201, uploaded("hello")), version: always(201, uploaded("hello"))}, func(t *testing.T, c *box.Client, s *service) {
		_, err := c.Upload(t.Context(), box.Target{ParentID: "987", Name: "a.txt"}, contents("hello", false))
		require.NoError(t, err)
		_, err = c.Upload(t.Context(), box.Target{FileID: "1"}, contents("hello", false))
		require.NoError(t, err)
		require.Equal(t, []string{upload, version}, s.calls())
	})
}

func TestAnUploadThatMakesNoSenseNeverLeaves(t *testing.T) {
	with(t, routes{}, func(t *testing.T, c *box.Client, s *service) {
		for name, to := range map[string]box.Target{"no name": {ParentID: "987"}, "no parent": {Name: "a"}, "another file": {FileID: "x"}} {
			for _, size := range []int64{5, box.SimpleLimit + 1} {
				content := zeros(size)
				_, err := c.Upload(t.Context(), to, content)
				require.ErrorIs(t, err, syncer.ErrInvalid, name)
			}
		}
		to := box.Target{ParentID: "987", Name: "a"}
		for _, content := range []syncer.Content{{Size: 5}, {Size: box.SimpleLimit + 1}, {Size: syncer.UnknownSize, Open: zeros(1).Open}} {
			_, err := c.Upload(t.Context(), to, content)
			require.ErrorIs(t, err, syncer.ErrInvalid)
		}
		_, err := c.PutFilesUploadSessionsID(t.Context(), begun(t, 5), 0, 5, contents("hello", false))
		require.ErrorIs(t, err, syncer.ErrInvalid)
		_, err = c.PostFilesUploadSessionsIDCommit(t.Context(), begun(t, 5), to, nil, "", time.Time{})
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.Empty(t, s.calls())
	})
}
