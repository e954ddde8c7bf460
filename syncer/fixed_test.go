package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestAFolderThatTheServiceKeepsIsNotAskedToGo(t *testing.T) {
	tree := syncertest.Tree{"d/p": "p", "k": "k"}
	w := newWorld(t, syncertest.WorldOptions{SourceTree: tree, DestinationTree: tree})
	w.Bob.Fix("d")
	full(t, w)
	w.Ann.Remove("d")
	report := full(t, w)
	require.Empty(t, report.Failures)
	require.Len(t, report.Skips, 1)
	require.Contains(t, report.Skips[0].Reason, "keeps this folder itself")
	require.Equal(t, syncertest.Tree{"d/": "", "k": "k"}, w.Destination.Tree())
	require.False(t, w.Source.Has("d"))
	full(t, w)
	require.Empty(t, w.Left.Writes())
	require.Empty(t, w.Right.Writes())
	require.False(t, w.Source.Has("d"), "it does not come back as new")

	// It is made anew for the sake of what comes into it.
	w.Bob.Add("d/q", "q")
	full(t, w)
	full(t, w)
	require.Equal(t, syncertest.Tree{"d/": "", "d/q": "q", "k": "k"}, w.Source.Tree())
	full(t, w)
	require.Empty(t, w.Left.Writes())
}

func TestAFolderThatTheServiceKeepsGetsANameOfItsOwnOnTheOtherSide(t *testing.T) {
	tree := syncertest.Tree{"d/p": "p", "k": "k"}
	w := newWorld(t, syncertest.WorldOptions{SourceTree: tree, DestinationTree: tree})
	w.Bob.Fix("d")
	full(t, w)
	w.Ann.Rename("d", "e")
	full(t, w)
	report := full(t, w)
	require.Empty(t, report.Failures)
	require.Empty(t, w.Right.Writes(), "it is not asked again")
	require.Equal(t, syncertest.Tree{"e/": "", "e/p": "p", "k": "k"}, w.Source.Tree())
	require.Equal(t, syncertest.Tree{"d/": "", "d/p": "p", "k": "k"}, w.Destination.Tree())
}
