package office

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/procorebox/procorebox/storage/sqlite"
)

// putAside keeps what is in the data directory in a folder of its own. The database stays in its place, too.
func (r *restoring) putAside(ctx context.Context) error {
	aside := r.data("replaced-" + time.Now().UTC().Format("20060102T150405.000Z"))
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
