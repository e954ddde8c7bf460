//go:build linux

package localfs

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestMain takes from root the power to read what is barred, so that the tests see what users see.
func TestMain(m *testing.M) {
	if os.Geteuid() == 0 && os.Getenv("LOCALFS_BARRED") == "" {
		runtime.LockOSThread()
		for _, power := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, power, 0, 0, 0); err != nil {
				panic(err)
			}
		}
		panic(syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), "LOCALFS_BARRED=1")))
	}
	os.Exit(m.Run())
}

func TestFileSystem(t *testing.T) {
	syncertest.TestFileSystem(t, func(t *testing.T) *syncertest.Harness {
		f := newFS(t, &Options{Trash: filepath.Join(t.TempDir(), "trash")})
		return harness(t, f)
	})
}

func TestFileSystemWithoutATrashAndWithSync(t *testing.T) {
	syncertest.TestFileSystem(t, func(t *testing.T) *syncertest.Harness {
		return harness(t, newFS(t, &Options{Sync: true}))
	})
}

// newFS returns an FS on a new empty directory.
func newFS(t *testing.T, o *Options) *FS {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	require.NoError(t, os.Mkdir(root, 0o755))
	return openFS(t, root, o)
}

// openFS returns an FS, and makes sure in the end that nothing is left of its private area.
func openFS(t *testing.T, root string, o *Options) *FS {
	t.Helper()
	f, err := New(root, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, f.Close())
		require.NoDirExists(t, f.areaPath())
	})
	return f
}

func harness(t *testing.T, f *FS) *syncertest.Harness {
	path := func(ctx context.Context, id string) (string, error) {
		_, rel, err := f.locate(ctx, syncer.Entry{ID: id})
		return filepath.Join(f.root, rel), err
	}
	add := func(create func(path string) error) func(context.Context, string, string) (string, error) {
		return func(ctx context.Context, parent, name string) (string, error) {
			folder, err := path(ctx, parent)
			if err != nil {
				return "", err
			}
			if err := create(filepath.Join(folder, name)); err != nil {
				return "", err
			}
			s, err := statAt(unix.AT_FDCWD, filepath.Join(folder, name))
			return s.id(), err
		}
	}
	return &syncertest.Harness{
		FS: f, Root: f.Root(),
		Colleague: syncertest.Colleague{
			File: func(ctx context.Context, parent, name, contents string) (string, error) {
				return add(func(path string) error { return os.WriteFile(path, []byte(contents), 0o644) })(ctx, parent, name)
			},
			Folder: add(func(path string) error { return os.Mkdir(path, 0o755) }),
			Other:  add(func(path string) error { return os.Symlink("nowhere", path) }),
			Edit: func(ctx context.Context, id, contents string) error {
				at, err := path(ctx, id)
				if err != nil {
					return err
				}
				return os.WriteFile(at, []byte(contents), 0o644)
			},
			Bar: func(ctx context.Context, id string) error {
				at, err := path(ctx, id)
				if err != nil {
					return err
				}
				t.Cleanup(func() { _ = os.Chmod(at, 0o755) })
				return os.Chmod(at, 0)
			},
		},
	}
}
