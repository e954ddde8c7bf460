package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestAFileThatIsRemovedAndMadeAgainStaysTheSameItemOnTheOtherSide(t *testing.T) {
	w := agreed(t, syncertest.Tree{"d/p": "1", "k": "k"}, syncertest.WorldOptions{})
	id := w.Destination.ID("d/p")
	w.Ann.Remove("d/p") // as editors do that save by writing a new file
	w.Ann.Write("d/p", "2")
	full(t, w)
	require.Equal(t, id, w.Destination.ID("d/p"))
	require.Equal(t, []string{"1", "2"}, w.Destination.History("d/p"))
}

func TestOfTwoThatWantANameTheOneThatIsKnownGetsIt(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "known", "k": "k"}, syncertest.WorldOptions{})
	w.Ann.Rename("p", "x")
	w.Bob.Write("x", "new")
	full(t, w)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Equal(t, "known", w.Source.Tree()["x"])
	require.Contains(t, bodies(w.Source.Tree()), "new")
}

func TestANameThatSomethingUnsyncedHasIsNotAskedFor(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	w.Ann.AddLink("x")
	w.Bob.Write("x", "new")
	full(t, w)
	writes := w.Left.Writes()
	require.Len(t, writes, 1)
	require.NoError(t, writes[0].Err)
	require.NotEqual(t, "x", writes[0].Name)
	require.Contains(t, bodies(w.Source.Tree()), "new")
}

func TestASideThatCannotMoveIsNotAskedTo(t *testing.T) {
	w := agreed(t, syncertest.Tree{"d/p": "p", "e/": ""}, syncertest.WorldOptions{
		Destination: ordinary(func(i *syncer.Info) { i.File.Move = false }),
	})
	w.Ann.Move("d/p", "e/p")
	for range 2 {
		report := full(t, w)
		require.Empty(t, w.Right.Writes())
		require.Empty(t, w.Left.Writes())
		require.Empty(t, report.Failures)
		require.Len(t, report.Skips, 1)
		require.Contains(t, report.Skips[0].Reason, "cannot move")
	}
}

// A file that was removed and made again is the same item under a new ID. That is remembered also
// while the item is left alone: the old ID leads into the trash.
func TestAFileThatIsMadeAgainAndLeftAloneIsNotTakenForDeletedLater(t *testing.T) {
	for _, c := range []struct {
		name string
		body string
		hook syncertest.Hook
	}{
		{"it is too large", "too large", nil},
		{"it could not be read", "2", breaks("Open", syncertest.Before)},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{
				Source:      ordinary(func(i *syncer.Info) { i.MaxSize = 4 }),
				Destination: ordinary(func(i *syncer.Info) { i.Digest = "" }),
			})
			require.NoError(t, w.Poll(t.Context()))
			full(t, w)
			w.Bob.Remove("p")
			w.Bob.Write("p", c.body)
			w.Right.OnCall(c.hook)
			report, err := w.Hinted(t.Context())
			require.NoError(t, err)
			require.False(t, report.Settled())
			w.Ann.Rename("p", "q")
			_, err = w.Hinted(t.Context())
			require.NoError(t, err)
			require.Equal(t, syncertest.Tree{"q": "1", "k": "k"}, w.Source.Tree())
			require.Empty(t, w.Source.Trash())
		})
	}
}

func TestWhatComesBackFollowsTheMoveThatWasMadeMeanwhile(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "d/k": "k"}, syncertest.WorldOptions{})
	ledger := memory.NewLedger(memory.Options{Clock: w.Clock.Now})
	w.Options.Policies = limited(ledger, 0)
	w.Bob.Remove("p")
	require.Len(t, full(t, w).Holds, 1)
	w.Ann.Move("p", "d/p")
	full(t, w)
	w.Bob.Restore("p")
	require.True(t, full(t, w).Settled())
	require.Equal(t, syncertest.Tree{"d/": "", "d/k": "k", "d/p": "1"}, w.Source.Tree())
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}

// A rename gives a file another version on many disks: only a read tells that its bytes are the same.
// Until then it holds its name, and who wants that name waits for it within the run.
func TestTwoFilesThatChangePlacesGetNoTagsWhereARenameIsAnotherVersion(t *testing.T) {
	side := ordinary(func(i *syncer.Info) { i.Digest = "" })
	w := agreed(t, syncertest.Tree{"3": "three", "4": "four!"}, syncertest.WorldOptions{Source: side, Destination: side})
	w.Ann.Move("3", "x")
	w.Ann.Move("4", "3")
	w.Ann.Move("x", "4")
	w.Ann.Touch("4")
	w.Ann.Write("3", "longer")
	full(t, w)
	full(t, w)
	want := syncertest.Tree{"3": "longer", "4": "three"}
	require.Equal(t, want, w.Source.Tree())
	require.Equal(t, want, w.Destination.Tree())
}

// It happens where an older state goes on after a loss: each edit made a new item on one side, and then the file
// was renamed.
func TestAFileThatIsMadeAnewWhereTheOtherSideHasItNowIsTheSame(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{
		Destination: ordinary(func(i *syncer.Info) { i.File.Update = syncer.UpdateByReplacement }),
	})
	older := w.Store.(*memory.Store).Clone()
	w.Ann.Write("p", "2")
	full(t, w)
	w.Ann.Rename("p", "q")
	full(t, w)
	w.Store = older
	report := full(t, w)
	require.Zero(t, report.Totals.Writes, "%s", report)
	require.True(t, report.Settled(), "%s", report)
	require.Equal(t, syncertest.Tree{"q": "2", "k": "k"}, w.Source.Tree())
	require.Equal(t, syncertest.Tree{"q": "2", "k": "k"}, w.Destination.Tree())
	w.Ann.Write("q", "3")
	full(t, w)
	require.Equal(t, syncertest.Tree{"q": "3", "k": "k"}, w.Destination.Tree())
}

func TestAFileWithOtherContentsWhereTheOtherSideHasAnItemNowIsAnotherFile(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{})
	w.Ann.Write("p", "2")
	w.Ann.Rename("p", "q")
	w.Bob.Remove("p")
	w.Bob.Write("q", "another")
	require.Zero(t, full(t, w).Totals.Conflicts, "they have nothing to do with each other")
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.ElementsMatch(t, []string{"2", "another", "k"}, bodies(w.Source.Tree()), "both are kept")
}
