package syncertest_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// tree is short for what most lines below are about.
type tree = syncertest.Tree

func contentScenarios() []scenario {
	return []scenario{
		{"create-create-same", both(createCreateSame)},
		{"create-create-different", both(createCreateDifferent)},
		{"edit-one-side", both(editOneSide)},
		{"edit-edit-same", both(editEditSame)},
		{"edit-edit-different", both(editEditDifferent)},
		{"touch-only", both(touchOnly)},
		{"touch-vs-edit", both(touchVsEdit)},
		{"edit-and-back", both(editAndBack)},
		{"same-size-same-time-edit", both(sameSizeSameTimeEdit)},
		{"older-version-promoted", both(olderVersionPromoted)},
		{"zero-byte-file", both(zeroByteFile)},
		{"grows-while-read", both(growsWhileRead)},
		{"wrong-bytes-arrive", both(wrongBytesArrive)},
		{"large-chunked-file", both(largeChunkedFile)},
		{"no-checksum-side", both(noChecksumSide)},
	}
}

func createCreateSame(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"k": "k"}, on)
		s.a.Write("d/p", "same")
		s.b.Write("d/p", "same")
		s.run()
		s.requireTrees(tree{"k": "k", "d/p": "same"})
		s.requireNoWrites()
		s.requireNoConflict()
		if s.a.conn.Info().Digest != "" && s.b.conn.Info().Digest != "" {
			s.requireNoBytes()
		}
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB, digestlessAB, bareA)
}

func createCreateDifferent(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"k": "k"}, on)
		s.source().Write("p.txt", "from source")
		s.destination().Write("p.txt", "from destination")
		first, second := s.source().ID("p.txt"), s.destination().ID("p.txt")
		s.run()
		kept := s.requireConflict("p.txt")
		require.Regexp(t, `^p \(conflict [0-9a-f]+\)\.txt$`, kept)
		s.requireTrees(tree{"k": "k", "p.txt": "from source", kept: "from destination"})
		// Nothing is overwritten: each version stays the item that it was.
		s.requireSame(s.source(), first, "p.txt")
		s.requireSame(s.destination(), second, kept)
		s.requireWrites(s.source(), "CreateFile")
		s.requireWrites(s.destination(), "CreateFile", "Move")
		s.requireSettled()
	}, ordinary, digestlessA, digestlessAB)
}

func editOneSide(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"d/p": "1", "k": "k"}, on)
		id := s.b.ID("d/p")
		s.a.Write("d/p", "2")
		s.run()
		s.requireTrees(tree{"d/p": "2", "k": "k"})
		s.requireSame(s.b, id, "d/p")
		require.Equal(t, []string{"1", "2"}, s.b.History("d/p"))
		s.requireWrites(s.a)
		s.requireWrites(s.b, "UpdateFile")
		require.Equal(t, int64(1), s.report.Totals.Bytes)
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB, bareA, bareB, reusingA, reusingB)
}

func editEditSame(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "1"}, on)
		s.a.Write("p", "2")
		s.b.Write("p", "2")
		s.run()
		s.requireTrees(tree{"p": "2"})
		s.requireNoWrites()
		s.requireNoConflict()
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB, digestlessAB)
}

func editEditDifferent(t *testing.T, s *stage) {
	edit := func() {
		s.given(tree{"d/p.txt": "base"})
		s.source().Write("d/p.txt", "from source")
		s.destination().Write("d/p.txt", "from destination")
	}
	edit()
	s.run()
	kept := "d/" + s.requireConflict("d/p.txt")
	s.requireTrees(tree{"d/p.txt": "from source", kept: "from destination"})
	s.requireWrites(s.source(), "CreateFile")
	s.requireWrites(s.destination(), "CreateFile", "Move")
	s.requireSettled()

	// A retry makes the same name, whichever of the calls failed before.
	for _, op := range []string{"Move", "CreateFile"} {
		s = newStage(t, s.way, s.mirrored)
		edit()
		broken := failing(op)
		s.source().conn.OnCall(broken)
		s.destination().conn.OnCall(broken)
		require.NoError(t, s.try(syncer.RunOptions{}))
		require.False(t, s.report.Settled())
		s.recover()
		s.run()
		s.requireTrees(tree{"d/p.txt": "from source", kept: "from destination"})
		s.requireSettled()
	}
}

// failing is a hook that resets the connection before every call of one method.
func failing(op string) syncertest.Hook {
	return func(c syncertest.Call) error {
		if c.Op == op && c.Phase == syncertest.Before {
			return errors.New("connection reset")
		}
		return nil
	}
}

func touchOnly(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "1"}, on)
		s.Later(time.Hour)
		s.a.Touch("p")
		s.run()
		s.requireTrees(tree{"p": "1"})
		s.requireNoWrites()
		s.requireNoConflict()
		s.requireSettled() // the base holds the new version
	}, ordinary, digestlessA, digestlessB, digestlessAB)
}

func touchVsEdit(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "1"}, on)
		s.b.Write("p", "2")
		s.Later(time.Hour) // the touch is the later of the two, and still no news
		s.a.Touch("p")
		s.run()
		s.requireTrees(tree{"p": "2"})
		s.requireNoConflict()
		s.requireWrites(s.a, "UpdateFile")
		s.requireWrites(s.b)
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB, digestlessAB)
}

func editAndBack(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "1"}, on)
		s.a.Write("p", "2")
		s.a.Write("p", "1")
		s.run()
		s.requireTrees(tree{"p": "1"})
		s.requireNoWrites()
		s.requireNoConflict()
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB)
}

func sameSizeSameTimeEdit(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "aaa"}, on)
		was := s.a.Entry("p")
		s.a.Write("p", "bbb") // the clock has not moved
		require.Equal(t, was.Size, s.a.Entry("p").Size)
		require.Equal(t, was.Facts.Modified, s.a.Entry("p").Facts.Modified)
		s.run()
		s.requireTrees(tree{"p": "bbb"})
		s.requireWrites(s.b, "UpdateFile")
		s.requireSettled()
	}, ordinary, digestlessA, digestlessAB, bareA, reusingA)
}

func olderVersionPromoted(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"p": "1"}, on)
		s.a.Write("p", "2")
		s.run()
		s.Later(time.Hour)
		s.a.Promote("p", 1)
		s.run()
		s.requireTrees(tree{"p": "1"})
		require.Equal(t, []string{"1", "2", "1"}, s.b.History("p"))
		s.requireWrites(s.a)
		s.requireWrites(s.b, "UpdateFile")
		s.requireNoConflict()
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB)
}

func zeroByteFile(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"k": "k", "full": "x"}, on)
		s.a.Write("one", "")
		s.a.Write("d/two", "")
		s.a.Write("full", "")
		s.run()
		s.requireTrees(tree{"k": "k", "one": "", "d/two": "", "full": ""})
		s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFolder", "UpdateFile")
		s.requireSettled()
		// All empty files are equal, which makes none of them the other: no histories are mixed up.
		gone := s.b.ID("one")
		s.a.Remove("one")
		s.a.Write("three", "")
		s.a.Write("d/two", "not any more")
		s.run()
		s.requireTrees(tree{"k": "k", "three": "", "d/two": "not any more", "full": ""})
		require.NotEqual(t, gone, s.b.ID("three"))
		s.requireSettled()
	}, ordinary, digestlessA, digestlessB)
}

func growsWhileRead(t *testing.T, s *stage) {
	const old, grown = "line 1\n", "line 1\nline 2\n"
	// The file grows just before, or while, its bytes are read: only a whole version ever arrives.
	for _, phase := range []syncertest.Phase{syncertest.Before, syncertest.After} {
		s = newStage(t, s.way, s.mirrored)
		s.given(tree{"k": "k"})
		s.a.Write("p", old)
		once := true
		s.a.conn.OnCall(func(c syncertest.Call) error {
			if c.Op == "Open" && c.Phase == phase && once {
				once = false
				s.a.Write("p", grown)
			}
			return nil
		})
		s.run()
		require.False(t, once)
		require.Contains(t, []string{"", old, grown}, s.b.Tree()["p"])
		s.Later(2 * time.Hour)
		s.run()
		s.requireTrees(tree{"k": "k", "p": grown})
		s.requireSettled()
		require.Subset(t, []string{"k", old, grown}, s.b.Stored())
	}

	// A body that ends early without saying so, or that is garbled, is found out, dropped and read again.
	for _, faults := range []syncertest.Faults{{Short: 1}, {Garble: 1}, {Cut: 1}} {
		for _, kind := range []kind{ordinary, digestlessB} {
			s = newStage(t, s.way, s.mirrored)
			s.given(tree{"k": "k", "p": old}, kind.on)
			s.a.Write("p", grown)
			s.a.Write("new", grown)
			faults.Rand = rand.New(rand.NewPCG(1, 2))
			s.a.conn.Inject(faults)
			s.run()
			require.False(t, s.report.Settled())
			s.requireTree(s.b, tree{"k": "k", "p": old})
			s.recover()
			s.run()
			s.requireTrees(tree{"k": "k", "p": grown, "new": grown})
			s.requireSettled()
			require.Equal(t, []string{"k", old, grown}, s.b.Stored())
		}
	}
}

func wrongBytesArrive(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"k": "k", "p": "old"}, on)
		s.a.Write("p", "version 2")
		s.a.Write("new", "new file")
		s.b.conn.Inject(syncertest.Faults{Spoil: 1, Rand: rand.New(rand.NewPCG(1, 2))})
		s.rough = true // the wrong copy is whatever it is
		s.run()
		require.False(t, s.report.Settled())
		s.requireFailures("p", "new")
		require.False(t, s.b.Has("new"), "the bad copy of a new file does not stay")
		require.Equal(t, "old", s.b.Tree()["p"], "the bad copy is not current")
		s.requireTree(s.a, tree{"k": "k", "p": "version 2", "new": "new file"})
		s.recover()
		s.run()
		s.requireTrees(tree{"k": "k", "p": "version 2", "new": "new file"})
		s.requireWrites(s.a)
		s.requireSettled()
	},
		ordinary, // the digest is sent along, and B refuses
		kind{"B tells another digest", onB(func(o *syncertest.Options) { o.Info.Digest = syncer.SHA256 })},
		digestlessA, // B cannot refuse what it is not told: the engine finds out by B's answer
	)
}

func largeChunkedFile(t *testing.T, s *stage) {
	large := strings.Repeat("0123456789abcdef", 1<<16)
	for _, update := range []bool{false, true} {
		s = newStage(t, s.way, s.mirrored)
		s.given(tree{"k": "k", "p": "old"})
		at := "new"
		if update {
			at = "p"
		}
		s.a.Write(at, large)
		// The connection breaks in the middle of the body.
		s.a.conn.Inject(syncertest.Faults{Cut: 1, Rand: rand.New(rand.NewPCG(1, 2))})
		s.run()
		s.requireTree(s.b, tree{"k": "k", "p": "old"})
		s.requireFailures(at)
		s.recover()
		s.run()
		s.requireEqualTrees()
		require.Equal(t, large, s.b.Tree()[at])
		s.requireSettled()
		require.Len(t, s.b.Stored(), 3, "no short file was ever stored")
	}
}

func noChecksumSide(t *testing.T, s *stage) {
	files := tree{"a": "1", "b": "2", "d/c": "3", "d/d": "4"}
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(files, on)
		s.run()
		s.requireNoBytes() // nothing is read again to know that it is as it was
		s.a.Write("a", "1 edited")
		s.b.Write("b", "2 edited")
		s.run()
		s.requireTrees(tree{"a": "1 edited", "b": "2 edited", "d/c": "3", "d/d": "4"})
		s.requireWrites(s.a, "UpdateFile")
		s.requireWrites(s.b, "UpdateFile")
		require.LessOrEqual(t, s.a.conn.Count("Open"), 1)
		require.LessOrEqual(t, s.b.conn.Count("Open"), 1)
		s.requireSettled()
		// A name that is changed costs no read either.
		s.a.Rename("a", "z")
		s.run()
		s.requireNoBytes()
		s.requireWrites(s.b, "Move")
		s.requireSettled()
		s.crash()
		s.run()
		s.requireNoBytes()
		s.requireNoWrites()
	}, digestlessA, digestlessB, digestlessAB)
}
