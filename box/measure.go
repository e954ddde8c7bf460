package box

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

// measure is contents whose SHA-1 and size are taken while they are sent.
type measure struct {
	content syncer.Content

	mu   sync.Mutex
	last syncer.Digest // of the last complete reading
}

func (m *measure) sum() syncer.Digest {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == "" && m.content.Digest.Algorithm() == syncer.SHA1 {
		return m.content.Digest
	}
	return m.last
}

func (m *measure) open(ctx context.Context) (io.ReadCloser, error) {
	body, err := m.content.Open(ctx)
	if err != nil {
		return nil, err
	}
	r := &measured{m: m, body: body, sha1: syncer.SHA1.New()}
	if algorithm := m.content.Digest.Algorithm(); algorithm != syncer.SHA1 && algorithm != "" {
		r.other = algorithm.New()
	}
	return r, nil
}

// measured is one reading. It ends with an error instead of io.EOF if it is not what was announced,
// so that what comes behind it in a request is never sent.
type measured struct {
	m     *measure
	body  io.ReadCloser
	sha1  hash.Hash
	other hash.Hash
	n     int64
}

// Close closes the contents.
func (r *measured) Close() error { return r.body.Close() }

// Read reads the contents.
func (r *measured) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.n += int64(n)
	r.sha1.Write(p[:n])
	if r.other != nil {
		r.other.Write(p[:n])
	}
	if r.n > r.m.content.Size {
		err = fmt.Errorf("contents are longer than %d bytes: %w", r.m.content.Size, syncer.ErrStale)
	} else if errors.Is(err, io.EOF) {
		err = r.finish()
	}
	return n, err
}

// finish returns io.EOF if the reading is what was announced.
func (r *measured) finish() error {
	want := r.m.content
	if r.n != want.Size {
		return fmt.Errorf("contents have %d bytes instead of %d: %w", r.n, want.Size, syncer.ErrStale)
	}
	sum := syncer.SHA1.Sum(r.sha1)
	if r.other != nil {
		sum = want.Digest.Algorithm().Sum(r.other)
	}
	if sum.Comparable(want.Digest) && sum != want.Digest {
		return fmt.Errorf("contents are %s instead of %s: %w", sum, want.Digest, syncer.ErrStale)
	}
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.m.last = syncer.SHA1.Sum(r.sha1)
	return io.EOF
}
