package syncertest_test

import (
	"path"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

func kindScenarios() []scenario {
	return []scenario{
		{"file-to-folder", both(fileToFolder)},
		{"file-to-folder-vs-edit", both(fileToFolderVsEdit)},
		{"folder-to-file", both(folderToFile)},
		{"empty-folder-create", both(emptyFolder)},
		{"folder-created-on-both", both(folderCreatedOnBoth)},
		{"unsupported-kind", both(unsupportedKind)},
		{"locked-or-checked-out", both(lockedItem)},
	}
}

func fileToFolder(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"x": "1", "keep": "k"}, limited(10))
	s.a.Remove("x")
	s.a.Write("x/in", "2")
	s.run()
	s.requireTrees(syncertest.Tree{"x/in": "2", "keep": "k"})
	require.Equal(t, syncertest.Tree{"x": "1"}, s.b.Trash())
	s.requireWrites(s.a)
	s.requireWrites(s.b, "CreateFile", "CreateFolder", "Delete")
	s.requireCharged(1)
	s.requireNoConflict()
	s.requireSettled()
}

func fileToFolderVsEdit(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"x.d": "1", "keep": "k"}, limited(10))
	s.a.Remove("x.d")
	s.a.Write("x.d/in", "2")
	s.b.Write("x.d", "edited")
	s.run()
	s.requireEqualTrees()
	tree := s.a.Tree()
	require.Len(t, tree, 4, s.report)
	require.Equal(t, "2", tree["x.d/in"])
	require.Equal(t, "k", tree["keep"])
	name := s.a.byContents(t)["edited"]
	require.True(t, strings.HasPrefix(name, "x (") && path.Ext(name) == ".d", "the edited file has a conflict name, not %q", name)
	s.requireCharged(0)
	s.requireSettled()
}

func folderToFile(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"d/1": "1", "d/2": "2", "d/sub/3": "3", "keep": "k"}, limited(10))
	s.a.Remove("d")
	s.a.Write("d", "file")
	s.run()
	s.requireTrees(syncertest.Tree{"d": "file", "keep": "k"})
	s.requireWrites(s.a)
	s.requireWrites(s.b, "CreateFile", "Delete", "Delete", "Delete", "Delete", "Delete")
	s.requireCharged(5)
	s.requireNoConflict()
	s.requireSettled()

	t.Run("over-the-limit", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"d/1": "1", "d/2": "2", "d/sub/3": "3", "keep": "k"}, limited(3))
		s.a.Remove("d")
		s.a.Write("d", "file")
		s.run()
		require.Equal(t, 3, s.report.Totals.Deletes, s.report)
		require.Len(t, s.report.Holds, 2)
		s.requireTree(s.a, syncertest.Tree{"d": "file", "keep": "k"})
		s.requireCharged(3)
		s.run()
		s.requireNoWrites()
		s.Later(24*time.Hour + time.Minute)
		s.run()
		require.Equal(t, 2, s.report.Totals.Deletes, s.report)
		s.run()
		require.Contains(t, s.b.byContents(t), "file")
		require.Len(t, s.b.Tree(), 2, "the folder is gone: %s", s.report)
		s.requireTree(s.a, syncertest.Tree{"d": "file", "keep": "k"})
		s.requireSettled()
	})
}

func emptyFolder(_ *testing.T, s *stage) {
	s.given(syncertest.Tree{"d/x": "1"}, limited(10))
	s.a.Mkdir("e")
	s.a.Mkdir("d/f/g")
	s.run()
	s.requireTrees(syncertest.Tree{"d/x": "1", "e/": "", "d/f/g/": ""})
	s.requireWrites(s.a)
	s.requireWrites(s.b, "CreateFolder", "CreateFolder", "CreateFolder")
	s.requireSettled()

	s.b.Remove("e")
	s.a.Remove("d/f")
	s.run()
	s.requireTrees(syncertest.Tree{"d/x": "1"})
	s.requireWrites(s.a, "Delete")
	s.requireWrites(s.b, "Delete", "Delete")
	s.requireCharged(3)
	s.requireSettled()
}

func folderCreatedOnBoth(_ *testing.T, s *stage) {
	s.given(nil)
	s.a.Write("d/of a", "a")
	s.a.Write("d/same", "s")
	s.a.Write("d/sub/a", "1")
	s.b.Write("d/of b", "b")
	s.b.Write("d/same", "s")
	s.b.Write("d/sub/b", "2")
	s.b.Mkdir("d/empty")
	a, b := s.a.ID("d"), s.b.ID("d")
	s.run()
	s.requireTrees(syncertest.Tree{"d/of a": "a", "d/of b": "b", "d/same": "s", "d/sub/a": "1", "d/sub/b": "2", "d/empty/": ""})
	s.requireSame(s.a, a, "d")
	s.requireSame(s.b, b, "d")
	s.requireWrites(s.a, "CreateFile", "CreateFile", "CreateFolder")
	s.requireWrites(s.b, "CreateFile", "CreateFile")
	s.requireNoConflict()
	s.requireSettled()
}

func unsupportedKind(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"d/x": "1", "keep": "k"}, limited(10))
	s.a.AddLink("d/link")
	s.a.AddLink("link")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"d/x": "1", "keep": "k", "d/link@": "", "link@": ""})
	s.requireTree(s.b, syncertest.Tree{"d/x": "1", "keep": "k"})
	s.requireNoWrites()
	s.requireSkips("d/link", "link")
	s.requireIdle()
	s.hinted()
	s.requireSkips("d/link", "link")

	// B has nothing under that name, and may take it.
	s.b.Write("link", "a file of b")
	s.run()
	require.Contains(t, s.a.Tree(), "link@")
	require.Contains(t, s.a.byContents(t), "a file of b", "it comes over under another name")
	require.Equal(t, "a file of b", s.b.Tree()["link"])
	s.requireIdle()
	s.b.Remove("link")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"d/x": "1", "keep": "k", "d/link@": "", "link@": ""})

	// The folder of a link is not deleted on the side of the link.
	s.b.Remove("d")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"keep": "k", "d/link@": "", "link@": ""})
	s.requireTree(s.b, syncertest.Tree{"keep": "k"})
	s.requireWrites(s.a, "Delete")
	s.requireWrites(s.b)
	s.requireSkips("d", "d/link", "link")
	s.requireIdle()

	s.a.Remove("d/link")
	s.a.Remove("link")
	s.run()
	s.requireTrees(syncertest.Tree{"keep": "k"})
	s.requireWrites(s.b)
	s.requireSettled()
}

func lockedItem(_ *testing.T, s *stage) {
	tree := syncertest.Tree{"edited": "1", "renamed": "1", "removed": "1", "free": "1", "d/inner": "1"}
	s.given(tree, limited(10))
	for _, at := range []string{"edited", "renamed", "removed", "d/inner"} {
		s.b.Lock(at)
	}
	s.run()
	s.requireNoWrites()
	s.a.Write("edited", "2")
	s.a.Rename("renamed", "new name")
	s.a.Remove("removed")
	s.a.Remove("d")
	s.a.Write("free", "2")
	s.run()
	onA := syncertest.Tree{"edited": "2", "new name": "1", "free": "2"}
	s.requireTree(s.a, onA)
	s.requireTree(s.b, syncertest.Tree{"edited": "1", "renamed": "1", "removed": "1", "free": "2", "d/inner": "1"})
	s.requireWrites(s.a)
	s.requireCharged(0)
	s.requireReported("edited", "renamed|new name", "removed", "d", "d/inner")

	s.run() // it is not tried again at once
	s.requireNoWrites()
	s.Later(2 * time.Minute)
	s.run() // and then once, in vain
	s.requireTree(s.a, onA)
	s.requireReported("edited", "renamed|new name", "removed", "d", "d/inner")

	for _, at := range []string{"edited", "renamed", "removed", "d/inner"} {
		s.b.Unlock(at)
	}
	s.Later(time.Hour)
	s.run()
	s.requireTrees(onA)
	s.requireWrites(s.a)
	s.requireCharged(3)
	s.requireSettled()
}
