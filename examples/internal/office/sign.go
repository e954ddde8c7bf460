package office

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/procorebox/procorebox/syncer"
)

// signsName is the folder in a data directory where those who are at work on it say so.
const signsName = "here"

// What a sign says.
const (
	hasOpen = "open" // its process has the data directory open
	wantsIt = "asks" // its process wants to have the data directory alone
)

// A sign is a file whose name says what its process is about, and who that is. It counts for as long as the
// process has it locked, so one that was killed leaves no sign that counts. A file that is locked cannot be
// read on every system, hence the name.
type sign struct{ lock *flock.Flock }

// putUp puts up a sign in a data directory.
func putUp(data, what, program string) (*sign, error) {
	dir := filepath.Join(data, signsName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	signsIn(data, what) // clears away those of the dead
	for range 100 {
		l := flock.New(filepath.Join(dir, signName(what, program)), flock.SetPermissions(0o600))
		ok, err := l.TryLock()
		if err != nil {
			return nil, err
		}
		// Who looked just then has taken it for one of the dead.
		ours, err := l.Stat()
		if found, gone := os.Stat(l.Path()); ok && err == nil && gone == nil && os.SameFile(ours, found) {
			return &sign{l}, nil
		}
		_ = l.Close()
	}
	return nil, fmt.Errorf("sign in %s: %w", dir, syncer.ErrBusy)
}

// takeDown takes it away. None is none to take away.
func (s *sign) takeDown() {
	if s != nil {
		_ = s.lock.Close() // with it ends what it says, whatever becomes of the file
		os.Remove(s.lock.Path())
	}
}

func signName(what, program string) string {
	host, _ := os.Hostname() // it is for people
	return strings.Join([]string{
		what, strconv.Itoa(os.Getpid()), strconv.FormatInt(time.Now().Unix(), 10), url.QueryEscape(host), url.QueryEscape(program), rand.Text()[:8],
	}, ",")
}

// signsIn returns who has put up signs that say what. A folder that cannot be read has none.
func signsIn(data, what string) []syncer.Owner {
	dir := filepath.Join(data, signsName)
	entries, _ := os.ReadDir(dir) // as far as it can be read
	var all []syncer.Owner
	for _, e := range entries {
		if o, ok := signed(e.Name(), what); ok && counts(filepath.Join(dir, e.Name())) {
			all = append(all, o)
		}
	}
	return all
}

// signed reads the name of a sign.
func signed(name, what string) (o syncer.Owner, ok bool) {
	parts := strings.Split(name, ",")
	if len(parts) != 6 || parts[0] != what {
		return o, false
	}
	process, err := strconv.Atoi(parts[1])
	since, err2 := strconv.ParseInt(parts[2], 10, 64)
	host, err3 := url.QueryUnescape(parts[3])
	program, err4 := url.QueryUnescape(parts[4])
	o = syncer.Owner{Host: host, Process: process, Program: program, Since: time.Unix(since, 0).UTC()}
	return o, errors.Join(err, err2, err3, err4) == nil
}

// counts reports whether the process of a sign lives, and clears the sign away if it does not.
func counts(path string) bool {
	l := flock.New(path, flock.SetFlag(os.O_RDONLY)) // which makes no file
	free, err := l.TryRLock()
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if free {
		os.Remove(path)
		_ = l.Close()
	}
	return !free
}
