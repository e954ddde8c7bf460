package memory_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

func ids(t *testing.T, v syncer.View) (list []syncer.RecordID) {
	t.Helper()
	for r, err := range v.Records(t.Context()) {
		require.NoError(t, err)
		list = append(list, r.ID)
	}
	return list
}

func TestCloneAndStoreGoSeparateWays(t *testing.T) {
	t.Parallel()
	store := memory.New(memory.Options{})
	s, err := store.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, s.Commit(t.Context(), syncer.Batch{
		Put: []syncer.Record{item(1), item(2)}, Holds: []syncer.Hold{{Action: "h"}}, Outcomes: []syncer.Outcome{{Action: "o"}},
		Seen: []syncer.Seen{{Records: []syncer.RecordID{1}}}, Tombstones: []syncer.Tombstone{{ID: "x"}},
	}))
	require.NoError(t, store.Advance(t.Context(), "stream", "", "1", map[string][]syncer.Hint{"pair": {{ID: "a"}}}))

	clone := store.Clone()
	c, err := clone.Open(t.Context(), "pair")
	require.NoError(t, err, "nobody has the lease of a clone")
	require.Greater(t, c.Fence(), s.Fence())
	require.NoError(t, c.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{item(3)}, Outcomes: []syncer.Outcome{{Action: "c"}}}))
	require.NoError(t, s.Commit(t.Context(), syncer.Batch{Drop: []syncer.RecordID{2}, Outcomes: []syncer.Outcome{{Action: "s"}}}))
	require.NoError(t, clone.Decide(t.Context(), "pair", "h", syncer.Approved))
	require.NoError(t, clone.Advance(t.Context(), "stream", "1", "2", nil))

	require.Equal(t, []syncer.RecordID{1, 2, 3}, ids(t, c))
	require.Equal(t, []syncer.RecordID{1}, ids(t, s))
	for h := range s.Holds(t.Context()) {
		require.Equal(t, syncer.Waiting, h.Decision)
	}
	cursor, err := store.Cursor(t.Context(), "stream")
	require.NoError(t, err)
	require.Equal(t, syncer.Cursor("1"), cursor)
	var actions []syncer.ActionID
	for _, v := range []syncer.View{s, c} {
		for o := range v.Journal(t.Context(), syncer.Position{}) {
			actions = append(actions, o.Action)
		}
	}
	require.Equal(t, []syncer.ActionID{"o", "s", "o", "c"}, actions)
}

func TestCloneOfALedgerAndTheLedgerGoSeparateWays(t *testing.T) {
	t.Parallel()
	l := memory.NewLedger(memory.Options{})
	charge := func(l *memory.Ledger, action syncer.ActionID) {
		require.NoError(t, l.Charge(t.Context(), syncer.Charge{
			Action: action, Count: 1, Window: time.Hour, Scopes: []syncer.Limit{{Scope: "pair", Most: 9}},
		}))
	}
	used := func(l *memory.Ledger) int {
		n, _, err := l.Used(t.Context(), "pair", time.Hour)
		require.NoError(t, err)
		return n
	}
	charge(l, "a")
	charge(l, "b")
	c := l.Clone()
	require.NoError(t, l.Refund(t.Context(), "a"))
	charge(c, "c")
	charge(c, "a")
	require.Equal(t, 1, used(l))
	require.Equal(t, 3, used(c))
}

func TestLedgerRefusesAChargeThatMakesNoSense(t *testing.T) {
	t.Parallel()
	l := memory.NewLedger(memory.Options{})
	require.ErrorIs(t, l.Charge(t.Context(), syncer.Charge{Action: "a", Count: 1}), syncer.ErrInvalid)
	require.ErrorIs(t, l.Charge(t.Context(), syncer.Charge{Action: "a", Count: -1, Window: time.Hour}), syncer.ErrInvalid)
	require.NoError(t, l.Refund(t.Context(), "never charged"))
}

func TestLedgerThatCannotBeReadTellsOfNoActions(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range memory.NewLedger(memory.Options{}).Charged(ctx, "pair", time.Hour) {
		require.ErrorIs(t, err, context.Canceled)
		return
	}
	require.Fail(t, "the sequence ends without an error")
}
