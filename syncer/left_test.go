package syncer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// slow is a Pacer that lets a call go every second.
type slow struct{ syncer.Pacer }

func (slow) Estimate(c syncer.Cost) time.Duration { return time.Duration(c.Calls) * time.Second }

func TestAnObserverIsToldWhatIsLeftBeforeAndAfterEachAction(t *testing.T) {
	w := newWorld(t, syncertest.WorldOptions{SourceTree: syncertest.Tree{"a/x": "12345", "y": "123"}})
	w.Pair.Destination.Pacer = slow{}
	w.Options.Parallel = 1
	var calls, bytes, done []int
	var times []time.Duration
	w.Options.Observe = func(e syncer.Event) {
		if e.Phase == syncer.PhaseApply {
			require.Equal(t, e.Done > 0, e.Outcome != nil)
			done = append(done, e.Done)
			calls = append(calls, e.Left.Source.Calls+e.Left.Destination.Calls)
			bytes = append(bytes, int(e.Left.Destination.Bytes))
			times = append(times, e.Left.Time)
		}
	}
	_, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2, 3}, done)
	require.Equal(t, []int{5, 4, 2, 0}, calls, "a folder takes one call, a file one on each side")
	require.Equal(t, 8, bytes[0])
	require.Zero(t, bytes[3])
	require.Equal(t, []time.Duration{3 * time.Second, 2 * time.Second, time.Second, 0}, times)
}
