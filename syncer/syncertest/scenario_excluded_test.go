package syncertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
)

// excluding keeps what stands in a folder called out of sync.
func excluding(c *config) {
	globs, err := policy.NewGlobs(policy.GlobOptions{Exclude: []string{"out"}})
	require.NoError(c.t, err)
	c.engine.Policies.Filter = globs
}

func moveIntoExcluded(_ *testing.T, s *stage) {
	s.t.Run("out of the root", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.given(tree{"p": "p", "d/x": "x", "k": "k"}, limited(10))
		s.a.MoveOut("p")
		s.a.MoveOut("d")
		s.run()
		// It is gone from A's root and in nobody's trash: a person decides.
		s.requireTree(s.a, tree{"k": "k"})
		s.requireTree(s.b, tree{"p": "p", "d/x": "x", "k": "k"})
		s.requireNoWrites()
		s.requireHolds("p", "d", "d/x")
		s.requireCharged(0)
		s.requireIdle()
		s.approve("p")
		s.run()
		s.requireTree(s.b, tree{"d/x": "x", "k": "k"})
		s.requireCharged(1)
		s.requireHolds("d", "d/x")
		// It comes back, and nothing has happened to it.
		s.a.MoveIn("d", "d")
		s.run()
		s.requireNoWrites()
		s.requireTrees(tree{"d/x": "x", "k": "k"})
		s.requireSettled()
	})
	s.t.Run("into what the filter leaves out", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.start(tree{"p": "p", "d/x": "x", "k": "k", "out/o": "o"}, tree{"p": "p", "d/x": "x", "k": "k"}, excluding, limited(10))
		s.base()
		s.a.Move("p", "out/p")
		s.a.Move("d", "out/d")
		s.run()
		// Left alone by policy, and the report says so.
		s.requireTree(s.a, tree{"out/p": "p", "out/d/x": "x", "k": "k", "out/o": "o"})
		s.requireTree(s.b, tree{"p": "p", "d/x": "x", "k": "k"})
		s.requireNoWrites()
		s.requireCharged(0)
		require.Contains(t, s.report.String(), `"p"`)
		require.Contains(t, s.report.String(), `"d"`)
		s.requireIdle()
	})
}

func moveOutOfExcluded(_ *testing.T, s *stage) {
	s.t.Run("into the root", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.given(tree{"k": "k"})
		s.a.Write("../p", "p")
		s.a.Write("../d/e/x", "x")
		s.run()
		s.requireNoWrites()
		s.a.MoveIn("p", "q")
		s.a.MoveIn("d", "k2/d")
		s.run()
		s.requireTrees(tree{"k": "k", "q": "p", "k2/d/e/x": "x"})
		s.requireWrites(s.a)
		s.requireSettled()
	})
	s.t.Run("out of what the filter leaves out", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.start(tree{"k": "k", "out/p": "p", "out/d/e/x": "x"}, tree{"k": "k"}, excluding)
		s.base()
		s.a.Move("out/p", "p")
		s.a.Move("out/d", "d")
		s.run()
		s.requireTree(s.b, tree{"k": "k", "p": "p", "d/e/x": "x"})
		s.requireTree(s.a, tree{"k": "k", "p": "p", "d/e/x": "x", "out/": ""})
		s.requireWrites(s.a)
		s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFolder", "CreateFolder")
		s.requireIdle()
	})
	s.t.Run("there and back", func(t *testing.T) {
		s := newStage(t, s.way, s.mirrored)
		s.start(tree{"p": "1", "k": "k", "out/": ""}, tree{"p": "1", "k": "k"}, excluding, limited(0))
		s.base()
		id := s.b.ID("p")
		s.a.Move("p", "out/p")
		s.run()
		s.a.Move("out/p", "p")
		s.run()
		s.run() // what was out of scope is compared in the next run at the latest
		s.requireTree(s.b, tree{"p": "1", "k": "k"})
		s.requireSame(s.b, id, "p")
		s.requireNoConflict()
		s.requireIdle()
	})
}
