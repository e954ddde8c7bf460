package syncertest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

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
