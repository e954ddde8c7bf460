package syncer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestWhatIsStillInAFolderKeepsItFromBeingTried(t *testing.T) {
	w := agreed(t, syncertest.Tree{"d/p": "p", "k": "k"}, syncertest.WorldOptions{})
	w.Ann.Remove("d")
	w.Bob.Lock("d/p")
	full(t, w)
	require.Len(t, w.Right.Writes(), 1, "the folder is not tried when its contents could not go")
	full(t, w)
	require.Empty(t, w.Right.Writes(), "nor while they wait for their next try")
	w.Bob.Unlock("d/p")
	w.Later(time.Hour)
	full(t, w)
	require.Equal(t, syncertest.Tree{"k": "k"}, w.Destination.Tree())
}

func TestAFolderThatHoldsWhatTheOtherSideRefusesIsNotTried(t *testing.T) {
	w := agreed(t, syncertest.Tree{"d/p": "p", "k": "k"}, syncertest.WorldOptions{
		Source: ordinary(func(i *syncer.Info) { i.MaxSize = 2 }),
	})
	id := w.Destination.ID("d/p")
	w.Ann.Remove("d")
	w.Bob.Write("d/q", "large")
	for range 2 {
		full(t, w)
		for _, c := range w.Right.Writes() {
			require.Equal(t, id, c.ID, "%s of what is to stay", c.Op)
		}
		require.Equal(t, syncertest.Tree{"d/": "", "d/q": "large", "k": "k"}, w.Destination.Tree())
	}
}

func TestARenameMadeWhileTheEngineActsIsNotUndone(t *testing.T) {
	for _, guarded := range []bool{true, false} {
		w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{
			Source: ordinary(func(i *syncer.Info) { i.Guards.Move = guarded }),
		})
		w.Bob.Rename("p", "of bob")
		once := false
		w.Options.Observe = func(e syncer.Event) {
			if e.Phase == syncer.PhasePlan && !once {
				once = true
				w.Ann.Rename("p", "of ann")
			}
		}
		full(t, w)
		full(t, w)
		require.True(t, once)
		want := syncertest.Tree{"of ann": "p", "k": "k"} // of two names the source's counts
		require.Equal(t, want, w.Source.Tree(), "guarded: %t", guarded)
		require.Equal(t, want, w.Destination.Tree())
	}
}

// Each side has a move to make that the other one does not need. The one that is made first says
// nothing about the other.
func TestAMoveThatFailedIsStillWantedWhenTheOtherSideHasMadeItsOwn(t *testing.T) {
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		t.Run(side.String(), func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "1", "d/k": "k"}, syncertest.WorldOptions{})
			w.Ann.Move("p", "d/p")
			w.Bob.Rename("p", "q")
			failing := []*syncertest.Handle{w.Left, w.Right}[side]
			failing.OnCall(breaks("Move", syncertest.Before))
			full(t, w)
			failing.OnCall(nil)
			w.Later(2 * time.Hour)
			require.True(t, full(t, w).Settled())
			require.Equal(t, syncertest.Tree{"d/": "", "d/k": "k", "d/q": "1"}, w.Source.Tree())
			require.Equal(t, w.Source.Tree(), w.Destination.Tree())
		})
	}
}

// Ann moves one folder into the other, Bob the other into the one. While Bob's move is being undone,
// and nobody knows how that ended, the folder that Ann moved cannot go into what still holds it.
func TestAFolderWaitsForTheOneThatHasToLeaveItFirst(t *testing.T) {
	settles := ordinary(func(i *syncer.Info) { i.Settle = 30 * time.Second })
	w := agreed(t, syncertest.Tree{"d/p": "p", "e/q": "q"}, syncertest.WorldOptions{Source: settles, Destination: settles})
	w.Later(time.Hour)
	w.Ann.Move("d", "e/d")
	w.Bob.Move("e", "d/e")
	w.Right.OnCall(breaks("Move", syncertest.Before))
	full(t, w)
	require.Len(t, w.Right.Writes(), 1, "a folder is not moved into itself")
	w.Right.OnCall(nil)
	w.Later(2 * time.Hour)
	require.True(t, full(t, w).Settled())
	require.Equal(t, syncertest.Tree{"e/": "", "e/d/": "", "e/d/p": "p", "e/q": "q"}, w.Source.Tree())
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}

// Bob gives p another name and makes a new p, and Ann edits p just when it is to be renamed for her. The new p
// waits for its name until p is looked at again: it gets no other one, on one side or on both. A read
// that tells what was only touched has the rest of the run planned anew in between.
func TestANameIsWaitedForWhileItsHolderIsLookedAtAgain(t *testing.T) {
	digestless := ordinary(func(i *syncer.Info) { i.Digest = "" })
	w := agreed(t, syncertest.Tree{"p": "1", "touched": "t"}, syncertest.WorldOptions{Source: digestless, Destination: digestless})
	w.Bob.Rename("p", "q")
	w.Bob.Write("p", "new")
	w.Ann.Write("touched", "t")
	once := false
	w.Left.OnCall(func(c syncertest.Call) error {
		if c.Op == "Move" && c.Phase == syncertest.Before && !once {
			once = true
			w.Ann.Write("p", "of ann")
		}
		return nil
	})
	require.True(t, full(t, w).Settled())
	require.True(t, once)
	require.Equal(t, syncertest.Tree{"p": "new", "q": "of ann", "touched": "t"}, w.Source.Tree())
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}

// Bob has a file of his own under the name for a moment, just when Ann's is to be made there.
func TestANameThatWasTakenForAMomentIsNotAvoided(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	w.Ann.Write("p", "of ann")
	calls := 0
	w.Right.OnCall(func(c syncertest.Call) error {
		if c.Op != "CreateFile" {
			return nil
		}
		if calls++; calls == 1 {
			w.Bob.Write("p", "of bob")
		}
		if calls == 2 {
			w.Bob.Remove("p")
		}
		return nil
	})
	require.True(t, full(t, w).Settled())
	require.Equal(t, 4, calls, "the second try is made in the same run")
	require.Equal(t, syncertest.Tree{"k": "k", "p": "of ann"}, w.Source.Tree())
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}

// Both have edited p, and Ann has given it another name, and its old name to z, which is read before
// anything becomes of it. Bob's version gets a conflict name: that z has the name it stands under is
// nothing to wait for.
func TestAVersionThatGetsAConflictNameDoesNotWaitForTheNameThatItLeaves(t *testing.T) {
	digestless := ordinary(func(i *syncer.Info) { i.Digest = "" })
	w := agreed(t, syncertest.Tree{"p": "1", "z": "z"}, syncertest.WorldOptions{Source: digestless, Destination: digestless})
	w.Ann.Write("p", "of ann")
	w.Ann.Rename("p", "q")
	w.Ann.Write("z", "z")
	w.Ann.Rename("z", "p")
	w.Bob.Write("p", "from bob")
	report := full(t, w)
	require.True(t, report.Settled(), report)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	tree := w.Source.Tree()
	require.Len(t, tree, 3)
	require.Equal(t, "of ann", tree["q"])
	require.Equal(t, "z", tree["p"])
	require.Zero(t, full(t, w).Totals.Writes)
	for name, contents := range tree {
		if contents == "from bob" {
			require.Contains(t, name, "p (conflict ")
		}
	}
}
