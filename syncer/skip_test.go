package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// leaves is a Resolver that leaves every conflict to a person.
type leaves struct{}

func (leaves) Resolve(syncer.Conflict) syncer.Resolution { return syncer.Leave }

func TestWhatWasLeftForGoodIsInEveryReportAndEveryPlan(t *testing.T) {
	planned := func(t *testing.T, w *syncertest.World, o *syncer.RunOptions) *syncer.Plan {
		e, err := w.Engine()
		require.NoError(t, err)
		plan, err := e.Plan(t.Context(), o)
		require.NoError(t, err)
		return plan
	}
	for _, c := range []struct {
		name            string
		small, conflict bool
	}{
		{name: "a file that the other side does not take waits for nobody", small: true},
		{name: "a conflict waits for a person", conflict: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, syncertest.WorldOptions{
				Destination: ordinary(func(i *syncer.Info) { i.MaxSize = 8 }),
				SourceTree:  syncertest.Tree{"a": "a"},
				Engine:      syncer.Options{Policies: syncer.Policies{Resolver: leaves{}}},
			})
			require.NoError(t, w.Poll(t.Context()))
			full(t, w)
			w.Ann.Write("a", "by Ann")
			if c.small {
				w.Ann.Write("a", "more than eight")
			}
			if c.conflict {
				w.Bob.Write("a", "by Bob")
			}
			report, err := w.Hinted(t.Context())
			require.NoError(t, err)
			for range 2 {
				require.Len(t, report.Skips, 1, report)
				require.Equal(t, c.conflict, report.Skips[0].Conflict)
				require.Equal(t, c.conflict, report.Waits())
				for _, all := range []bool{false, true} {
					plan := planned(t, w, &syncer.RunOptions{Full: all})
					require.Empty(t, plan.Actions)
					require.Len(t, plan.Skips, 1, "full: %t", all)
					plan.Skips[0].ID = "" // a report tells it of newcomers only
					require.Equal(t, report.Skips, plan.Skips, "full: %t", all)
				}
				report = full(t, w)
			}
			// Whoever changes it is not told of what was left before.
			w.Ann.Write("a", "a")
			w.Bob.Write("a", "a")
			require.NoError(t, w.Poll(t.Context()))
			require.Empty(t, planned(t, w, nil).Skips)
		})
	}
}
