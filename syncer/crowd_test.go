package syncer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// shelf is a side that reads a folder as a whole, and counts how often it is asked for names.
type shelf struct {
	*syncertest.Handle
	reads, finds *int
}

func (s shelf) Find(ctx context.Context, parent syncer.Entry, key syncer.Key) ([]syncer.Entry, error) {
	*s.finds++
	return s.Handle.Find(ctx, parent, key)
}

func (s shelf) ReadFolder(ctx context.Context, folder syncer.Entry) ([]syncer.Entry, error) {
	*s.reads++
	var all []syncer.Entry
	for e, err := range s.List(ctx, folder, "") {
		if err != nil {
			return nil, err
		}
		if e.ParentID == folder.ID {
			all = append(all, e)
		}
	}
	return all, nil
}

// What a first sync has found and not come to is looked at again by the next run, since it may have changed.
func TestACrowdThatARunHasNotComeToCostsOneReadingOfItsFolder(t *testing.T) {
	const files = 100
	tree := syncertest.Tree{"d/": "", "k": "k"}
	for i := range files {
		tree[fmt.Sprintf("d/%d", i)] = fmt.Sprint(i)
	}
	w := newWorld(t, syncertest.WorldOptions{SourceTree: tree})
	var reads, finds int
	w.Pair.Source.FS = shelf{w.Left, &reads, &finds}
	report, err := w.Run(t.Context(), &syncer.RunOptions{Full: true, Budget: syncer.Budget{Calls: 60}})
	require.NoError(t, err)
	require.True(t, report.More)
	left := len(w.Source.Tree()) - len(w.Destination.Tree())
	require.Greater(t, left, files/4)
	w.Ann.Write("d/99", "changed meanwhile")
	w.Ann.Remove("d/98")
	reads = 0
	w.Left.Clear()
	_, err = w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Equal(t, 1, reads)
	require.Less(t, w.Left.Count("Look"), 6, "one that tells the folder, its folders, and what is not in it any more")
}

func TestACrowdOfNewFilesCostsOneReadingOfTheFolderThatTheyGoTo(t *testing.T) {
	w := newWorld(t, syncertest.WorldOptions{SourceTree: syncertest.Tree{"d/k": "k"}, DestinationTree: syncertest.Tree{"d/k": "k"}})
	var reads, finds int
	w.Pair.Destination.FS = shelf{w.Right, &reads, &finds}
	require.NoError(t, w.Poll(t.Context()))
	full(t, w)
	reads, finds = 0, 0
	const crowd = 300 // more than are looked at together
	for i := range crowd {
		w.Ann.Write(fmt.Sprintf("d/%d", i), "new")
	}
	w.Bob.Write("d/7", "new, too")
	report, err := w.Hinted(t.Context())
	require.NoError(t, err)
	require.False(t, report.Full)
	require.Len(t, report.Conflicts, 1, "who stands there already is seen")
	require.Equal(t, crowd+2, len(w.Destination.Tree())-1, "all of them, and a copy")
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Equal(t, 1, reads)
	require.Zero(t, finds)
}
