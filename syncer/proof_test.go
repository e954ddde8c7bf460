package syncer_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// What is found in the trash is deleted only if it did not get there with its whole root, which may
// happen at any instant of a run.
func TestARootThatGoesWhileItsItemsAreLookedAtIsNoDelete(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
	require.NoError(t, w.Poll(t.Context()))
	full(t, w)
	w.Bob.Rename("p", "q")
	id, root := w.Source.ID("p"), "id:"+w.Source.Root()
	var once sync.Once
	w.Left.OnCall(func(c syncertest.Call) error {
		if c.Op == "Look" && c.ID == id && c.Phase == syncertest.Before {
			once.Do(func() { w.Ann.Remove(root) })
		}
		return nil
	})
	_, err := w.Hinted(t.Context())
	require.ErrorIs(t, err, syncer.ErrHalted)
	w.Ann.Restore(root)
	w.Later(time.Hour)
	full(t, w)
	require.Equal(t, syncertest.Tree{"q": "p", "k": "k"}, w.Source.Tree())
	require.Equal(t, syncertest.Tree{"q": "p", "k": "k"}, w.Destination.Tree())
}

func TestWhatWasMadeInARootThatGoesWhileItIsLookedForIsFoundWhenTheRootIsBack(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	require.NoError(t, w.Poll(t.Context()))
	full(t, w)
	w.Ann.Write("new", "n")
	id, root := w.Source.ID("new"), "id:"+w.Source.Root()
	var once sync.Once
	w.Left.OnCall(func(c syncertest.Call) error {
		if c.Op == "Look" && c.ID == id && c.Phase == syncertest.Before {
			once.Do(func() { w.Ann.Remove(root) })
		}
		return nil
	})
	_, err := w.Hinted(t.Context())
	require.ErrorIs(t, err, syncer.ErrHalted)
	w.Ann.Restore(root)
	report, err := w.Hinted(t.Context())
	require.NoError(t, err)
	require.True(t, report.Settled(), report)
	require.Equal(t, "n", w.Destination.Tree()["new"])
}

func TestAScanInPartsIsNotWholeIfOnePartHadAFolderThatCouldNotBeRead(t *testing.T) {
	tree := syncertest.Tree{"a/p": "1", "b": "b", "c": "c", "d": "d", "e": "e", "f": "f"}
	w := agreed(t, tree, syncertest.WorldOptions{Source: syncertest.Options{Info: syncertest.Ordinary(), PageSize: 1}})
	w.Ann.Bar("a")
	w.Ann.Write("a/p", "2")
	report, err := w.Run(t.Context(), &syncer.RunOptions{Full: true, Budget: syncer.Budget{Calls: 4}})
	require.NoError(t, err)
	require.True(t, report.More)
	require.NotEmpty(t, report.Incomplete, report)
	w.Ann.Unbar("a")
	for report.More {
		report, err = w.Run(t.Context(), nil)
		require.NoError(t, err)
	}
	require.False(t, report.Full, "nobody has looked into the folder since")
	w.Later(2 * time.Hour)
	report, err = w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.Full)
	require.Equal(t, "2", w.Destination.Tree()["a/p"])
}

// On a side without a trash only the folder proves that an item is gone, and the folder may have gone
// with it: it is looked at too.
func TestWhatWasInADeletedFolderIsGoneThoughNobodyNamesTheFolder(t *testing.T) {
	w := agreed(t, syncertest.Tree{"d/p": "p", "k": "k"}, syncertest.WorldOptions{
		Source: ordinary(func(i *syncer.Info) { i.Trash = false }),
	})
	news := syncer.Hint{Side: syncer.Source, ID: w.Source.ID("d/p")}
	w.Ann.Remove("d")
	require.NoError(t, w.Store.Append(t.Context(), w.Pair.Name, news))
	report, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.False(t, report.Full)
	require.Equal(t, syncertest.Tree{"d/p": "p"}, w.Destination.Trash())
}

// A file that was left alone has no Record. When its folder goes, the news names the folder only.
func TestWhatWasLeftAloneInAFolderLeavesTheReportWithTheFolder(t *testing.T) {
	w := agreed(t, syncertest.Tree{"d/p": "p", "k": "k"}, syncertest.WorldOptions{
		Destination: ordinary(func(i *syncer.Info) { i.MaxSize = 4 }),
	})
	w.Ann.Write("d/q", "too large")
	require.Len(t, full(t, w).Skips, 1)
	news := syncer.Hint{Side: syncer.Source, ID: w.Source.ID("d")}
	w.Ann.Remove("d")
	require.NoError(t, w.Store.Append(t.Context(), w.Pair.Name, news))
	report, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.False(t, report.Full)
	require.True(t, report.Settled(), report)
	require.Equal(t, syncertest.Tree{"k": "k"}, w.Destination.Tree())
}
