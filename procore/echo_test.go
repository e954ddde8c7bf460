package procore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// A hint names the state that the listing told of, so that what the engine knows already costs no look,
// however often it is told again.
func TestAHintNamesTheStateThatTheIndexTells(t *testing.T) {
	w := newTower(t, procoretest.Options{})
	files, root := w.fs, w.Project().RootID
	from, err := files.Now(t.Context())
	require.NoError(t, err)
	kept, err := w.ann.Upload(root, "kept.txt", []byte("1"))
	require.NoError(t, err)
	gone, err := w.ann.Upload(root, "gone.txt", []byte("2"))
	require.NoError(t, err)
	require.NoError(t, w.ann.Delete(gone))
	hints, _, _, err := files.Changes(t.Context(), from)
	require.NoError(t, err)
	guards := map[string]syncer.Precondition{}
	for _, h := range hints {
		guards[h.ID] = h.Guard
	}
	seen, err := files.Look(t.Context(), "f"+procore.ID(kept.ID).String())
	require.NoError(t, err)
	require.Equal(t, seen.Guard, guards[seen.ID])
	require.Contains(t, guards, "f"+procore.ID(gone.ID).String())
	require.Empty(t, guards["f"+procore.ID(gone.ID).String()], "what lies in the bin is looked at")
}
