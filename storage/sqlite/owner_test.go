package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/rpc"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

// Owner is the parent of a child that has a pair.
type Owner struct{ owns chan uint64 }

// Owns is told the child's fence. The child goes on only when it is killed.
func (o *Owner) Owns(fence uint64, _ *struct{}) error {
	o.owns <- fence
	return nil
}

// own opens a pair, commits to it, and waits to be killed.
func own(parent *rpc.Client, path string) error {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, path, sqlite.Options{Lease: time.Millisecond})
	if err != nil {
		return err
	}
	state, err := store.Open(ctx, "pair")
	if err != nil {
		return err
	}
	if err := state.Commit(ctx, syncer.Batch{Put: []syncer.Record{item(1), item(2)}}); err != nil {
		return err
	}
	if err := parent.Call("Parent.Owns", state.Fence(), &struct{}{}); err != nil {
		return err
	}
	select {}
}

func TestADeadOwnerIsRecognisedAtOnceAndALivingOneIsLeftAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	store, err := sqlite.Open(t.Context(), path, sqlite.Options{Lease: time.Hour})
	require.NoError(t, err)
	defer store.Close()
	last := uint64(0)
	for range 3 {
		owner := &Owner{owns: make(chan uint64, 1)}
		c := start(t, "own", path, owner)
		fence := <-owner.owns
		require.Greater(t, fence, last)
		_, err = store.Open(t.Context(), "pair")
		require.ErrorIs(t, err, syncer.ErrLocked, "its lease of a millisecond is over, but it lives")
		c.kill()
		require.Error(t, c.wait())
		state, err := store.Open(t.Context(), "pair")
		require.NoError(t, err, "its lock ended with it")
		require.Greater(t, state.Fence(), fence)
		records, err := collect(state.Records(t.Context()))
		require.NoError(t, err)
		require.Len(t, records, 2, "what was committed before the kill is there")
		last = state.Fence()
		require.NoError(t, state.Close())
	}
	left, err := filepath.Glob(path + "-lock-*")
	require.NoError(t, err)
	require.Empty(t, left, "locks that were given back leave nothing")
}

// openOn opens a store as a process of a machine does, at a time.
func openOn(t *testing.T, path, machine string, now *time.Time) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Machine: machine, Lease: time.Minute, Clock: func() time.Time { return *now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestTwoStoresOfOneProcessDoNotShareAPair(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "state.db"), someDay
	one, two := openOn(t, path, "m", &now), openOn(t, path, "m", &now)
	state, err := one.Open(t.Context(), "pair")
	require.NoError(t, err)
	_, err = two.Open(t.Context(), "pair")
	require.ErrorIs(t, err, syncer.ErrLocked)
	now = now.Add(time.Hour)
	_, err = two.Open(t.Context(), "pair")
	require.ErrorIs(t, err, syncer.ErrLocked, "on one machine only the lock counts")
	require.NoError(t, state.Close())
	state, err = two.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, state.Close())
}

func TestBetweenMachinesTheLeaseHasToRunOut(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "state.db"), someDay
	one, two := openOn(t, path, "one", &now), openOn(t, path, "two", &now)
	_, err := one.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, one.Close(), "as a kill would")
	_, err = two.Open(t.Context(), "pair")
	require.ErrorIs(t, err, syncer.ErrLocked)
	require.ErrorContains(t, err, fmt.Sprintf("(process %d on one) since 2026-", os.Getpid()))
	require.ErrorContains(t, err, "unless it goes on: locked")
	now = now.Add(time.Minute)
	state, err := two.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, state.Close())
}

func TestWhoeverFindsAPairInUseIsToldByWhomAndSinceWhen(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "state.db"), someDay
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{
		Machine: "office 0815", Program: "procorebox watch", Clock: func() time.Time { return now },
	})
	require.NoError(t, err)
	defer s.Close()
	state, err := s.Open(t.Context(), "pair")
	require.NoError(t, err)
	_, err = openOn(t, path, "office 0815", &now).Open(t.Context(), "pair")
	locked, ok := errors.AsType[*syncer.Locked](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, syncer.Owner{Host: "office", Process: os.Getpid(), Program: "procorebox watch", Since: someDay.UTC()}, locked.Owner)
	require.Zero(t, locked.Until, "for as long as its owner lives")
	require.NoError(t, s.Check(t.Context()))

	require.NoError(t, state.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	var owner []byte
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT owner FROM pair").Scan(&owner))
	require.Nil(t, owner, "nobody has it any more")
}

func TestALockFileThatIsLeftOverSaysNothing(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "state.db"), someDay
	s := openOn(t, path, "m", &now)
	require.NoError(t, os.WriteFile(path+"-lock-1", []byte("left by somebody"), 0o600))
	state, err := s.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, state.Close())
}

func TestACopyOnTheSameMachineIsAnotherState(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "state.db"), someDay
	s := openOn(t, path, "m", &now)
	_, err := s.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	copied := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, os.WriteFile(copied, data, 0o600))

	again := openOn(t, path, "m", &now)
	_, err = again.Open(t.Context(), "pair")
	require.NoError(t, err)
	state, err := openOn(t, copied, "m", &now).Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, state.Close())
	_, err = openOn(t, copied, "another", &now).Open(t.Context(), "pair")
	require.NoError(t, err, "the lease was given back")
}

func TestALinkLeadsToTheSameLocks(t *testing.T) {
	t.Parallel()
	path, now := filepath.Join(t.TempDir(), "state.db"), someDay
	s := openOn(t, path, "m", &now)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	_, err := s.Open(t.Context(), "pair")
	require.NoError(t, err)
	_, err = openOn(t, link, "m", &now).Open(t.Context(), "pair")
	require.ErrorIs(t, err, syncer.ErrLocked)
}

func TestALeaseOutlivesCallsOfTwoMinutesUntilItIsRenewed(t *testing.T) {
	const call = 2 * time.Minute // what the connectors for Procore and Box let a change take
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"), sqlite.Options{Clock: func() time.Time { return now }})
	require.NoError(t, err)
	defer store.Close()
	state, err := store.Open(t.Context(), "pair")
	require.NoError(t, err)
	defer state.Close()
	until, err := state.Renew(t.Context())
	require.NoError(t, err)
	require.Greater(t, until.Sub(now)*2/3, call, "a run renews it after a third, or before each write that could outlast it")
}
