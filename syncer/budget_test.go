package syncer_test

import (
	"fmt"
	"sync"
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

func TestARunThatIsStoppedEndsTheCallsThatAreUnderWayAndBeginsNoOther(t *testing.T) {
	const files, parallel = 30, 3
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	for i := range files {
		w.Ann.Write(fmt.Sprintf("file %02d", i), fmt.Sprint(i))
	}
	stop := make(chan struct{})
	var once sync.Once
	w.Options.Parallel = parallel
	w.Right.Clear()
	w.Right.OnCall(func(c syncertest.Call) error {
		if c.Op == "CreateFile" && c.Phase == syncertest.Before {
			once.Do(func() { close(stop) })
		}
		return nil
	})
	report, err := w.Run(t.Context(), &syncer.RunOptions{Full: true, Stop: stop})
	require.NoError(t, err)
	require.True(t, report.More, "the next run does the rest")
	require.LessOrEqual(t, report.Totals.Writes, parallel)
	require.Len(t, w.Right.Writes(), report.Totals.Writes, "what was begun was ended, and is recorded")
	for _, f := range report.Failures {
		require.Equal(t, syncer.Blocked, f.Result, "%s: %s", f.Path, f.Err)
	}

	report, err = w.Run(t.Context(), &syncer.RunOptions{Full: true, Stop: stop})
	require.NoError(t, err)
	require.Zero(t, report.Totals.Writes, "stopped before it began")

	report, err = w.Run(t.Context(), &syncer.RunOptions{Full: true})
	require.NoError(t, err)
	require.True(t, report.Settled(), "%s", report)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}
