package box_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// TestWhatTheSimulationFound holds what seeds of TestSimulation found, with what is not needed left out.
func TestWhatTheSimulationFound(t *testing.T) {
	const ann, bob = syncer.Source, syncer.Destination
	run := func(during ...edit) step { return step{Run: &running{Full: true, During: during}} }
	does := func(e edit) step { return step{Edit: &e} }
	for _, c := range []struct {
		name   string
		script []step
	}{
		{"a name that Box holds though the rules forbid it is kept when its file is moved", []step{
			does(edit{On: ann, Do: "mkdir", Path: "D"}),
			does(edit{On: bob, Do: "write", Path: "q?", Text: "text 1"}),
			run(),
			does(edit{On: ann, Do: "move", Path: "q?", To: "D/q?"}),
		}},
		{"a file that comes back to Box has a name that the rules allow, whatever its name was there", []step{
			does(edit{On: bob, Do: "write", Path: "x:y", Text: "text 1"}),
			run(),
			does(edit{On: ann, Do: "write", Path: "x:y", Text: "text 2"}),
			does(edit{On: bob, Do: "remove", Path: "x:y"}),
		}},
		{"of two contents of one file neither is left out for its name", []step{
			run(edit{At: 6, On: bob, Do: "write", Path: "q?", Text: "text 1"}),
			does(edit{On: ann, Do: "write", Path: "q?", Text: "text 2"}),
			run(edit{At: 13, On: bob, Do: "write", Path: "q?", Text: "text 3"}),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Empty(t, playWorld(t, setup{}, c.script, io.Discard))
		})
	}
}

func TestAnItemKeepsANameThatOnlyBoxAllowsWhenItIsMoved(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	to, err := a.ann.CreateFolder(root.ID, "to")
	require.NoError(t, err)
	file, err := a.ann.Upload(root.ID, "what?", []byte("one"))
	require.NoError(t, err)
	old, err := a.fs.Look(t.Context(), "f"+file.ID)
	require.NoError(t, err)
	now, err := a.fs.Move(t.Context(), old, syncer.Entry{ID: to.ID}, "what?")
	require.NoError(t, err)
	require.Equal(t, "what?", now.Name)
	require.Equal(t, to.ID, now.ParentID)
	_, err = a.fs.Move(t.Context(), now, syncer.Entry{ID: to.ID}, "why?")
	require.ErrorIs(t, err, syncer.ErrName)
	_, err = a.fs.CreateFile(t.Context(), syncer.Entry{ID: to.ID}, "", text("two"))
	require.ErrorIs(t, err, syncer.ErrName)
}
