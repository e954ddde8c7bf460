package box

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Download says what of a file GetFilesIDContent shall read. The zero value is all of what is current.
type Download struct {
	// VersionID is an older version; empty means what is current.
	VersionID string
	// Offset is the first byte. Length is how many are wanted; 0 means up to the end.
	Offset, Length int64
	// Size of the whole contents, if it is known and not 0.
	Size int64
	// Digest of the whole contents, if it is known. It is verified when everything was read.
	Digest syncer.Digest
}

func (d Download) check() error {
	switch {
	case d.VersionID != "" && checkID("version", d.VersionID) != nil:
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

// resumable reports whether what comes after a cut is sure to belong to what came before it: the
// version is named, or the whole will be verified.
func (d Download) resumable() bool {
	return d.VersionID != "" || d.verified()
}

func (d Download) verified() bool {
	return d.Digest.Algorithm().New() != nil && d.Offset == 0 && d.Length == 0
}

// tries without a single byte after which a download is given up.
const downloadTries = 4

// GetFilesIDContent reads contents. A file that is so new that Box does not have it ready is waited
// for. What Box redirects to is read without the token, under an address that appears in no log and
// no error. If the connection is cut the download goes on where it was, where Download says enough to
// be sure that it goes on with the same contents; it ends with io.EOF only if all has come. Contents
// that are not as Download says end with syncer.ErrStale.
//
// It fails with fs.ErrNotExist if the file is not visible, or in the trash. ctx is that of the whole
// download.
func (c *Client) GetFilesIDContent(ctx context.Context, id string, d Download) (io.ReadCloser, error) {
	if err := errors.Join(checkID("file", id), d.check()); err != nil {
		return nil, err
	}
	r := &download{ctx: ctx, c: c, id: id, want: d, at: d.Offset, end: d.end()}
	if d.verified() {
		r.hash = d.Digest.Algorithm().New()
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

// download is a body that is opened again where it was cut.
type download struct {
	ctx  context.Context //nolint:containedctx // a body lives exactly as long as the call it belongs to
	c    *Client
	id   string
	want Download

	body  io.ReadCloser
	at    int64 // the next byte
	end   int64 // the byte behind the last one, -1 if it is not known
	hash  hash.Hash
	tries int   // since the last byte came
	err   error // how it ended
}

// open asks for what is to come.
func (r *download) open() error {
	k := call{
		op: "download file " + r.id, method: http.MethodGet, path: path(TypeFile, r.id) + "/content",
		query: with("", "version", r.want.VersionID), pending: []int{http.StatusAccepted},
	}
	if r.at > 0 || r.want.Length > 0 {
		k.header = http.Header{"Range": {r.span()}}
	}
	wire, err := k.connect()
	if err != nil {
		return err
	}
	wire.Follow = 3 // one is what Box documents
	resp, err := r.c.conn.Do(r.ctx, wire)
	if err != nil {
		return err
	}
	if err := r.skip(resp); err != nil {
		resp.Body.Close()
		return fmt.Errorf("%s: %w", k.op, err)
	}
	r.body = resp.Body
	return nil
}

// span is the value of a Range header.
func (r *download) span() string {
	last := ""
	if r.want.Length > 0 {
		last = strconv.FormatInt(r.end-1, 10)
	}
	return "bytes=" + strconv.FormatInt(r.at, 10) + "-" + last
}

// skip brings an answer to where the download is.
func (r *download) skip(resp *http.Response) error {
	from := int64(0)
	if resp.StatusCode == http.StatusPartialContent {
		span, ok := strings.CutPrefix(resp.Header.Get("Content-Range"), "bytes ")
		first, _, _ := strings.Cut(span, "-")
		n, err := strconv.ParseInt(first, 10, 64)
		if !ok || err != nil || n > r.at {
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
		r.err = fmt.Errorf("file %s is longer than %d bytes: %w", r.id, r.end, syncer.ErrStale)
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
	if r.tries > downloadTries || !r.want.resumable() || r.ctx.Err() != nil {
		r.err = fmt.Errorf("download of file %s was cut at byte %d: %w", r.id, r.at, err)
		return
	}
	r.body.Close()
	err = r.open()
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.Status == http.StatusRequestedRangeNotSatisfiable {
		err = fmt.Errorf("file %s ends before byte %d: %w", r.id, r.at, syncer.ErrStale)
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
		return fmt.Errorf("file %s is %s, expected was %s: %w", r.id, sum, r.want.Digest, syncer.ErrStale)
	}
	return io.EOF
}

// Close ends the download.
func (r *download) Close() error { return r.body.Close() }
