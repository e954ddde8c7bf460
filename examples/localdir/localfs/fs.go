//go:build linux

package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// Options are the settings of an FS. The zero value works: what is deleted is then gone.
type Options struct {
	// Trash is the directory that deleted and replaced files are moved to, below a folder for each FS
	// that is named by the time. It is made when it is needed. Empty: they are removed.
	Trash string
	// Label is put before the paths in the trash, so that two sides can share one.
	Label string
	// Private is the directory for what is half-done. It must be on the file system of the root and
	// outside of it. Empty: a hidden one beside the root.
	Private string
	// Sync says that what a call has changed is on the disk when it returns. Calls that run at once
	// share the wait. Without it a power failure, though no crash of the process, may take back what
	// was written last, and it would look as if a user had.
	Sync bool
	// Clock is the time; nil means time.Now.
	Clock func() time.Time
}

// FS is a directory. It is safe for use by many goroutines.
type FS struct {
	root   string
	dev    uint64
	rootID string
	o      Options
	stamp  string

	mu      sync.RWMutex
	folders map[string]place // by ID; the root is not in it
	learnt  bool             // folders holds all that there were at some time
	kept    map[string]kept  // versions of files that we renamed ourselves

	flushMu sync.Mutex // held while the disk is waited for
	flushed *flush     // for calls that have come since then

	stageMu sync.Mutex
	stage   *stage

	places [64]sync.Mutex // by a hash of the place
}

// hold keeps other calls away from what has a name in a folder, until release is called. What one call
// takes out, and puts back because it is stale, must not look to another as if a user had changed it.
func (f *FS) hold(d *folder, name string) (release func()) {
	m := &f.places[sum(d.id, name)%uint64(len(f.places))]
	m.Lock()
	return m.Unlock
}

var (
	_ syncer.FileSystem = (*FS)(nil)
	_ syncer.Mover      = (*FS)(nil)
	_ syncer.Finder     = (*FS)(nil)
)

// New returns the directory at root. Symbolic links on the way to it are followed once, now. It
// writes nothing. A root that is not there, is no directory, cannot be read, or is on a file system without times of
// birth is an error.
func New(root string, o *Options) (*FS, error) {
	f := &FS{folders: map[string]place{}, kept: map[string]kept{}}
	if o != nil {
		f.o = *o
	}
	if f.o.Clock == nil {
		f.o.Clock = time.Now
	}
	f.stamp = f.o.Clock().UTC().Format("2006-01-02T15-04-05.000000Z")
	var err error
	if f.root, err = resolved(root); err != nil {
		return nil, fmt.Errorf("open directory %q: %w", root, err)
	}
	if f.o.Private, err = absolute(f.o.Private); err != nil {
		return nil, fmt.Errorf("open directory %q: Options.Private: %w", root, err)
	}
	if f.o.Trash, err = absolute(f.o.Trash); err != nil {
		return nil, fmt.Errorf("open directory %q: Options.Trash: %w", root, err)
	}
	st, err := statAt(unix.AT_FDCWD, f.root)
	if err != nil {
		return nil, fmt.Errorf("open directory %q: %w", root, err)
	}
	if st.kind() != unix.S_IFDIR {
		return nil, fmt.Errorf("open directory %q: %w", root, unix.ENOTDIR)
	}
	if !st.born {
		return nil, fmt.Errorf("open directory %q: its file system tells no times of birth: %w", root, errors.ErrUnsupported)
	}
	if err := unix.Faccessat(unix.AT_FDCWD, f.root, unix.R_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return nil, fmt.Errorf("read directory %q: %w", root, err)
	}
	f.dev, f.rootID = st.dev, st.id()
	return f, nil
}

func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

func absolute(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	return filepath.Abs(path)
}

// Root is the locator of the root, for syncer.Endpoint: its absolute path.
func (f *FS) Root() string { return f.root }

// Info implements syncer.Reader.
func (f *FS) Info() syncer.Info {
	able := syncer.FullAbilities()
	files := able
	files.Update = syncer.UpdateByReplacement // a rename over the old file brings a new inode
	return syncer.Info{
		Service: "local directory",
		Guards:  syncer.Guards{Update: true, Move: true, Delete: true},
		File:    files,
		Folder:  able,
		Names:   syncer.Names{Unique: syncer.UniqueExact, MaxLength: unix.NAME_MAX, Unit: syncer.Bytes, RawBytes: true},
		// A disk answers soon. The engine's own minute is longer than many leases, which would then be
		// renewed before each write.
		CallTimeout: 10 * time.Second,
	}
}

// Close ends what the FS has begun and removes its private area. An FS that was only read has none.
func (f *FS) Close() error {
	f.stageMu.Lock()
	defer f.stageMu.Unlock()
	if f.stage == nil {
		return nil
	}
	err := f.stage.close()
	f.stage = nil
	return err
}

// failure says what was attempted on what, and adds the sentinels of package syncer to what the
// system says.
func failure(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %q: %w", op, name, known(err))
}

func known(err error) error {
	for errno, sentinel := range map[unix.Errno]error{
		unix.ENOSPC: syncer.ErrQuota, unix.EDQUOT: syncer.ErrQuota, unix.EROFS: syncer.ErrReadOnly,
		unix.ENAMETOOLONG: syncer.ErrName, unix.EBUSY: syncer.ErrLocked, unix.ETXTBSY: syncer.ErrLocked,
		unix.EFBIG: syncer.ErrRefused, unix.ENOTEMPTY: fs.ErrExist,
	} {
		if errors.Is(err, errno) && !errors.Is(err, sentinel) {
			return fmt.Errorf("%w: %w", sentinel, err)
		}
	}
	return err
}
