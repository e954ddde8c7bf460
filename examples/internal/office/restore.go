package office

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// RestoreOptions may be left zero.
type RestoreOptions struct {
	// Replace allows to put what is in the data directory aside.
	Replace bool
	// Current says that nothing was synced since the backup was made, as when it was made to move to
	// another machine. Otherwise deletes wait for a person: see Release.
	Current bool
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

// Restore puts a backup into the data directory. It reads all of the backup before it touches anything, and
// refuses while any process has the directory open, or if there is something in it and Replace is not set.
// The database is put in place in one step: whatever happens meanwhile, there is the old one or the new one.
func Restore(ctx context.Context, s Settings, from string, opts RestoreOptions) (*Restored, error) {
	if s.Data == "" {
		return nil, fmt.Errorf("the data directory has no name: %w", syncer.ErrInvalid)
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	alone, err := lockAlone(s.Data)
	if err != nil {
		return nil, err
	}
	defer func() { _ = alone.Close() }()
	r := &restoring{settings: s, opts: opts}
	if err := r.work(ctx, from); err != nil {
		return nil, fmt.Errorf("restore %s: %w", s.Data, err)
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

func (r *restoring) work(ctx context.Context, from string) error {
	old, err := r.inhabited()
	switch {
	case err != nil:
		return err
	case old && !r.opts.Replace:
		return fmt.Errorf("there is something in it; --replace puts that aside: %w", fs.ErrExist)
	}
	if r.stage, err = os.MkdirTemp(r.settings.Data, stagePrefix); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(r.stage) }()
	m, err := unpack(from, r.stage)
	if err != nil {
		return err
	}
	r.out = Restored{Data: r.settings.Data, Made: m.Made, Host: m.Host, Careful: !r.opts.Current}
	if err := r.prepare(ctx, m); err != nil {
		return err
	}
	if old {
		if err := r.putAside(ctx); err != nil {
			return err
		}
	}
	return r.putInPlace()
}

// stagePrefix begins the names of folders that a Restore which was killed has left behind.
const stagePrefix = ".restore-"

// inhabited reports whether there is anything in the data directory beside what a Restore makes.
func (r *restoring) inhabited() (bool, error) {
	entries, err := os.ReadDir(r.settings.Data)
	if err != nil {
		return false, err
	}
	found := false
	for _, e := range entries {
		switch ok, _ := filepath.Match(stagePrefix+"*", e.Name()); {
		case ok && e.IsDir():
			_ = os.RemoveAll(r.data(e.Name())) // nobody else is at work here
		case e.Name() != lockName && e.Name() != "lost+found":
			found = true
		}
	}
	return found, nil
}

// prepare reads the unpacked backup through, and marks in it that it was put back.
func (r *restoring) prepare(ctx context.Context, m *manifest) (err error) {
	path := r.staged(keyName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		path = r.data(keyName) // that of before may be the right one
	}
	var key connect.TokenKey
	if _, err := os.Stat(path); err == nil {
		if key, err = connect.TokenKeyFile(path); err != nil {
			return fmt.Errorf("key: %w", err)
		}
	}
	file, err := sqlite.OpenFile(ctx, r.staged(databaseName), sqlite.FileOptions{Key: key})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := file.Check(ctx); err != nil {
		return err
	}
	o := &Office{settings: r.settings, file: file}
	if o.Links, err = o.newLinks(); err != nil {
		return err
	}
	r.out.Key = o.canUnseal(ctx, !key.IsZero())
	r.out.Links, err = o.comeBack(ctx, m.Made, r.opts.Current)
	return err
}

// canUnseal reports whether all stored connections can be read with the key.
func (o *Office) canUnseal(ctx context.Context, hasKey bool) bool {
	for _, s := range []Service{BoxService, ProcoreService} {
		if _, err := o.connection(ctx, s); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return hasKey
}

// putAside keeps what is in the data directory in a folder of its own. The database stays in its place, too.
func (r *restoring) putAside(ctx context.Context) error {
	aside := r.data("replaced-" + time.Now().UTC().Format("20060102T150405Z"))
	if err := os.Mkdir(aside, 0o700); err != nil {
		return err
	}
	r.out.Aside = aside
	if err := r.gather(ctx, aside); err != nil {
		return err
	}
	if err := keep(r.data(databaseName), filepath.Join(aside, databaseName)); err != nil {
		return err
	}
	if err := keep(r.data(keyName), filepath.Join(aside, keyName)); err != nil {
		return err
	}
	for _, name := range []string{databaseName + "-wal", databaseName + "-shm", uploadsName} {
		if err := os.Rename(r.data(name), filepath.Join(aside, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// gather sees to it that the database is whole in one file: what was written last may not be in it yet. One
// that is damaged is kept as it is, in parts, which SQLite might clear away when it finds them.
func (r *restoring) gather(ctx context.Context, aside string) error {
	log := databaseName + "-wal"
	if _, err := os.Stat(r.data(databaseName)); err != nil {
		return nil //nolint:nilerr // there is none
	}
	if err := keep(r.data(log), filepath.Join(aside, log)); err != nil {
		return err
	}
	file, err := sqlite.OpenFile(ctx, r.data(databaseName), sqlite.FileOptions{})
	if err != nil {
		return nil //nolint:nilerr // it is damaged, perhaps the reason for all this
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(aside, log)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// keep gives a file a second name, where it is there.
func keep(path, second string) error {
	err := os.Link(path, second)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // it is one of ours
	if err != nil {
		return err
	}
	return os.WriteFile(second, text, 0o600) //nolint:gosec // it is one of ours
}

// putInPlace gives the new files their names, the database last.
func (r *restoring) putInPlace() error {
	for _, name := range []string{keyName, databaseName} {
		err := os.Rename(r.staged(name), r.data(name))
		if err != nil && (name == databaseName || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	dir, err := os.Open(r.settings.Data)
	if err != nil {
		return err
	}
	_ = dir.Sync() // not all systems can
	return dir.Close()
}
