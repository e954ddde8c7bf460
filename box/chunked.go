package box

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// UploadSession is an upload in parts, under way. Parts lie side by side, all of PartSize but for the
// last; they may be sent in any order and several at a time. Nothing is to be seen of them before the
// commit.
type UploadSession struct {
	ID               string    `json:"id"`
	SessionExpiresAt time.Time `json:"session_expires_at"`
	PartSize         Number    `json:"part_size"`
	TotalParts       Number    `json:"total_parts"`
	// NumPartsProcessed says how many parts Box has put together so far.
	NumPartsProcessed Number           `json:"num_parts_processed"`
	Endpoints         SessionEndpoints `json:"session_endpoints"`
}

// SessionEndpoints are the URLs of an upload session. Its requests go there and nowhere else: the
// host need not be the one that the session was made at.
type SessionEndpoints struct {
	UploadPart string `json:"upload_part"`
	Commit     string `json:"commit"`
	Abort      string `json:"abort"`
	ListParts  string `json:"list_parts"`
	Status     string `json:"status"`
}

func (s *UploadSession) check() error {
	e := s.Endpoints
	if slices.Contains([]string{e.UploadPart, e.Commit, e.Abort, e.ListParts, e.Status}, "") {
		return fmt.Errorf("upload session without its endpoints: %w", errReply)
	}
	if s.PartSize <= 0 {
		return fmt.Errorf("upload session with parts of %d bytes: %w", s.PartSize, errReply)
	}
	return nil
}

// UploadPart is a part that Box has stored.
type UploadPart struct {
	PartID string `json:"part_id"`
	Offset Number `json:"offset"`
	Size   Number `json:"size"`
	SHA1   string `json:"sha1"`
}

// PostFilesUploadSessions begins to upload a new file of size bytes. Box refuses one that is too small
// (CodeFileTooSmall), and a name that is taken with fs.ErrExist. A session that is neither committed
// nor aborted ends by itself after a week.
func (c *Client) PostFilesUploadSessions(ctx context.Context, parentID, name string, size int64) (*UploadSession, error) {
	if err := checkID("parent", parentID); err != nil {
		return nil, err
	}
	return c.beginSession(ctx, "/files/upload_sessions", map[string]any{
		"folder_id": parentID, "file_name": name, "file_size": size,
	})
}

// PostFilesIDUploadSessions begins to upload a new version of a file. An empty name leaves that as it
// is.
func (c *Client) PostFilesIDUploadSessions(ctx context.Context, id, name string, size int64) (*UploadSession, error) {
	if err := checkID("file", id); err != nil {
		return nil, err
	}
	body := map[string]any{"file_size": size}
	if name != "" {
		body["file_name"] = name
	}
	return c.beginSession(ctx, path(TypeFile, id)+"/upload_sessions", body)
}

func (c *Client) beginSession(ctx context.Context, at string, body map[string]any) (*UploadSession, error) {
	s := new(UploadSession)
	err := c.do(ctx, call{
		op: "begin upload session", method: http.MethodPost, path: c.options.Bases.Upload + version + at,
		body: body, repeat: connect.Harmless, // of two sessions one comes to nothing
	}, s)
	if err == nil {
		err = s.check()
	}
	return orNil(s, err)
}

// GetFilesUploadSessionsID returns how far a session is.
func (c *Client) GetFilesUploadSessionsID(ctx context.Context, s *UploadSession) (*UploadSession, error) {
	now := new(UploadSession)
	err := c.do(ctx, call{op: "read upload session", method: http.MethodGet, path: s.Endpoints.Status}, now)
	return orNil(now, err)
}

// PutFilesUploadSessionsID sends the part that begins at offset, of a file of total bytes. The part
// names its SHA-1, and is verified by it. A part that Box has stored already counts as sent if it is
// the same.
func (c *Client) PutFilesUploadSessionsID(ctx context.Context, s *UploadSession, offset, total int64, part syncer.Content) (*UploadPart, error) {
	sum, err := base64Of(part.Digest)
	if err != nil || part.Size <= 0 || part.Open == nil {
		return nil, invalid("upload part: content must have a size, a SHA-1 and an Open")
	}
	var reply struct {
		Part *UploadPart `json:"part"`
		UploadPart
	}
	stored := func(ctx context.Context) (bool, error) {
		for there, err := range c.GetFilesUploadSessionsIDParts(ctx, s) {
			if err != nil {
				return false, err
			}
			if int64(there.Offset) == offset && digest(there.SHA1) == part.Digest {
				reply.Part = &there
				return true, nil
			}
		}
		return false, nil
	}
	err = c.do(ctx, call{
		op: "upload part at " + strconv.FormatInt(offset, 10), method: http.MethodPut, path: s.Endpoints.UploadPart,
		header: http.Header{
			"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", offset, offset+part.Size-1, total)},
			"Digest":        {"sha=" + sum},
		},
		raw: connect.File(part), look: stored,
	}, &reply)
	if HasCode(err, CodeRangeOverlaps) {
		if done, _ := stored(ctx); done {
			err = nil
		}
	}
	switch {
	case err != nil:
		return nil, err
	case reply.Part == nil:
		reply.Part = &reply.UploadPart // one page of the documentation shows it without the wrapper
	}
	if reply.Part.PartID == "" {
		return nil, fmt.Errorf("upload part at %d: the stored part is not told of: %w", offset, errReply)
	}
	return reply.Part, nil
}

// GetFilesUploadSessionsIDParts yields the parts that Box has stored. An error ends it.
func (c *Client) GetFilesUploadSessionsIDParts(ctx context.Context, s *UploadSession) iter.Seq2[UploadPart, error] {
	return pages[UploadPart](ctx, c, call{
		op: "list parts of upload", method: http.MethodGet, path: s.Endpoints.ListParts,
		query: with("", "limit", strconv.Itoa(pageSize)),
	})
}

// commitPatience is how long the parts of a very large file may take to be put together.
const commitPatience = 30 * time.Minute

// PostFilesUploadSessionsIDCommit makes a file of the parts. sum is the SHA-1 of all of it, modified
// the time of its contents. It waits for as long as Box puts the parts together, half an hour at most.
func (c *Client) PostFilesUploadSessionsIDCommit(
	ctx context.Context, s *UploadSession, to Target, parts []UploadPart, sum syncer.Digest, modified time.Time,
) (*Item, error) {
	encoded, err := base64Of(sum)
	if err != nil {
		return nil, err
	}
	attributes := to.attributes(modified)
	delete(attributes, "name") // name and folder were said when the session began
	delete(attributes, "parent")
	header := http.Header{"Digest": {"sha=" + encoded}}
	if to.IfMatch != "" {
		header.Set("If-Match", to.IfMatch)
	}
	var found *Item
	var reply page[Item]
	commit := call{
		op: to.op() + ": commit", method: http.MethodPost, path: s.Endpoints.Commit, query: with(""), header: header,
		body:    map[string]any{"parts": parts, "attributes": attributes},
		pending: []int{http.StatusAccepted}, patience: commitPatience, kind: connect.KindUpload,
		look: func(ctx context.Context) (bool, error) {
			var err error
			found, err = c.uploaded(ctx, to, sum)
			return found != nil, err
		},
	}
	// Right after the last part Box may not see all of them yet, for longer than one call tries.
	for range 5 {
		if err = c.do(ctx, commit, &reply); !HasCode(err, CodePartsMismatch) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return c.accept(ctx, commit, to, found, reply, sum)
}

// DeleteFilesUploadSessionsID aborts a session. What was sent is lost; a session that is gone already
// is fs.ErrNotExist.
func (c *Client) DeleteFilesUploadSessionsID(ctx context.Context, s *UploadSession) error {
	return c.do(ctx, call{
		op: "abort upload session", method: http.MethodDelete, path: s.Endpoints.Abort, repeat: connect.Again,
	}, nil)
}

// base64Of returns a SHA-1 as a Digest header has it.
func base64Of(d syncer.Digest) (string, error) {
	raw, err := hex.DecodeString(strings.TrimPrefix(string(d), string(syncer.SHA1)+":"))
	if err != nil || d.Algorithm() != syncer.SHA1 || len(raw) != 20 {
		return "", invalid("digest %q is no SHA-1", d)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}
