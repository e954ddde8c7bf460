package syncertest_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// requireTree and requireTrees compare one side or both with a tree, in which the folders above
// what is there need not be written.
func (s *stage) requireTree(e *end, want syncertest.Tree) {
	s.t.Helper()
	require.Equal(s.t, whole(want), e.Tree(), "%s\n%s", e.side, s.report)
}

func (s *stage) requireTrees(want syncertest.Tree) {
	s.t.Helper()
	s.requireTree(s.a, want)
	s.requireTree(s.b, want)
}

func (s *stage) requireEqualTrees() {
	s.t.Helper()
	require.Equal(s.t, s.a.Tree(), s.b.Tree(), s.report)
}

// whole adds the folders above everything to a tree.
func whole(tree syncertest.Tree) syncertest.Tree {
	out := maps.Clone(tree)
	for at := range tree {
		for dir := path.Dir(strings.TrimSuffix(at, "/")); dir != "."; dir = path.Dir(dir) {
			out[dir+"/"] = ""
		}
	}
	return out
}

// wrote returns the names of the methods that changed, or tried to change, a side in the last run.
func (s *stage) wrote(e *end) []string {
	ops := []string{}
	for _, c := range e.conn.Writes() {
		ops = append(ops, c.Op)
	}
	slices.Sort(ops)
	return ops
}

// requireWrites demands that the last run wrote to a side with exactly these methods, in any order.
func (s *stage) requireWrites(e *end, ops ...string) {
	s.t.Helper()
	require.Equal(s.t, slices.Sorted(slices.Values(append([]string{}, ops...))), append([]string(nil), s.wrote(e)...), "%s\n%s", e.side, s.report)
}

// requireNoWrites demands that the last run changed nothing anywhere.
func (s *stage) requireNoWrites() {
	s.t.Helper()
	s.requireWrites(s.a)
	s.requireWrites(s.b)
	require.Zero(s.t, s.report.Totals.Writes, s.report)
}

// requireNoBytes demands that the last run read no file.
func (s *stage) requireNoBytes() {
	s.t.Helper()
	require.Zero(s.t, s.a.conn.Count("Open")+s.b.conn.Count("Open"), "bodies were read")
	require.Zero(s.t, s.report.Totals.Bytes)
}

// requireSettled demands that the last run left nothing open, that the base says so too, and that
// more runs are idle.
func (s *stage) requireSettled() {
	s.t.Helper()
	require.True(s.t, s.report.Settled(), s.report)
	s.requireBase()
	s.requireIdle()
}

// requireIdle demands that a full scan and a hinted run change nothing on either side.
func (s *stage) requireIdle() {
	s.t.Helper()
	last, a, b := s.report, s.a.Tree(), s.b.Tree()
	for _, w := range []way{hinted, scanned} {
		s.must(w)
		s.requireNoWrites()
		require.Empty(s.t, s.report.Conflicts)
	}
	s.requireTree(s.a, a)
	s.requireTree(s.b, b)
	s.report = last
}

// requireBase demands that the base holds every item of both sides, and nothing else.
func (s *stage) requireBase() {
	s.t.Helper()
	records, err := s.Records(s.t.Context())
	require.NoError(s.t, err)
	for _, e := range s.ends() {
		known := []string{}
		for _, r := range records {
			if h := r.Half(e.side); h.Presence == syncer.Present && r.ID != syncer.RootRecord {
				known = append(known, h.ID)
				require.Equal(s.t, e.Entry("id:"+h.ID).Content, h.Content, "base of %q on %s", r.Name, e.side)
			}
		}
		there := []string{}
		for at := range maps.Keys(e.Tree()) {
			if at, id, twin := strings.Cut(at, "#"); twin {
				there = append(there, strings.TrimSuffix(id, "/"))
			} else {
				there = append(there, e.ID(strings.TrimSuffix(at, "/")))
			}
		}
		require.ElementsMatch(s.t, there, known, "base of %s", e.side)
	}
}

// outcomes returns what the journal says of the last run about a path.
func (s *stage) outcomes(at string) []syncer.Outcome {
	s.t.Helper()
	all, err := s.Journal(s.t.Context())
	require.NoError(s.t, err)
	return slices.DeleteFunc(all, func(o syncer.Outcome) bool { return o.Path != at || o.Position.Fence <= s.before })
}

// requireTold demands that the last run's report or journal says why something was done about a path.
func (s *stage) requireTold(at string) {
	s.t.Helper()
	told := slices.ContainsFunc(s.outcomes(at), func(o syncer.Outcome) bool { return o.Reason != "" }) ||
		slices.ContainsFunc(s.report.Conflicts, func(c syncer.Conflict) bool { return c.Path == at })
	require.True(s.t, told, "nothing says why %q was changed", at)
}

// requireConflict demands that the last run reported exactly one conflict, and returns the name of
// the copy.
func (s *stage) requireConflict(at string) string {
	s.t.Helper()
	require.Len(s.t, s.report.Conflicts, 1, s.report)
	c := s.report.Conflicts[0]
	require.Equal(s.t, at, c.Path)
	require.Equal(s.t, syncer.KeepBoth, c.Resolution)
	require.Equal(s.t, 1, s.report.Totals.Conflicts)
	return c.Copy
}

// requireNoConflict demands that the last run reported none.
func (s *stage) requireNoConflict() {
	s.t.Helper()
	require.Empty(s.t, s.report.Conflicts)
	require.Zero(s.t, s.report.Totals.Conflicts)
}

// requireHolds, requireSkips and requireFailures demand that the last report names exactly these
// paths, each with a reason.
func (s *stage) requireHolds(paths ...string) {
	s.t.Helper()
	got := []string{}
	for _, h := range s.report.Holds {
		require.NotEmpty(s.t, h.Reason)
		got = append(got, h.Path)
	}
	require.ElementsMatch(s.t, paths, got, s.report)
	require.Equal(s.t, len(paths), s.report.Totals.Held)
}

func (s *stage) requireSkips(paths ...string) {
	s.t.Helper()
	got := []string{}
	for _, k := range s.report.Skips {
		require.NotEmpty(s.t, k.Reason)
		got = append(got, k.Path)
	}
	require.ElementsMatch(s.t, paths, got, s.report)
	require.Equal(s.t, len(paths), s.report.Totals.Skipped)
}

func (s *stage) requireFailures(paths ...string) {
	s.t.Helper()
	got := []string{}
	for _, f := range s.report.Failures {
		require.NotEmpty(s.t, f.Err+f.Reason)
		got = append(got, f.Path)
	}
	require.ElementsMatch(s.t, paths, got, s.report)
	require.Equal(s.t, len(paths), s.report.Totals.Failed)
}

// requireCharged demands what the delete limit holds.
func (s *stage) requireCharged(n int) {
	s.t.Helper()
	used, _, err := s.ledger.Used(s.t.Context(), "pair", 24*time.Hour)
	require.NoError(s.t, err)
	require.Equal(s.t, n, used, "deletes charged")
}

// requireSame demands that the item at a path of a side is the one with this ID.
func (s *stage) requireSame(e *end, id, at string) {
	s.t.Helper()
	require.True(s.t, e.Has(at), "%q on %s\n%s", at, e.side, s.report)
	require.Equal(s.t, id, e.ID(at), "%q on %s is another item", at, e.side)
}

// inspect looks, when a scenario has ended, for what no engine may ever do: to write outside of the
// roots or without a guard, and to lose a content.
func (s *stage) inspect() {
	if s.t.Failed() {
		return
	}
	kept := slices.Concat(s.a.Kept(), s.b.Kept(), s.a.Dropped(), s.b.Dropped())
	for _, e := range s.ends() {
		if !s.rough {
			require.Empty(s.t, e.Violations())
		}
		for _, body := range e.Written() {
			require.True(s.t, s.lossy || slices.Contains(kept, body), "%q, written on %s, is lost", body, e.side)
		}
	}
}
