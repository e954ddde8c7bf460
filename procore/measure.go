package procore

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

// sums are the digests of contents.
type sums struct{ sha1, sha256 syncer.Digest }

// measure is contents whose digests and size are taken while they are read.
type measure struct {
	content syncer.Content

	mu   sync.Mutex
	last sums // of the last complete reading
}

func (m *measure) sums() sums {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

func (m *measure) open(ctx context.Context) (io.ReadCloser, error) {
	body, err := m.content.Open(ctx)
	if err != nil {
		return nil, err
	}
	r := &measured{m: m, body: body, hashes: map[syncer.Algorithm]hash.Hash{}}
	for _, a := range []syncer.Algorithm{syncer.SHA1, syncer.SHA256, m.content.Digest.Algorithm()} {
		if h := a.New(); h != nil {
			r.hashes[a] = h
		}
	}
	return r, nil
}

// measured is one reading. It ends with an error instead of io.EOF if it is not what was announced,
// so that what comes behind it in a request is never sent.
type measured struct {
	m      *measure
	body   io.ReadCloser
	hashes map[syncer.Algorithm]hash.Hash
	n      int64
}

// Close closes the contents.
func (r *measured) Close() error { return r.body.Close() }

// Read reads the contents.
func (r *measured) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.n += int64(n)
	for _, h := range r.hashes {
		h.Write(p[:n])
	}
	if r.n > r.m.content.Size {
		err = fmt.Errorf("contents are longer than %d bytes: %w", r.m.content.Size, syncer.ErrStale)
	} else if errors.Is(err, io.EOF) {
		err = r.finish()
	}
	return n, err
}

func (r *measured) sum(a syncer.Algorithm) syncer.Digest { return a.Sum(r.hashes[a]) }

// finish returns io.EOF if the reading is what was announced.
func (r *measured) finish() error {
	want := r.m.content
	if r.n != want.Size {
		return fmt.Errorf("contents have %d bytes instead of %d: %w", r.n, want.Size, syncer.ErrStale)
	}
	if a := want.Digest.Algorithm(); r.hashes[a] != nil && r.sum(a) != want.Digest {
		return fmt.Errorf("contents are %s instead of %s: %w", r.sum(a), want.Digest, syncer.ErrStale)
	}
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.m.last = sums{sha1: r.sum(syncer.SHA1), sha256: r.sum(syncer.SHA256)}
	return io.EOF
}
