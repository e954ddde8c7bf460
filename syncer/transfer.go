package syncer

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
	"time"
)

// transfer is one file's contents on their way from one side to the other.
type transfer struct {
	from   Reader
	entry  Entry
	algos  []Algorithm
	spool  *os.File
	dog    *watchdog
	length int64

	mu    sync.Mutex
	sums  map[Algorithm]Digest
	bytes int64
}

// newTransfer prepares the contents of entry. A body without a size, which may differ each time it
// is opened, is spooled to a private file of at most limit bytes; everything then reads the spool.
func newTransfer(ctx context.Context, from Reader, entry Entry, dog *watchdog, o *Options, algos ...Algorithm) (*transfer, error) {
	t := &transfer{from: from, entry: entry, algos: algos, dog: dog, length: entry.Size, sums: map[Algorithm]Digest{}}
	dir, limit := o.SpoolDir, o.SpoolLimit
	if entry.Size != UnknownSize {
		return t, nil
	}
	f, err := os.CreateTemp(dir, "procorebox-spool-*")
	if err != nil {
		return nil, fmt.Errorf("make spool: %w", err)
	}
	os.Remove(f.Name()) // where the system allows it, nothing stays behind whatever happens
	t.spool = f
	body, err := from.Open(ctx, entry)
	if err != nil {
		t.close()
		return nil, err
	}
	body = dog.body(body)
	defer body.Close()
	n, err := io.Copy(f, io.LimitReader(body, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("body is above the spool's limit of %d bytes: %w", limit, ErrRefused)
	}
	if err != nil {
		t.close()
		return nil, err
	}
	t.length = n
	return t, nil
}

func (t *transfer) close() {
	if t.spool != nil {
		_ = t.spool.Close() // only read from now on
		os.Remove(t.spool.Name())
	}
}

// content is what the receiving side is given.
func (t *transfer) content() Content {
	return Content{Size: t.length, Digest: t.entry.Digest, Modified: t.entry.Modified, Open: t.open}
}

func (t *transfer) open(ctx context.Context) (io.ReadCloser, error) {
	var body io.ReadCloser
	if t.spool != nil {
		body = io.NopCloser(io.NewSectionReader(t.spool, 0, t.length))
	} else {
		b, err := t.from.Open(ctx, t.entry)
		if err != nil {
			return nil, err
		}
		body = t.dog.body(b)
	}
	c := &counted{t: t, body: body, hashes: make([]hash.Hash, len(t.algos))}
	for i, a := range t.algos {
		c.hashes[i] = a.New()
	}
	return c, nil
}

// digest returns what the last complete reading summed up to, empty if there was none.
func (t *transfer) digest(a Algorithm) Digest {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sums[a]
}

// counted is a body that is measured while it is read. At its end it fails instead of io.EOF if
// it is not what was announced.
type counted struct {
	t      *transfer
	body   io.ReadCloser
	hashes []hash.Hash
	n      int64
}

func (c *counted) Close() error { return c.body.Close() }

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.body.Read(p)
	c.n += int64(n)
	for _, h := range c.hashes {
		h.Write(p[:n])
	}
	if errors.Is(err, io.EOF) {
		if bad := c.finish(); bad != nil {
			return n, bad
		}
	}
	return n, err
}

func (c *counted) finish() error {
	want := c.t.entry
	if c.n != c.t.length {
		return fmt.Errorf("%d bytes came instead of %d: %w", c.n, c.t.length, io.ErrUnexpectedEOF)
	}
	sums := map[Algorithm]Digest{}
	for i, a := range c.t.algos {
		sums[a] = a.Sum(c.hashes[i])
		if c.t.spool == nil && sums[a].Comparable(want.Digest) && sums[a] != want.Digest {
			return fmt.Errorf("bytes are %s, listed as %s: %w", sums[a], want.Digest, ErrStale)
		}
	}
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	c.t.sums, c.t.bytes = sums, c.n
	return nil
}

// readDigest reads a file once to learn its digest.
func readDigest(ctx context.Context, from Reader, entry Entry, a Algorithm, stall time.Duration) (Digest, error) {
	ctx, dog, stop := watch(ctx, stall)
	defer stop()
	body, err := from.Open(ctx, entry)
	if err != nil {
		return "", stalled(ctx, err)
	}
	defer body.Close()
	h := a.New()
	n, err := io.Copy(h, dog.body(body))
	if err != nil {
		return "", stalled(ctx, err)
	}
	if entry.Size >= 0 && n != entry.Size {
		return "", fmt.Errorf("%d bytes came instead of %d: %w", n, entry.Size, io.ErrUnexpectedEOF)
	}
	return a.Sum(h), nil
}
