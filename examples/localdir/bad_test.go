//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/stretchr/testify/require"
)

func TestSenselessArgumentsAreNamed(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no state":          {[]string{w.a, w.b}, "-state"},
		"one directory":     {[]string{"-state", w.state, w.a}, "two directories"},
		"three directories": {[]string{"-state", w.state, w.a, w.b, w.dir}, "two directories"},
		"a limit below 0":   {[]string{"-state", w.state, "-max-delete", "-1", w.a, w.b}, "-max-delete"},
		"a limit of words":  {[]string{"-state", w.state, "-max-delete", "few", w.a, w.b}, "-max-delete"},
		"another winner":    {[]string{"-state", w.state, "-conflict", "c", w.a, w.b}, "-conflict"},
		"an unknown flag":   {[]string{"-state", w.state, "-force", w.a, w.b}, "-force"},
		"state in a folder that is not there": {
			[]string{"-state", filepath.Join(w.dir, "no", "state"), w.a, w.b}, "-state",
		},
		"state that is a folder": {[]string{"-state", w.dir, w.a, w.b}, "-state"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t, w.dir, w.a, w.b, w.state}
			got := w.run(c.args...)
			require.Equal(t, failed, got.code)
			require.Contains(t, got.err, c.says)
			require.Empty(t, got.out)
		})
	}
}

func TestRootsThatOverlapAreRefused(t *testing.T) {
	w := newWorld(t)
	w.write("a/inner/file", "bytes")
	link := filepath.Join(w.dir, "link")
	require.NoError(t, os.Symlink("a", link))
	for name, roots := range map[string][2]string{
		"one directory twice":             {w.a, w.a},
		"one directory by another path":   {w.a, w.a + "/../a/."},
		"one directory by a link":         {w.a, link},
		"a root inside the other":         {w.a, filepath.Join(w.a, "inner")},
		"the other way round":             {filepath.Join(w.a, "inner"), w.a},
		"a root inside the other, linked": {filepath.Join(link, "inner"), w.a},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t, w.dir, w.a, w.b, w.state}
			got := w.run("-state", w.state, roots[0], roots[1])
			require.Equal(t, failed, got.code)
			require.Contains(t, got.err, "overlap")
			require.Equal(t, map[string]string{"inner/": "", "inner/file": "bytes"}, w.tree(w.a))
			require.NoFileExists(t, w.state)
		})
	}
}

func TestStateAndTrashInsideARootAreRefused(t *testing.T) {
	w := newWorld(t)
	got := w.run("-state", filepath.Join(w.a, "state"), w.a, w.b)
	require.Equal(t, failed, got.code)
	require.Contains(t, got.err, "-state")
	got = w.sync("-trash", filepath.Join(w.b, "not", "there", "yet"))
	require.Equal(t, failed, got.code)
	require.Contains(t, got.err, "-trash")
	require.Empty(t, w.tree(w.a))
	require.Empty(t, w.tree(w.b))
}

func TestARootThatIsNotThereIsNoEmptyRoot(t *testing.T) {
	w := newWorld(t)
	w.write("a/plan", "bytes")
	w.agree()
	for name, spoil := range map[string]func(){
		"missing":                            func() {},
		"replaced by a file":                 func() { w.write("b", "a file") },
		"replaced by another directory":      func() { require.NoError(t, os.Mkdir(w.b, 0o755)) },
		"replaced by a full directory":       func() { w.write("b/other", "other") },
		"replaced by a link that leads away": func() { require.NoError(t, os.Symlink("b.away", w.b)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t, w.dir, w.a, w.b, w.state}
			w.rename("b", "b.away")
			spoil()
			got := w.sync("-confirm")
			require.Equal(t, failed, got.code)
			require.NotEmpty(t, got.err)
			require.Equal(t, map[string]string{"plan": "bytes"}, w.tree(w.a))
			require.Empty(t, w.trash())
			w.remove("b")
			w.rename("b.away", "b")
			w.agree()
		})
	}
}

func TestARootThatCannotBeReadIsNoEmptyRoot(t *testing.T) {
	w := newWorld(t)
	w.write("a/plan", "bytes")
	w.agree()
	for _, mode := range []os.FileMode{0, 0o444, 0o111} {
		w.chmod("b", mode)
		got := w.sync("-confirm")
		require.Equal(t, failed, got.code)
		require.Contains(t, got.err, "permission denied")
	}
	w.chmod("b", 0o755)
	require.Equal(t, map[string]string{"plan": "bytes"}, w.tree(w.a))
	w.agree()
}

func TestTheStateOfAnotherPairIsRefused(t *testing.T) {
	w := newWorld(t)
	w.write("a/plan", "bytes")
	w.agree()
	require.NoError(t, os.Mkdir(filepath.Join(w.dir, "c"), 0o755))
	for _, roots := range [][2]string{{w.a, filepath.Join(w.dir, "c")}, {w.b, w.a}} {
		got := w.run("-state", w.state, roots[0], roots[1])
		require.Equal(t, failed, got.code)
		require.Contains(t, got.err, "-state")
		require.Contains(t, got.err, w.b)
	}
	require.Empty(t, w.tree(filepath.Join(w.dir, "c")))
	w.agree()
}

func TestADamagedStateIsNoEmptyState(t *testing.T) {
	for name, contents := range map[string]string{"empty": "", "a text": strings.Repeat("dear diary\n", 1000)} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.write("a/plan", "bytes")
			w.write("state", contents)
			got := w.sync()
			require.Equal(t, failed, got.code)
			require.Contains(t, got.err, "damaged")
			require.Empty(t, w.tree(w.b))
			require.Equal(t, contents, w.tree(w.dir)["state"])
		})
	}
}

func TestASecondRunAtTheSameTimeIsRefused(t *testing.T) {
	w := newWorld(t)
	w.agree()
	store, err := sqlite.Open(t.Context(), w.state, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	other, err := store.Open(t.Context(), pairName)
	require.NoError(t, err)
	got := w.sync()
	require.Equal(t, failed, got.code)
	require.Contains(t, got.err, "locked")
	require.NoError(t, other.Close())
	w.agree()
}
