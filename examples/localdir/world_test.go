//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// asCommand in the environment makes the test binary the command, so that tests can kill it.
const asCommand = "LOCALDIR_COMMAND"

// TestMain takes from root the power to read and write what is barred, so that the tests see what
// users see.
func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	if os.Geteuid() == 0 && os.Getenv("LOCALDIR_BARRED") == "" {
		runtime.LockOSThread()
		for _, power := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, power, 0, 0, 0); err != nil {
				panic(err)
			}
		}
		panic(syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), "LOCALDIR_BARRED=1")))
	}
	os.Exit(m.Run())
}

// world is two directories and a state file.
type world struct {
	t                *testing.T
	dir, a, b, state string
}

func newWorld(t *testing.T) *world {
	dir := t.TempDir()
	w := &world{t, dir, filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "state")}
	for _, root := range []string{w.a, w.b} {
		require.NoError(t, os.Mkdir(root, 0o755))
	}
	return w
}

// result is what a run said.
type result struct {
	code     int
	out, err string
}

// sync runs the command on the two directories; flags come first.
func (w *world) sync(flags ...string) result {
	return w.run(append(append([]string{"-state", w.state}, flags...), w.a, w.b)...)
}

func (w *world) run(args ...string) result {
	w.t.Helper()
	var out, err bytes.Buffer
	code := run(w.t.Context(), args, &out, &err)
	w.t.Logf("localdir %q: exit code %d\n%s%s", args, code, &out, &err)
	return result{code, out.String(), err.String()}
}

// agree runs the command until the end of the day: once, and once more to see that nothing is left.
func (w *world) agree(flags ...string) {
	w.t.Helper()
	require.Equal(w.t, agree, w.sync(flags...).code)
	again := w.sync("-json")
	require.Equal(w.t, agree, again.code)
	require.Zero(w.t, again.totals(w.t)["writes"], "a second run writes nothing")
	require.Equal(w.t, w.tree(w.a), w.tree(w.b))
	w.tidy()
}

// totals returns the last object of a -json run.
func (r result) totals(t *testing.T) map[string]int {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	totals := map[string]int{}
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &totals))
	return totals
}

// lines returns the other objects of a -json run.
func (r result) lines(t *testing.T) []line {
	t.Helper()
	texts := strings.Split(strings.TrimSpace(r.out), "\n")
	var all []line
	for _, text := range texts[:len(texts)-1] {
		var l line
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		all = append(all, l)
	}
	return all
}

func (w *world) write(path, contents string) {
	w.t.Helper()
	path = filepath.Join(w.dir, path)
	require.NoError(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(w.t, os.WriteFile(path, []byte(contents), 0o644))
}

func (w *world) rename(from, to string) {
	w.t.Helper()
	require.NoError(w.t, os.Rename(filepath.Join(w.dir, from), filepath.Join(w.dir, to)))
}

func (w *world) remove(path string) {
	w.t.Helper()
	require.NoError(w.t, os.RemoveAll(filepath.Join(w.dir, path)))
}

// chmod holds until the end of the test.
func (w *world) chmod(path string, mode os.FileMode) {
	w.t.Helper()
	path = filepath.Join(w.dir, path)
	require.NoError(w.t, os.Chmod(path, mode))
	w.t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
}

// tree returns what is below a directory: contents by path, folders with a slash.
func (w *world) tree(root string) map[string]string {
	w.t.Helper()
	tree := map[string]string{}
	require.NoError(w.t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		switch {
		case e.IsDir():
			tree[rel+"/"] = ""
		case e.Type().IsRegular():
			contents, err := os.ReadFile(path)
			tree[rel] = string(contents)
			return err
		default:
			tree[rel] = e.Type().String()
		}
		return nil
	}))
	return tree
}

// trash returns the contents of all files in the trash.
func (w *world) trash() []string {
	w.t.Helper()
	var all []string
	if _, err := os.Stat(w.state + ".trash"); err == nil {
		for path, contents := range w.tree(w.state + ".trash") {
			if !strings.HasSuffix(path, "/") {
				all = append(all, contents)
			}
		}
	}
	return all
}

// trashed returns how many files are in the trash.
func (w *world) trashed() int {
	w.t.Helper()
	files := 0
	err := filepath.WalkDir(w.state+".trash", func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files++
		}
		return err
	})
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(w.t, err)
	}
	return files
}

// tidy makes sure that nothing stands in the world's directory but what belongs there.
func (w *world) tidy() {
	w.t.Helper()
	all, err := os.ReadDir(w.dir)
	require.NoError(w.t, err)
	for _, e := range all {
		require.False(w.t, strings.HasPrefix(e.Name(), ".localdir"), "%s is left behind", e.Name())
	}
}

// disk mounts a file system of a size in bytes, or skips the test where that is not allowed.
func (w *world) disk(name, size string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	require.NoError(w.t, os.MkdirAll(path, 0o755))
	if err := unix.Mount("tmpfs", path, "tmpfs", 0, "size="+size); err != nil {
		w.t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	w.t.Cleanup(func() { _ = unix.Unmount(path, unix.MNT_DETACH) })
}

func (w *world) resize(name, size string) {
	w.t.Helper()
	require.NoError(w.t, unix.Mount("tmpfs", filepath.Join(w.dir, name), "tmpfs", unix.MS_REMOUNT, "size="+size))
}

func (w *world) remount(name string, flags uintptr) {
	w.t.Helper()
	require.NoError(w.t, unix.Mount("tmpfs", filepath.Join(w.dir, name), "tmpfs", unix.MS_REMOUNT|flags, ""))
}

func mkfifo(path string) error { return unix.Mkfifo(path, 0o644) }
