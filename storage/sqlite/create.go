package sqlite

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// settle returns one path for a file, whichever way leads to it: its locks are beside it.
func settle(path string) (string, error) {
	if path == "" {
		return "", fmt.Errorf("the path is empty: %w", syncer.ErrInvalid)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, filepath.Base(path))
	if found, err := filepath.EvalSymlinks(path); err == nil {
		return found, nil
	}
	return path, nil
}

// ensure makes the file if there is none. It appears under its name when it is complete, so a file
// without contents is never one of ours.
func (d *database) ensure(f format) error {
	if there, err := stands(d.path, os.Stat); there || err != nil {
		return err
	}
	fresh := d.path + "-new-" + rand.Text()
	defer os.Remove(fresh)
	if err := create(fresh, f); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	err := os.Link(fresh, d.path)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was faster
	}
	if err != nil { // a file system without links
		err = os.Rename(fresh, d.path)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(d.path))
}

// stands reports whether there is a file. One that others are about to make may come at any moment, and
// its log comes after it: so the log is asked for first, and what had one then has a file or had one.
func stands(path string, stat func(path string) (fs.FileInfo, error)) (bool, error) {
	_, noLog := stat(path + "-wal")
	info, err := stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return false, damaged("it is no regular file")
	case err == nil && info.Size() == 0:
		return false, damaged("the file is empty")
	case err == nil:
		return true, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	case noLog == nil:
		return false, damaged("the file is gone, and what was written to it last is still there in %s-wal", filepath.Base(path))
	}
	return false, nil
}

// create writes a new file without contents.
func create(path string, f format) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // which file is the caller's choice
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	c, err := dial(dsn(path))
	if err != nil {
		return err
	}
	err = errors.Join(
		c.script(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA synchronous = FULL", f.application)),
		f.migrate(c),
		c.script("PRAGMA journal_mode = WAL"),
	)
	return errors.Join(err, c.close())
}

// syncFolder makes a new name in a folder durable, where the system can.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // which file is the caller's choice
	if err != nil {
		return err
	}
	defer func() { _ = folder.Close() }()
	if err := folder.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// dsn names a file that must be there.
func dsn(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "mode=rw"}).String()
}
