package boxtest

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
)

// simpleLimit is what Box recommends as the most for a simple upload (section 4.1).
const simpleLimit = 50_000_000

func uploadRoutes() []route {
	return append([]route{
		streamed(newRoute("POST /2.0/files/content", uploadOrigin, needUpload, uploadFile)).of(uploading),
		streamed(newRoute("POST /2.0/files/{file_id}/content", uploadOrigin, needUpload, uploadVersion)).of(uploading),
	}, sessionRoutes()...)
}

// attributes are the first part of an upload.
type attributes struct {
	Name            string           `json:"name"`
	Parent          id               `json:"parent"`
	ContentCreated  optional[string] `json:"content_created_at"`
	ContentModified optional[string] `json:"content_modified_at"`
}

func (a *attributes) times() (times, error) {
	var t times
	var err error
	if text := a.ContentCreated.pointer(); text != nil {
		if t.created, err = parseTime("content_created_at", *text); err != nil {
			return t, err
		}
	}
	if text := a.ContentModified.pointer(); text != nil {
		t.modified, err = parseTime("content_modified_at", *text)
	}
	return t, err
}

// uploadFile is section 4.1.
func uploadFile(c *call) (*reply, error) {
	want, b, err := c.upload()
	if err != nil {
		return nil, err
	}
	return c.store(b, http.StatusCreated, func() (*item, error) {
		if err := c.intoFolder(want.Parent.ID); err != nil {
			return nil, err
		}
		t, err := want.times()
		if err != nil {
			return nil, err
		}
		return c.box.drive.createFile(c.user, want.Parent.ID, want.Name, b, t, conflictObject)
	})
}

// uploadVersion is section 4.2.
func uploadVersion(c *call) (*reply, error) {
	want, b, err := c.upload()
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if c.box.options.Switches.VersionCreated {
		status = http.StatusCreated
	}
	return c.store(b, status, func() (*item, error) {
		it, err := c.active(fileKind)
		if err != nil {
			return nil, err
		}
		if err := c.ifMatch(it); err != nil {
			return nil, err
		}
		t, err := want.times()
		if err != nil {
			return nil, err
		}
		return c.box.drive.createVersion(c.user, it.id, want.Name, b, t)
	})
}

// store has the drive take contents, and throws them away if it does not.
func (c *call) store(b *blob, status int, take func() (*item, error)) (*reply, error) {
	c.box.lock()
	defer c.unlock()
	it, err := take()
	if b.users == 0 {
		b.Drop()
	}
	if err != nil {
		return nil, err
	}
	asked, err := c.fields()
	if err != nil {
		return nil, err
	}
	return answer(status, object{
		"total_count": 1, "entries": []any{c.view().show(it, asked, standardFields(fileKind))},
	}), nil
}

// upload reads the two parts of an upload: attributes, then contents under any name.
func (c *call) upload() (*attributes, *blob, error) {
	parts, err := c.request.MultipartReader()
	if err != nil {
		return nil, nil, badField("Content-Type", "a multipart form is needed: %v", err)
	}
	want, err := readAttributes(parts)
	if err != nil {
		return nil, nil, err
	}
	part, err := parts.NextPart()
	if err != nil {
		return nil, nil, badField("file", "the contents are missing: %v", err)
	}
	b, err := c.box.vault.store(part)
	if err != nil {
		return nil, nil, badField("file", "the contents break off: %v", err)
	}
	if err := c.checkUpload(parts, b); err != nil {
		b.Drop()
		return nil, nil, err
	}
	return want, b, nil
}

func readAttributes(parts *multipart.Reader) (*attributes, error) {
	part, err := parts.NextPart()
	if err != nil {
		return nil, badField("attributes", "the form is broken: %v", err)
	}
	if part.FormName() != "attributes" {
		return nil, refuse(http.StatusBadRequest, "metadata_after_file_contents",
			"The attributes must come before the contents")
	}
	text, err := io.ReadAll(io.LimitReader(part, longestBody))
	if err != nil {
		return nil, badField("attributes", "they break off: %v", err)
	}
	var want attributes
	return &want, decode(text, &want)
}

// checkUpload wants the form to end after the contents, and the contents to be what was announced.
func (c *call) checkUpload(parts *multipart.Reader, b *blob) error {
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		return badField("file", "the form does not end after the contents")
	}
	announced := c.request.Header.Get("Content-Md5")
	if announced != "" && !strings.EqualFold(announced, b.digest()) {
		return refuse(http.StatusBadRequest, "bad_digest", "The specified content-md5 did not match what we received")
	}
	if c.box.options.Switches.SimpleUploadLimited && b.Size() > simpleLimit {
		return refuse(http.StatusRequestEntityTooLarge, "request_entity_too_large", "Request Entity Too Large")
	}
	return nil
}
