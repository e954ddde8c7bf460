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

// Whoever goes on for as long as there is more would ask a service that is down again and again.
func TestAScanThatBreaksOffWhereItDidBeforeIsNotToBeTriedAgainAtOnce(t *testing.T) {
	bare := syncertest.Options{Info: syncertest.Ordinary(), Without: syncertest.Everything}
	for name, c := range map[string]struct {
		sides syncertest.WorldOptions
		fails func(page int) bool
	}{
		"at the root":                   {fails: func(int) bool { return true }},
		"at the root, and nobody looks": {sides: syncertest.WorldOptions{Source: bare, Destination: bare}, fails: func(int) bool { return true }},
		"after two pages":               {fails: func(page int) bool { return page > 2 }},
	} {
		for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
			t.Run(name+", "+side.String(), func(t *testing.T) {
				c.sides.Source.PageSize, c.sides.Destination.PageSize = 1, 1
				w := agreed(t, syncertest.Tree{"a": "a", "b": "b", "c": "c", "d": "d"}, c.sides)
				down := w.Left
				if side == syncer.Destination {
					down = w.Right
				}
				pages := 0
				down.OnCall(func(call syncertest.Call) error {
					if call.Op == "List" && call.Phase == syncertest.Before {
						if pages++; c.fails(pages) {
							return errReset
						}
					}
					return nil
				})
				runs := 0
				for more := true; more; runs++ {
					require.Less(t, runs, 10)
					report, err := w.Run(t.Context(), &syncer.RunOptions{Full: true})
					require.NoError(t, err)
					require.NotEmpty(t, report.Incomplete)
					require.False(t, report.Settled())
					more = report.More
				}
				require.Equal(t, 2, runs, "the first one got on, if only on the other side")
				down.OnCall(nil)
				require.True(t, full(t, w).Full)
			})
		}
	}
}
