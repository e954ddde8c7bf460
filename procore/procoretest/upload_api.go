package procoretest

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

func uploadRoutes() []route {
	var all []route
	for _, version := range []string{"v1.1", "v1.0"} {
		for _, level := range []struct {
			path  string
			scope scope
		}{{"/projects/{project_id}/uploads", byProject}, {"/companies/{company_id}/uploads", byCompany}} {
			path := "/rest/" + version + level.path
			all = append(all,
				newRoute("POST "+path, level.scope, "", NoAccess, createUpload),
				newRoute("GET "+path+"/{uuid}", level.scope, "", NoAccess, showUpload),
				newRoute("PATCH "+path+"/{uuid}", level.scope, "", NoAccess, completeUpload))
		}
	}
	return all
}

// createUpload begins an upload, in one piece or in segments (section 5.1).
func createUpload(c *call) (*reply, error) {
	up := &upload{
		name: c.params.text("response_filename"), kind: c.params.text("response_content_type"), inline: true,
		size: -1, at: c.place, by: c.user, made: c.procore.clock.Now(),
	}
	attached, err := c.params.flag("attachment_content_disposition")
	if err != nil {
		return nil, err
	}
	up.inline = attached == nil || !*attached
	if up.kind == "" {
		up.kind = "application/octet-stream"
	}
	if c.params.has("size") {
		if up.size, err = c.params.id("size"); err != nil || up.size < 0 {
			return nil, badField("size", "is not a number")
		}
	}
	if up.segments, err = c.segments(up.size); err != nil {
		return nil, err
	}
	if up.name == "" && up.segments == nil && strings.HasPrefix(c.route.name, "POST /rest/v1.1/") {
		return nil, badField("response_filename", "can't be blank")
	}
	c.procore.cleanUploads()
	up.uuid = ulid(up.made)
	c.procore.uploads[up.uuid] = up
	return answer(http.StatusCreated, c.procore.uploadView(up)), nil
}

// segments reads the parts that an upload is announced in, nil for one piece.
func (c *call) segments(size int64) ([]*segment, error) {
	announced := c.params.list("segments")
	var all []*segment
	var sum int64
	for i, one := range announced {
		p := asParams(one)
		bytes, err := p.id("size")
		switch {
		case err != nil || bytes <= 0:
			return nil, badField("segments", "must have a size")
		case i < len(announced)-1 && bytes < c.procore.options.SmallestSegment:
			return nil, badField("segments", "must have at least %d bytes", c.procore.options.SmallestSegment)
		case !isHex(p.text("sha256"), 32):
			return nil, badField("segments", "must have a sha256")
		case p.has("md5") && p.text("md5") != "" && !isHex(p.text("md5"), 16):
			return nil, badField("segments", "must have an md5 in hex")
		}
		sum += bytes
		all = append(all, &segment{size: bytes, sha256: p.text("sha256"), md5: p.text("md5")})
	}
	if len(all) > 0 && size >= 0 && sum != size {
		return nil, badField("segments", "do not add up to the size")
	}
	return all, nil
}

func isHex(text string, bytes int) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == bytes
}

func showUpload(c *call) (*reply, error) {
	up, err := c.ownUpload()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.procore.uploadView(up)), nil
}

// ownUpload is the upload that the path names. It is its creator's only.
func (c *call) ownUpload() (*upload, error) {
	up := c.procore.uploads[c.ids["uuid"]]
	if up == nil || up.by != c.user || up.at != c.place {
		return nil, notFound()
	}
	return up, nil
}

// completeUpload puts the segments of an upload together. Their etags come in the same order
// (section 5.1).
func completeUpload(c *call) (*reply, error) {
	up, err := c.ownUpload()
	if err != nil {
		return nil, err
	}
	switch {
	case up.segments == nil:
		return nil, badField("segments", "are none").unprocessable()
	case up.blob != nil:
		return answer(http.StatusOK, c.procore.uploadView(up)), nil
	case up.late(c.procore.clock.Now()):
		return nil, gone()
	}
	named := c.params.list("segments")
	if len(named) != len(up.segments) {
		return nil, badField("segments", "are %d, not %d", len(up.segments), len(named)).unprocessable()
	}
	for i, s := range up.segments {
		if s.blob == nil || asParams(named[i]).text("etag") != s.etag {
			return nil, badField("segments", "do not match what was uploaded: %d", i).unprocessable()
		}
	}
	if err := c.procore.assemble(up); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.procore.uploadView(up)), nil
}

// uploadView shows an upload with where to send it.
func (p *Procore) uploadView(up *upload) object {
	if up.segments == nil {
		return object{"uuid": up.uuid, "url": p.bucket(), "fields": p.formFields(up)}
	}
	var parts []any
	for i, s := range up.segments {
		headers := object{"x-amz-content-sha256": s.sha256, "content-length": strconv.FormatInt(s.size, 10)}
		part := object{"size": s.size, "sha256": s.sha256, "url": p.segmentURL(up, i), "headers": headers}
		if s.md5 != "" {
			raw, _ := hex.DecodeString(s.md5)
			part["md5"], headers["content-md5"] = s.md5, base64.StdEncoding.EncodeToString(raw)
		}
		if s.etag != "" {
			part["etag"] = s.etag
		}
		parts = append(parts, part)
	}
	return object{"uuid": up.uuid, "status": up.status(), "segments": parts}
}

// formFields are those of the form that brings an upload in one piece. They must be sent as they are.
func (p *Procore) formFields(up *upload) map[string]string {
	disposition := "attachment"
	if up.inline {
		disposition = "inline"
	}
	date := up.made.UTC().Format("20060102T150405Z")
	fields := map[string]string{
		"key": fmt.Sprintf("companies/%d/%s", up.at.company.id, up.uuid), "Content-Type": up.kind,
		"Content-Disposition": fmt.Sprintf("%s; filename=%q", disposition, up.name),
		"policy":              p.sign("policy", up.uuid, date),
		"x-amz-credential":    "procoretest/" + date[:8] + "/us-east-1/s3/aws4_request",
		"x-amz-algorithm":     "AWS4-HMAC-SHA256", "x-amz-date": date,
	}
	fields["x-amz-signature"] = p.sign("post", up.uuid, fields["key"], fields["Content-Type"], fields["Content-Disposition"])
	return fields
}
