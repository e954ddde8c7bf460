package box

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

// sessions remembers upload sessions in files, so that an upload that was cut off by the end of its
// process goes on where it was. What is in a file is of no use without a token of the account.
type sessions struct {
	dir string // empty: nothing is remembered

	mu   sync.Mutex
	busy map[string]bool
}

// newSessions makes the folder, so that a wrong setting shows at once.
func newSessions(dir string) (*sessions, error) {
	s := &sessions{dir: dir, busy: map[string]bool{}}
	if dir == "" {
		return s, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("box: Options.SessionDir: %w", err)
	}
	return s, nil
}

// unfinished is one upload, and the session of an earlier try of it if there is one.
type unfinished struct {
	s       *sessions
	name    string
	session *UploadSession
}

// take returns what is remembered of an upload. It is nobody else's until done is called; of two equal
// uploads at once one is not remembered.
func (s *sessions) take(asUser string, to Target, content syncer.Content) *unfinished {
	if s.dir == "" {
		return &unfinished{}
	}
	// No part of it ends before another begins, so that two uploads are never taken for one.
	key, err := json.Marshal([]any{asUser, to.FileID, to.ParentID, to.Name, content.Size, content.Digest})
	if err != nil {
		return &unfinished{}
	}
	sum := sha256.Sum256(key)
	name := filepath.Join(s.dir, "upload-"+hex.EncodeToString(sum[:16])+".json")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[name] {
		return &unfinished{}
	}
	s.busy[name] = true
	u := &unfinished{s: s, name: name}
	u.session = u.read()
	return u
}

// read returns the session in the file. One that cannot be used any more is as good as none.
func (u *unfinished) read() *UploadSession {
	data, err := os.ReadFile(u.name)
	session := new(UploadSession)
	if err != nil || json.Unmarshal(data, session) != nil || session.check() != nil || session.ID == "" {
		return nil
	}
	if end := session.SessionExpiresAt; !end.IsZero() && time.Now().After(end) {
		return nil
	}
	return session
}

// keep remembers a session, in one step.
func (u *unfinished) keep(session *UploadSession) error {
	if u.s == nil {
		return nil
	}
	data, err := json.Marshal(session)
	if err != nil {
		return fmt.Errorf("remember upload session: %w", err)
	}
	next := u.name + ".new"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return fmt.Errorf("remember upload session: %w", err)
	}
	if err := os.Rename(next, u.name); err != nil {
		return fmt.Errorf("remember upload session: %w", err)
	}
	return nil
}

// forget removes what is remembered.
func (u *unfinished) forget() error {
	if u.s == nil {
		return nil
	}
	if err := os.Remove(u.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget upload session: %w", err)
	}
	return nil
}

// done lets others take it.
func (u *unfinished) done() {
	if u.s == nil {
		return
	}
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	delete(u.s.busy, u.name)
}
