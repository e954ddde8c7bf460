package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func newWorld(t *testing.T, o syncertest.WorldOptions) *syncertest.World {
	t.Helper()
	o.Clock = &syncertest.Clock{}
	o.Store = memory.New(memory.Options{Clock: o.Clock.Now})
	return syncertest.NewWorld(o)
}

func TestTwoTreesBecomeTheirUnionAndThenRest(t *testing.T) {
	w := newWorld(t, syncertest.WorldOptions{
		SourceTree:      syncertest.Tree{"a/x": "1", "a/b/y": "2", "same": "s"},
		DestinationTree: syncertest.Tree{"a/z": "3", "c/": "", "same": "s"},
	})
	want := syncertest.Tree{"a/": "", "a/b/": "", "a/x": "1", "a/b/y": "2", "a/z": "3", "c/": "", "same": "s"}
	rep, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, want, w.Source.Tree())
	require.Equal(t, want, w.Destination.Tree())
	require.True(t, rep.Settled(), rep)

	rep, err = w.Full(t.Context())
	require.NoError(t, err)
	require.Zero(t, rep.Totals.Writes)

	w.Ann.Write("a/x", "1 edited")
	w.Bob.Move("a/z", "c/z2")
	w.Ann.Remove("a/b")
	rep, err = w.Full(t.Context())
	require.NoError(t, err)
	require.True(t, rep.Settled(), rep)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Equal(t, syncertest.Tree{"a/": "", "a/x": "1 edited", "c/": "", "c/z2": "3", "same": "s"}, w.Source.Tree())
	require.Equal(t, 2, rep.Totals.Deletes)
	require.Equal(t, 1, rep.Totals.Moves)

	require.NoError(t, w.Poll(t.Context()))
	rep, err = w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, rep.Full)
	w.Ann.Move("a", "aa")
	w.Bob.Write("a/x", "2 edited")
	w.Bob.Write("new/deep/file", "n")
	w.Ann.Remove("c")
	rep, err = w.Hinted(t.Context())
	require.NoError(t, err)
	require.False(t, rep.Full)
	require.True(t, rep.Settled(), rep)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Equal(t, syncertest.Tree{"aa/": "", "aa/x": "2 edited", "new/": "", "new/deep/": "", "new/deep/file": "n", "same": "s"}, w.Source.Tree())
	require.Equal(t, syncer.Source, syncer.Destination.Other())
}
