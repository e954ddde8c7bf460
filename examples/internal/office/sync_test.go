package office

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

func TestAWatchLooksAgainSoonUnlessOnlyAPersonCanGoOn(t *testing.T) {
	report := func(change func(r *syncer.Report)) mapping.Result {
		r := &syncer.Report{}
		change(r)
		return mapping.Result{Report: r}
	}
	held := func(d syncer.Decision) mapping.Result {
		return report(func(r *syncer.Report) { r.Holds = []syncer.Hold{{Decision: d}} })
	}
	left := func(s syncer.Skip) mapping.Result {
		return report(func(r *syncer.Report) { r.Skips = []syncer.Skip{s} })
	}
	for name, c := range map[string]struct {
		result mapping.Result
		people bool
	}{
		"settled":                  {report(func(*syncer.Report) {}), true},
		"held":                     {held(syncer.Waiting), true},
		"approved and not done":    {held(syncer.Approved), false},
		"rejected and not settled": {held(syncer.Rejected), false},
		"a conflict":               {left(syncer.Skip{Conflict: true, Retry: true}), true},
		"left for good":            {left(syncer.Skip{}), true},
		"left until the next look": {left(syncer.Skip{Retry: true}), false},
		"failed":                   {report(func(r *syncer.Report) { r.Failures = []syncer.Outcome{{}} }), false},
		"not listed to its end":    {report(func(r *syncer.Report) { r.Incomplete = []syncer.Unlisted{{}} }), false},
		"more to do":               {report(func(r *syncer.Report) { r.More = true }), false},
		"ended early":              {mapping.Result{Report: &syncer.Report{}, Err: errors.New("x")}, false},
		"paused":                   {mapping.Result{Paused: "in the trash"}, false},
		"not run":                  {mapping.Result{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.people, (&Synced{Results: []mapping.Result{held(syncer.Waiting), c.result}}).leftToPeople())
		})
	}
	require.False(t, (&Synced{Err: errors.New("no answer")}).leftToPeople())
}

func TestALinkThatIsPausedJustBeforeItsRunIsNoTrouble(t *testing.T) {
	l := theLink()
	o := remembered(t, l)
	require.NoError(t, o.Links.Pause(t.Context(), l.ID))

	results, err := o.settleWanted(t.Context(), l, SyncOptions{}) // as it was when it was chosen
	require.NoError(t, err)
	require.Len(t, results, 1)
	require.Contains(t, results[0].Paused, "a person has paused the link")
}
