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

func TestADeleteThatWasTriedAndIsCountedIsNotHeldForWantOfRoom(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "q": "q", "r": "r", "k": "k"}, syncertest.WorldOptions{})
	ledger := memory.NewLedger(memory.Options{Clock: w.Clock.Now})
	w.Options.Policies = limited(ledger, 1)
	w.Ann.Remove("q")
	w.Right.OnCall(breaks("Delete", syncertest.Before)) // nobody can tell, so it stays counted
	full(t, w)
	w.Right.OnCall(nil)
	w.Ann.Remove("p")
	w.Ann.Remove("r")
	w.Later(2 * time.Minute)
	report := full(t, w)
	require.Equal(t, syncertest.Tree{"p": "p", "r": "r", "k": "k"}, w.Destination.Tree(), report)
	require.Len(t, report.Holds, 2, report)
}

// A call starts within a minute after it was counted, or is counted anew: a process that is held up
// in between must not delete what its window no longer has room for.
func TestADeleteThatIsHeldUpAfterItWasCountedIsCountedAnew(t *testing.T) {
	for _, c := range []struct {
		name    string
		held    time.Duration
		another bool // somebody else has used the limit meanwhile
		deleted bool
	}{
		{"not held up", 0, false, true},
		{"held up for a minute", time.Minute, true, true},
		{"held up for a day", 24 * time.Hour, false, true},
		{"held up for a day, while another one was deleted", 24 * time.Hour, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock, counted := &syncertest.Clock{}, false
			ledger := memory.NewLedger(memory.Options{Clock: clock.Now, Fail: func(op memory.Op, done bool) error {
				counted = op == memory.OpCharge && done
				return nil
			}})
			store := memory.New(memory.Options{Lease: 1000 * time.Hour, Clock: clock.Now, Fail: func(op memory.Op, done bool) error {
				if !counted || op != memory.OpCommit || !done {
					return nil
				}
				clock.Advance(c.held) // the Intent was stored, and that took its time
				if c.another {
					err := ledger.Charge(t.Context(), syncer.Charge{
						Action: "another", Count: 1, Window: 24 * time.Hour, Scopes: []syncer.Limit{{Scope: "pair", Most: 2}},
					})
					require.NoError(t, err)
				}
				counted = false
				return nil
			}})
			tree := syncertest.Tree{"p": "p", "k": "k"}
			w := syncertest.NewWorld(syncertest.WorldOptions{Store: store, Clock: clock, SourceTree: tree, DestinationTree: tree})
			full(t, w)
			w.Options.Policies = limited(ledger, 1)
			w.Ann.Remove("p")
			report := full(t, w)
			require.Equal(t, c.deleted, !w.Destination.Has("p"), report)
			require.Equal(t, c.deleted, len(report.Holds) == 0, report)
			require.Empty(t, intents(t, w))
		})
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
