package office

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// RestoreOptions may be left zero.
type RestoreOptions struct {
	// Replace allows to put what is in the data directory aside.
	Replace bool
	// Current says that nothing was synced since the backup was made, as when it was made to move to
	// another machine. Otherwise deletes wait for a person: see Release.
	Current bool
	// Wait is how long others may take until they have closed the data directory: a watch is asked to hand it
	// over. 0 is no time at all, and then nobody is asked.
	Wait time.Duration
	// Waiting is told whom it waits for, when that begins and whenever it changes; nil means nobody is.
	Waiting func(who []syncer.Owner)
	// Program names what the process does, for those who are asked; Person is who does it, for the history.
	Program, Person string
}

// Restored is what was put back.
type Restored struct {
	Data  string    `json:"data"`
	Made  time.Time `json:"made"` // the backup
	Host  string    `json:"host"`
	Links []string  `json:"links"`
	// Aside is where that is which was in the data directory before, empty if there was nothing.
	Aside string `json:"aside,omitempty"`
	// Key says whether the tokens can be read: there is a key, and it is the one that they were sealed with.
	Key bool `json:"key"`
	// Careful says that deletes wait for a person.
	Careful bool `json:"careful"`
}

// Restore puts a backup into the data directory. It reads all of the backup before it touches anything or asks
// anybody, and refuses if there is something in the directory and Replace is not set, or if a process has it open
// for longer than Wait: the error wraps syncer.ErrLocked then. The database is put in place in one step:
// whatever happens meanwhile, there is the old one or the new one.
func Restore(ctx context.Context, s Settings, from string, opts RestoreOptions) (*Restored, error) {
	if s.Data == "" {
		return nil, fmt.Errorf("the data directory has no name: %w", syncer.ErrInvalid)
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	r := &restoring{settings: s, opts: opts}
	defer r.clear()
	if err := r.read(ctx, from); err != nil {
		return nil, err
	}
	got, err := claim(ctx, s.Data, opts)
	if err != nil {
		return nil, err
	}
	defer got.release()
	if err := r.write(ctx); err != nil {
		return nil, r.failed(err)
	}
	return &r.out, nil
}

// restoring is one Restore.
type restoring struct {
	settings Settings
	opts     RestoreOptions
	stage    string // where the backup is unpacked
	out      Restored
}

func (r *restoring) data(name string) string   { return filepath.Join(r.settings.Data, name) }
func (r *restoring) staged(name string) string { return filepath.Join(r.stage, name) }

func (r *restoring) failed(err error) error {
	return fmt.Errorf("restore %s: %w", r.settings.Data, err)
}

// read unpacks the backup and reads it through, beside others who have the directory open.
func (r *restoring) read(ctx context.Context, from string) error {
	shared, err := lockShared(r.settings.Data)
	if err != nil {
		return err
	}
	defer func() { _ = shared.Close() }()
	if _, err := r.inhabited(); err != nil {
		return r.failed(err)
	}
	if r.stage, err = os.MkdirTemp(r.settings.Data, stagePrefix); err != nil {
		return r.failed(err)
	}
	m, err := unpack(from, r.stage)
	if err != nil {
		return r.failed(err)
	}
	r.out = Restored{Data: r.settings.Data, Made: m.Made, Host: m.Host, Careful: !r.opts.Current}
	if err := r.check(ctx); err != nil {
		return r.failed(err)
	}
	return nil
}

// write puts the unpacked backup in place, alone in the directory.
func (r *restoring) write(ctx context.Context) error {
	// Another Restore clears away what it finds unpacked. What it has put in place is not to be replaced unseen.
	if _, err := os.Stat(r.staged(databaseName)); err != nil {
		return fmt.Errorf("another backup has just been put back into it; look at that first: %w: %w", syncer.ErrStale, err)
	}
	r.clearOthers()
	old, err := r.inhabited()
	if err != nil {
		return err
	}
	if err := r.mark(ctx); err != nil {
		return err
	}
	if old {
		if err := r.putAside(ctx); err != nil {
			return err
		}
	}
	return r.putInPlace()
}

// clear removes what was unpacked.
func (r *restoring) clear() {
	if r.stage != "" {
		_ = os.RemoveAll(r.stage)
	}
}

// stagePrefix begins the names of folders that a Restore which was killed has left behind.
const stagePrefix = ".restore-"

// clearOthers removes what those have unpacked who were killed. Whoever is alone in the directory may do so.
func (r *restoring) clearOthers() {
	left, _ := filepath.Glob(r.data(stagePrefix + "*")) // the pattern is good
	for _, path := range left {
		if path != r.stage {
			_ = os.RemoveAll(path)
		}
	}
}

// inhabited reports whether there is anything in the data directory beside what a Restore makes. That is an
// error unless it may be put aside.
func (r *restoring) inhabited() (bool, error) {
	entries, err := os.ReadDir(r.settings.Data)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		unpacked := strings.HasPrefix(e.Name(), stagePrefix) && e.IsDir()
		switch {
		case unpacked || slices.Contains([]string{lockName, signsName, "lost+found"}, e.Name()):
		case !r.opts.Replace:
			return true, fmt.Errorf("there is something in it; --replace puts that aside: %w", fs.ErrExist)
		default:
			return true, nil
		}
	}
	return false, nil
}
