package sqlite

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

// crowd returns a Store with a pair of n Records below the root.
func crowd(t *testing.T, n int) (*Store, syncer.State) {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "state.db"), Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	state, err := s.Open(t.Context(), "pair")
	require.NoError(t, err)
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Put: records(n, "first")}))
	return s, state
}

func records(n int, name string) []syncer.Record {
	put := []syncer.Record{{ID: syncer.RootRecord, Kind: syncer.Folder, Name: name}}
	for i := range n {
		put = append(put, syncer.Record{ID: syncer.RecordID(2 + i), ParentID: 1, Kind: syncer.File, Name: name, Source: syncer.Half{ID: fmt.Sprint(i)}})
	}
	return put
}

func TestALongLoopSeesOneBatchWhateverIsCommittedMeanwhile(t *testing.T) {
	t.Parallel()
	const n = 3 * pageSize
	s, state := crowd(t, n)
	s.database.snapshot = time.Hour // however busy the machine is
	names := map[string]int{}
	for r, err := range state.Records(t.Context()) {
		require.NoError(t, err)
		if names[r.Name]++; r.ID == 1 {
			require.NoError(t, state.Commit(t.Context(), syncer.Batch{Put: records(n, "second")}))
		}
	}
	require.Equal(t, map[string]int{"first": n + 1}, names)
}

func TestALoopThatFallsAsleepDoesNotKeepItsSnapshot(t *testing.T) {
	t.Parallel()
	const n = 3 * pageSize
	s, state := crowd(t, n)
	s.database.snapshot = time.Nanosecond
	next, stop := iter.Pull2(state.Records(t.Context()))
	defer stop()
	seen := 0
	for range pageSize {
		_, err, ok := next()
		require.True(t, ok)
		require.NoError(t, err)
		seen++
	}
	require.Eventually(t, func() bool {
		s.database.mu.Lock()
		defer s.database.mu.Unlock()
		return len(s.database.idle) > 0
	}, time.Minute, time.Millisecond, "the connection was given back though the loop sleeps")
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Drop: []syncer.RecordID{pageSize + 7}}))
	for {
		_, err, ok := next()
		if !ok {
			break
		}
		require.NoError(t, err, "a count of another snapshot is no damage")
		seen++
	}
	require.Equal(t, n, seen)
}

func TestALoopThatIsLeftEarlyHoldsNothing(t *testing.T) {
	t.Parallel()
	s, state := crowd(t, 3*pageSize)
	for range 20 {
		for range state.Records(t.Context()) {
			break
		}
	}
	s.database.mu.Lock()
	defer s.database.mu.Unlock()
	require.Len(t, s.database.idle, 1, "one connection served them all")
}

func TestTheLogDoesNotGrowWithWhatIsWritten(t *testing.T) {
	t.Parallel()
	s, state := crowd(t, 100)
	size := func() int64 {
		info, err := os.Stat(s.database.path + "-wal")
		require.NoError(t, err)
		return info.Size()
	}
	for i := range 250 {
		require.NoError(t, state.Commit(t.Context(), syncer.Batch{Put: records(4, fmt.Sprint(i))}))
	}
	require.Less(t, size(), int64(6<<20))
}

func TestAMissingRecordIsDamageAndNoAbsence(t *testing.T) {
	t.Parallel()
	s, state := crowd(t, 10)
	require.NoError(t, s.database.write(t.Context(), func(c *conn) error {
		_, err := c.exec(deleteRecord, keyOf(1, 5))
		return err
	}))
	var last error
	for _, err := range state.Records(t.Context()) {
		last = err
	}
	require.ErrorIs(t, last, syncer.ErrDamaged)
	require.ErrorContains(t, last, "10 of 11 are there")
	require.ErrorIs(t, s.Check(t.Context()), syncer.ErrDamaged)
}

func TestAMissingOutcomeIsDamage(t *testing.T) {
	t.Parallel()
	s, state := crowd(t, 1)
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Outcomes: make([]syncer.Outcome, 3)}))
	require.NoError(t, s.database.write(t.Context(), func(c *conn) error {
		_, err := c.exec("DELETE FROM journal WHERE seq = 2")
		return err
	}))
	var last error
	for _, err := range state.Journal(t.Context(), syncer.Position{}) {
		last = err
	}
	require.ErrorIs(t, last, syncer.ErrDamaged)
}

func TestAColumnThatDiffersFromItsRecordIsFoundByTheCheck(t *testing.T) {
	t.Parallel()
	for _, column := range []string{"parent", "source_id", "destination_id", "source_name", "source_parent"} {
		s, _ := crowd(t, 3)
		require.NoError(t, s.Check(t.Context()))
		require.NoError(t, s.database.write(t.Context(), func(c *conn) error {
			_, err := c.exec("UPDATE record SET " + column + " = 77 WHERE key & 7 = 3")
			return err
		}))
		require.ErrorIs(t, s.Check(t.Context()), syncer.ErrDamaged, column)
	}
}

func TestNumbersThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	_, state := crowd(t, 1)
	for _, b := range []syncer.Batch{
		{Put: []syncer.Record{{ID: maxRecord + 1, ParentID: 1}}},
		{Put: []syncer.Record{{ID: 2, ParentID: maxRecord + 1}}},
		{Seen: []syncer.Seen{{Records: []syncer.RecordID{maxRecord + 1}}}},
	} {
		require.ErrorIs(t, state.Commit(t.Context(), b), syncer.ErrInvalid)
	}
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Put: []syncer.Record{{ID: maxRecord, ParentID: 1}}}))
	r, err := state.Record(t.Context(), maxRecord)
	require.NoError(t, err)
	require.Equal(t, maxRecord, r.ID)
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Drop: []syncer.RecordID{maxRecord + 1, maxRecord}}))
}

func TestSettingsAreThoseThatThePromisesNeed(t *testing.T) {
	t.Parallel()
	s, _ := crowd(t, 1)
	for _, c := range s.database.idle {
		require.Equal(t, map[string]int64{"query_only": 1}, map[string]int64{"query_only": must(pragma(c, "query_only"))})
	}
	for name, want := range map[string]int64{
		"synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "cache_size": -16384, "application_id": 0x50427374, "trusted_schema": 0,
		"fullfsync": 1, "checkpoint_fullfsync": 1, "user_version": int64(len(stateFormat.scripts)),
	} {
		require.Equal(t, want, must(pragma(s.database.writer, name)), name)
	}
}

func must(n int64, err error) int64 {
	if err != nil {
		panic(err)
	}
	return n
}
