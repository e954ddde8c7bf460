package mapping_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestFoldersAreMadeForTheChosenToolsOnly(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": "", "Elsewhere/": ""})
	l := w.add("Bridge", mapping.Photos, mapping.Documents)
	require.Equal(t, syncertest.Tree{"Bridge/": "", "Bridge/Documents/": "", "Bridge/Photos/": "", "Elsewhere/": ""}, w.box.Tree())
	require.Equal(t, []mapping.Tool{mapping.Documents, mapping.Photos}, l.Tools, "in the order in which they are shown")

	parts, err := w.Parts(t.Context(), "bridge")
	require.NoError(t, err)
	require.Len(t, parts, 2, "one pair for each tool")
	require.Equal(t, w.box.ID("Bridge/Documents"), parts[0].Pair.Destination.Root)
	require.Equal(t, w.box.ID("Bridge/Photos"), parts[1].Pair.Destination.Root)
	require.NotEqual(t, parts[0].Pair.Name, parts[1].Pair.Name)
}

func TestBothSidesOfATool(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/Documents/from box.pdf": "b"})
	w.add("Bridge", mapping.Documents)
	w.documents().Write("from procore.pdf", "p")
	results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{})
	require.NoError(t, err)
	require.Len(t, results, 1)
	require.True(t, results[0].Settled(), "%v %v", results[0].Report, results[0].Err)
	want := syncertest.Tree{"from box.pdf": "b", "from procore.pdf": "p"}
	require.Equal(t, want, w.documents().Tree())
	require.Equal(t, syncertest.Tree{"Bridge/": "", "Bridge/Documents/": "", "Bridge/Documents/from box.pdf": "b", "Bridge/Documents/from procore.pdf": "p"}, w.box.Tree())
}
