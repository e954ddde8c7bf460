package procore

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Download says what of a file GetContents shall read. The zero value is all of what is current.
type Download struct {
	// VersionID is the version that is wanted; 0 means what is current.
	VersionID ID
	// Current wants VersionID only as long as it is the current version of a file that is not in the
	// recycle bin; what has begun goes on all the same.
	Current bool
	// Offset is the first byte. Length is how many are wanted; 0 means up to the end.
	Offset, Length int64
	// Size of the whole contents, if it is known and not 0. Where Procore tells another one for the
	// version the download does not begin.
	Size int64
	// Digest of the whole contents, if it is known. It is verified when everything was read.
	Digest syncer.Digest

	// told refuses a body whose length nobody tells: where it ends could not be told from a cut.
	told bool
}

// GetContents reads the contents of a file of the Documents tool. Its link is asked for just before, and
// again if the download is cut: it goes on where it was, if that is sure to be the same version. It ends
// with io.EOF only if all has come. Contents that are not as Download says, and a version that is not
// there any more, are syncer.ErrStale. ctx is that of the whole download.
//
// The token goes to hosts of Procore only, and never to what these redirect to.
func (c *Client) GetContents(ctx context.Context, in Scope, id ID, d Download) (io.ReadCloser, error) {
	if err := c.check(in, "file", id); err != nil {
		return nil, err
	}
	if d.VersionID < 0 {
		return nil, checkID("version", d.VersionID)
	}
	wanted := d.VersionID
	return c.follow(ctx, "download file "+id.String(), d, func(ctx context.Context, r *connect.Download) (Link, error) {
		file, err := c.GetFilesID(ctx, in, id)
		if err != nil {
			return Link{}, err
		}
		v := file.Current()
		if wanted != 0 {
			v = file.Version(wanted)
		}
		begun := r.Named
		switch {
		case d.Current && !begun && file.IsDeleted:
			return Link{}, fmt.Errorf("%s: it is in the recycle bin: %w", r.Op, fs.ErrNotExist)
		case d.Current && !begun && v != file.Current():
			return Link{}, fmt.Errorf("%s: it has newer contents: %w", r.Op, syncer.ErrStale)
		case v == nil:
			return Link{}, fmt.Errorf("%s: version %d is not there: %w", r.Op, wanted, syncer.ErrStale)
		case r.Size > 0 && int64(v.Size) != r.Size:
			return Link{}, fmt.Errorf("%s: version %s has %d bytes instead of %d: %w", r.Op, v.ID, v.Size, r.Size, syncer.ErrStale)
		}
		wanted, r.Size, r.Named = v.ID, int64(v.Size), true
		return v.URL, nil
	})
}

// GetLink reads what a link leads to: an attachment, a photo, a document that is made while one waits.
// locate is asked for the link just before it is needed, and again if the download is cut and Download
// says enough to be sure that it goes on with the same contents. Download.VersionID has no meaning here.
func (c *Client) GetLink(ctx context.Context, op string, d Download, locate func(context.Context) (Link, error)) (io.ReadCloser, error) {
	return c.follow(ctx, op, d, func(ctx context.Context, _ *connect.Download) (Link, error) { return locate(ctx) })
}

// follow reads what a link leads to, with a new link if the first one leads nowhere.
func (c *Client) follow(ctx context.Context, op string, d Download, locate func(context.Context, *connect.Download) (Link, error)) (io.ReadCloser, error) {
	r := &connect.Download{
		Op: op, Offset: d.Offset, Length: d.Length, Size: d.Size, Digest: d.Digest, Told: d.told,
		Beyond: func(err error) bool { return HasStatus(err, http.StatusRequestedRangeNotSatisfiable) },
	}
	r.Get = func(ctx context.Context, header http.Header) (*http.Response, error) {
		for again := true; ; again = false {
			link, err := locate(ctx, r)
			if err != nil {
				return nil, err
			}
			resp, err := c.fetch(ctx, op, link, header)
			if err == nil {
				return resp, nil
			}
			if !again || !expired(err) {
				return nil, aboutLink(op, err)
			}
		}
	}
	return r.Open(ctx)
}

// aboutLink keeps an answer about a link from being taken for one about the item: the item was there a
// moment ago.
func aboutLink(op string, err error) error {
	if HasStatus(err, http.StatusNotFound, http.StatusGone) {
		return fmt.Errorf("%s: the link leads nowhere (%v): %w", op, err, syncer.ErrStale) //nolint:errorlint // it must not be matched
	}
	return err
}
