//go:build linux

package localfs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// put writes a file as a user does, and returns it as a listing shows it.
func put(t *testing.T, f *FS, rel, contents string) syncer.Entry {
	t.Helper()
	path := filepath.Join(f.root, rel)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(contents), 0o644))
	return listed(t, f)[rel]
}

// listed returns what a listing of the root shows, by path.
func listed(t *testing.T, f *FS) map[string]syncer.Entry {
	t.Helper()
	paths, all := map[string]string{}, map[string]syncer.Entry{}
	for e, err := range f.List(t.Context(), syncer.Entry{ID: f.Root()}, "") {
		require.NoError(t, err)
		path := ""
		if len(paths) > 0 {
			path = filepath.Join(paths[e.ParentID], e.Name)
		}
		paths[e.ID] = path
		all[path] = e
	}
	return all
}

// content is a body during whose reading something happens.
func content(body string, during func()) syncer.Content {
	return syncer.Content{Size: int64(len(body)), Open: func(context.Context) (io.ReadCloser, error) {
		during()
		return io.NopCloser(strings.NewReader(body)), nil
	}}
}

func nothing() {}

// contents returns the contents of all files below a directory.
func contents(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			var text []byte
			text, err = os.ReadFile(path)
			all = append(all, string(text))
		}
		return err
	})
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(t, err)
	}
	return all
}

func TestAnEditWhileTheNewVersionArrivesIsNotOverwritten(t *testing.T) {
	for name, edit := range map[string]func(path string) error{
		"in place": func(path string) error { return os.WriteFile(path, []byte("edited"), 0o644) },
		"in place, of the same size, with the time put back": func(path string) error {
			info, err := os.Stat(path)
			return errors.Join(err, os.WriteFile(path, []byte("EDITED"), 0o644), os.Chtimes(path, info.ModTime(), info.ModTime()))
		},
		"by a rename": func(path string) error {
			return errors.Join(os.WriteFile(path+".saving", []byte("edited"), 0o644), os.Rename(path+".saving", path))
		},
		"by a delete": os.Remove,
		"by a link":   func(path string) error { return errors.Join(os.Remove(path), os.Symlink("nowhere", path)) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFS(t, &Options{Trash: filepath.Join(t.TempDir(), "trash")})
			old := put(t, f, "plan", "agreed")
			path := filepath.Join(f.root, "plan")
			_, err := f.UpdateFile(t.Context(), old, content("ours", func() { require.NoError(t, edit(path)) }))
			require.ErrorIs(t, err, syncer.ErrStale)
			require.NotContains(t, contents(t, f.root), "ours")
			require.Empty(t, contents(t, f.o.Trash), "nothing was taken from the user")
		})
	}
}

func TestTheReplacedVersionGoesToTheTrashAndItsModeStays(t *testing.T) {
	f := newFS(t, &Options{Trash: filepath.Join(t.TempDir(), "trash"), Label: "a"})
	put(t, f, "folder/plan", "old")
	require.NoError(t, os.Chmod(filepath.Join(f.root, "folder/plan"), 0o640))
	old := listed(t, f)["folder/plan"]
	c := content("new", nothing)
	c.Modified = time.Unix(1e9, 5)
	now, err := f.UpdateFile(t.Context(), old, c)
	require.NoError(t, err)
	require.Equal(t, now, listed(t, f)["folder/plan"])
	require.Equal(t, c.Modified, now.Modified, "the time of the original is kept")
	info, err := os.Stat(filepath.Join(f.root, "folder/plan"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode())
	kept, err := os.ReadFile(filepath.Join(f.o.Trash, f.stamp, "a", "folder/plan"))
	require.NoError(t, err)
	require.Equal(t, "old", string(kept))
}

func TestWhatHasOnePathInTheTrashIsKeptAllTheSame(t *testing.T) {
	f := newFS(t, &Options{Trash: filepath.Join(t.TempDir(), "trash")})
	for _, text := range []string{"one", "two", "three"} {
		_, err := f.Delete(t.Context(), put(t, f, "plan", text))
		require.NoError(t, err)
	}
	_, err := f.Delete(t.Context(), put(t, f, "plan/is a folder now", "four"))
	require.NoError(t, err)
	deep := strings.Repeat("deep/", 400)
	_, err = f.Delete(t.Context(), put(t, f, deep+strings.Repeat("x", 255), "five"))
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"one", "two", "three", "four", "five"}, contents(t, f.o.Trash))
}

func TestWithoutATrashWhatIsDeletedIsGone(t *testing.T) {
	f := newFS(t, nil)
	_, err := f.Delete(t.Context(), put(t, f, "plan", "bytes"))
	require.NoError(t, err)
	require.Len(t, listed(t, f), 1)
}

func TestAFileIsReadOnlyWhenItsClockHasMovedOn(t *testing.T) {
	f := newFS(t, nil)
	file := put(t, f, "plan", "one")
	body, err := f.Open(t.Context(), file)
	require.NoError(t, err)
	put(t, f, "plan", "two")
	_, err = io.ReadAll(body)
	require.ErrorIs(t, err, syncer.ErrStale, "it was changed after it was opened")
	require.NoError(t, body.Close())
}

func TestAFileThatGrowsWhileItIsReadIsStale(t *testing.T) {
	f := newFS(t, nil)
	file := put(t, f, "plan", "one")
	body, err := f.Open(t.Context(), file)
	require.NoError(t, err)
	defer func() { require.NoError(t, body.Close()) }()
	_, err = io.ReadFull(body, make([]byte, 3))
	require.NoError(t, err)
	log, err := os.OpenFile(filepath.Join(f.root, "plan"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = log.WriteString("more")
	require.NoError(t, errors.Join(err, log.Close()))
	_, err = io.ReadAll(body)
	require.ErrorIs(t, err, syncer.ErrStale)
}

func TestAFolderThatVanishesWhileItIsReadIsNotThere(t *testing.T) {
	f := newFS(t, nil)
	put(t, f, "one/plan", "1")
	put(t, f, "two/plan", "2")
	var names []string
	for e, err := range f.List(t.Context(), syncer.Entry{ID: f.Root()}, "") {
		require.NoError(t, err)
		require.NoError(t, e.Err)
		names = append(names, e.Name)
		require.NoError(t, os.RemoveAll(filepath.Join(f.root, "two")))
	}
	require.Equal(t, []string{"root", "one", "plan"}, names)
}

func TestAFolderThatBecomesALinkWhileItIsReadIsNotFollowed(t *testing.T) {
	f := newFS(t, nil)
	put(t, f, "one/plan", "1")
	away := filepath.Join(t.TempDir(), "away")
	require.NoError(t, os.MkdirAll(away, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(away, "secret"), []byte("not ours"), 0o644))
	one := listed(t, f)["one"]
	require.NoError(t, os.RemoveAll(filepath.Join(f.root, "one")))
	require.NoError(t, os.Symlink(away, filepath.Join(f.root, "one")))
	_, err := f.CreateFile(t.Context(), one, "new", content("ours", nothing))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, []string{"not ours"}, contents(t, away))
	require.Equal(t, syncer.Other, listed(t, f)["one"].Kind)
}

func TestNamesOfOneInodeAreItemsOfTheirOwn(t *testing.T) {
	f := newFS(t, nil)
	put(t, f, "one", "bytes")
	require.NoError(t, os.Link(filepath.Join(f.root, "one"), filepath.Join(f.root, "two")))
	all := listed(t, f)
	require.NotEqual(t, all["one"].ID, all["two"].ID)
	_, err := f.UpdateFile(t.Context(), all["one"], content("edited", nothing))
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"edited", "bytes"}, contents(t, f.root), "the other name keeps its bytes")
}

func TestWhatIsLeftByADeadProcessIsClearedUp(t *testing.T) {
	trash := filepath.Join(t.TempDir(), "trash")
	f := newFS(t, &Options{Trash: trash})
	area := f.areaPath()
	dead := filepath.Join(area, "123-456")
	require.NoError(t, os.MkdirAll(dead, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dead, "new-1"), []byte("half"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dead, "old-2"), []byte("a user's"), 0o600))
	require.NoError(t, os.MkdirAll(trash, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(trash, ".partial-123-456-old-2"), []byte("a us"), 0o600))

	living := openFS(t, f.root, &Options{Trash: trash})
	st, err := living.private()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(st.path, "new-1"), []byte("on its way"), 0o600))

	require.NoError(t, f.Recover())
	require.NoDirExists(t, dead)
	require.Equal(t, []string{"a user's"}, contents(t, trash))
	require.FileExists(t, filepath.Join(st.path, "new-1"), "what a living process writes stays")
	st.drop("new-1")
}

func TestWithoutATrashNothingThatMayBeALastCopyIsRemoved(t *testing.T) {
	f := newFS(t, nil)
	left := filepath.Join(f.areaPath(), "123-456", "old-1")
	require.NoError(t, os.MkdirAll(filepath.Dir(left), 0o700))
	require.NoError(t, os.WriteFile(left, []byte("a user's"), 0o600))
	require.ErrorContains(t, f.Recover(), left)
	require.FileExists(t, left)
	require.NoError(t, os.RemoveAll(f.areaPath()))
}

func TestAPrivateAreaOnAnotherFileSystemIsRefused(t *testing.T) {
	var here, there unix.Stat_t
	require.NoError(t, unix.Stat(t.TempDir(), &here))
	if err := unix.Stat("/dev/shm", &there); err != nil || here.Dev == there.Dev {
		t.Skip("there is no second file system here")
	}
	f := newFS(t, &Options{Private: filepath.Join("/dev/shm", "localfs-test-"+strconv.Itoa(os.Getpid()))})
	_, err := f.CreateFile(t.Context(), listed(t, f)[""], "plan", content("bytes", nothing))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "private area")
	require.Len(t, listed(t, f), 1)
}

func TestSenselessRootsAreRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	_, err := New(file, nil)
	require.ErrorIs(t, err, unix.ENOTDIR)
	_, err = New(file+" that is not there", nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
}
