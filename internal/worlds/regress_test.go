package worlds_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

// TestWhatTheSimulationFound holds what seeds of TestSimulationOfBox found, with what is not needed left out.
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
			require.Empty(t, playWorld(t, setup{Memory: true}, c.script, io.Discard))
		})
	}
}
