//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesAreBytes(t *testing.T) {
	w := newWorld(t)
	for i, name := range []string{
		"plan", "PLAN", "caf\u00e9", "cafe\u0301", "latin1 \xe9\xff", "new\nline", "tab\there", " leading", "trailing ", "trailing.",
		"-dash", "back\\slash", "*?<>|:\"", "\x01\x7f", "CON", strings.Repeat("x", 255), strings.Repeat("\u00fc", 127), "...", "..a", "\u202eabc",
	} {
		w.write("a/"+name, "file "+strconv.Itoa(i))
		w.write("b/folder "+strconv.Itoa(i)+"/"+name+"/in it", "below "+strconv.Itoa(i))
		if i == 15 {
			w.remove("b/folder 15")
		}
	}
	w.agree()
	require.Len(t, w.tree(w.b), 20+3*19)
	w.rename("a/latin1 \xe9\xff", "a/latin1 \xe8")
	w.rename("b/plan", "b/Plan")
	w.write("b/cafe\u0301", "edited")
	got := w.sync("-json")
	require.Equal(t, agree, got.code)
	require.Contains(t, got.out, `latin1 \\xe8`)
	w.agree()
	require.Equal(t, "edited", w.tree(w.a)["cafe\u0301"])
	require.Equal(t, "file 2", w.tree(w.a)["caf\u00e9"])
}

func TestLinksAndSpecialFilesAreLeftWithAReason(t *testing.T) {
	w := newWorld(t)
	w.write("a/folder/plan", "bytes")
	require.NoError(t, os.Symlink("..", filepath.Join(w.a, "folder", "loop")))
	require.NoError(t, os.Symlink("itself", filepath.Join(w.a, "itself")))
	require.NoError(t, os.Symlink("/etc", filepath.Join(w.b, "out")))
	require.NoError(t, mkfifo(filepath.Join(w.a, "pipe")))
	got := w.sync()
	require.Equal(t, left, got.code)
	for _, name := range []string{"folder/loop", "itself", "out", "pipe"} {
		require.Contains(t, got.out, strconv.Quote(name))
	}
	require.Equal(t, map[string]string{"folder/": "", "folder/plan": "bytes", "out": "L---------"}, w.tree(w.b))

	t.Run("and block the delete of their folder", func(t *testing.T) {
		w := &world{t, w.dir, w.a, w.b, w.state}
		w.remove("b/folder")
		require.Equal(t, left, w.sync().code)
		require.Equal(t, "L---------", w.tree(w.a)["folder/loop"])
	})
}

func TestAFileOfSeveralNamesIsSeveralFiles(t *testing.T) {
	w := newWorld(t)
	w.write("a/one", "bytes")
	require.NoError(t, os.Link(filepath.Join(w.a, "one"), filepath.Join(w.a, "two")))
	w.agree()
	require.NoError(t, os.Link(filepath.Join(w.a, "one"), filepath.Join(w.a, "three")))
	w.agree()
	w.write("a/one", "edited through one of its names")
	w.agree()
	require.Len(t, w.tree(w.b), 3)
	w.remove("b/two")
	w.write("b/three", "a file of its own")
	w.agree()
	require.Equal(t, map[string]string{"one": "edited through one of its names", "three": "a file of its own"}, w.tree(w.a))
}
