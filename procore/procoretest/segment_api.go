package procoretest

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // what the storage service puts into ETag
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/procorebox/procorebox/internal/fake"
)

// segmentURL is where a segment is sent.
func (p *Procore) segmentURL(up *upload, number int) string {
	n := strconv.Itoa(number)
	return p.bucket() + "/uploads/" + up.uuid + "/" + n + "?X-Amz-Signature=" + p.sign("put", up.uuid, n)
}

// putSegment takes one segment, with the headers that were given for it.
func putSegment(c *call) (*reply, error) {
	if err := first(c.bare(), c.sized()); err != nil {
		return nil, err
	}
	number, err := c.segment()
	if err != nil {
		return nil, err
	}
	sum, tag := sha256.New(), md5.New() //nolint:gosec // what the storage service puts into ETag
	blob, err := c.procore.vault.Store(c.request.Body, sum, tag)
	if err != nil {
		return nil, denied(http.StatusBadRequest, "IncompleteBody", "%v", err)
	}
	done, err := c.takeSegment(number, blob, hex.EncodeToString(sum.Sum(nil)), tag.Sum(nil))
	if err != nil {
		blob.Drop()
	}
	return done, err
}

// segment is the number of the segment that the path names, if one is awaited.
func (c *call) segment() (int, error) {
	p := c.procore
	p.lock()
	defer p.unlock()
	up := p.uploads[c.ids["uuid"]]
	number, err := strconv.Atoi(c.ids["number"])
	switch {
	case up == nil || err != nil || number < 0 || number >= len(up.segments):
		return 0, accessDenied("Access Denied")
	case !hmac.Equal([]byte(c.query.Get("X-Amz-Signature")), []byte(p.sign("put", up.uuid, c.ids["number"]))):
		return 0, denied(http.StatusForbidden, "SignatureDoesNotMatch", "The signature does not match")
	case up.late(p.clock.Now()):
		return 0, accessDenied("Request has expired")
	case c.request.Header.Get("X-Amz-Content-Sha256") != up.segments[number].sha256:
		return 0, denied(http.StatusForbidden, "SignatureDoesNotMatch", "x-amz-content-sha256 is not as signed")
	}
	return number, nil
}

func (c *call) takeSegment(number int, blob *fake.Blob, sum string, tag []byte) (*reply, error) {
	p := c.procore
	p.lock()
	defer p.unlock()
	up := p.uploads[c.ids["uuid"]]
	if up == nil || up.blob != nil {
		return nil, accessDenied("The upload is over")
	}
	s := up.segments[number]
	wanted := c.request.Header.Get("Content-Md5")
	switch {
	case sum != s.sha256:
		return nil, denied(http.StatusBadRequest, "XAmzContentSHA256Mismatch",
			"The provided 'x-amz-content-sha256' header does not match what was computed.")
	case blob.Size() != s.size:
		return nil, denied(http.StatusBadRequest, "IncompleteBody", "The segment has %d bytes, not %d", blob.Size(), s.size)
	case wanted != "" && wanted != base64.StdEncoding.EncodeToString(tag):
		return nil, denied(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
	}
	if s.blob != nil {
		s.blob.Drop()
	}
	s.blob, s.etag = blob, `"`+hex.EncodeToString(tag)+`"`
	r := answer(http.StatusOK, nil)
	r.header.Set("Etag", s.etag)
	return r, nil
}

// assemble puts the segments of an upload together.
func (p *Procore) assemble(up *upload) error {
	w := p.vault.Writer()
	for _, s := range up.segments {
		content, err := s.blob.Open()
		if err == nil {
			_, err = io.Copy(w, content)
			content.Close()
		}
		if err != nil {
			w.Abandon()
			return fmt.Errorf("put an upload together: %w", err)
		}
	}
	blob, err := w.Blob()
	if err != nil {
		return err
	}
	up.blob = blob
	for _, s := range up.segments {
		s.blob.Drop()
		s.blob = nil
	}
	return nil
}
