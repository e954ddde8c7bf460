package connect

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/procorebox/procorebox/syncer"
)

// SpoolOptions may be left zero.
type SpoolOptions struct {
	// Dir is where the files are; empty means the system's place for temporary files.
	Dir string
	// Most is how large a file may be; 0 means 1 GiB.
	Most int64
	// Files is how many there may be at once; 0 means 4. So a Spool never takes more than Most times
	// Files.
	Files int
	// Digests lists what is computed while a file is written; nil means SHA-1 and SHA-256.
	Digests []syncer.Algorithm
}

// Spool keeps bodies that cannot be asked for twice, or whose size must be known before they are
// sent, in private temporary files.
type Spool struct {
	options SpoolOptions
	places  chan struct{}
}

// NewSpool returns a Spool. An error wraps syncer.ErrInvalid and names the field.
func NewSpool(o SpoolOptions) (*Spool, error) {
	if o.Most == 0 {
		o.Most = 1 << 30
	}
	if o.Files == 0 {
		o.Files = 4
	}
	if o.Digests == nil {
		o.Digests = []syncer.Algorithm{syncer.SHA1, syncer.SHA256}
	}
	if o.Most < 0 || o.Files < 0 {
		return nil, fmt.Errorf("connect: Most or Files of a spool is negative: %w", syncer.ErrInvalid)
	}
	for _, a := range o.Digests {
		if a.New() == nil {
			return nil, fmt.Errorf("connect: Digests has %q: %w", a, syncer.ErrInvalid)
		}
	}
	return &Spool{options: o, places: make(chan struct{}, o.Files)}, nil
}

// Put reads r to its end into a file and returns it. It waits until there is a place; whoever holds
// one file and asks for a second may wait for ever. A body of more than SpoolOptions.Most bytes is
// ErrTooLarge, and an error of r is its own; nothing is left of either. The caller closes r. Between
// two reads Put ends with ctx; a Read that hangs is for r to end, as what was opened with ctx does.
func (s *Spool) Put(ctx context.Context, r io.Reader) (*Spooled, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f, err := s.create()
	if err != nil {
		<-s.places
		return nil, err
	}
	if err := f.fill(ctx, r); err != nil {
		return nil, errors.Join(fmt.Errorf("spool a body: %w", err), f.Close())
	}
	return f, nil
}

func (s *Spool) create() (*Spooled, error) {
	f, err := os.CreateTemp(s.options.Dir, "procorebox-spool-*") // for nobody but us: mode 0600
	if err != nil {
		return nil, fmt.Errorf("spool a body: %w", err)
	}
	spooled := &Spooled{spool: s, file: f, left: f.Name()}
	if os.Remove(f.Name()) == nil {
		spooled.left = "" // it lasts as long as it is open, and no longer than we do
	}
	return spooled, nil
}

// Spooled is a body in a file. It can be opened any number of times, by many goroutines.
type Spooled struct {
	spool   *Spool
	file    *os.File
	left    string // its name, where a file that is open cannot be removed
	size    int64
	digests map[syncer.Algorithm]syncer.Digest
}

func (f *Spooled) fill(ctx context.Context, r io.Reader) error {
	hashes, all := map[syncer.Algorithm]hash.Hash{}, []io.Writer{f.file}
	for _, a := range f.spool.options.Digests {
		hashes[a] = a.New()
		all = append(all, hashes[a])
	}
	most := f.spool.options.Most
	n, err := io.Copy(io.MultiWriter(all...), io.LimitReader(&ctxReader{ctx, r}, most))
	if err != nil {
		return err
	}
	if n == most {
		if more, err := io.ReadFull(r, make([]byte, 1)); more > 0 {
			return fmt.Errorf("body of more than %d bytes: %w", most, ErrTooLarge)
		} else if err != io.EOF {
			return err
		}
	}
	f.size, f.digests = n, map[syncer.Algorithm]syncer.Digest{}
	for a, h := range hashes {
		f.digests[a] = a.Sum(h)
	}
	return nil
}

// Size is that of the body in bytes.
func (f *Spooled) Size() int64 { return f.size }

// Digest is that of the body, empty if the Spool does not compute a.
func (f *Spooled) Digest(a syncer.Algorithm) syncer.Digest { return f.digests[a] }

// Open begins to read at the first byte. A cancelled context starts nothing.
func (f *Spooled) Open(ctx context.Context) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return io.NopCloser(io.NewSectionReader(f.file, 0, f.size)), nil
}

// Content returns the body with its digest of Algorithm a, as something to be written.
func (f *Spooled) Content(a syncer.Algorithm) syncer.Content {
	return syncer.Content{Size: f.size, Digest: f.digests[a], Open: f.Open}
}

// Close removes the file and gives its place back. It may be called more than once; reading goes on
// failing after it.
func (f *Spooled) Close() error {
	err := f.file.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	if f.left != "" {
		err = errors.Join(err, os.Remove(f.left))
	}
	<-f.spool.places
	return err
}

// ctxReader ends with its context.
type ctxReader struct {
	ctx context.Context //nolint:containedctx // it lives exactly as long as one Put
	r   io.Reader
}

func (r *ctxReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// Keep reads contents whose size nobody knows into a file, if they are what they were said to be: other
// bytes than c.Digest tells are syncer.ErrStale. The rest is as with Put.
func (s *Spool) Keep(ctx context.Context, c syncer.Content) (*Spooled, error) {
	body, err := c.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	spooled, err := s.Put(ctx, body)
	if err != nil {
		return nil, err
	}
	sum := spooled.Digest(c.Digest.Algorithm())
	if sum.Comparable(c.Digest) && sum != c.Digest {
		return nil, errors.Join(fmt.Errorf("contents are %s instead of %s: %w", sum, c.Digest, syncer.ErrStale), spooled.Close())
	}
	return spooled, nil
}
