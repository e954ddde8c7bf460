package procore

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// UploadTicket is the leave to send contents to the storage of Procore. What it says must be sent
// within an hour, and be made something within a week, by the same user.
type UploadTicket struct {
	UUID   string `json:"uuid"`
	Status string `json:"status"`
	// URL and Fields are for contents that are sent in one request.
	URL    Link         `json:"url"`
	Fields SignedFields `json:"fields"`
	// Segments are for contents that are sent in parts.
	Segments []Segment `json:"segments"`
}

// StatusComplete is the UploadTicket.Status of an upload in parts that has been put together.
const StatusComplete = "complete"

// Segment is a part of an upload.
type Segment struct {
	Size Number `json:"size"`
	// SHA256 and MD5 are in hexadecimal.
	SHA256 string `json:"sha256"`
	MD5    string `json:"md5,omitempty"`
	// ETag is what storage answered to the part.
	ETag string `json:"etag,omitempty"`
	// URL and Headers say how to send it. They are told, and never sent.
	URL     Link         `json:"url"`
	Headers SignedFields `json:"headers"`
}

// SignedFields are names and values that belong to a signed URL. However they are printed, only the
// names are shown.
type SignedFields map[string]Text

// Format writes the names, for every verb.
func (f SignedFields) Format(s fmt.State, _ rune) {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	_, _ = io.WriteString(s, "(signed: "+strings.Join(names, " ")+")")
}

// MarshalJSON writes nothing, so that no document that they find their way into holds a secret.
func (f SignedFields) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// NewUpload says what is to be uploaded.
type NewUpload struct {
	// Filename is what Procore shows; ContentType what browsers are told.
	Filename, ContentType string
	Size                  int64
	// Segments are the parts, with Size, SHA256 and MD5; none means one request.
	Segments []Segment
}

// PostUploads asks for the leave to send contents. Of uploads that are not used Procore disposes after
// a week, so it may be asked again after a lost answer.
func (c *Client) PostUploads(ctx context.Context, in Scope, n NewUpload) (*UploadTicket, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if n.Filename == "" || n.Size < 0 {
		return nil, invalid("NewUpload.Filename is empty, or NewUpload.Size %d below zero", n.Size)
	}
	body := map[string]any{
		"response_filename": n.Filename, "response_content_type": n.ContentType,
		"attachment_content_disposition": true, "size": n.Size,
	}
	if len(n.Segments) > 0 {
		parts := make([]map[string]any, len(n.Segments))
		for i, s := range n.Segments {
			parts[i] = map[string]any{"size": s.Size, "sha256": s.SHA256, "md5": s.MD5}
		}
		body["segments"] = parts
	}
	t := new(UploadTicket)
	err := c.do(ctx, call{
		op: "begin upload", method: http.MethodPost, path: in.nested(c, "v1.1", "uploads"),
		body: body, repeat: connect.Harmless,
	}, t)
	if err == nil {
		err = t.check(len(n.Segments))
	}
	return orNil(t, err)
}

func (t *UploadTicket) check(segments int) error {
	switch {
	case checkUUID(t.UUID) != nil:
		return fmt.Errorf("begin upload: %w: %w", checkUUID(t.UUID), errReply)
	case segments == 0 && t.URL.IsZero():
		return fmt.Errorf("begin upload: there is no URL: %w", errReply)
	}
	return t.checkSegments(segments)
}

func (t *UploadTicket) checkSegments(segments int) error {
	if len(t.Segments) != segments {
		return fmt.Errorf("upload %s has %d segments instead of %d: %w", t.UUID, len(t.Segments), segments, errReply)
	}
	for i, s := range t.Segments {
		if s.URL.IsZero() && t.Status != StatusComplete {
			return fmt.Errorf("upload %s: segment %d has no URL: %w", t.UUID, i, errReply)
		}
	}
	return nil
}

// GetUploadsUUID returns how far an upload is, with URLs for what is to be sent.
func (c *Client) GetUploadsUUID(ctx context.Context, in Scope, uuid string) (*UploadTicket, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := checkUUID(uuid); err != nil {
		return nil, err
	}
	t := new(UploadTicket)
	err := c.do(ctx, call{op: "read upload", method: http.MethodGet, path: in.nested(c, "v1.1", "uploads", uuid)}, t)
	return orNil(t, err)
}

// PatchUploadsUUID puts the parts of an upload together. etags are what storage answered to each, in
// order. An upload that is gone is syncer.ErrStale.
func (c *Client) PatchUploadsUUID(ctx context.Context, in Scope, uuid string, etags []string) (*UploadTicket, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := checkUUID(uuid); err != nil {
		return nil, err
	}
	parts := make([]map[string]string, len(etags))
	for i, tag := range etags {
		parts[i] = map[string]string{"etag": tag}
	}
	t := new(UploadTicket)
	err := c.do(ctx, call{
		op: "complete upload", method: http.MethodPatch, path: in.nested(c, "v1.1", "uploads", uuid),
		body: map[string]any{"segments": parts},
		look: func(ctx context.Context) (bool, error) {
			now, err := c.GetUploadsUUID(ctx, in, uuid)
			if err != nil {
				return false, err
			}
			*t = *now
			return now.Status == StatusComplete, nil
		},
	}, t)
	if err == nil && t.Status != StatusComplete {
		err = fmt.Errorf("upload %s is %.40q after it was completed: %w", uuid, t.Status, errReply)
	}
	return orNil(t, err)
}

// checkUUID keeps what is no plain word from becoming part of a path.
func checkUUID(uuid string) error {
	if uuid == "" || strings.ContainsFunc(uuid, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_')
	}) {
		return invalid("upload %.60q is no plain word", uuid)
	}
	return nil
}

// lifetime is how long an upload can be made something. Procore says a week.
const lifetime = 7*24*time.Hour - time.Hour
