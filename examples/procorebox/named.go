package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// worded is an error in other words.
type worded struct {
	text string
	err  error
}

// Error implements error.
func (t *worded) Error() string { return t.text }

// Unwrap returns the error that is told.
func (t *worded) Unwrap() error { return t.err }

// unread says of an error whether it is about a file that somebody has named to be read: what says for what.
// Others it returns as they are.
func unread(what, name string, err error) error {
	info, at := os.Stat(name)
	switch {
	case err == nil:
		return nil
	case errors.Is(at, fs.ErrNotExist):
		return &advised{&worded{fmt.Sprintf("%s: there is no file %q", what, name), err}, "look at its name, and at the folder that it is in"}
	case errors.Is(at, fs.ErrPermission), at == nil && errors.Is(err, fs.ErrPermission):
		return &advised{&worded{fmt.Sprintf("%s: you may not read %q", what, name), err}, "have yourself given the right, or name another file"}
	case at == nil && info.IsDir():
		return &advised{&worded{fmt.Sprintf("%s: %q is a folder", what, name), err}, "name a file"}
	}
	return err
}

// unwritten is unread for a file that is to be made.
func unwritten(what, name string, err error) error {
	folder := filepath.Dir(name)
	info, at := os.Stat(folder)
	switch {
	case err == nil:
		return nil
	case errors.Is(at, fs.ErrNotExist):
		return &advised{&worded{fmt.Sprintf("%s: there is no folder %q", what, folder), err}, "make it, or name a file in another one"}
	case errors.Is(at, syscall.ENOTDIR), at == nil && !info.IsDir():
		return &advised{&worded{fmt.Sprintf("%s: %q is no folder", what, folder), err}, "name a file in a folder"}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return &advised{&worded{fmt.Sprintf("%s: you may not write in %q", what, folder), err}, "have yourself given the right, or name a file in another folder"}
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return &advised{&worded{fmt.Sprintf("%s: %q is a folder", what, name), fs.ErrExist}, "name a file in it"}
	}
	return err
}
