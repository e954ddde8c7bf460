package boxtest

import (
	"crypto/sha1" //nolint:gosec // Box identifies contents by their SHA-1
	"net/http"
	"strings"
	"time"
)

// commitPause is what a commit that is not ready yet tells clients to wait.
const commitPause = time.Second

func sessionRoutes() []route {
	at := "/2.0/files/upload_sessions/{session_id}"
	return []route{
		newRoute("POST /2.0/files/upload_sessions", uploadOrigin, needUpload, createSession),
		newRoute("POST /2.0/files/{file_id}/upload_sessions", uploadOrigin, needUpload, createVersionSession),
		newRoute("GET "+at, uploadOrigin, needUpload, getSession),
		streamed(newRoute("PUT "+at, uploadOrigin, needUpload, uploadPart)),
		newRoute("DELETE "+at, uploadOrigin, needUpload, abortSession),
		newRoute("GET "+at+"/parts", uploadOrigin, needUpload, listParts),
		streamed(newRoute("POST "+at+"/commit", uploadOrigin, needUpload, commitSession)).of(uploading),
		newRoute("POST "+at+"/log", uploadOrigin, needUpload, logSession),
	}
}

type sessionWanted struct {
	FolderID string `json:"folder_id"`
	FileSize *int64 `json:"file_size"`
	FileName string `json:"file_name"`
}

// createSession is section 4.4. It makes the checks of an upload.
func createSession(c *call) (*reply, error) {
	var want sessionWanted
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	switch {
	case want.FolderID == "":
		return nil, refuse(http.StatusBadRequest, "missing_destination", "The folder_id is missing")
	case strings.Trim(want.FolderID, "0123456789") != "":
		return nil, refuse(http.StatusBadRequest, "invalid_folder_id", "The folder_id is no id")
	case want.FileName == "":
		return nil, refuse(http.StatusBadRequest, "missing_file_name", "The file_name is missing")
	}
	if err := c.sessionSize(want); err != nil {
		return nil, err
	}
	if err := c.reachesFolder(want.FolderID); err != nil {
		return nil, err
	}
	_, name, err := c.box.drive.checkFile(c.user, want.FolderID, want.FileName, *want.FileSize, check{}, conflictOther)
	if err != nil {
		return nil, err
	}
	return c.open(&session{folder: want.FolderID, name: name, size: *want.FileSize})
}

func createVersionSession(c *call) (*reply, error) {
	var want sessionWanted
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if err := c.sessionSize(want); err != nil {
		return nil, err
	}
	it, err := c.active(fileKind)
	if err != nil {
		return nil, err
	}
	if _, _, err := c.box.drive.checkVersion(c.user, it.id, want.FileName, *want.FileSize); err != nil {
		return nil, err
	}
	return c.open(&session{file: it.id, name: want.FileName, size: *want.FileSize})
}

func (c *call) sessionSize(want sessionWanted) error {
	switch {
	case want.FileSize == nil:
		return refuse(http.StatusBadRequest, "missing_file_size", "The file_size is missing")
	case *want.FileSize < 0:
		return refuse(http.StatusBadRequest, "invalid_file_size", "The file_size is negative")
	case *want.FileSize < c.box.options.SmallestSession:
		return refuse(http.StatusBadRequest, "file_size_too_small",
			"A file of %d bytes is too small for an upload session", *want.FileSize)
	}
	return nil
}

func (c *call) open(s *session) (*reply, error) {
	b := c.box
	b.tickets++
	s.id = strings.ToUpper(eventID(-b.tickets)[:32])
	s.user, s.part, s.expires = c.user, b.options.PartSize, b.drive.now().Add(sessionLife)
	s.parts, s.delays, s.late = map[int64]*part{}, b.options.CommitDelays, b.options.PartsLate
	b.sessions[s.id] = s
	return answer(http.StatusCreated, b.sessionView(s)), nil
}

func (b *Box) sessionView(s *session) object {
	at := b.options.URLs.Upload + "/2.0/files/upload_sessions/" + s.id
	return object{
		"type": "upload_session", "id": s.id, "session_expires_at": s.expires.UTC().Format(time.RFC3339),
		"part_size": s.part, "total_parts": s.total(), "num_parts_processed": len(s.parts),
		"session_endpoints": object{
			"upload_part": at, "commit": at + "/commit", "abort": at, "list_parts": at + "/parts",
			"status": at, "log_event": at + "/log",
		},
	}
}

// session finds the session of a call. Another user's is forbidden.
func (c *call) session() (*session, error) {
	s := c.box.sessions[c.ids["session_id"]]
	switch {
	case s == nil:
		return nil, refuse(http.StatusNotFound, "not_found", "Upload session not found")
	case s.user != c.user:
		return nil, refuse(http.StatusForbidden, "forbidden", "The session is another user's")
	case !c.box.drive.now().Before(s.expires):
		s.drop()
		return nil, refuse(http.StatusGone, "session_expired", "Upload session expired")
	}
	return s, nil
}

func getSession(c *call) (*reply, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.box.sessionView(s)), nil
}

func abortSession(c *call) (*reply, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	s.drop()
	delete(c.box.sessions, s.id)
	return answer(http.StatusNoContent, nil), nil
}

// logSession takes what a client wants to report and forgets it.
func logSession(c *call) (*reply, error) {
	if _, err := c.session(); err != nil {
		return nil, err
	}
	return answer(http.StatusNoContent, nil), nil
}

// commitSession turns the parts into a file or a version. Box may say 202 for a while, and right
// after the last part that the parts do not match.
func commitSession(c *call) (*reply, error) {
	want, err := c.digest()
	if err != nil {
		return nil, err
	}
	if err := c.readBody(); err != nil {
		return nil, err
	}
	var body struct {
		Parts      []partView `json:"parts"`
		Attributes attributes `json:"attributes"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	t, err := body.Attributes.times()
	if err != nil {
		return nil, err
	}
	c.box.lock()
	defer c.unlock()
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	if s.late || !s.names(body.Parts, c.box.options.Switches.CommitSorted) {
		s.late = false
		return nil, refuse(http.StatusBadRequest, "parts_mismatch", "The parts do not match those that were uploaded")
	}
	if s.delays > 0 {
		s.delays--
		return later(http.StatusAccepted, commitPause), nil
	}
	it, err := c.commit(s, want, t)
	if err != nil {
		return nil, err
	}
	s.drop()
	delete(c.box.sessions, s.id)
	return answer(http.StatusCreated, object{
		"total_count": 1, "entries": []any{c.view().standard(it)},
	}), nil
}

func (c *call) commit(s *session, want [sha1.Size]byte, t times) (*item, error) {
	if s.file != "" {
		it, err := c.box.drive.active(c.user, fileKind, s.file)
		if err != nil {
			return nil, err
		}
		if err := c.ifMatch(it); err != nil {
			return nil, err
		}
	}
	b, err := s.assemble(&c.box.vault, want)
	if err != nil {
		return nil, err
	}
	var it *item
	if s.file != "" {
		it, err = c.box.drive.createVersion(c.user, s.file, s.name, b, t)
	} else {
		it, err = c.box.drive.createFile(c.user, s.folder, s.name, b, t, conflictOther)
	}
	if b.users == 0 {
		b.Drop()
	}
	return it, err
}
