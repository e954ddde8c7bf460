package boxtest

import (
	"cmp"
	"crypto/sha1" //nolint:gosec // Box identifies contents by their SHA-1
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"time"
)

// sessionLife is how long an upload session stays open (section 4.4).
const sessionLife = 7 * 24 * time.Hour

// A session is a chunked upload. Its parts are kept as they come, and are put together by the commit.
type session struct {
	id      string
	user    *user
	folder  string // of a new file
	file    string // of a new version
	name    string
	size    int64
	part    int64 // size of all parts but the last
	expires time.Time
	parts   map[int64]*part // by offset
	delays  int             // commits that are still to be answered 202
	late    bool            // the next commit fails with parts_mismatch
}

type part struct {
	id     string
	offset int64
	blob   *blob
}

func (s *session) total() int { return int((s.size + s.part - 1) / s.part) }

// fits says whether a part belongs into the session: a multiple of the part size, and of that size
// unless it is the last.
func (s *session) fits(offset, size int64) error {
	switch {
	case offset%s.part != 0:
		return outOfRange("the offset %d is no multiple of %d", offset, s.part)
	case offset+size > s.size:
		return outOfRange("the part ends behind the file's %d bytes", s.size)
	case size != min(s.part, s.size-offset):
		return outOfRange("the part has %d bytes, not %d", size, min(s.part, s.size-offset))
	}
	return nil
}

func outOfRange(message string, args ...any) *problem {
	p := refuse(http.StatusRequestedRangeNotSatisfiable, "invalid_range", "Range Not Satisfiable")
	return because(p, "invalid_parameter", "Content-Range", message, args...)
}

// add keeps a part. The same part again is fine if it has the same bytes.
func (s *session) add(id string, offset int64, b *blob) (*part, error) {
	if old := s.parts[offset]; old != nil {
		if old.blob.sha1 == b.sha1 {
			return old, nil
		}
		return nil, refuse(http.StatusConflict, "range_overlaps_existing_part", "Range overlaps existing part")
	}
	p := &part{id: id, offset: offset, blob: b}
	s.parts[offset] = p
	return p, nil
}

// sorted is the parts in order.
func (s *session) sorted() []*part {
	list := make([]*part, 0, len(s.parts))
	for _, p := range s.parts {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *part) int { return cmp.Compare(a.offset, b.offset) })
	return list
}

// names says whether a commit names all parts, and no others.
func (s *session) names(wanted []partView, sorted bool) bool {
	if len(wanted) != s.total() || len(s.parts) != s.total() {
		return false
	}
	seen := map[int64]bool{}
	for i, w := range wanted {
		p := s.parts[w.Offset]
		if p == nil || p.id != w.ID || p.blob.Size() != w.Size || seen[w.Offset] {
			return false
		}
		if sorted && i > 0 && wanted[i-1].Offset > w.Offset {
			return false
		}
		seen[w.Offset] = true
	}
	return true
}

// assemble puts the parts together and checks the whole.
func (s *session) assemble(v *vault, want [sha1.Size]byte) (*blob, error) {
	w := v.writer()
	for _, p := range s.sorted() {
		content, err := p.blob.Open()
		if err != nil {
			w.Abandon()
			return nil, err
		}
		_, err = io.Copy(w, content)
		content.Close()
		if err != nil {
			w.Abandon()
			return nil, err
		}
	}
	b, err := w.blob()
	if err != nil {
		return nil, err
	}
	if b.sha1 != want {
		b.Drop()
		return nil, badDigest("the contents have the hash " + hex.EncodeToString(b.sha1[:]))
	}
	return b, nil
}

// drop forgets what was uploaded.
func (s *session) drop() {
	for _, p := range s.parts {
		p.blob.Drop()
	}
	clear(s.parts)
}

func badDigest(message string) *problem {
	p := refuse(http.StatusBadRequest, "bad_digest", "The specified digest did not match what we received")
	return because(p, "invalid_parameter", "Digest", "%s", message)
}
