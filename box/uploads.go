package box

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// SimpleLimit is the size in bytes up to which Box advises to upload a file in one request. Larger
// ones belong in an upload session.
const SimpleLimit = 50_000_000

// Target says where an upload goes.
type Target struct {
	// FileID is the file that gets a new version; empty means a new file.
	FileID string
	// ParentID is the folder of a new file.
	ParentID string
	// Name of a new file, or the new name of an old one; empty leaves that as it is.
	Name string
	// IfMatch is the ETag that an old file must still have, else the error is syncer.ErrStale.
	IfMatch string
	// Created is when the contents were made; zero means that it is not known.
	Created time.Time
}

func (t Target) check() error {
	if t.FileID != "" {
		return checkID("file", t.FileID)
	}
	if t.Name == "" {
		return invalid("upload: Name of a new file is empty")
	}
	return checkID("parent", t.ParentID)
}

func (t Target) op() string {
	if t.FileID != "" {
		return "upload version of file " + t.FileID
	}
	return "upload file"
}

// attributes are what goes with the contents.
func (t Target) attributes(modified time.Time) map[string]any {
	a := map[string]any{}
	if t.Name != "" {
		a["name"] = t.Name
	}
	if t.FileID == "" {
		a["parent"] = ref(t.ParentID)
		if !t.Created.IsZero() {
			a["content_created_at"] = stamp(t.Created)
		}
	}
	if !modified.IsZero() {
		a["content_modified_at"] = stamp(modified)
	}
	return a
}

// OptionsFilesContent asks whether a new file could be uploaded. If something holds the name it fails
// with fs.ErrExist and says in Error.Conflicts what; that is also the quickest way to find an item by
// its name. size is in bytes and counts against the quota. That it returns nil is no promise.
func (c *Client) OptionsFilesContent(ctx context.Context, parentID, name string, size int64) error {
	if err := checkID("parent", parentID); err != nil {
		return err
	}
	return c.preflight(ctx, "/files/content", map[string]any{"name": name, "parent": ref(parentID)}, size)
}

// OptionsFilesIDContent asks whether a new version of a file could be uploaded. An empty name leaves
// that as it is.
func (c *Client) OptionsFilesIDContent(ctx context.Context, id, name string, size int64) error {
	if err := checkID("file", id); err != nil {
		return err
	}
	body := map[string]any{}
	if name != "" {
		body["name"] = name
	}
	return c.preflight(ctx, path(TypeFile, id)+"/content", body, size)
}

func (c *Client) preflight(ctx context.Context, at string, body map[string]any, size int64) error {
	if size > 0 {
		body["size"] = size
	}
	// The answer names a signed URL, which nothing here needs.
	return c.do(ctx, call{op: "check upload", method: http.MethodOptions, path: at, body: body}, nil)
}

// PostFilesContent makes a new file in one request. It never replaces: a taken name is fs.ErrExist. A
// body that has another size or digest than content says is not sent to its end, so it does not
// become a file; where content names no SHA-1 the one of what was sent is compared with the one of
// what Box stored.
//
// If the answer is lost, a file of that name and of just these contents counts as the one that was
// made. Uploading in one request is for contents of up to SimpleLimit; see Upload.
func (c *Client) PostFilesContent(ctx context.Context, to Target, content syncer.Content) (*Item, error) {
	to.FileID = ""
	return c.uploadWhole(ctx, "/files/content", to, content)
}

// PostFilesIDContent adds a version to a file in one request, also if its contents are what they were
// already. The rest is as with PostFilesContent.
func (c *Client) PostFilesIDContent(ctx context.Context, to Target, content syncer.Content) (*Item, error) {
	if err := checkID("file", to.FileID); err != nil {
		return nil, err
	}
	return c.uploadWhole(ctx, path(TypeFile, to.FileID)+"/content", to, content)
}

func (c *Client) uploadWhole(ctx context.Context, at string, to Target, content syncer.Content) (*Item, error) {
	if err := to.check(); err != nil {
		return nil, err
	}
	if content.Open == nil || content.Size < 0 {
		return nil, invalid("%s: content must have a size and an Open", to.op())
	}
	sent := &measure{content: content}
	body, err := form(to.attributes(content.Modified), sent)
	if err != nil {
		return nil, err
	}
	header := matching(to.IfMatch)
	if content.Digest.Algorithm() == syncer.SHA1 {
		if header == nil {
			header = http.Header{}
		}
		header.Set("Content-MD5", hexOf(content.Digest)) // the name is older than the content
	}
	var found *Item
	var reply page[Item]
	k := call{
		op: to.op(), method: http.MethodPost, path: c.options.Bases.Upload + version + at,
		query: with(fileFields), header: header, raw: body, kind: connect.KindUpload, unguarded: to.IfMatch == "",
		look: func(ctx context.Context) (bool, error) {
			var err error
			found, err = c.uploaded(ctx, to, sent.sum())
			return found != nil, err
		},
	}
	if err := c.do(ctx, k, &reply); err != nil {
		return nil, err
	}
	return c.accept(ctx, k, to, found, reply, sent.sum())
}

// uploaded looks for the effect of an upload whose answer was lost. It returns nil without an error
// if it is certain that there is none.
func (c *Client) uploaded(ctx context.Context, to Target, sum syncer.Digest) (*Item, error) {
	if to.FileID == "" {
		var found *Item
		_, err := c.lookForName(to.ParentID, to.Name, func(ctx context.Context, there *Item) (bool, error) {
			if there.Type != TypeFile || sum == "" || there.Digest() != sum {
				return false, nil
			}
			item, err := c.GetFilesID(ctx, there.ID)
			found = item
			return err == nil, err
		})(ctx)
		return found, err
	}
	file, err := c.GetFilesID(ctx, to.FileID)
	switch {
	case err != nil:
		return nil, err
	case to.IfMatch != "" && file.ETag == to.IfMatch:
		return nil, nil
	case sum != "" && file.Digest() == sum:
		return file, nil
	}
	return nil, fmt.Errorf("file %s has other contents now", to.FileID)
}

// accept takes the file that an upload led to, and compares what Box stored with what was sent.
func (c *Client) accept(ctx context.Context, k call, to Target, found *Item, reply page[Item], sum syncer.Digest) (*Item, error) {
	if found != nil {
		return found, nil
	}
	if len(reply.Entries) != 1 {
		return nil, unproved(k, fmt.Errorf("%d files are told of instead of one: %w", len(reply.Entries), errReply))
	}
	file := reply.Entries[0]
	switch file.Digest() {
	case sum:
		return &file, nil
	case "":
		return nil, unproved(k, fmt.Errorf("the stored file is told of without its sha1: %w", errReply))
	}
	err := fmt.Errorf("box stored %s, sent was %s: %w", file.Digest(), sum, syncer.ErrStale)
	if to.FileID == "" {
		// Nobody has seen it yet, so the file can go. It must not stay: it looks like a good one.
		if gone := c.DeleteFilesID(ctx, file.ID, file.ETag); gone == nil {
			return nil, err
		}
	}
	return nil, unproved(k, err)
}

func hexOf(d syncer.Digest) string { return string(d[len(syncer.SHA1)+1:]) }

// form is what Box wants of an upload: first a part with what is said about the file, then its
// contents. The name that counts is in the former.
func form(attributes map[string]any, sent *measure) (connect.Body, error) {
	about, err := connect.JSON(attributes)
	if err != nil {
		return connect.Body{}, err
	}
	return connect.Multipart(
		connect.Part{Name: "attributes", Body: about},
		connect.Part{Name: "file", FileName: "file", Body: connect.Body{
			Open: sent.open, Size: sent.content.Size, Type: "application/octet-stream",
		}},
	)
}
