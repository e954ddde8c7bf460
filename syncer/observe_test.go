package syncer_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestWhatIsOnlyAssumedToBeThereIsNeitherDeletedNorOverwritten(t *testing.T) {
	for name, change := range map[string]func(u *syncertest.User){
		"deleted": func(u *syncertest.User) { u.Remove("p") },
		"edited":  func(u *syncertest.User) { u.Write("p", "2") },
	} {
		t.Run(name, func(t *testing.T) {
			// Neither side can show an item by its ID, and the destination's listing breaks off.
			bare := syncertest.Options{Info: syncertest.Ordinary(), Without: syncertest.Everything, PageSize: 1}
			w := agreed(t, syncertest.Tree{"k": "k", "p": "1"}, syncertest.WorldOptions{Source: bare, Destination: bare})
			change(w.Ann)
			pages := 0
			w.Right.OnCall(func(c syncertest.Call) error {
				if c.Op == "List" && c.Phase == syncertest.Before {
					if pages++; pages > 1 {
						return errReset
					}
				}
				return nil
			})
			report := full(t, w)
			require.Greater(t, pages, 1)
			require.NotEmpty(t, report.Incomplete)
			require.Empty(t, w.Right.Writes(), report)
			w.Right.OnCall(nil)
			w.Later(time.Hour)
			require.True(t, full(t, w).Settled())
			require.Equal(t, w.Source.Tree(), w.Destination.Tree())
		})
	}
}

func TestNothingIsWrittenIntoWhatAFailedListingHasNotShown(t *testing.T) {
	for name, at := range map[string]string{"a folder": "d/new", "the root": "new"} {
		t.Run(name, func(t *testing.T) {
			// Nobody can look at an item of the source by its ID, and its listing breaks off.
			w := agreed(t, syncertest.Tree{"d/p": "1"}, syncertest.WorldOptions{
				Source: syncertest.Options{Info: syncertest.Ordinary(), Without: syncertest.Looking},
			})
			w.Bob.Write(at, "2")
			w.Left.OnCall(func(c syncertest.Call) error {
				if c.Op == "List" && c.Phase == syncertest.Before {
					return errReset
				}
				return nil
			})
			report := full(t, w)
			require.Empty(t, w.Left.Writes(), report)
			require.Len(t, report.Skips, 1, report)
			require.Contains(t, report.Skips[0].Reason, "source was not listed")
			w.Left.OnCall(nil)
			require.True(t, full(t, w).Settled())
			require.Equal(t, w.Destination.Tree(), w.Source.Tree())
		})
	}
}

func TestWhatAPageLeftOutIsNotTakenForDeleted(t *testing.T) {
	tree := syncertest.Tree{"1": "1", "2": "2", "3": "3", "4": "4", "5": "5"}
	for name, without := range map[string]syncertest.Power{"with a Looker": 0, "without": syncertest.Looking} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, tree, syncertest.WorldOptions{
				Source: syncertest.Options{Info: syncertest.Ordinary(), Without: without, PageSize: 2},
			})
			w.Left.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(1, 2)), Shift: 1})
			full(t, w)
			require.Empty(t, w.Right.Writes())
			require.Equal(t, tree, w.Destination.Tree())
		})
	}
}

func TestWhatAFilterLeavesOutIsNotTakenForDeleted(t *testing.T) {
	temporary, err := policy.NewGlobs(policy.GlobOptions{Exclude: []string{"**/*.tmp"}})
	require.NoError(t, err)
	w := agreed(t, syncertest.Tree{"p": "1", "q.tmp": "2", "k": "k"}, syncertest.WorldOptions{})
	w.Options.Policies.Filter = temporary
	full(t, w) // both have q.tmp, which was in scope before
	w.Ann.Rename("p", "p.tmp")
	for range 2 {
		full(t, w)
		require.Empty(t, w.Right.Writes())
		require.Empty(t, w.Left.Writes())
		require.Equal(t, syncertest.Tree{"p": "1", "q.tmp": "2", "k": "k"}, w.Destination.Tree())
	}
}

func TestAFolderThatCouldNotBeReadIsReadAgainLongBeforeTheNextScanIsDue(t *testing.T) {
	w := agreed(t, syncertest.Tree{"d/p": "1", "k": "k"}, syncertest.WorldOptions{})
	w.Ann.Bar("d")
	w.Ann.Write("d/p", "2")
	require.False(t, full(t, w).Full)
	w.Ann.Unbar("d")
	w.Later(2 * time.Hour) // of the day between two scans, and nobody says that anything has changed
	report, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.Full)
	require.Equal(t, syncertest.Tree{"d/": "", "d/p": "2", "k": "k"}, w.Destination.Tree())
}

func TestAnIDThatNamesAnotherItemNowIsNotTheOldItem(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{
		Source: ordinary(func(i *syncer.Info) { i.ReusableIDs, i.Trash = true, false }),
	})
	reused, other := w.Source.ID("p"), w.Destination.ID("p")
	w.Ann.Remove("p")
	w.Ann.Write("q", "2")
	require.Equal(t, reused, w.Source.ID("q"))
	full(t, w)
	require.Equal(t, syncertest.Tree{"q": "2", "k": "k"}, w.Destination.Tree())
	require.NotEqual(t, other, w.Destination.ID("q"))
	require.Equal(t, syncertest.Tree{"p": "1"}, w.Destination.Trash())
}

func TestWhatWakesDeletesAndOverwritesNothing(t *testing.T) {
	for name, change := range map[string]func(u *syncertest.User){
		"deleted": func(u *syncertest.User) { u.Remove("p") },
		"edited":  func(u *syncertest.User) { u.Write("p", "2") },
	} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{})
			w.Ann.Hide("p")
			full(t, w)
			change(w.Bob)
			full(t, w)
			w.Ann.Show("p")
			full(t, w)
			require.Empty(t, w.Left.Writes(), "it is compared first")
			require.Empty(t, w.Right.Writes())
			full(t, w)
			require.Equal(t, w.Source.Tree(), w.Destination.Tree())
			require.True(t, w.Source.Has("p"), "what was hidden while it was deleted is kept")
			require.Empty(t, w.Source.Trash())
		})
	}
}

func TestWhatSleepsAndIsNowhereAnyMoreIsForgotten(t *testing.T) {
	temporary, err := policy.NewGlobs(policy.GlobOptions{Exclude: []string{"**/*.tmp"}})
	require.NoError(t, err)
	w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{})
	w.Options.Policies.Filter = temporary
	full(t, w)
	w.Ann.Rename("p", "p.tmp")
	full(t, w)
	w.Ann.Remove("p.tmp")
	w.Bob.Remove("p")
	full(t, w)
	records, err := w.Records(t.Context())
	require.NoError(t, err)
	require.Len(t, records, 2, "the root and what is still there")
}

// Two processes that each recorded half of what a user turned inside out leave such Records.
func TestRecordsThatStandInEachOtherHoldUpNoRun(t *testing.T) {
	tree := syncertest.Tree{"a/": "", "a/x": "1", "b/": "", "b/y": "2"}
	w := agreed(t, tree, syncertest.WorldOptions{})
	records, err := w.Records(t.Context())
	require.NoError(t, err)
	var a, b syncer.Record
	for _, r := range records {
		switch r.Name {
		case "a":
			a = r
		case "b":
			b = r
		}
	}
	a.Dormant, b.Dormant = true, true
	a.Source.Parent, b.Source.Parent = b.ID, a.ID
	state, err := w.Store.Open(t.Context(), w.Pair.Name)
	require.NoError(t, err)
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{a, b}}))
	require.NoError(t, state.Close())
	require.NoError(t, w.Store.Append(t.Context(), w.Pair.Name, syncer.Hint{Side: syncer.Source, ID: a.Source.ID}))
	_, err = w.Run(t.Context(), nil)
	require.NoError(t, err)
	full(t, w)
	report := full(t, w)
	require.True(t, report.Settled(), report)
	require.Equal(t, tree, w.Source.Tree())
	require.Equal(t, tree, w.Destination.Tree())
}
