//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestAFolderThatCannotBeReadIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.write("a/barred/plan", "bytes")
	w.write("a/open/plan", "bytes")
	w.agree()
	w.chmod("b/barred", 0)
	w.write("a/open/plan", "edited")
	got := w.sync()
	require.Equal(t, left, got.code)
	require.Contains(t, got.out, "permission denied")
	w.chmod("b/barred", 0o755)
	require.Equal(t, "bytes", w.tree(w.a)["barred/plan"])
	require.Equal(t, "edited", w.tree(w.b)["open/plan"], "the rest goes on")
	w.agree()
}

func TestAFileThatCannotBeReadIsReported(t *testing.T) {
	w := newWorld(t)
	w.write("a/secret", "bytes")
	w.write("a/plan", "bytes")
	w.chmod("a/secret", 0)
	got := w.sync()
	require.Equal(t, left, got.code)
	require.Contains(t, got.out, "permission denied")
	require.Equal(t, map[string]string{"plan": "bytes"}, w.tree(w.b))
	w.chmod("a/secret", 0o644)
	w.agree()
}

func TestAReadOnlySideIsReported(t *testing.T) {
	w := newWorld(t)
	w.write("a/folder/plan", "one")
	w.agree()
	w.write("a/folder/plan", "two")
	w.write("a/folder/new", "new")
	w.rename("a/folder/new", "a/folder/newer")
	w.write("b/folder/theirs", "theirs")
	w.chmod("b/folder", 0o555)
	got := w.sync()
	require.Equal(t, left, got.code)
	require.Contains(t, got.out, "permission denied")
	require.Equal(t, map[string]string{"folder/": "", "folder/plan": "one", "folder/theirs": "theirs"}, w.tree(w.b))
	require.Equal(t, "theirs", w.tree(w.a)["folder/theirs"], "the other way goes on")
	w.chmod("b/folder", 0o755)
	w.agree()
	require.Equal(t, "two", w.tree(w.b)["folder/plan"])
}

func TestAFileSystemThatBecameReadOnlyIsReported(t *testing.T) {
	w := newWorld(t)
	w.disk("disk", "4m")
	w.b = filepath.Join(w.dir, "disk", "b")
	w.write("a/plan", "one")
	w.write("disk/b/theirs", "theirs")
	w.agree()
	w.write("a/plan", "two")
	w.write("a/new", "new")
	w.remove("a/theirs")
	w.remount("disk", unix.MS_RDONLY)
	got := w.sync()
	require.Equal(t, left, got.code)
	require.Contains(t, got.out, "read-only")
	require.Equal(t, map[string]string{"plan": "one", "theirs": "theirs"}, w.tree(w.b))
	require.Equal(t, map[string]string{"plan": "two", "new": "new"}, w.tree(w.a))
	w.remount("disk", 0)
	w.agree()
	require.Equal(t, map[string]string{"plan": "two", "new": "new"}, w.tree(w.b))
}

// A directory with many files is moved away, and comes back, while runs read it.
func TestADirectoryThatVanishesWhileItIsReadLosesNothing(t *testing.T) {
	w := newWorld(t)
	for i := range 300 {
		w.write("a/goes/"+strconv.Itoa(i%10)+"/"+strconv.Itoa(i), strconv.Itoa(i))
	}
	w.write("a/stays", "stays")
	w.agree()
	want := w.tree(w.a)
	stop := make(chan struct{})
	var moving sync.WaitGroup
	moving.Go(func() {
		here, away := filepath.Join(w.a, "goes"), filepath.Join(w.dir, "away")
		for {
			_ = os.Rename(here, away)
			_ = os.Rename(away, here)
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for range 5 {
		require.NotEqual(t, failed, w.sync().code)
	}
	close(stop)
	moving.Wait()
	w.agree("-confirm")
	require.Equal(t, want, w.tree(w.a), "what was taken for deleted on the other side has come back there")
}

func TestAFullDiskLosesNothing(t *testing.T) {
	w := newWorld(t)
	w.disk("disk", "1m")
	w.b = filepath.Join(w.dir, "disk", "b")
	require.NoError(t, os.Mkdir(w.b, 0o755))
	for i := range 8 {
		w.write("a/"+strconv.Itoa(i), strings.Repeat(strconv.Itoa(i), 300_000))
	}
	got := w.sync()
	require.Equal(t, left, got.code)
	require.Contains(t, got.out, "no space left")
	for path, contents := range w.tree(w.b) {
		require.Len(t, contents, 300_000, path)
	}
	require.Len(t, w.tree(w.a), 8)
	w.resize("disk", "16m")
	w.agree()
	all, err := os.ReadDir(filepath.Join(w.dir, "disk"))
	require.NoError(t, err)
	require.Len(t, all, 1, "no private area is left")
}

func TestAFullTrashKeepsTheFile(t *testing.T) {
	w := newWorld(t)
	w.disk("disk", "64k")
	trash := filepath.Join(w.dir, "disk", "trash")
	w.write("a/large", strings.Repeat("x", 300_000))
	w.write("a/edited", strings.Repeat("y", 300_000))
	w.write("a/small", "small")
	w.agree("-trash", trash)
	before := w.tree(w.b)
	w.remove("a/large")
	w.write("a/edited", "new")
	got := w.sync("-trash", trash)
	require.Equal(t, left, got.code)
	require.Contains(t, got.out, "no space left")
	require.Equal(t, before, w.tree(w.b))
	w.resize("disk", "16m")
	w.agree("-trash", trash)
	require.Len(t, w.tree(w.b), 2)
}

func TestAFullDiskForTheStateStopsBeforeTheNextWrite(t *testing.T) {
	w := newWorld(t)
	w.disk("disk", "320k")
	w.state = filepath.Join(w.dir, "disk", "state")
	for i := range 2000 {
		w.write("a/"+strconv.Itoa(i/100)+"/"+strconv.Itoa(i), strconv.Itoa(i))
	}
	got := w.sync("-trash", filepath.Join(w.dir, "trash"))
	require.Equal(t, failed, got.code)
	require.Contains(t, got.err, "full")
	require.Len(t, w.tree(w.a), 2020)
	w.resize("disk", "64m")
	w.agree("-trash", filepath.Join(w.dir, "trash"))
	require.Len(t, w.tree(w.b), 2020, "nothing stands twice")
}
