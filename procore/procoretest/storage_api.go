package procoretest

import (
	"crypto/hmac"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/internal/fake"
)

// bucketPath is where the storage keeps things.
const bucketPath = "/pro-core.com"

func storageRoutes() []route {
	return []route{
		newRoute("POST "+bucketPath, open, "", NoAccess, postContent).on(storageOrigin).streamed(),
		newRoute("PUT "+bucketPath+"/uploads/{uuid}/{number}", open, "", NoAccess, putSegment).on(storageOrigin).streamed(),
		newRoute("GET "+bucketPath+"/files/{key}", open, "", NoAccess, getContent).on(storageOrigin).streamed(),
	}
}

func (p *Procore) bucket() string { return p.options.URLs.Storage + bucketPath }

// targetOf is the signed address that the link of some contents leads to.
func (p *Procore) targetOf(s *stored) string {
	until := strconv.FormatInt(p.clock.Now().Add(p.options.TargetLife).Unix(), 10)
	return p.bucket() + "/files/" + s.key + "?X-Amz-Expires=" + until + "&X-Amz-Signature=" + p.sign("get", s.key, until)
}

// bare refuses a request with a token: a signed address and a token together are an error (section 5.1).
func (c *call) bare() error {
	if c.request.Header.Get("Authorization") != "" {
		return denied(http.StatusBadRequest, "InvalidArgument",
			"Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "+
				"or the Authorization header should be specified")
	}
	return nil
}

func accessDenied(message string) error {
	return denied(http.StatusForbidden, "AccessDenied", "%s", message)
}

// sized refuses contents whose length is not said, as the storage service does.
func (c *call) sized() error {
	if c.request.ContentLength < 0 {
		return denied(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	return nil
}

// postContent takes an upload in one piece: the fields as they were given, and the part named file last
// (section 5.1). What comes after the file does not count.
func postContent(c *call) (*reply, error) {
	if err := first(c.bare(), c.sized()); err != nil {
		return nil, err
	}
	kind, more, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, denied(http.StatusPreconditionFailed, "PreconditionFailed",
			"Bucket POST must be of the enclosure-type multipart/form-data")
	}
	fields := map[string]string{}
	form := multipart.NewReader(c.request.Body, more["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, denied(http.StatusBadRequest, "InvalidArgument", "POST requires exactly one file upload per request.")
		}
		if part.FormName() == "file" {
			return c.takeContent(fields, part)
		}
		value, err := io.ReadAll(io.LimitReader(part, longestBody))
		if err != nil {
			return nil, denied(http.StatusBadRequest, "MalformedPOSTRequest", "The body breaks off")
		}
		fields[part.FormName()] = string(value)
	}
}

// first is the first error of several.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *call) takeContent(fields map[string]string, content io.Reader) (*reply, error) {
	p := c.procore
	uuid := fields["key"][strings.LastIndexByte(fields["key"], '/')+1:]
	if err := c.expects(uuid, fields); err != nil {
		return nil, err
	}
	blob, err := p.vault.Store(content)
	if err != nil {
		return nil, denied(http.StatusBadRequest, "IncompleteBody", "%v", err)
	}
	if blob.Size() > p.options.LargestPost && !p.options.Switches.PostUnlimited {
		blob.Drop()
		return nil, denied(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	}
	p.lock()
	defer p.unlock()
	up := p.uploads[uuid]
	if up == nil || up.used {
		blob.Drop()
		return nil, accessDenied("Invalid according to Policy: the upload is over")
	}
	if up.blob != nil {
		up.blob.Drop()
	}
	up.blob = blob
	if p.options.Switches.StorageCreated {
		return answer(http.StatusCreated, nil), nil
	}
	return answer(http.StatusNoContent, nil), nil
}

// expects says whether an upload in one piece is awaited, with these fields.
func (c *call) expects(uuid string, fields map[string]string) error {
	p := c.procore
	p.lock()
	defer p.unlock()
	up := p.uploads[uuid]
	switch {
	case up == nil || up.segments != nil:
		return accessDenied("Access Denied")
	case up.late(p.clock.Now()):
		return accessDenied("Invalid according to Policy: Policy expired.")
	}
	for name, value := range p.formFields(up) {
		if !hmac.Equal([]byte(fields[name]), []byte(value)) {
			return denied(http.StatusForbidden, "SignatureDoesNotMatch",
				"The request signature we calculated does not match the signature you provided: %s", name)
		}
	}
	return nil
}

// getContent sends contents to whoever has the signed address. Its ETag says nothing about them: it is
// not documented (section 4.6).
func getContent(c *call) (*reply, error) {
	p := c.procore
	if err := c.bare(); err != nil {
		return nil, err
	}
	until := c.query.Get("X-Amz-Expires")
	p.lock()
	s := c.drive().keys[c.ids["key"]]
	p.unlock()
	switch {
	case !hmac.Equal([]byte(c.query.Get("X-Amz-Signature")), []byte(p.sign("get", c.ids["key"], until))):
		return nil, denied(http.StatusForbidden, "SignatureDoesNotMatch", "The signature does not match")
	case passed(until, p.clock.Now()):
		return nil, accessDenied("Request has expired")
	case s == nil:
		return nil, denied(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	case c.request.Method == http.MethodHead && p.options.Switches.HeadRefused:
		return nil, accessDenied("Access Denied")
	}
	return c.sendContent(s)
}

func (c *call) sendContent(s *stored) (*reply, error) {
	header := c.request.Header.Get("Range")
	if c.procore.options.Switches.RangesIgnored {
		header = ""
	}
	size := s.blob.Size()
	from, to, part, err := fake.ParseRange(header, size)
	if err != nil {
		p := denied(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
		p.header = http.Header{"Content-Range": {fmt.Sprintf("bytes */%d", size)}}
		return nil, p
	}
	content, err := s.blob.Open()
	if err != nil {
		return nil, err
	}
	if _, err := content.Seek(from, io.SeekStart); err != nil {
		content.Close()
		return nil, err
	}
	r := answer(http.StatusOK, nil)
	r.content, r.length = content, to-from
	r.header.Set("Content-Type", s.kind)
	r.header.Set("Accept-Ranges", "bytes")
	r.header.Set("Etag", `"`+s.key+`-1"`)
	r.header.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(s.name))
	if part {
		r.status = http.StatusPartialContent
		r.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, size))
	}
	return r, nil
}
