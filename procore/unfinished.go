package procore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// unfinishedUploads remembers uploads in parts in files, so that one that was cut off by the end of its
// process goes on where it was. What is in a file is of no use without a token of the account: the
// URLs that contents go to are asked for anew.
type unfinishedUploads struct {
	dir string // empty: nothing is remembered

	mu   sync.Mutex
	busy map[string]bool
}

// newUnfinishedUploads makes the folder, so that a wrong setting shows at once.
func newUnfinishedUploads(dir string) (*unfinishedUploads, error) {
	s := &unfinishedUploads{dir: dir, busy: map[string]bool{}}
	if dir == "" {
		return s, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("procore: Options.UploadDir: %w", err)
	}
	return s, nil
}

// unfinished is one upload, and what an earlier try has done of it.
type unfinished struct {
	UUID  string    `json:"uuid"`
	Since time.Time `json:"since"`
	// Tags are what storage has answered to each part, empty for those that were not sent.
	Tags []string `json:"tags"`

	mu    sync.Mutex
	store *unfinishedUploads // nil: nothing is remembered
	name  string
}

// take returns what is remembered of an upload. It is nobody else's until done is called; of two equal
// uploads at once one is not remembered.
func (s *unfinishedUploads) take(company ID, in Scope, name string, size int64, sum syncer.Digest) *unfinished {
	if s.dir == "" {
		return &unfinished{}
	}
	// No part of it ends before another begins, so that two uploads are never taken for one.
	key, err := json.Marshal([]any{company, in.String(), name, size, sum})
	if err != nil {
		return &unfinished{}
	}
	hash := sha256.Sum256(key)
	file := filepath.Join(s.dir, "upload-"+hex.EncodeToString(hash[:16])+".json")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[file] {
		return &unfinished{}
	}
	s.busy[file] = true
	u := &unfinished{store: s, name: file}
	if !u.read() {
		return &unfinished{store: s, name: file}
	}
	return u
}

// read takes what the file holds. What cannot be used any more is as good as nothing.
func (u *unfinished) read() bool {
	data, err := os.ReadFile(u.name)
	if err != nil || json.Unmarshal(data, u) != nil || checkUUID(u.UUID) != nil {
		return false
	}
	age := time.Since(u.Since)
	return age >= 0 && age < lifetime-time.Hour
}

// begin remembers a new upload.
func (u *unfinished) begin(uuid string, since time.Time, parts int) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.UUID, u.Since, u.Tags = uuid, since, make([]string, parts)
	return u.keep()
}

// sent remembers that a part was sent.
func (u *unfinished) sent(part int, tag string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.Tags[part] = tag
	return u.keep()
}

func (u *unfinished) tag(part int) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.Tags[part]
}

// keep writes the file, in one step.
func (u *unfinished) keep() error {
	if u.store == nil {
		return nil
	}
	data, err := json.Marshal(u)
	if err == nil {
		err = os.WriteFile(u.name+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(u.name+".new", u.name)
	}
	if err != nil {
		return fmt.Errorf("remember upload: %w", err)
	}
	return nil
}

// forget removes what is remembered.
func (u *unfinished) forget() error {
	if u == nil || u.store == nil {
		return nil
	}
	if err := os.Remove(u.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget upload: %w", err)
	}
	return nil
}

// done lets others take it.
func (u *unfinished) done() {
	if u.store == nil {
		return
	}
	u.store.mu.Lock()
	defer u.store.mu.Unlock()
	delete(u.store.busy, u.name)
}
