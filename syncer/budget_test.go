package syncer_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestARunKeepsToItsBudgetAndTheNextGoesOn(t *testing.T) {
	const files, calls = 30, 12
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	for i := range files {
		w.Ann.Write(fmt.Sprintf("file %02d", i), fmt.Sprint(i))
	}
	runs := 0
	for more := true; more; runs++ {
		w.Right.Clear()
		report, err := w.Run(t.Context(), &syncer.RunOptions{Full: true, Budget: syncer.Budget{Calls: calls}})
		require.NoError(t, err)
		require.LessOrEqual(t, len(w.Right.Writes()), calls)
		require.NotEmpty(t, w.Right.Writes(), "a run that gets nowhere")
		more = report.More
	}
	require.GreaterOrEqual(t, runs, files/calls)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}
