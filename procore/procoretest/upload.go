package procoretest

import (
	"net/http"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// Lives of an upload (section 5.1).
const (
	bytesLife  = time.Hour
	uploadLife = 7 * 24 * time.Hour
)

// An upload is contents on their way: first created, then sent to the storage, then associated with a
// record of a tool, by the user who created it.
type upload struct {
	uuid   string
	name   string
	kind   string
	inline bool
	size   int64 // as announced, negative if it was not
	at     *place
	by     *user
	made   time.Time

	blob     *fake.Blob // nil until it is complete
	segments []*segment // of an upload in segments
	used     bool
}

// A segment is one part of an upload.
type segment struct {
	size   int64
	sha256 string // hex
	md5    string // hex, "" if none was announced
	etag   string // in quotes, "" until it came
	blob   *fake.Blob
}

// expired says whether nothing can be associated with the upload any more.
func (up *upload) expired(now time.Time) bool { return now.Sub(up.made) >= uploadLife }

// late says whether the storage takes nothing any more for it.
func (up *upload) late(now time.Time) bool { return now.Sub(up.made) >= bytesLife }

// status is that of an upload in segments.
func (up *upload) status() string {
	if up.blob != nil {
		return "complete"
	}
	return "ready"
}

// drop forgets the contents that nobody has.
func (up *upload) drop() {
	for _, s := range up.segments {
		if s.blob != nil {
			s.blob.Drop()
			s.blob = nil
		}
	}
	if up.blob != nil && !up.used {
		up.blob.Drop()
	}
}

// upload is the contents that an upload has brought, for a record of any tool (section 5.2). It is an
// error if there is none, if it is another user's, or if it was used before.
func (c *call) upload(uuid string) (*supply, error) {
	now := c.procore.clock.Now()
	up := c.procore.uploads[uuid]
	switch {
	case up == nil || up.by != c.user || up.expired(now) || up.at.company != c.company:
		return nil, badField("upload_uuid", "is invalid")
	case up.blob == nil:
		return nil, badField("upload_uuid", "has not been uploaded")
	case up.used && !c.procore.options.Switches.UploadsReusable:
		return nil, badField("upload_uuid", "has already been used")
	}
	return &supply{name: up.name, kind: up.kind, blob: up.blob, used: func() { up.used = true }}, nil
}

// cleanUploads forgets uploads whose week is over.
func (p *Procore) cleanUploads() {
	now := p.clock.Now()
	for uuid, up := range p.uploads {
		if up.expired(now) {
			up.drop()
			delete(p.uploads, uuid)
		}
	}
}

func gone() *problem { return refuse(http.StatusGone, "The upload has expired") }
