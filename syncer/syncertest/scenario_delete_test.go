package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
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

func folderDeleteCountsDescendants(t *testing.T, s *stage) {
	files := tree{"k": "k"}
	for i := range 900 {
		files[fmt.Sprintf("d/%d/%03d", i%30, i)] = "x"
	}
	const all = 900 + 30 + 1
	s.given(files, limited(all))
	s.a.Remove("d") // one call
	root := s.b.ID("d")
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if c.Op == "Delete" && c.ID == root && c.Phase == syncertest.Before {
			s.requireCharged(all) // everything that this call takes away is charged before
		}
		return nil
	})
	s.run()
	s.requireTrees(tree{"k": "k"})
	s.requireCharged(all)
	require.Equal(t, all, s.report.Totals.Deletes)
	s.requireSettled()

	// One below that, and the folder itself stays, which goes last.
	s = newStage(t, s.way, s.mirrored)
	s.given(files, limited(all-1))
	s.a.Remove("d")
	s.run()
	s.requireTree(s.b, tree{"k": "k", "d/": ""})
	s.requireHolds("d")
	s.requireCharged(all - 1)
}

func deleteStormAtOnce(t *testing.T, s *stage) {
	const limit = 4
	files, paths := tree{"k": "k", "e": "1"}, []string{}
	for i := range 10 * limit {
		paths = append(paths, fmt.Sprintf("f%02d", i))
		files[paths[i]] = paths[i]
	}
	s.given(files, limited(limit))
	for _, at := range paths {
		s.a.Remove(at)
	}
	s.a.Write("e", "2")
	s.a.Write("new", "n")
	s.a.Rename("k", "kk")
	for day := range 3 {
		s.run()
		left := held(s)
		require.Len(t, left, (9-day)*limit, "day %d", day)
		require.Equal(t, limit, s.report.Totals.Deletes)
		s.requireHolds(left...) // with the paths
		require.Subset(t, paths, left)
		s.requireCharged(limit)
		s.requireTree(s.a, tree{"kk": "k", "e": "2", "new": "n"}) // nothing comes back
		require.Equal(t, "2", s.b.Tree()["e"], "edits flow")
		require.Equal(t, "n", s.b.Tree()["new"], "creates flow")
		require.Equal(t, "k", s.b.Tree()["kk"], "renames flow")
		s.Later(23*time.Hour + 50*time.Minute)
		s.run()
		s.requireNoWrites()
		s.Later(11 * time.Minute)
	}
}

// held returns the paths of the last report's holds.
func held(s *stage) (paths []string) {
	for _, h := range s.report.Holds {
		paths = append(paths, h.Path)
	}
	return paths
}

func deleteDrip(t *testing.T, s *stage) {
	const limit, total = 10, 200
	files, left := tree{"k": "k"}, []string{}
	for i := range total {
		left = append(left, fmt.Sprintf("f%03d", i))
		files[left[i]] = left[i]
	}
	s.given(files, limited(limit))
	for range 11 {
		n := (len(left)*45 + 99) / 100
		for _, at := range left[:n] {
			s.a.Remove(at)
		}
		left = left[n:]
		s.run()
		require.GreaterOrEqual(t, len(s.b.Tree()), 1+total-limit)
		s.requireCharged(limit)
		s.Later(2 * time.Hour)
	}
	require.Less(t, len(left), 3)
	require.Len(t, s.b.Tree(), 1+total-limit)
}

func limitWindowRolls(_ *testing.T, s *stage) {
	s.given(tree{"a1": "1", "a2": "2", "z3": "3", "m4": "4", "b5": "5", "k": "k"}, limited(2))
	s.Later(time.Hour) // 09:00 on day 1
	s.a.Remove("a1")
	s.a.Remove("a2")
	s.run()
	s.requireHolds()
	for _, at := range []string{"z3", "m4", "b5"} { // each held for longer than the next
		s.Later(time.Minute)
		s.a.Remove(at)
		s.run()
		s.requireNoWrites()
	}
	s.requireHolds("z3", "m4", "b5")
	s.a.Restore("z3") // and this one is not true any more
	s.Later(24*time.Hour - 2*time.Minute)
	s.run() // 09:01 on day 2
	s.requireTree(s.b, tree{"z3": "3", "k": "k"})
	s.requireWrites(s.b, "Delete", "Delete")
	s.requireHolds()
	s.requireSettled()

	// The oldest first.
	s = newStage(s.t, s.way, s.mirrored)
	s.given(tree{"a1": "1", "z3": "3", "m4": "4", "b5": "5", "k": "k"}, limited(1))
	for _, at := range []string{"a1", "z3", "m4", "b5"} {
		s.a.Remove(at)
		s.run()
		s.Later(time.Minute)
	}
	for _, want := range []tree{{"m4": "4", "b5": "5", "k": "k"}, {"b5": "5", "k": "k"}, {"k": "k"}} {
		s.Later(24 * time.Hour)
		s.run()
		s.requireTree(s.b, want)
	}
}

func heldDeleteWithdrawn(_ *testing.T, s *stage) {
	s.given(tree{"restored": "1", "edited": "2", "again": "3", "d/x": "4", "k": "k"}, limited(0))
	for _, at := range []string{"restored", "edited", "again", "d"} {
		s.a.Remove(at)
	}
	s.run()
	s.requireHolds("restored", "edited", "again", "d", "d/x")
	s.requireNoWrites()
	s.a.Restore("restored")
	s.b.Write("edited", "2 edited")
	s.a.Write("again", "3 new")
	s.b.Move("d/x", "x")
	s.run()
	// What was moved on B is still held, or else kept; neither way is it deleted.
	s.requireTree(s.b, tree{"restored": "1", "edited": "2 edited", "again": "3 new", "d/": "", "x": "4", "k": "k"})
	require.Subset(s.t, []string{"d", "x"}, held(s))
	for _, at := range []string{"restored", "edited", "again"} {
		require.True(s.t, s.a.Has(at), at)
		require.Equal(s.t, s.b.Tree()[at], s.a.Tree()[at])
	}
	s.requireCharged(0)
	s.Later(48 * time.Hour)
	s.run()
	s.requireNoWrites()
}

// approve records a person's word on the hold of a path.
func (s *stage) approve(at string) {
	s.t.Helper()
	for _, h := range s.report.Holds {
		if h.Path == at {
			require.NoError(s.t, s.Store.Decide(s.t.Context(), s.Pair.Name, h.Action, syncer.Approved))
			return
		}
	}
	require.Fail(s.t, "not held", at)
}

func heldDeleteApproved(_ *testing.T, s *stage) {
	s.given(tree{"p": "p", "q": "q", "r": "r", "k": "k"}, limited(0))
	for _, at := range []string{"p", "q", "r"} {
		s.a.Remove(at)
	}
	s.run()
	s.requireHolds("p", "q", "r")
	s.approve("p")
	s.approve("q")
	s.b.Write("q", "q edited") // what was approved is not what is there now
	s.run()
	s.requireTree(s.b, tree{"q": "q edited", "r": "r", "k": "k"})
	s.requireTree(s.a, tree{"q": "q edited", "k": "k"})
	s.requireWrites(s.b, "Delete")
	s.requireHolds("r")
	s.requireCharged(1) // an approved delete counts too
	s.approve("r")
	s.a.Restore("r")
	s.run()
	s.requireTrees(tree{"q": "q edited", "r": "r", "k": "k"})
	s.requireHolds()
	s.requireSettled()
	// An approval is not kept for a later delete of the same item.
	s.a.Remove("r")
	s.run()
	s.requireHolds("r")
	s.requireNoWrites()
}

func limitSurvivesRestart(t *testing.T, s *stage) {
	const limit, died = 5, 3
	files := tree{"k": "k"}
	for i := range 10 {
		files[fmt.Sprint("f", i)] = fmt.Sprint(i)
	}
	s.given(files, limited(limit))
	for i := range 10 {
		s.a.Remove(fmt.Sprint("f", i))
	}
	// The process dies with the third delete: from then on nothing of it reaches anybody.
	s.killAt("Delete", died, syncertest.After)
	require.Len(t, s.b.Tree(), 1+10-died)
	s.Later(-12 * time.Hour) // nor does the clock give anything back
	s.run()
	require.Len(t, s.b.Tree(), 1+10-limit)
	s.requireCharged(limit)
	s.requireTree(s.a, tree{"k": "k"})
	require.Len(t, s.report.Holds, 10-limit, s.report)
	s.run()
	s.requireNoWrites()
}

func renameIsNotADelete(t *testing.T, s *stage) {
	files := tree{}
	for i := range 40 {
		at := "other"
		if i < 24 {
			at = "big"
		}
		files[fmt.Sprintf("%s/%d", at, i)] = fmt.Sprint(i)
	}
	s.given(files, limited(0), with(func(o *syncer.Options) {
		o.Policies.Guards = append(o.Policies.Guards, policy.Brake{})
	}))
	s.a.Rename("big", "bigger")
	s.run()
	s.requireEqualTrees()
	require.True(t, s.b.Has("bigger/23"))
	s.requireWrites(s.b, "Move")
	s.requireNoBytes()
	s.requireCharged(0)
	s.requireHolds()
	s.requireSettled()
}

func rootEmptied(t *testing.T, s *stage) {
	files := tree{"d/x": "x", "d/y": "y", "k": "k"}
	s.given(files)
	s.a.Remove("d")
	s.a.Remove("k")
	require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted)
	s.requireNoWrites()
	s.requireTree(s.b, files)
	require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted, "and again, until somebody looks")
	s.requireTree(s.b, files)
	require.ErrorIs(t, s.try(syncer.RunOptions{Confirm: []string{"something else"}}), syncer.ErrHalted)
	halt, ok := errors.AsType[*syncer.Halt](s.try(syncer.RunOptions{}))
	require.True(t, ok)
	require.NoError(t, s.try(syncer.RunOptions{Confirm: []string{halt.Evidence}}))
	s.requireTrees(tree{})
	require.Len(t, s.b.Trash(), 4)
	s.requireSettled()

	// If it was a mistake, nothing has happened.
	s = newStage(t, s.way, s.mirrored)
	s.given(files)
	s.a.Remove("d")
	s.a.Remove("k")
	require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted)
	s.a.Restore("d")
	s.a.Restore("k")
	s.run()
	s.requireTrees(files)
	s.requireNoWrites()
	s.requireSettled()
}

func rootMissingOrReplaced(_ *testing.T, s *stage) {
	files := tree{"d/x": "x", "k": "k"}
	for _, c := range []struct {
		name string
		do   func(s *stage, root string)
	}{
		{"in the trash", func(s *stage, root string) { s.a.Remove("id:" + root) }},
		{"purged", func(s *stage, root string) { s.a.Purge("id:" + root); s.lossy = true }},
		{"invisible", func(s *stage, root string) { s.a.Hide("id:" + root) }},
		{"moved out", func(s *stage, root string) { s.a.Move("id:"+root, "../Elsewhere/Root") }},
		{"replaced by a folder of the same name", func(s *stage, root string) {
			s.a.Move("id:"+root, "../Old root")
			s.point(s.a, s.a.User.AddFolder("../Root"))
			s.a.Write("../Root/other", "other")
		}},
	} {
		s.t.Run(c.name, func(t *testing.T) {
			s := newStage(t, s.way, s.mirrored)
			s.start(files, files)
			root := s.a.Root()
			s.point(s.a, root)
			s.base()
			s.b.Write("new", "new")
			s.a.Remove("k")
			c.do(s, root)
			require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrHalted)
			s.requireNoWrites()
			s.requireTree(s.b, tree{"d/x": "x", "k": "k", "new": "new"})
		})
	}
}

// byPlace is a connection whose root is configured by its place, not by its ID.
type byPlace struct {
	*syncertest.Handle
	root *string
}

func (p byPlace) at(e syncer.Entry) syncer.Entry {
	if e.ID == "/Root" {
		e.ID = *p.root
	}
	return e
}

// point says which folder stands at the place of a side's root.
func (s *stage) point(e *end, root string) {
	end := s.Pair.Endpoint(e.side)
	if p, ok := end.FS.(byPlace); ok {
		*p.root = root
		return
	}
	end.FS, end.Root = byPlace{e.conn, &root}, "/Root"
}

func listingFailedHalfWay(_ *testing.T, s *stage) {
	files := tree{"d/x": "x", "d/y": "y", "e/z": "z", "e/f/w": "w", "k": "k"}
	s.t.Run("a subfolder cannot be read", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.given(files, limited(10))
		s.a.Remove("d/x")
		s.a.Remove("e/z")
		s.a.Bar("d")
		s.run()
		// What hangs below d is unknown. Nothing else waits for it.
		s.requireTree(s.b, tree{"d/x": "x", "d/y": "y", "e/f/w": "w", "k": "k"})
		require.False(t, s.report.Settled())
		s.requireCharged(1)
		s.a.Unbar("d")
		s.Later(2 * time.Hour)
		s.run()
		s.requireTrees(tree{"d/y": "y", "e/f/w": "w", "k": "k"})
		s.requireSettled()
	})
	if s.way == hinted {
		return // there is no listing that could fail
	}
	for _, bad := range []error{errors.New("500"), syncer.ErrBusy, fs.ErrPermission, fs.ErrNotExist} {
		s.t.Run("a page fails with "+bad.Error(), func(t *testing.T) {
			lists := 2
			for page := 1; page <= lists; page++ {
				s := newStage(t, s.way, s.mirrored)
				s.given(files, onA(func(o *syncertest.Options) { o.PageSize = 2 }))
				lists = s.a.conn.Count("List")
				s.a.Remove("d/x")
				n := 0
				s.a.conn.OnCall(func(c syncertest.Call) error {
					if c.Op == "List" && c.Phase == syncertest.Before {
						if n++; n >= page {
							return bad
						}
					}
					return nil
				})
				err := s.try(syncer.RunOptions{})
				require.True(t, err != nil || !s.report.Full && !s.report.Settled(), "page %d", page)
				s.requireTree(s.b, files)
				s.requireWrites(s.b)
				s.recover()
				s.run()
				s.requireTrees(tree{"d/y": "y", "e/z": "z", "e/f/w": "w", "k": "k"})
				s.requireSettled()
			}
			require.Greater(t, lists, 3)
		})
	}
}

func permissionLost(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		files := tree{"d/x": "x", "d/e/y": "y", "k": "k"}
		s.given(files, on)
		s.a.Hide("d")
		s.run()
		s.requireNoWrites()
		s.requireTrees(files)
		require.False(t, s.report.Settled(), "the report says what waits")
		s.b.Write("d/x", "x edited")
		s.b.Write("k", "k edited")
		s.run()
		s.requireTree(s.b, tree{"d/x": "x edited", "d/e/y": "y", "k": "k edited"})
		require.Equal(t, "k edited", s.a.Tree()["k"], "other items go on")
		s.a.Show("d")
		s.run()
		s.run()
		s.requireTrees(tree{"d/x": "x edited", "d/e/y": "y", "k": "k edited"})
		require.Empty(t, s.a.Trash())
		require.Empty(t, s.b.Trash())
		s.requireSettled()
	}, ordinary, digestlessA)
}

func firstRunNoBase(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.start(
			tree{"same": "same", "d/same": "s", "other.txt": "of " + s.name("a"), "only a": "a", "a/": ""},
			tree{"same": "same", "d/same": "s", "other.txt": "of " + s.name("b"), "only b": "b", "d/b/c": "c"},
			on, limited(0))
		s.full()
		kept := s.requireConflict("other.txt")
		want := tree{
			"same": "same", "d/same": "s", "only a": "a", "a/": "", "only b": "b", "d/b/c": "c",
			"other.txt": "of source", kept: "of destination",
		}
		if _, renames := s.Pair.Destination.FS.(syncer.Mover); !renames {
			want["other.txt"], want[kept] = want[kept], want["other.txt"]
		}
		s.requireTrees(want)
		require.Zero(t, s.a.conn.Count("Delete", "UpdateFile")+s.b.conn.Count("Delete", "UpdateFile"))
		require.Equal(t, 8, s.report.Totals.Writes) // one for each item that one side lacked, and the rename
		s.requireSettled()
	}, ordinary, digestlessA, digestlessAB, bareA, bareB)
}

// name returns which side a letter stands for.
func (s *stage) name(letter string) string {
	if (letter == "a") != s.mirrored {
		return "source"
	}
	return "destination"
}

func stateLost(t *testing.T, s *stage) {
	s.given(tree{"p": "p", "q": "q", "k": "k"}, limited(0))
	s.a.Remove("p")
	s.b.Write("q", "q edited")
	s.memory = memory.New(memory.Options{Clock: s.Clock.Now})
	s.Store = s.memory
	s.full()
	// Nobody knows that p was deleted, or which q is the newer one.
	kept := s.requireConflict("q")
	want := tree{"p": "p", "q": "q", "k": "k", kept: "q edited"}
	if s.mirrored {
		want["q"], want[kept] = want[kept], want["q"]
	}
	s.requireTrees(want)
	require.Zero(t, s.report.Totals.Deletes)
	s.requireSettled()

	// A state that is there and cannot be read is not taken for an empty one.
	s = newStage(t, s.way, s.mirrored)
	damaged := false
	s.given(tree{"p": "p", "q": "q"}, func(c *config) {
		c.store.Fail = func(op memory.Op, _ bool) error {
			if damaged && op == memory.OpRead {
				return syncer.ErrDamaged
			}
			return nil
		}
	})
	s.a.Remove("p")
	s.poll()
	s.a.conn.Clear()
	s.b.conn.Clear()
	damaged = true
	_, err := s.World.Run(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
	require.ErrorIs(t, err, syncer.ErrDamaged)
	s.requireWrites(s.a)
	s.requireWrites(s.b)
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

// List, Look, Find and the calls that name a parent understand the place.
func (p byPlace) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return p.Handle.List(ctx, p.at(at), from)
}

func (p byPlace) Look(ctx context.Context, id string) (syncer.Entry, error) {
	return p.Handle.Look(ctx, p.at(syncer.Entry{ID: id}).ID)
}
