package syncertest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// deaths are small scripts of edits that make one run do everything that a run can do.
var deaths = []struct {
	name  string
	setup simSetup
	edits []simOp
}{
	{name: "files and folders are made", edits: []simOp{
		{Do: "write", At: "d/e/c", Text: "c1"}, {Do: "write", On: 1, At: "e/b", Text: "c2"},
	}},
	{name: "files are edited on both sides", edits: []simOp{
		{Do: "write", At: "d/a", Text: "c1"}, {Do: "write", On: 1, At: "d/b", Text: "c2"},
	}},
	{name: "a file is edited on both sides in different ways", edits: []simOp{
		{Do: "write", At: "d/a", Text: "c1"}, {Do: "write", On: 1, At: "d/a", Text: "c2"},
	}},
	{name: "names are exchanged", edits: []simOp{
		{Do: "move", At: "d/a", To: "d/a~"}, {Do: "move", At: "d/b", To: "d/a"}, {Do: "move", At: "d/a~", To: "d/b"},
	}},
	{name: "folders are exchanged and a file in one is edited", edits: []simOp{
		{Do: "move", At: "d", To: "x"},
		{Do: "move", At: "e", To: "d"},
		{Do: "move", At: "x", To: "e"},
		{Do: "write", On: 1, At: "d/a", Text: "c1"},
	}},
	{name: "a folder is deleted and a file in it edited", edits: []simOp{
		{Do: "remove", At: "d"}, {Do: "write", On: 1, At: "d/a", Text: "c1"},
	}},
	{name: "a file becomes a folder", edits: []simOp{
		{Do: "remove", At: "d/a"}, {Do: "write", At: "d/a/c", Text: "c1"},
	}},
	{name: "folders are moved into each other", edits: []simOp{
		{Do: "move", At: "d", To: "e/d"}, {Do: "move", On: 1, At: "e", To: "d/e"},
	}},
	{name: "new files of one name on both sides", edits: []simOp{
		{Do: "write", At: "e/n", Text: "c1"},
		{Do: "write", On: 1, At: "e/n", Text: "c2"},
		{Do: "write", At: "e/m", Text: "c3"},
		{Do: "write", On: 1, At: "e/m", Text: "c3"},
	}},
	{name: "a conflict that the destination wins", setup: simSetup{Resolver: "destination"}, edits: []simOp{
		{Do: "write", At: "e/n", Text: "c1"}, {Do: "write", On: 1, At: "e/n", Text: "c2"},
	}},
	{name: "an edit on the side that only receives", setup: simSetup{Mode: syncer.ToDestination}, edits: []simOp{
		{Do: "write", On: 1, At: "d/a", Text: "c1"}, {Do: "write", On: 1, At: "e/n", Text: "c2"},
	}},
	{name: "what was deleted comes back from the trash", edits: []simOp{
		{Do: "remove", At: "d"}, {Do: "run", Run: simRun{Full: true}}, {Do: "restore", At: "d"},
	}},
	{name: "names have to be mapped and told apart", setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*"}}}, edits: []simOp{
		{Do: "write", At: "e/a:b", Text: "c1"}, {Do: "write", At: "e/a*b", Text: "c2"}, {Do: "write", At: "e/a-b", Text: "c3"},
	}},
}

// worlds are the services on which each of them is tried.
var worlds = map[string][2]simSide{
	"ordinary services":                             {},
	"services that show their writes late":          {{Settle: 30 * time.Second}, {Settle: 30 * time.Second}},
	"an update makes a new item, and nothing moves": {1: {Update: syncer.UpdateByReplacement, Without: syncertest.Moving}},
	"a local disk":                                  {0: {Reusable: true, NoTrash: true, NoGuards: true, NoDigest: true, Anonymous: true, Without: syncertest.Restoring}},
	"a service of few words":                        {1: {NoDigest: true, Anonymous: true, Without: syncertest.Looking | syncertest.Finding, Unique: syncer.UniqueNone}},
}

// TestARunMayDieAtAnyInstant kills a run before and after every call to a service and every write of
// its state, with the next one coming at once or after the lease: (6) the end is always the same as
// if it had not died.
func TestARunMayDieAtAnyInstant(t *testing.T) {
	t.Parallel()
	tree := syncertest.Tree{"d/a": "base0", "d/b": "base1", "e/c": "base2"}
	for _, c := range deaths {
		for world, sides := range worlds {
			t.Run(c.name+" with "+world, func(t *testing.T) {
				t.Parallel()
				setup := c.setup
				setup.Trees = [2]syncertest.Tree{tree, tree}
				for side := range sides {
					if forbidden := setup.Sides[side].Forbidden; forbidden != "" {
						sides[side].Forbidden = forbidden
					}
				}
				setup.Sides = sides
				for _, clone := range []bool{false, true} {
					for at := 1; dieAt(t, setup, c.edits, simEvent{At: at, Kill: true, Clone: clone}); at++ {
						require.Less(t, at, 500)
					}
				}
			})
		}
	}
}

// dieAt reports whether the run lived long enough to die.
func dieAt(t *testing.T, setup simSetup, edits []simOp, kill simEvent) bool {
	t.Helper()
	script := []simOp{{Do: "run", Run: simRun{Full: true}}, {Do: "later", For: time.Hour}}
	script = append(script, edits...)
	script = append(script,
		simOp{Do: "run", Run: simRun{Full: true, During: []simEvent{kill}}}, simOp{Do: "later", For: time.Second},
		simOp{Do: "run", Run: simRun{Full: true}}, simOp{Do: "later", For: time.Minute},
		simOp{Do: "run", Run: simRun{Full: true}},
	)
	failure := judges["killed"](setup, script)
	if failure != nil {
		require.NoError(t, failure, "\n%s", pasteable("killed", setup, script))
	}
	s, err := replay(setup, script, false)
	require.NoError(t, err)
	return s.died
}
