package connect

import (
	"context"
	"fmt"
	"hash"
	"io"
	"net/http"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

// sendBody is a Body on its way out. It is opened when the first byte is asked for, and verifies
// what it hands on: a body with a flaw never comes to its end.
type sendBody struct {
	ctx  context.Context //nolint:containedctx // a body lives exactly as long as its try
	body Body

	mu   sync.Mutex
	from io.ReadCloser
	sum  hash.Hash
	read int64
	err  error // of the body itself
}

// openBody begins the body of a try.
func (s *sending) openBody(ctx context.Context) io.ReadCloser {
	if s.call.Body.Size == 0 {
		return http.NoBody
	}
	s.body = &sendBody{ctx: ctx, body: s.call.Body}
	return s.body
}

func (b *sendBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.next(p)
	if err != nil && !over(err) {
		b.err = err
		return 0, err
	}
	return n, err
}

func (b *sendBody) next(p []byte) (int, error) {
	if b.from == nil {
		from, err := b.body.Open(b.ctx)
		if err != nil {
			return 0, fmt.Errorf("open the body to be sent: %w", err)
		}
		b.from = from
		if h := b.body.Digest.Algorithm().New(); h != nil {
			b.sum = h
		}
	}
	n, err := b.from.Read(p)
	b.read += int64(n)
	if b.sum != nil {
		b.sum.Write(p[:n])
	}
	if err == nil && b.read == b.body.Size {
		err = b.last()
	}
	if flaw := b.flaw(err); flaw != nil {
		return 0, flaw
	}
	return n, err
}

// last asks, with the last byte in hand, whether the body ends here. What it says comes before that
// byte is handed on: a body that the service has had whole may have become a file.
func (b *sendBody) last() error {
	n, err := io.ReadFull(b.from, make([]byte, 1))
	b.read += int64(n)
	if n > 0 {
		return nil
	}
	return err
}

// flaw returns what is wrong with the body so far, at its end or before it.
func (b *sendBody) flaw(err error) error {
	size := b.body.Size
	switch {
	case err != nil && !over(err):
		return fmt.Errorf("read the body to be sent: %w", err)
	case size != syncer.UnknownSize && b.read > size:
		return fmt.Errorf("the body to be sent is longer than %d bytes: %w", size, syncer.ErrStale)
	case over(err) && size != syncer.UnknownSize && b.read < size:
		return fmt.Errorf("the body to be sent ends after %d of %d bytes: %w", b.read, size, syncer.ErrStale)
	case b.sum != nil && over(err):
		if got := b.body.Digest.Algorithm().Sum(b.sum); got != b.body.Digest {
			return fmt.Errorf("the body to be sent is not what it was: %w", syncer.ErrStale)
		}
	}
	return nil
}

// over reports whether a body has come to its end. An error that only wraps io.EOF is a failure.
func over(err error) bool {
	return err == io.EOF //nolint:errorlint // see above
}

func (b *sendBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.from == nil {
		return nil
	}
	return b.from.Close()
}

// failure returns the error of the body itself.
func (b *sendBody) failure() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}
