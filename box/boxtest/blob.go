package boxtest

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // Box identifies contents by their SHA-1
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
)

// inMemory is the size up to which contents are kept in memory. Greater ones lie in files.
const inMemory = 1 << 20

// A vault keeps contents. Great ones lie in a temporary folder that goes away with the vault.
type vault struct {
	once sync.Once
	dir  string
	err  error
	last atomic.Int64
}

// A blob is the contents of one version, or of one part of an upload. It never changes.
type blob struct {
	size  int64
	sha1  [sha1.Size]byte
	bytes []byte
	path  string
	users int // versions that have it; the drive counts them under its lock
}

func (b *blob) digest() string { return hex.EncodeToString(b.sha1[:]) }

// open returns a reader from the start of the contents.
func (b *blob) open() (io.ReadSeekCloser, error) {
	if b.path == "" {
		return readSeekNopCloser{bytes.NewReader(b.bytes)}, nil
	}
	return os.Open(b.path)
}

// drop removes what a blob keeps outside of memory.
func (b *blob) drop() {
	if b.path != "" {
		os.Remove(b.path)
	}
}

func (v *vault) folder() (string, error) {
	v.once.Do(func() { v.dir, v.err = os.MkdirTemp("", "boxtest-") })
	return v.dir, v.err
}

func (v *vault) close() error {
	var never bool
	v.once.Do(func() { never, v.err = true, errors.New("the fake box is closed") })
	if never || v.dir == "" {
		return nil
	}
	return os.RemoveAll(v.dir)
}

// writer returns a shelf for contents to come.
func (v *vault) writer() *blobWriter {
	return &blobWriter{vault: v, hash: sha1.New()} //nolint:gosec // Box's hash
}

// store keeps everything that a reader yields.
func (v *vault) store(r io.Reader) (*blob, error) {
	w := v.writer()
	if _, err := io.Copy(w, r); err != nil {
		w.abandon()
		return nil, fmt.Errorf("keep contents: %w", err)
	}
	return w.blob()
}

// A blobWriter takes contents of unknown size.
type blobWriter struct {
	vault *vault
	hash  hash.Hash
	size  int64
	small bytes.Buffer
	file  *os.File
}

func (w *blobWriter) Write(p []byte) (int, error) {
	w.hash.Write(p)
	w.size += int64(len(p))
	if w.file == nil && w.size <= inMemory {
		return w.small.Write(p)
	}
	if err := w.spill(); err != nil {
		return 0, err
	}
	return w.file.Write(p)
}

// spill moves what was written so far into a file.
func (w *blobWriter) spill() error {
	if w.file != nil {
		return nil
	}
	dir, err := w.vault.folder()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, strconv.FormatInt(w.vault.last.Add(1), 10))
	if w.file, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err != nil { //nolint:gosec // a name that is made here
		return err
	}
	_, err = w.small.WriteTo(w.file)
	return err
}

// blob ends the writing and returns what was written.
func (w *blobWriter) blob() (*blob, error) {
	b := &blob{size: w.size}
	w.hash.Sum(b.sha1[:0])
	if w.file == nil {
		b.bytes = w.small.Bytes()
		return b, nil
	}
	b.path = w.file.Name()
	return b, w.file.Close()
}

func (w *blobWriter) abandon() {
	if w.file != nil {
		os.Remove(w.file.Name())
		w.file.Close() //nolint:errcheck // what is thrown away need not be complete
	}
}
