package fake

import (
	"bytes"
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

// InMemory is the size up to which contents are kept in memory. Greater ones lie in files.
const InMemory = 1 << 20

// Vault keeps contents. Great ones lie in a temporary folder that is made when it is first needed and
// goes away with the vault. The zero value is ready.
type Vault struct {
	once sync.Once
	dir  string
	err  error
	last atomic.Int64
}

// Blob is contents that never change. The zero value is empty.
type Blob struct {
	size  int64
	bytes []byte
	path  string
}

// Size is how many bytes the contents have.
func (b *Blob) Size() int64 { return b.size }

// Open returns a reader from the start of the contents.
func (b *Blob) Open() (io.ReadSeekCloser, error) {
	if b.path == "" {
		return Reader(b.bytes), nil
	}
	return os.Open(b.path)
}

// Drop removes what a blob keeps outside of memory.
func (b *Blob) Drop() {
	if b.path != "" {
		os.Remove(b.path)
	}
}

// Reader returns a reader of bytes in memory that can be closed.
func Reader(p []byte) io.ReadSeekCloser { return readSeekNopCloser{bytes.NewReader(p)} }

type readSeekNopCloser struct{ *bytes.Reader }

func (readSeekNopCloser) Close() error { return nil }

// Dir is the temporary folder, "" as long as none was needed.
func (v *Vault) Dir() string { return v.dir }

func (v *Vault) folder() (string, error) {
	v.once.Do(func() { v.dir, v.err = os.MkdirTemp("", "procorebox-fake-") })
	return v.dir, v.err
}

// Close removes the temporary folder. A closed vault takes no great contents any more.
func (v *Vault) Close() error {
	var never bool
	v.once.Do(func() { never, v.err = true, errors.New("the fake is closed") })
	if never || v.dir == "" {
		return nil
	}
	return os.RemoveAll(v.dir)
}

// Writer returns a place for contents to come. The hashes see all that is written.
func (v *Vault) Writer(hashes ...hash.Hash) *BlobWriter {
	return &BlobWriter{vault: v, hashes: hashes}
}

// Store keeps everything that a reader yields.
func (v *Vault) Store(r io.Reader, hashes ...hash.Hash) (*Blob, error) {
	w := v.Writer(hashes...)
	if _, err := io.Copy(w, r); err != nil {
		w.Abandon()
		return nil, fmt.Errorf("keep contents: %w", err)
	}
	return w.Blob()
}

// BlobWriter takes contents of unknown size. It ends with Blob or with Abandon.
type BlobWriter struct {
	vault  *Vault
	hashes []hash.Hash
	size   int64
	small  bytes.Buffer
	file   *os.File
}

func (w *BlobWriter) Write(p []byte) (int, error) {
	for _, h := range w.hashes {
		h.Write(p)
	}
	w.size += int64(len(p))
	if w.file == nil && w.size <= InMemory {
		return w.small.Write(p)
	}
	if err := w.spill(); err != nil {
		return 0, err
	}
	return w.file.Write(p)
}

// spill moves what was written so far into a file.
func (w *BlobWriter) spill() error {
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

// Blob ends the writing and returns what was written.
func (w *BlobWriter) Blob() (*Blob, error) {
	b := &Blob{size: w.size}
	if w.file == nil {
		b.bytes = w.small.Bytes()
		return b, nil
	}
	b.path = w.file.Name()
	return b, w.file.Close()
}

// Abandon ends the writing and keeps nothing.
func (w *BlobWriter) Abandon() {
	if w.file != nil {
		os.Remove(w.file.Name())
		w.file.Close() //nolint:errcheck // what is thrown away need not be complete
	}
}
