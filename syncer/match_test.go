package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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
