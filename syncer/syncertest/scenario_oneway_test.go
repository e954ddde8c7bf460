package syncertest_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func oneWayFolder(t *testing.T, s *stage) {
	base := syncertest.Tree{"out/x": "1", "out/y": "1", "out/sub/z": "1", "both/x": "1"}
	directed := func(wrong syncer.WrongSide) option {
		return func(c *config) {
			mode := syncer.ToDestination
			if c.mirrored {
				mode = syncer.ToSource
			}
			d, err := policy.NewDirections(map[string]syncer.Direction{"out": {Mode: mode, Wrong: wrong}})
			require.NoError(t, err)
			c.engine.Policies.Director = d
		}
	}
	for name, wrong := range map[string]syncer.WrongSide{"kept-aside": syncer.KeepAside, "put-back": syncer.PutBack, "left": syncer.LeaveEdit} {
		t.Run(name, func(t *testing.T) {
			s := s.again(t)
			s.given(base, directed(wrong), limited(10))
			s.b.Write("out/x", "edited on b")
			s.b.Write("both/x", "edited on b too")
			s.a.Write("out/y", "2")
			s.run()
			if wrong == syncer.PutBack {
				s.requireTold("out/x")
			}
			s.run()
			require.Empty(t, s.outcomes("out/x"))
			onA := syncertest.Tree{"out/x": "1", "out/y": "2", "out/sub/z": "1", "both/x": "edited on b too"}
			s.requireTree(s.a, onA)
			tree := s.b.Tree()
			require.Equal(t, "2", tree["out/y"])
			switch wrong {
			case syncer.KeepAside:
				require.Equal(t, "1", tree["out/x"])
				at := s.b.holding(t, "edited on b")
				require.True(t, strings.HasPrefix(path.Base(at), "x ("), at)
				require.Len(t, tree, 8)
			case syncer.PutBack:
				require.Equal(t, whole(onA), tree)
				require.Contains(t, s.b.History("out/x"), "edited on b")
			case syncer.LeaveEdit:
				require.Equal(t, "edited on b", tree["out/x"])
				require.Len(t, tree, 7)
			}
			s.requireIdle()

			// The sending side changes it: nothing of B is overwritten unseen.
			s.a.Write("out/x", "3")
			s.run()
			require.Equal(t, "3", s.a.Tree()["out/x"])
			require.Equal(t, "3", s.b.Tree()["out/x"])
			require.Contains(t, s.b.Kept(), "edited on b")
			onA["out/x"] = "3"
			s.requireTree(s.a, onA)
			s.requireIdle()
		})
	}
	t.Run("new-moved-and-deleted-on-b", func(t *testing.T) {
		s := s.again(t)
		s.given(base, directed(syncer.KeepAside), limited(10))
		s.b.Write("out/new", "b's own")
		s.b.Remove("out/y")
		s.b.Remove("out/sub")
		s.run()
		s.requireTree(s.a, base)
		s.requireWrites(s.a)
		s.requireTree(s.b, syncertest.Tree{"out/x": "1", "out/y": "1", "out/sub/z": "1", "both/x": "1", "out/new": "b's own"})
		s.requireCharged(0)
		s.requireIdle()
		s.b.Rename("out/x", "other")
		s.run()
		s.requireTree(s.a, base)
		s.requireWrites(s.a)
		require.Equal(t, "1", s.b.Tree()["out/x"])
		s.requireIdle()
		s.a.Remove("out/x")
		s.a.Rename("out/y", "y2")
		s.run()
		s.requireTree(s.b, syncertest.Tree{"out/y2": "1", "out/sub/z": "1", "both/x": "1", "out/new": "b's own"})
		s.requireCharged(1)
		s.requireIdle()
	})
	t.Run("by-the-pair", func(t *testing.T) {
		s := s.again(t)
		s.given(base, aToB, limited(10))
		s.b.Write("out/x", "edited on b")
		s.b.Write("new", "b's own")
		s.b.Remove("both/x")
		s.a.Write("out/y", "2")
		s.run()
		s.run()
		s.requireTree(s.a, syncertest.Tree{"out/x": "1", "out/y": "2", "out/sub/z": "1", "both/x": "1"})
		require.Empty(t, s.a.conn.Writes())
		for at, body := range s.a.Tree() {
			require.Equal(t, body, s.b.Tree()[at], at)
		}
		require.NotEmpty(t, s.b.holding(t, "edited on b"))
		s.requireIdle()
	})
}

// holding returns the path of the one file that holds body.
func (e *end) holding(t *testing.T, body string) string {
	t.Helper()
	found := ""
	for at, b := range e.Tree() {
		if b == body {
			require.Empty(t, found, "%q holds the same as %q", at, found)
			found = at
		}
	}
	require.NotEmpty(t, found, "nothing holds %q", body)
	return found
}

func deletesOff(t *testing.T, s *stage) {
	base := syncertest.Tree{"p": "1", "d/x": "1", "d/sub/y": "1", "keep": "k", "moved": "m"}
	s.given(base, with(func(o *syncer.Options) { o.Policies.Guards = append(o.Policies.Guards, policy.DeletesOff{}) }))
	s.a.Remove("p")
	s.a.Remove("d")
	s.a.Rename("moved", "renamed")
	s.a.Write("new", "n")
	s.run()
	onA := syncertest.Tree{"keep": "k", "renamed": "m", "new": "n"}
	onB := syncertest.Tree{"p": "1", "d/x": "1", "d/sub/y": "1", "keep": "k", "renamed": "m", "new": "n"}
	s.requireTree(s.a, onA)
	s.requireTree(s.b, onB)
	s.requireWrites(s.a)
	s.requireWrites(s.b, "CreateFile", "Move")
	s.requireReported("p", "d", "d/x", "d/sub", "d/sub/y")
	for range 3 {
		s.Later(30 * time.Hour)
		s.run()
		s.requireNoWrites()
		s.full()
		s.requireNoWrites()
		s.requireReported("p", "d", "d/x", "d/sub", "d/sub/y")
	}
	// It does not come back as new when the folder's siblings change either.
	s.b.Write("keep", "k2")
	s.b.Rename("renamed", "renamed again")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"keep": "k2", "renamed again": "m", "new": "n"})

	// The owner of B deletes it as well: then nothing is left to report.
	s.b.Remove("p")
	s.b.Remove("d")
	s.run()
	s.requireNoWrites()
	s.full()
	s.requireTrees(syncertest.Tree{"keep": "k2", "renamed again": "m", "new": "n"})
	s.requireSettled()

	t.Run("the-name-is-used-again", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"p": "1", "keep": "k"}, with(func(o *syncer.Options) { o.Policies.Guards = append(o.Policies.Guards, policy.DeletesOff{}) }))
		s.a.Remove("p")
		s.run()
		s.a.Write("p", "another")
		s.run()
		s.run()
		require.Equal(t, "another", s.a.Tree()["p"])
		require.Contains(t, slices.Collect(maps.Values(s.b.Tree())), "another")
		s.full()
		s.requireNoWrites()
	})
}
