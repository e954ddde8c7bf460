package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// errHeld: another open file has the lock.
var errHeld = errors.New("lock is held")

// fileLock is a lock of the operating system. It ends with the process, however that ends, and it
// counts between two of the same process too.
type fileLock struct{ file *os.File }

// lockFile takes the lock that the file at path stands for, or fails with errHeld at once. The file
// is made if it is not there.
func lockFile(path string) (*fileLock, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // which file is the caller's choice
		if err != nil {
			return nil, err
		}
		if err := tryLock(f); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		// Whoever had the lock before may have removed the file between our two calls. Then the lock is
		// one of a file that nobody else will find.
		ours, err := f.Stat()
		if err != nil {
			_ = f.Close()
			return nil, err
		}
		if found, err := os.Stat(path); err == nil && os.SameFile(ours, found) {
			return &fileLock{f}, nil
		}
		_ = f.Close()
	}
}

// release gives the lock back and removes its file, where an open file can be removed. Elsewhere the
// file stays, which does no harm.
func (l *fileLock) release() {
	os.Remove(l.file.Name())
	_ = l.file.Close()
}

// abandon gives the lock back as the end of the process would.
func (l *fileLock) abandon() { _ = l.file.Close() }
