package connect

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

// Download is what is known of contents before they are read, and how to ask for them.
type Download struct {
	// Op names the download in errors, such as "download file 12".
	Op string
	// Offset is the first byte. Length is how many are wanted; 0 means up to the end.
	Offset, Length int64
	// Size of the whole contents, if it is known and not 0.
	Size int64
	// Digest of the whole contents, if it is known. It is verified when everything was read.
	Digest syncer.Digest
	// Named says that Get names the version that it asks for, so that what comes after a cut is sure to
	// belong to what came before it. A Digest of the whole does as well.
	Named bool
	// Told refuses a body whose length nobody tells: where it ends could not be told from a cut.
	Told bool
	// Get asks for the bytes that header has in its Range, and returns an answer of success. It may
	// change Size and Named when it learns of them. It is called again after a cut.
	Get func(ctx context.Context, header http.Header) (*http.Response, error)
	// Beyond reports whether an error of Get says that the contents end before the Range; nil means that
	// none does.
	Beyond func(error) bool
}

// Check returns an error that wraps syncer.ErrInvalid and names the fields, if they make no sense.
func (d *Download) Check() error {
	switch {
	case d.Offset < 0 || d.Length < 0 || d.Size < 0:
		return fmt.Errorf("download: Offset %d, Length %d and Size %d must not be negative: %w", d.Offset, d.Length, d.Size, syncer.ErrInvalid)
	case d.Length > math.MaxInt64-d.Offset:
		return fmt.Errorf("download: Offset %d and Length %d end behind what can be counted: %w", d.Offset, d.Length, syncer.ErrInvalid)
	}
	return nil
}

// verified reports whether the whole is compared with a digest.
func (d *Download) verified() bool {
	return d.Digest.Algorithm().New() != nil && d.Offset == 0 && d.Length == 0
}

// end is the byte behind the last one, or -1 if it is not known.
func (d *Download) end() int64 {
	switch {
	case d.Length > 0:
		return d.Offset + d.Length
	case d.Size > 0:
		return d.Size
	}
	return -1
}

// Open begins the download. If the connection is cut it goes on where it was, where Named or Digest make
// sure that it goes on with the same contents; four tries in a row without a byte end it. It ends with
// io.EOF only if all has come. Contents that are not as d says end with syncer.ErrStale. ctx is that of
// the whole download. The caller closes the body.
func (d *Download) Open(ctx context.Context) (io.ReadCloser, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	r := &download{Download: d, ctx: ctx, at: d.Offset, last: -1}
	if d.verified() {
		r.hash = d.Digest.Algorithm().New()
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

// downloadTries without a single byte after which a download is given up.
const downloadTries = 4

// download is a body that is opened again where it was cut.
type download struct {
	*Download

	ctx   context.Context //nolint:containedctx // a body lives exactly as long as the call it belongs to
	body  io.ReadCloser
	at    int64 // the next byte
	last  int64 // the byte behind the last one, -1 if it is not known
	hash  hash.Hash
	tries int   // since the last byte came
	err   error // how it ended
}

// open asks for what is to come.
func (r *download) open() error {
	resp, err := r.Get(r.ctx, r.header())
	if err != nil {
		return err
	}
	if r.last < 0 {
		r.last = r.end()
	}
	err = r.skip(resp)
	if err == nil && r.Told && r.last < 0 {
		err = errors.New("the length of the contents is not told")
	}
	if err != nil {
		resp.Body.Close()
		return fmt.Errorf("%s: %w", r.Op, err)
	}
	r.body = resp.Body
	return nil
}

func (r *download) header() http.Header {
	h := http.Header{}
	if r.at > 0 || r.Length > 0 {
		last := ""
		if r.Length > 0 {
			last = strconv.FormatInt(r.Offset+r.Length-1, 10)
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
			return fmt.Errorf("asked for bytes from %d, was given %.40q", r.at, span)
		}
		from = n
	}
	if r.last < 0 && resp.ContentLength >= 0 {
		r.last = from + resp.ContentLength
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

// Read implements io.Reader.
func (r *download) Read(p []byte) (int, error) {
	if r.Length > 0 {
		p = p[:min(int64(len(p)), r.last-r.at)]
		if r.at == r.last {
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
	if r.last >= 0 && r.at > r.last {
		r.err = fmt.Errorf("%s: it is longer than %d bytes: %w", r.Op, r.last, syncer.ErrStale)
	}
}

// stop deals with the end of a body: the end of the download, or a cut after which it goes on.
func (r *download) stop(err error) {
	if errors.Is(err, io.EOF) {
		if r.last < 0 || r.at == r.last {
			r.err = r.verify()
			return
		}
		err = io.ErrUnexpectedEOF
	}
	r.tries++
	if r.tries > downloadTries || !r.Named && !r.verified() || r.ctx.Err() != nil {
		r.err = fmt.Errorf("%s: it was cut at byte %d: %w", r.Op, r.at, err)
		return
	}
	r.body.Close()
	err = r.open()
	if err != nil && r.Beyond != nil && r.Beyond(err) {
		err = fmt.Errorf("%s: it ends before byte %d: %w", r.Op, r.at, syncer.ErrStale)
	}
	if err != nil {
		r.body, r.err = http.NoBody, err
	}
}

func (r *download) verify() error {
	if r.hash == nil {
		return io.EOF
	}
	if sum := r.Digest.Algorithm().Sum(r.hash); sum != r.Digest {
		return fmt.Errorf("%s: it is %s, expected was %s: %w", r.Op, sum, r.Digest, syncer.ErrStale)
	}
	return io.EOF
}

// Close ends the download.
func (r *download) Close() error { return r.body.Close() }
