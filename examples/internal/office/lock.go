package office

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/procorebox/procorebox/syncer"
)

// lockName is the file that all processes which have the data directory open share, and that whoever
// replaces what is in it has alone. The lock ends with its process.
const lockName = "procorebox.lock"

func lockOf(data string) *flock.Flock {
	return flock.New(filepath.Join(data, lockName), flock.SetPermissions(0o600))
}

// lockShared is for those who open the data directory.
func lockShared(data string) (*flock.Flock, error) {
	l := lockOf(data)
	ok, err := l.TryRLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if !ok {
		return nil, errors.Join(fmt.Errorf("the data directory is just being restored; try again when that has ended: %w", syncer.ErrLocked), l.Close())
	}
	return l, nil
}

// lockAlone is for whoever replaces what is in it. It is nil while others have it open.
func lockAlone(data string) (*flock.Flock, error) {
	l := lockOf(data)
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if !ok {
		return nil, l.Close()
	}
	return l, nil
}
