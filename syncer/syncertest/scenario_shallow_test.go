package syncertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// shallow is a service that tells of the folder alone that it is in the trash.
func shallow(o *syncertest.Options) { o.Shallow = true }

// What stands in a trashed folder is in the trash, whether the service says so of each item or not.
// What left the folder before did not go with it.
func TestContentsOfATrashedFolderWentWithIt(t *testing.T) {
	t.Parallel()
	both(func(_ *testing.T, s *stage) {
		s.each(func(t *testing.T, s *stage, on option) {
			s.given(tree{"d/p": "p", "d/e/q": "q", "d/in": "in", "d/out": "out", "k": "k"}, on, limited(10))
			s.a.Move("d/in", "in")
			s.a.Move("d/out", "../out")
			s.a.Remove("d")
			s.run()
			s.requireHolds("d/out")
			s.requireTree(s.b, tree{"in": "in", "k": "k", "d/out": "out"})
			require.Equal(t, tree{"d/p": "p", "d/e/": "", "d/e/q": "q"}, s.b.Trash())
		}, kind{"A tells of the folder alone", onA(shallow)}, ordinary)
	})(t, nil)
}

// An item that was moved into another folder, which was put into the trash then, is in the trash too.
func TestWhatWasMovedIntoATrashedFolderWentWithIt(t *testing.T) {
	t.Parallel()
	both(func(_ *testing.T, s *stage) {
		s.each(func(t *testing.T, s *stage, on option) {
			s.given(tree{"d/p": "p", "e/q": "q", "k": "k"}, on, limited(10))
			s.a.Move("d/p", "e/p")
			s.a.Remove("e")
			s.run()
			s.requireTrees(tree{"d/": "", "k": "k"})
			require.Equal(t, tree{"d/p": "p", "e/": "", "e/q": "q"}, s.b.Trash())
			s.requireSettled()
		}, kind{"A tells of the folder alone", onA(shallow)}, ordinary)
	})(t, nil)
}
