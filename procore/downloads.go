package procore

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/syncer"
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

func (d Download) check() error {
	switch {
	case d.VersionID < 0:
		return checkID("version", d.VersionID)
	case d.Offset < 0 || d.Length < 0 || d.Size < 0:
		return invalid("download: Offset %d, Length %d and Size %d must not be negative", d.Offset, d.Length, d.Size)
	case d.Length > math.MaxInt64-d.Offset:
		return invalid("download: Offset %d and Length %d end behind what can be counted", d.Offset, d.Length)
	}
	return nil
}

// end is the byte behind the last one, or -1 if it is not known.
func (d Download) end() int64 {
	switch {
	case d.Length > 0:
		return d.Offset + d.Length
	case d.Size > 0:
		return d.Size
	}
	return -1
}

// verified reports whether the whole is compared with a digest.
func (d Download) verified() bool {
	return d.Digest.Algorithm().New() != nil && d.Offset == 0 && d.Length == 0
}

// downloadTries without a single byte after which a download is given up.
const downloadTries = 4

// GetContents reads the contents of a file of the Documents tool. Its link is asked for just before, and
// again if the download is cut: it goes on where it was, if that is sure to be the same version. It ends
// with io.EOF only if all has come. Contents that are not as Download says, and a version that is not
// there any more, are syncer.ErrStale. ctx is that of the whole download.
//
// The token goes to hosts of Procore only, and never to what these redirect to.
func (c *Client) GetContents(ctx context.Context, in Scope, id ID, d Download) (io.ReadCloser, error) {
	if err := errors.Join(c.check(in, "file", id), d.check()); err != nil {
		return nil, err
	}
	r := &download{ctx: ctx, c: c, op: "download file " + id.String(), want: d, at: d.Offset}
	r.locate = func(ctx context.Context) (Link, error) {
		file, err := c.GetFilesID(ctx, in, id)
		if err != nil {
			return Link{}, err
		}
		v := file.Current()
		if r.want.VersionID != 0 {
			v = file.Version(r.want.VersionID)
		}
		begun := r.body != nil
		switch {
		case d.Current && !begun && file.IsDeleted:
			return Link{}, fmt.Errorf("%s: it is in the recycle bin: %w", r.op, fs.ErrNotExist)
		case d.Current && !begun && v != file.Current():
			return Link{}, fmt.Errorf("%s: it has newer contents: %w", r.op, syncer.ErrStale)
		case v == nil:
			return Link{}, fmt.Errorf("%s: version %d is not there: %w", r.op, r.want.VersionID, syncer.ErrStale)
		case r.want.Size > 0 && int64(v.Size) != r.want.Size:
			return Link{}, fmt.Errorf("%s: version %s has %d bytes instead of %d: %w", r.op, v.ID, v.Size, r.want.Size, syncer.ErrStale)
		}
		r.want.VersionID, r.want.Size = v.ID, int64(v.Size)
		return v.URL, nil
	}
	return r.begin()
}

// GetLink reads what a link leads to: an attachment, a photo, a document that is made while one waits.
// locate is asked for the link just before it is needed, and again if the download is cut and Download
// says enough to be sure that it goes on with the same contents. Download.VersionID has no meaning here.
func (c *Client) GetLink(ctx context.Context, op string, d Download, locate func(context.Context) (Link, error)) (io.ReadCloser, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	d.VersionID = 0
	return (&download{ctx: ctx, c: c, op: op, want: d, at: d.Offset, locate: locate}).begin()
}

// download is a body that is opened again where it was cut.
type download struct {
	ctx    context.Context //nolint:containedctx // a body lives exactly as long as the call it belongs to
	c      *Client
	op     string
	want   Download
	locate func(context.Context) (Link, error)

	body  io.ReadCloser
	at    int64 // the next byte
	end   int64 // the byte behind the last one, -1 if it is not known
	hash  hash.Hash
	tries int   // since the last byte came
	err   error // how it ended
}

func (r *download) begin() (io.ReadCloser, error) {
	if r.want.verified() {
		r.hash = r.want.Digest.Algorithm().New()
	}
	r.end = -1
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

// open asks for what is to come, with a new link if the first one leads nowhere.
func (r *download) open() error {
	var resp *http.Response
	for again := true; ; again = false {
		link, err := r.locate(r.ctx)
		if err != nil {
			return err
		}
		resp, err = r.c.fetch(r.ctx, r.op, link, r.header())
		if err == nil {
			break
		}
		if !again || !expired(err) {
			return r.aboutLink(err)
		}
	}
	if r.end < 0 {
		r.end = r.want.end()
	}
	err := r.skip(resp)
	if err == nil && r.want.told && r.end < 0 {
		err = fmt.Errorf("the length of the contents is not told: %w", errReply)
	}
	if err != nil {
		resp.Body.Close()
		return fmt.Errorf("%s: %w", r.op, err)
	}
	r.body = resp.Body
	return nil
}

// aboutLink keeps an answer about a link from being taken for one about the item: the item was there a
// moment ago.
func (r *download) aboutLink(err error) error {
	if HasStatus(err, http.StatusNotFound, http.StatusGone) {
		return fmt.Errorf("%s: the link leads nowhere (%v): %w", r.op, err, syncer.ErrStale) //nolint:errorlint // it must not be matched
	}
	return err
}

func (r *download) header() http.Header {
	h := http.Header{}
	if r.at > 0 || r.want.Length > 0 {
		last := ""
		if r.want.Length > 0 {
			last = strconv.FormatInt(r.want.Offset+r.want.Length-1, 10)
		}
		h.Set("Range", "bytes="+strconv.FormatInt(r.at, 10)+"-"+last)
	}
	return h
}

// skip brings an answer to where the download is.
func (r *download) skip(resp *http.Response) error {
	from := int64(0)
	if resp.StatusCode == http.StatusPartialContent {
		span, ok := strings.CutPrefix(resp.Header.Get("Content-Range"), "bytes ")
		first, _, _ := strings.Cut(span, "-")
		n, err := strconv.ParseInt(first, 10, 64)
		if !ok || err != nil || n < 0 || n > r.at {
			return fmt.Errorf("asked for bytes from %d, was given %.40q: %w", r.at, span, errReply)
		}
		from = n
	}
	if r.end < 0 && resp.ContentLength >= 0 {
		r.end = from + resp.ContentLength
	}
	_, err := io.CopyN(io.Discard, resp.Body, r.at-from)
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("contents end before byte %d: %w", r.at, syncer.ErrStale)
	case err != nil:
		return fmt.Errorf("skip to byte %d: %w", r.at, err)
	}
	return nil
}

// resumable reports whether what comes after a cut is sure to belong to what came before it: the
// version is named, or the whole will be verified.
func (r *download) resumable() bool { return r.want.VersionID != 0 || r.want.verified() }

// Read reads contents.
func (r *download) Read(p []byte) (int, error) {
	if r.want.Length > 0 {
		p = p[:min(int64(len(p)), r.end-r.at)]
		if r.at == r.end {
			return 0, io.EOF
		}
	}
	for r.err == nil {
		n, err := r.body.Read(p)
		if n > 0 {
			r.take(p[:n])
			return n, nil // an error comes again
		}
		if err != nil {
			r.stop(err)
		} else if len(p) == 0 {
			return 0, nil
		}
	}
	return 0, r.err
}

func (r *download) take(p []byte) {
	r.at += int64(len(p))
	r.tries = 0
	if r.hash != nil {
		r.hash.Write(p)
	}
	if r.end >= 0 && r.at > r.end {
		r.err = fmt.Errorf("%s: it is longer than %d bytes: %w", r.op, r.end, syncer.ErrStale)
	}
}

// stop deals with the end of a body: the end of the download, or a cut after which it goes on.
func (r *download) stop(err error) {
	if errors.Is(err, io.EOF) {
		if r.end < 0 || r.at == r.end {
			r.err = r.verify()
			return
		}
		err = io.ErrUnexpectedEOF
	}
	r.tries++
	if r.tries > downloadTries || !r.resumable() || r.ctx.Err() != nil {
		r.err = fmt.Errorf("%s: it was cut at byte %d: %w", r.op, r.at, err)
		return
	}
	r.body.Close()
	err = r.open()
	if HasStatus(err, http.StatusRequestedRangeNotSatisfiable) {
		err = fmt.Errorf("%s: it ends before byte %d: %w", r.op, r.at, syncer.ErrStale)
	}
	if err != nil {
		r.body, r.err = http.NoBody, err
	}
}

func (r *download) verify() error {
	if r.hash == nil {
		return io.EOF
	}
	if sum := r.want.Digest.Algorithm().Sum(r.hash); sum != r.want.Digest {
		return fmt.Errorf("%s: it is %s, expected was %s: %w", r.op, sum, r.want.Digest, syncer.ErrStale)
	}
	return io.EOF
}

// Close ends the download.
func (r *download) Close() error { return r.body.Close() }
