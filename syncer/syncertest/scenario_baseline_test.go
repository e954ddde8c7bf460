package syncertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

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
