package boxtest

import (
	"crypto/sha1" //nolint:gosec // Box identifies contents by their SHA-1
	"encoding/hex"
	"hash"
	"io"

	"github.com/procorebox/procorebox/internal/fake"
)

// A vault keeps contents.
type vault struct{ fake.Vault }

// A blob is the contents of one version, or of one part of an upload. It never changes.
type blob struct {
	*fake.Blob

	sha1  [sha1.Size]byte
	users int // versions that have it; the drive counts them under its lock
}

func (b *blob) digest() string { return hex.EncodeToString(b.sha1[:]) }

// writer returns a place for contents to come.
func (v *vault) writer() *blobWriter {
	h := sha1.New() //nolint:gosec // Box's hash
	return &blobWriter{v.Writer(h), h}
}

// store keeps everything that a reader yields.
func (v *vault) store(r io.Reader) (*blob, error) {
	h := sha1.New() //nolint:gosec // Box's hash
	content, err := v.Store(r, h)
	if err != nil {
		return nil, err
	}
	return digested(content, h), nil
}

// A blobWriter takes contents of unknown size.
type blobWriter struct {
	*fake.BlobWriter

	hash hash.Hash
}

// blob ends the writing and returns what was written.
func (w *blobWriter) blob() (*blob, error) {
	content, err := w.Blob()
	if err != nil {
		return nil, err
	}
	return digested(content, w.hash), nil
}

func digested(content *fake.Blob, h hash.Hash) *blob {
	b := &blob{Blob: content}
	h.Sum(b.sha1[:0])
	return b
}
