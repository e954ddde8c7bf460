package syncertest_test

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func deleteScenarios() []scenario {
	return []scenario{
		{"delete-one-side", both(deleteOneSide)},
		{"delete-delete", both(deleteDelete)},
		{"edit-vs-delete", both(editVsDelete)},
		{"delete-then-recreate-same-name", both(deleteThenRecreate)},
		{"folder-deleted-child-added", both(folderDeletedChildAdded)},
		{"folder-deleted-child-edited", both(folderDeletedChildEdited)},
		{"folder-deleted-both-partly", both(folderDeletedBothPartly)},
		{"folder-delete-counts-descendants", both(folderDeleteCountsDescendants)},
		{"delete-storm-at-once", both(deleteStormAtOnce)},
		{"delete-drip", both(deleteDrip)},
		{"limit-window-rolls", both(limitWindowRolls)},
		{"held-delete-withdrawn", both(heldDeleteWithdrawn)},
		{"held-delete-approved", both(heldDeleteApproved)},
		{"limit-survives-restart", both(limitSurvivesRestart)},
		{"rename-is-not-a-delete", both(renameIsNotADelete)},
		{"root-emptied", both(rootEmptied)},
		{"root-missing-or-replaced", both(rootMissingOrReplaced)},
		{"listing-failed-half-way", both(listingFailedHalfWay)},
		{"permission-lost", both(permissionLost)},
		{"first-run-no-base", both(firstRunNoBase)},
		{"state-lost", both(stateLost)},
		{"undeletable", both(undeletable)},
		{"trash-and-restore", both(trashAndRestore)},
		{"purged-from-trash", both(purgedFromTrash)},
	}
}

// binless is a service without a trash: what cannot be seen any more is gone.
func binless(o *syncertest.Options) { o.Info.Trash = false }

var (
	binlessA = kind{"A has no trash", onA(binless)}
	binlessB = kind{"B has no trash", func(c *config) { onB(binless)(c); c.lossy = true }}
)

func deleteOneSide(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "p", "k": "k"}, on, limited(10))
		s.a.Remove("d/p")
		s.run()
		s.requireTrees(tree{"d/": "", "k": "k"})
		if s.b.conn.Info().Trash {
			require.Equal(t, tree{"d/p": "p"}, s.b.Trash())
		}
		s.requireWrites(s.a)
		s.requireWrites(s.b, "Delete")
		require.Equal(t, 1, s.report.Totals.Deletes)
		s.requireCharged(1)
		s.requireSettled()
	}, ordinary, digestlessA, binlessA, binlessB, bareA, bareB, reusingA)
}

func deleteDelete(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "p", "d/q": "q", "k": "k"}, on, limited(0))
		s.a.Remove("d")
		s.b.Remove("d")
		s.run()
		s.requireTrees(tree{"k": "k"})
		s.requireNoWrites()
		s.requireCharged(0)
		s.requireHolds()
		s.requireSettled()
	}, ordinary, binlessA)
}

func editVsDelete(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "1", "k": "k"}, on, limited(0))
		id := s.a.ID("d/p")
		s.a.Write("d/p", "2")
		s.b.Remove("d/p")
		s.run()
		s.requireTrees(tree{"d/p": "2", "k": "k"})
		s.requireSame(s.a, id, "d/p")
		s.requireWrites(s.a)
		s.requireTold("d/p")
		s.requireCharged(0)
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB, bareA)
}

func deleteThenRecreate(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "1", "k": "k"}, on)
		old := s.a.ID("d/p")
		s.a.Remove("d/p")
		s.a.Write("d/p", "2")
		s.run()
		s.requireTrees(tree{"d/p": "2", "k": "k"})
		s.requireWrites(s.a)
		s.requireNoConflict()
		s.requireSettled()
		if !s.a.conn.Info().ReusableIDs {
			records, err := s.Records(t.Context())
			require.NoError(t, err)
			for _, r := range records {
				require.NotEqual(t, old, r.Half(s.a.side).ID, "a stale ID in the base")
			}
		}
	}, ordinary, digestlessA, bareA, reusingA)
}

func folderDeletedChildAdded(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/x": "x", "d/e/y": "y", "k": "k"}, on, limited(10))
		s.a.Remove("d")
		s.b.Write("d/e/new", "new")
		s.run()
		// The new file and its ancestors are on both sides; what nobody touched goes to the trash.
		s.requireTrees(tree{"d/e/new": "new", "k": "k"})
		require.Equal(t, tree{"d/x": "x", "d/e/y": "y"}, s.b.Trash())
		s.requireWrites(s.b, "Delete", "Delete")
		s.requireCharged(2)
		s.requireSettled()
	}, ordinary, bareA)
}

func folderDeletedChildEdited(t *testing.T, s *stage) {
	s.given(tree{"d/x": "x", "d/y": "y", "k": "k"}, limited(10))
	id := s.b.ID("d/x")
	s.a.Remove("d")
	s.b.Write("d/x", "x edited")
	s.run()
	s.requireTrees(tree{"d/x": "x edited", "k": "k"})
	s.requireSame(s.b, id, "d/x")
	require.Equal(t, tree{"d/y": "y"}, s.b.Trash())
	s.requireTold("d/x")
	s.requireCharged(1)
	s.requireSettled()
}

func folderDeletedBothPartly(t *testing.T, s *stage) {
	s.given(tree{"d/x": "x", "d/y": "y", "d/e/z": "z", "k": "k"}, limited(10))
	s.a.Remove("d")
	s.b.Remove("d/x")
	s.b.Remove("d/e")
	s.run()
	s.requireTrees(tree{"k": "k"})
	s.requireWrites(s.a)
	s.requireCharged(2) // d and d/y: what B still had
	s.requireSettled()
}

func undeletable(_ *testing.T, s *stage) {
	for _, refusal := range []error{fs.ErrPermission, syncer.ErrLocked, syncer.ErrRefused, errors.ErrUnsupported} {
		s.t.Run(refusal.Error(), func(t *testing.T) {
			s := newStage(t, s.way, s.mirrored)
			s.given(tree{"d/p": "p", "d/q": "q", "k": "1"}, limited(10))
			id := s.b.ID("d/p")
			s.a.Remove("d")
			s.a.Write("k", "2")
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == "Delete" && c.ID == id && c.Phase == syncertest.Before {
					return refusal
				}
				return nil
			})
			for range 3 {
				s.run()
				s.requireTree(s.b, tree{"d/p": "p", "k": "2"}) // others go on
				s.requireTree(s.a, tree{"k": "2"})             // it does not come back as new
				require.Contains(t, s.report.String(), `"d/p"`)
				require.False(t, s.report.Settled())
				s.requireCharged(1) // what was refused is given back
				s.Later(2 * time.Hour)
			}
			s.recover()
			s.run()
			s.requireTrees(tree{"k": "2"})
			s.requireSettled()
		})
	}
}

func trashAndRestore(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "p", "d/q": "q", "k": "k"}, on)
		ids := map[string]string{"d": s.a.ID("d"), "d/p": s.a.ID("d/p")}
		for _, at := range []string{"d/p", "d"} {
			s.a.Remove(at)
			s.run()
			require.False(t, s.b.Has(at))
			s.requireSettled()
			s.Later(time.Hour)
			s.a.Restore(at)
			s.run()
			require.True(t, s.b.Has("d/p"))
			s.requireEqualTrees()
			s.requireWrites(s.a)
			s.requireSettled()
			// The event of the delete comes again, late.
			require.NoError(t, s.Store.Append(t.Context(), s.Pair.Name, syncer.Hint{Side: s.a.side, ID: ids[at], At: s.Clock.Now()}))
			s.hinted()
			s.requireNoWrites()
			s.requireTrees(tree{"d/p": "p", "d/q": "q", "k": "k"})
		}
	}, ordinary, digestlessA, digestlessB,
		kind{"B cannot restore", onB(func(o *syncertest.Options) { o.Without = syncertest.Restoring })})
}

func purgedFromTrash(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "p", "k": "k"}, on)
		s.lossy = true
		s.a.Remove("d")
		s.run()
		require.Equal(t, tree{"d/": "", "d/p": "p"}, s.b.Trash())
		s.a.Purge("d")
		s.run()
		s.requireNoWrites()
		s.requireTrees(tree{"k": "k"})
		require.Equal(t, tree{"d/": "", "d/p": "p"}, s.b.Trash())
		s.requireSettled()
	}, ordinary, digestlessA)
}
