package procore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// SimpleLimit is the size in bytes up to which Client.Upload sends contents in one request. Larger ones
// go in parts, so that not everything is lost when a connection breaks.
const SimpleLimit = 100_000_000

// Upload is contents that the storage of Procore holds. They are nothing yet: PostFiles, PatchFilesID
// and others make something of them, once, by the same user and before Until.
type Upload struct {
	UUID string
	Size int64
	// SHA1 and SHA256 are those of what was sent. Procore never tells them, so who wants to know
	// contents again keeps one of them.
	SHA1, SHA256 syncer.Digest
	Until        time.Time

	// record is what is remembered of an upload in parts.
	record *unfinished
}

// check says whether an upload may be made something, once: what is remembered of it is forgotten.
func (u *Upload) check(op string) error {
	switch {
	case u == nil || checkUUID(u.UUID) != nil:
		return invalid("%s: Upload is none that Client.Upload has returned", op)
	case !u.Until.IsZero() && time.Now().After(u.Until):
		return fmt.Errorf("%s: what was uploaded has been too long without a use: %w", op, syncer.ErrStale)
	}
	return u.record.forget()
}

// Upload sends contents to the storage of Procore, in one request up to SimpleLimit and in parts above.
// A body that has another size or digest than content says is not sent to its end. name is what Procore
// calls the contents when it gives them away; it tells their type.
//
// Contents above SimpleLimit are read twice, since Procore wants the digest of each part before any
// part; a few parts at a time are kept in private files. With Options.UploadDir such an upload that was
// cut off goes on with the parts that Procore does not have.
//
// An error leaves nothing behind that anybody could see: syncer.NotDone is true for it, unless it is one
// of the context or of the contents themselves.
func (c *Client) Upload(ctx context.Context, in Scope, name string, content syncer.Content) (*Upload, error) {
	switch {
	case in.check() != nil:
		return nil, in.check()
	case name == "":
		return nil, invalid("upload: name is empty")
	case content.Open == nil || content.Size < 0:
		return nil, invalid("upload: content must have a size and an Open")
	}
	send := c.uploadWhole
	if content.Size > c.simple {
		send = c.uploadSegments
	}
	for again := true; ; again = false {
		u, err := send(ctx, in, name, content)
		if err == nil || !again || !expired(err) {
			return u, harmless("upload", err)
		}
	}
}

// expired reports whether the leave to upload has ended, so that another one may do.
func expired(err error) bool {
	refusal, ok := errors.AsType[*Error](err)
	return ok && syncer.NotDone(err) && (refusal.Storage && refusal.Status < 500 || refusal.Status == http.StatusGone)
}

// harmless says of an error that nothing was done, whatever became of the bytes: nobody sees contents
// of which nothing was made.
func harmless(op string, err error) error {
	open, ok := errors.AsType[*connect.Error](err)
	switch {
	case err == nil:
		return nil
	case ok && open.Unknown:
		known := *open
		known.Unknown = false
		if !syncer.NotDone(known.Err) {
			known.Err = fmt.Errorf("%w: %w", syncer.ErrBusy, known.Err)
		}
		return fmt.Errorf("%s: %w", op, &known)
	case errors.Is(err, errReply) && !syncer.NotDone(err):
		return fmt.Errorf("%s: %w: %w", op, syncer.ErrBusy, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// uploadWhole sends contents in one request.
func (c *Client) uploadWhole(ctx context.Context, in Scope, name string, content syncer.Content) (*Upload, error) {
	began := time.Now()
	t, err := c.PostUploads(ctx, in, NewUpload{Filename: name, ContentType: contentType(name), Size: content.Size})
	if err != nil {
		return nil, err
	}
	sent := &measure{content: content}
	body, err := form(t.Fields, sent)
	if err != nil {
		return nil, err
	}
	resp, err := c.storage.Do(ctx, connect.Call{
		Op: "send contents", Method: http.MethodPost, Path: t.URL.URL(), Body: body,
		Plain: true, Repeat: connect.Again, // the key of what is stored is in the form
	})
	if err != nil {
		return nil, err
	}
	if err := drain(resp); err != nil {
		return nil, err
	}
	of := sent.sums()
	return &Upload{UUID: t.UUID, Size: content.Size, SHA1: of.sha1, SHA256: of.sha256, Until: began.Add(lifetime)}, nil
}

// form is what storage wants: what was signed, as it was told, and the contents behind all of that.
func form(fields SignedFields, sent *measure) (connect.Body, error) {
	parts := make([]connect.Part, 0, len(fields)+1)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, connect.Field(name, string(fields[name])))
	}
	return connect.Multipart(append(parts, connect.Part{Name: "file", FileName: "file", Body: connect.Body{
		Open: sent.open, Size: sent.content.Size, Type: "application/octet-stream",
	}})...)
}

// drain reads an answer that says nothing, so that its connection can be used again.
func drain(resp *http.Response) error {
	_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return errors.Join(err, resp.Body.Close())
}

// holds reports whether a file's current version holds just what was uploaded. It reads all of it.
func (c *Client) holds(ctx context.Context, in Scope, f *File, u *Upload) (bool, error) {
	top := f.Current()
	if top == nil || int64(top.Size) != u.Size {
		return false, nil
	}
	body, err := c.GetContents(ctx, in, f.ID, Download{VersionID: top.ID, Size: u.Size, Digest: u.SHA256})
	if err != nil {
		return false, err
	}
	_, err = io.Copy(io.Discard, body)
	switch err := errors.Join(err, body.Close()); {
	case errors.Is(err, syncer.ErrStale):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, nil
}
