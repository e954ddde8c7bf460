package syncer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// limited returns policies that allow so many deletes a day.
func limited(ledger *memory.Ledger, most int) syncer.Policies {
	limit := policy.DeleteLimit{Ledger: ledger, Scope: "pair", Most: most}
	return syncer.Policies{Guards: []syncer.Guard{limit}, Gates: []syncer.Gate{limit}}
}

func TestADeleteWhoseReplyWasLostStaysCounted(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
	ledger := memory.NewLedger(memory.Options{Clock: w.Clock.Now})
	w.Options.Policies = limited(ledger, 1)
	w.Ann.Remove("p")
	w.Right.OnCall(breaks("Delete", syncertest.After))
	for range 2 {
		full(t, w)
		used, _, err := ledger.Used(t.Context(), "pair", 24*time.Hour)
		require.NoError(t, err)
		require.Equal(t, 1, used)
		require.False(t, w.Destination.Has("p"))
		w.Right.OnCall(nil)
		w.Later(2 * time.Minute)
	}
}

func TestARejectedDeleteIsNotDoneWhenTheLimitHasRoomForIt(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
	ledger := memory.NewLedger(memory.Options{Clock: w.Clock.Now})
	w.Options.Policies = limited(ledger, 0)
	w.Ann.Remove("p")
	report := full(t, w)
	require.Len(t, report.Holds, 1)
	require.NoError(t, w.Store.Decide(t.Context(), w.Pair.Name, report.Holds[0].Action, syncer.Rejected))
	w.Options.Policies = limited(ledger, 10)
	for range 3 {
		full(t, w)
		require.Equal(t, syncertest.Tree{"p": "p", "k": "k"}, w.Destination.Tree())
		require.Equal(t, syncertest.Tree{"k": "k"}, w.Source.Tree())
		w.Later(48 * time.Hour)
	}
}
