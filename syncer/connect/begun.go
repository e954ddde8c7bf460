package connect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Uploads remembers uploads that were begun in files, one for each, so that one which was cut off by the
// end of its process goes on where it was. The zero value remembers nothing. It is safe for use by many
// goroutines.
type Uploads struct {
	dir string

	mu   sync.Mutex
	busy map[string]bool
}

// NewUploads makes the folder, so that a wrong setting shows at once. Without a dir nothing is remembered.
func NewUploads(dir string) (*Uploads, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	return &Uploads{dir: dir, busy: map[string]bool{}}, nil
}

// Begun is what is remembered of one upload. One that nobody remembers takes all calls and does nothing.
type Begun struct {
	uploads *Uploads // nil: nothing is remembered
	file    string
}

// Take returns the upload that key identifies, whose parts must be such as JSON can hold. It is nobody
// else's until Begun.Done; of two equal uploads at once one is not remembered.
func (u *Uploads) Take(key ...any) *Begun {
	if u.dir == "" {
		return &Begun{}
	}
	// No part of it ends before another begins, so that two uploads are never taken for one.
	text, err := json.Marshal(key)
	if err != nil {
		return &Begun{}
	}
	sum := sha256.Sum256(text)
	file := filepath.Join(u.dir, "upload-"+hex.EncodeToString(sum[:16])+".json")
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.busy[file] {
		return &Begun{}
	}
	u.busy[file] = true
	return &Begun{u, file}
}

// Remembered reports whether what Keep is given is there for the next process.
func (b *Begun) Remembered() bool { return b.uploads != nil }

// Load reads what Keep has written into v, and reports whether there was such a thing.
func (b *Begun) Load(v any) bool {
	if !b.Remembered() {
		return false
	}
	data, err := os.ReadFile(b.file)
	return err == nil && json.Unmarshal(data, v) == nil
}

// Keep writes v, in one step.
func (b *Begun) Keep(v any) error {
	if !b.Remembered() {
		return nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	next := b.file + ".new"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return err
	}
	return os.Rename(next, b.file)
}

// Forget removes what is remembered, if there is anything.
func (b *Begun) Forget() error {
	if !b.Remembered() {
		return nil
	}
	if err := os.Remove(b.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Done lets others take the upload.
func (b *Begun) Done() {
	if !b.Remembered() {
		return
	}
	b.uploads.mu.Lock()
	defer b.uploads.mu.Unlock()
	delete(b.uploads.busy, b.file)
}
