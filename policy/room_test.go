package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

func TestALimitTellsHowMuchOfItIsUsedAndWhenThereIsRoomAgain(t *testing.T) {
	t.Parallel()
	clock := newClock()
	limit := policy.DeleteLimit{Ledger: clock.ledger(), Scope: "pair", Most: 3, Also: []syncer.Limit{{Scope: "link", Most: 5}}}
	rooms, err := limit.Room(t.Context())
	require.NoError(t, err)
	require.Equal(t, []policy.Room{{Scope: "pair", Most: 3}, {Scope: "link", Most: 5}}, rooms)

	first := clock.Now()
	require.NoError(t, limit.Admit(t.Context(), syncer.Action{ID: "a", Op: syncer.OpDelete, Path: "a"}, false))
	clock.Advance(time.Hour)
	require.NoError(t, limit.Admit(t.Context(), syncer.Action{ID: "b", Op: syncer.OpDelete, Path: "b"}, true))
	rooms, err = limit.Room(t.Context())
	require.NoError(t, err)
	for i, want := range []policy.Room{{Scope: "pair", Most: 3, Used: 2}, {Scope: "link", Most: 5, Used: 2}} {
		require.Equal(t, want.Scope, rooms[i].Scope)
		require.Equal(t, want.Most, rooms[i].Most)
		require.Equal(t, want.Used, rooms[i].Used)
		require.WithinDuration(t, first.Add(24*time.Hour), rooms[i].Grows, time.Second)
	}
}

func TestARoomThatCannotBeToldIsAnError(t *testing.T) {
	t.Parallel()
	_, err := policy.DeleteLimit{}.Room(t.Context())
	require.ErrorIs(t, err, syncer.ErrInvalid)
	broken := errors.New("disk is full")
	ledger := memory.NewLedger(memory.Options{Fail: func(memory.Op, bool) error { return broken }})
	_, err = policy.DeleteLimit{Ledger: ledger, Scope: "a"}.Room(t.Context())
	require.ErrorIs(t, err, broken)
}
