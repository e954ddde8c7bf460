package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes all that the File holds at one instant into a new file at path, which [OpenFile] opens.
// Owners of pairs and other processes go on meanwhile. In the copy nobody has a lease. The copy is read
// through as [File.Check] does, and is durable, when Backup returns nil; otherwise there is no file. A file
// that is there already is left as it is: the error wraps fs.ErrExist.
//
// What is in the copy is as secret as what is in the File: tokens are sealed, names are not.
func (f *File) Backup(ctx context.Context, path string) error {
	if err := f.backup(ctx, path); err != nil {
		return fmt.Errorf("copy %s to %s: %w", f.database.path, path, err)
	}
	return nil
}

func (f *File) backup(ctx context.Context, path string) error {
	path, err := settle(path)
	if err != nil {
		return err
	}
	// The file must be new and ours alone before anything is written into it.
	fresh, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // which file is the caller's choice
	if err != nil {
		return err
	}
	if err := fresh.Close(); err != nil {
		return err
	}
	err = f.fill(ctx, path)
	if err == nil {
		err = syncFile(path)
	}
	if err != nil {
		for _, end := range []string{"", "-wal", "-shm", "-journal"} {
			_ = os.Remove(path + end)
		}
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// fill writes the copy into an empty file, and reads it through.
func (f *File) fill(ctx context.Context, path string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// A connection of its own: those for reading write nowhere, not even into another file.
	c, err := f.database.dial(f.database.options.Cache)
	if err != nil {
		return err
	}
	_, err = c.exec("VACUUM INTO ?", path)
	if err = errors.Join(err, c.close()); err != nil {
		return err
	}
	c, err = dial(dsn(path))
	if err != nil {
		return err
	}
	err = errors.Join(
		c.script("PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL; UPDATE pair SET ends = NULL, owner = NULL"),
		c.close(), // which takes the write-ahead log into the file
	)
	if err != nil {
		return err
	}
	o := f.database.options
	made, err := OpenFile(ctx, path, FileOptions{Options: o, Key: f.Tokens.key})
	if err != nil {
		return err
	}
	return errors.Join(made.Check(ctx), made.Close())
}

// syncFile makes what was written to a file durable.
func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // which file is the caller's choice
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
