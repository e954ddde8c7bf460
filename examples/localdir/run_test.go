//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTwoDirectoriesAreKeptInStep(t *testing.T) {
	w := newWorld(t)
	w.write("a/drawings/A-101.pdf", "first issue")
	w.write("b/contracts/main.docx", "signed")
	w.agree()

	w.write("a/drawings/A-101.pdf", "second issue")
	w.rename("b/contracts", "b/signed contracts")
	w.write("b/new", "new")
	w.agree()

	w.remove("a/new")
	w.agree()
	require.Equal(t, map[string]string{
		"drawings/": "", "drawings/A-101.pdf": "second issue", "signed contracts/": "", "signed contracts/main.docx": "signed",
	}, w.tree(w.a))
	require.ElementsMatch(t, []string{"first issue", "new"}, w.trash(), "replaced and deleted files are in the trash")
}

func TestFilesThatAreEqualAlreadyAreNotCopied(t *testing.T) {
	w := newWorld(t)
	w.write("a/plan", "the same")
	w.write("b/plan", "the same")
	require.Zero(t, w.sync("-json").totals(t)["writes"])
	w.agree()
}

func TestARenameIsCarriedAsARename(t *testing.T) {
	w := newWorld(t)
	w.write("a/folder/plan", "bytes")
	w.agree()
	w.rename("a/folder/plan", "a/folder/renamed")
	w.rename("a/folder", "a/moved")
	got := w.sync("-json").totals(t)
	require.Equal(t, 2, got["moves"])
	require.Equal(t, 2, got["writes"])
	w.agree()
	require.Empty(t, w.trash())
}

func TestAnEditOfTheSameSizeWhoseTimeWasPutBackIsSeen(t *testing.T) {
	w := newWorld(t)
	w.write("a/plan", "one")
	w.agree()
	path := filepath.Join(w.a, "plan")
	info, err := os.Stat(path)
	require.NoError(t, err)
	w.write("a/plan", "two")
	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	w.agree()
	require.Equal(t, "two", w.tree(w.b)["plan"])
}

func TestConflictsAreSettledAsAsked(t *testing.T) {
	for conflict, want := range map[string]struct {
		code int
		a    []string
		lost []string // in the trash
	}{
		"both":   {agree, []string{"from a", "later, from b"}, nil},
		"newest": {agree, []string{"later, from b"}, []string{"from a"}},
		"a":      {agree, []string{"from a"}, []string{"later, from b"}},
		"b":      {agree, []string{"later, from b"}, []string{"from a"}},
		"leave":  {left, []string{"from a"}, nil},
	} {
		t.Run(conflict, func(t *testing.T) {
			w := newWorld(t)
			w.write("a/plan", "agreed")
			w.agree()
			w.write("a/plan", "from a")
			w.write("b/plan", "later, from b")
			later := time.Now().Add(time.Hour)
			require.NoError(t, os.Chtimes(filepath.Join(w.b, "plan"), later, later))
			got := w.sync("-conflict", conflict)
			require.Equal(t, want.code, got.code)
			var contents []string
			for _, c := range w.tree(w.a) {
				contents = append(contents, c)
			}
			require.ElementsMatch(t, want.a, contents)
			require.Subset(t, w.trash(), want.lost)
			if want.code == agree {
				w.agree()
				return
			}
			require.Contains(t, got.out, `"plan"`, "what is left has a reason")
			require.Equal(t, "later, from b", w.tree(w.b)["plan"])
			require.Equal(t, left, w.sync("-conflict", conflict).code, "until a person settles it")
		})
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	w := newWorld(t)
	w.write("a/plan", "bytes")
	got := w.sync("-dry-run", "-json", "-max-delete", "1")
	require.Equal(t, agree, got.code)
	require.Equal(t, map[string]int{
		"writes": 1, "uploads": 1, "moves": 0, "deletes": 0, "conflicts": 0, "held": 0, "skipped": 0, "failed": 0, "bytes": 5,
	}, got.totals(t))
	require.Equal(t, []line{{Op: "create file", On: "b", Kind: "file", Path: "plan", Result: "planned", Bytes: 5}}, got.lines(t))
	all, err := os.ReadDir(w.dir)
	require.NoError(t, err)
	require.Len(t, all, 2, "neither a state file nor a trash")
	require.Empty(t, w.tree(w.b))
}

func TestWhatIsDoneIsAnObjectForEachAction(t *testing.T) {
	w := newWorld(t)
	w.write("a/plan", "bytes")
	got := w.sync("-json")
	require.Equal(t, []line{{Op: "create file", On: "b", Kind: "file", Path: "plan", Result: "done", Bytes: 5}}, got.lines(t))
	w.rename("a/plan", "a/renamed")
	require.Contains(t, w.sync("-json").lines(t), line{Op: "move", On: "b", Kind: "file", Path: "renamed", From: "plan", Result: "done"})
}

func TestDeletesAboveTheLimitWait(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.write("a/"+strconv.Itoa(i), "bytes")
	}
	w.agree()
	for i := range 5 {
		w.remove("a/" + strconv.Itoa(i))
	}
	w.write("a/other", "other")
	got := w.sync("-json", "-max-delete", "2")
	require.Equal(t, left, got.code)
	require.Equal(t, 2, got.totals(t)["deletes"])
	require.Equal(t, 3, got.totals(t)["held"])
	require.Equal(t, "other", w.tree(w.b)["other"], "what is held stops nothing else")
	require.Zero(t, w.sync("-json", "-max-delete", "2").totals(t)["deletes"], "the limit is for 24 hours")
	w.agree() // without a limit
	require.Equal(t, map[string]string{"other": "other"}, w.tree(w.b))
}

func TestAMassDeleteHaltsUntilItIsConfirmed(t *testing.T) {
	w := newWorld(t)
	for i := range 250 {
		w.write("a/"+strconv.Itoa(i), "bytes")
	}
	w.agree()
	for i := range 200 {
		w.remove("b/" + strconv.Itoa(i))
	}
	got := w.sync("-json")
	require.Equal(t, left, got.code)
	require.Contains(t, got.err, "200")
	require.Zero(t, got.totals(t)["writes"])
	require.Len(t, w.tree(w.a), 250)
	require.Equal(t, left, w.sync("-dry-run").code)
	w.agree("-confirm")
	require.Len(t, w.tree(w.a), 50)
	require.Len(t, w.trash(), 200)
}

func TestAnEmptiedRootHaltsUntilItIsConfirmed(t *testing.T) {
	w := newWorld(t)
	w.write("a/one", "1")
	w.write("a/two", "2")
	w.agree()
	w.remove("b/one")
	w.remove("b/two")
	require.Equal(t, left, w.sync().code)
	require.Len(t, w.tree(w.a), 2)
	w.agree("-confirm")
	require.Empty(t, w.tree(w.a))
	require.ElementsMatch(t, []string{"1", "2"}, w.trash())
}

func TestTheTrashMayBeOnAnotherFileSystem(t *testing.T) {
	w := newWorld(t)
	w.disk("trash disk", "4m")
	trash := filepath.Join(w.dir, "trash disk", "trash")
	w.write("a/plan", "one")
	w.write("a/folder/old", "old")
	w.agree("-trash", trash)
	w.write("a/plan", "two")
	w.remove("b/folder")
	w.agree("-trash", trash)
	got := w.tree(trash)
	var contents []string
	for _, c := range got {
		if c != "" {
			contents = append(contents, c)
		}
	}
	require.ElementsMatch(t, []string{"one", "old"}, contents)
}

func TestHelpIsNoError(t *testing.T) {
	w := newWorld(t)
	got := w.run("-h")
	require.Equal(t, agree, got.code)
	require.Contains(t, got.out, "-max-delete")
}
