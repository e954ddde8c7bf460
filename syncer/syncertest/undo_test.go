package syncertest_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// undo takes back the deletes of these paths.
func (s *stage) undo(paths ...string) []syncer.Undone {
	s.t.Helper()
	return s.undoAll(func(o syncer.Outcome) bool { return slices.Contains(paths, o.Path) })
}

func (s *stage) undoAll(want func(o syncer.Outcome) bool) []syncer.Undone {
	s.t.Helper()
	engine, err := s.Engine()
	require.NoError(s.t, err)
	done, err := engine.Undo(s.t.Context(), want)
	require.NoError(s.t, err)
	return done
}

func cannotRestore(o *syncertest.Options) { o.Without |= syncertest.Restoring }

var (
	restoring  = kind{"both restore", func(*config) {}}
	onlyA      = kind{"only A restores", onB(cannotRestore)}
	onlyB      = kind{"only B restores", onA(cannotRestore)}
	twoDigests = kind{"no digests", onBoth(digestless)}
)

func TestADeleteThatIsUndoneBringsTheFileBackOnBothSides(t *testing.T) {
	t.Parallel()
	both(func(_ *testing.T, s *stage) {
		s.each(func(t *testing.T, s *stage, on option) {
			s.given(tree{"d/p": "p", "d/q": "q", "k": "k"}, on, limited(0))
			s.a.Remove("d/p")
			s.run()
			s.requireHolds("d/p")
			hold := s.report.Holds[0]
			require.NoError(t, s.Store.Decide(t.Context(), s.Pair.Name, hold.Action, syncer.Approved))
			s.run()
			s.requireTrees(tree{"d/q": "q", "k": "k"})
			s.Later(time.Hour)

			done := s.undo("d/p")
			require.Len(t, done, 1)
			require.NoError(t, done[0].Err)
			require.Equal(t, hold.Action, done[0].Delete.Action)
			for range 3 {
				s.run()
				s.requireTrees(tree{"d/p": "p", "d/q": "q", "k": "k"})
				require.Zero(t, s.report.Totals.Deletes)
				s.requireHolds()
			}
			s.requireSettled()
		}, restoring, onlyA, onlyB, twoDigests)
	})(t, nil)
}

func TestAFolderThatIsUndoneComesBackWithWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	both(func(_ *testing.T, s *stage) {
		s.each(func(t *testing.T, s *stage, on option) {
			all := tree{"d/e/p": "p", "d/e/q": "q", "d/r": "r", "k": "k"}
			s.given(all, on)
			s.a.Remove("d")
			s.run()
			s.requireTrees(tree{"k": "k"})
			s.Later(time.Hour)
			done := s.undoAll(func(syncer.Outcome) bool { return true })
			require.Len(t, done, 5)
			for _, d := range done {
				require.NoError(t, d.Err)
			}
			s.run()
			s.requireTrees(all)
			s.requireSettled()
		}, restoring, onlyA, onlyB)
	})(t, nil)
}

func TestAFileThatIsUndoneBringsItsFolderBack(t *testing.T) {
	t.Parallel()
	both(func(_ *testing.T, s *stage) {
		s.each(func(t *testing.T, s *stage, on option) {
			s.given(tree{"d/e/p": "p", "d/e/q": "q", "k": "k"}, on)
			s.a.Remove("d")
			s.run()
			s.Later(time.Hour)
			done := s.undo("d/e/p")
			require.Len(t, done, 1)
			require.NoError(t, done[0].Err)
			s.run()
			require.Equal(t, "p", s.a.Tree()["d/e/p"])
			s.requireEqualTrees()
			s.requireSettled()
		}, restoring, onlyA, onlyB)
	})(t, nil)
}

func TestWhatPeopleDeletedWithItsFolderComesBackWithItsFolderWhileThatStillWaits(t *testing.T) {
	t.Parallel()
	both(func(_ *testing.T, s *stage) {
		s.each(func(t *testing.T, s *stage, on option) {
			all := tree{"d/e/p": "p", "d/e/q": "q", "d/r": "r", "k": "k"}
			s.given(all, on, limited(0))
			s.a.Remove("d")
			s.run()
			for _, h := range s.report.Holds {
				if strings.HasPrefix(h.Path, "d/e") {
					require.NoError(t, s.Store.Decide(t.Context(), s.Pair.Name, h.Action, syncer.Approved))
				}
			}
			s.run()
			require.NotContains(t, s.b.Tree(), "d/e/")
			require.Contains(t, s.b.Tree(), "d/r")
			s.Later(time.Hour)

			for _, d := range s.undoAll(func(syncer.Outcome) bool { return true }) {
				require.NoError(t, d.Err)
			}
			s.run()
			s.requireHolds()
			require.Zero(t, s.report.Totals.Deletes)
			s.run()
			require.Equal(t, "p", s.b.Tree()["d/e/p"])
			require.Equal(t, "q", s.b.Tree()["d/e/q"])
			require.Equal(t, "r", s.a.Tree()["d/r"])
			s.requireEqualTrees()
			s.requireSettled()
		}, onlyA)
	})(t, nil)
}

func TestUndoAgainDoesNothing(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"d/p": "p", "k": "k"})
		s.a.Remove("d/p")
		s.run()
		s.Later(time.Hour)
		s.undo("d/p")
		before := s.b.Tree()
		done := s.undo("d/p")
		require.True(t, done[0].There)
		require.Equal(t, before, s.b.Tree())
		s.run()
		s.requireSettled()
	})(t, nil)
}

func TestWhatIsInNoTrashCannotBeUndone(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"p": "p", "k": "k"})
		s.lossy = true
		s.a.Remove("p")
		s.run()
		s.a.Purge("p")
		s.b.Purge("p")
		done := s.undo("p")
		require.ErrorIs(t, done[0].Err, fs.ErrNotExist)
		require.ErrorContains(t, done[0].Err, `undo the delete of "p"`)
	})(t, nil)
}

func TestATrashThatNobodyCanTakeAnythingOutOfIsToldAsThat(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"p": "p", "k": "k"}, onBoth(cannotRestore))
		s.a.Remove("p")
		s.run()
		done := s.undo("p")
		require.ErrorIs(t, done[0].Err, errors.ErrUnsupported)
	})(t, nil)
}

func TestWhatComesBackNeverTakesTheNameOfAnother(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"p.txt": "old", "k": "k"})
		s.a.Remove("p.txt")
		s.run()
		s.Later(time.Hour)
		s.a.Write("p.txt", "another")
		s.run()
		done := s.undo("p.txt")
		require.NoError(t, done[0].Err)
		require.True(t, done[0].Renamed)
		s.run()
		s.requireTrees(tree{"p.txt": "another", done[0].Entry.Name: "old", "k": "k"})
		s.requireSettled()
	})(t, nil)
}

func TestAFolderThatIsGoneForGoodIsMadeAgain(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"d/p": "p", "d/q": "q", "k": "k"})
		s.lossy = true
		s.a.Remove("d/p")
		s.run()
		s.Later(time.Hour)
		s.a.Remove("d")
		s.b.Remove("d")
		s.run()
		s.a.Purge("d")
		s.b.Purge("d")
		s.Later(time.Hour)
		done := s.undo("d/p")
		require.NoError(t, done[0].Err)
		s.run()
		require.Equal(t, "p", s.a.Tree()["d/p"])
		s.requireEqualTrees()
	})(t, nil)
}
