package boxtest

import (
	"crypto/sha1" //nolint:gosec // Box identifies contents by their SHA-1
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// A partView is a part as clients see it and name it in a commit.
type partView struct {
	ID     string `json:"part_id"`
	Offset int64  `json:"offset"`
	Size   int64  `json:"size"`
	SHA1   string `json:"sha1,omitempty"`
}

func (p *part) view() partView { return partView{p.id, p.offset, p.blob.Size(), p.blob.digest()} }

func uploadPart(c *call) (*reply, error) {
	var from, to, size int64
	header := c.request.Header.Get("Content-Range")
	if _, err := fmt.Sscanf(header, "bytes %d-%d/%d", &from, &to, &size); err != nil {
		return nil, badField("Content-Range", "no range: %q", header)
	}
	want, err := c.digest()
	if err != nil {
		return nil, err
	}
	b, err := c.box.vault.store(c.request.Body)
	if err != nil {
		return nil, badField("body", "the part breaks off: %v", err)
	}
	c.box.lock()
	defer c.box.unlock()
	p, err := c.addPart(from, to, size, b, want)
	if p == nil || p.blob != b {
		b.Drop()
	}
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, object{"part": p.view()}), nil
}

func (c *call) addPart(from, to, size int64, b *blob, want [sha1.Size]byte) (*part, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	switch {
	case size != s.size:
		return nil, outOfRange("the file has %d bytes, not %d", s.size, size)
	case b.Size() != to-from+1:
		return nil, outOfRange("%d bytes came for the range %d-%d", b.Size(), from, to)
	case b.sha1 != want:
		return nil, badDigest("the part has the hash " + b.digest())
	}
	if err := s.fits(from, b.Size()); err != nil {
		return nil, err
	}
	c.box.tickets++
	return s.add(strings.ToUpper(eventID(-c.box.tickets)[:8]), from, b)
}

// digest reads the header Digest: sha=<base64>.
func (c *call) digest() (sum [sha1.Size]byte, err error) {
	text, ok := strings.CutPrefix(c.request.Header.Get("Digest"), "sha=")
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(raw) != len(sum) {
		return sum, badField("Digest", "no SHA-1 in the form sha=base64")
	}
	copy(sum[:], raw)
	return sum, nil
}

func listParts(c *call) (*reply, error) {
	s, err := c.session()
	if err != nil {
		return nil, err
	}
	limit, err := count(c.query, "limit", largestPage)
	if err != nil {
		return nil, err
	}
	offset, err := count(c.query, "offset", 0)
	if err != nil {
		return nil, err
	}
	all := s.sorted()
	entries := []any{}
	for _, p := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		entries = append(entries, p.view())
	}
	return answer(http.StatusOK, object{
		"entries": entries, "total_count": len(all), "limit": limit, "offset": offset, "order": []any{},
	}), nil
}
