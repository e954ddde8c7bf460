package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestWhatAUserRestoresIsRestoredOnTheOtherSideAndNotMadeAnew(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
	id := w.Destination.ID("p")
	w.Ann.Remove("p")
	full(t, w)
	require.False(t, w.Destination.Has("p"))
	w.Ann.Restore("p")
	full(t, w)
	require.Equal(t, id, w.Destination.ID("p"))
}

func TestARetiredIDIsNeverTakenForANewItem(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{
		Destination: ordinary(func(i *syncer.Info) { i.File.Update = syncer.UpdateByReplacement }),
	})
	old := w.Destination.ID("p")
	w.Ann.Write("p", "2")
	full(t, w)
	require.NotEqual(t, old, w.Destination.ID("p"))
	w.Bob.Rename("p", "q")
	w.Bob.Restore("p") // the file that the update replaced is back beside the one that replaced it
	require.Equal(t, old, w.Destination.ID("p"))
	full(t, w)
	full(t, w)
	require.Equal(t, syncertest.Tree{"q": "2", "k": "k"}, w.Source.Tree())
}

func TestWhatCouldNotTakeTheNewContentsIsMadeAnewAndNotRestored(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{
		Destination: ordinary(func(i *syncer.Info) { i.File.Update = syncer.UpdateNever }),
	})
	w.Ann.Write("p", "2")
	full(t, w)
	require.Equal(t, syncertest.Tree{"p": "1", "k": "k"}, w.Destination.Tree())
	w.Ann.Remove("p")
	full(t, w)
	require.False(t, w.Destination.Has("p"))
	w.Ann.Restore("p")
	full(t, w)
	require.Equal(t, syncertest.Tree{"p": "2", "k": "k"}, w.Destination.Tree())
}
