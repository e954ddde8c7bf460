//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strconv"
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
