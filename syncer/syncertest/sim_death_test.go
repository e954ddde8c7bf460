package syncertest_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

var simEvery = flag.Int("every", 11, "TestARunMayDieAtAnyInstant kills at every nth instant of each case; 1 is all of them")

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

// worlds are the services on which each of them is tried, in a fixed order.
var worlds = []struct {
	name  string
	sides [2]simSide
}{
	{"ordinary services", [2]simSide{}},
	{"services that show their writes late", [2]simSide{{Settle: 30 * time.Second}, {Settle: 30 * time.Second}}},
	{"an update makes a new item, and nothing moves", [2]simSide{
		1: {Update: syncer.UpdateByReplacement, Without: syncertest.Moving},
	}},
	{"a local disk", [2]simSide{
		0: {Reusable: true, NoTrash: true, NoGuards: true, NoDigest: true, Anonymous: true, Without: syncertest.Restoring},
	}},
	{"a service of few words", [2]simSide{
		1: {NoDigest: true, Anonymous: true, Without: syncertest.Looking | syncertest.Finding, Unique: syncer.UniqueNone},
	}},
}

// kills are the ways to die: the next process waits for the lease, or finds the state at once; and
// it may die too, in the middle of what it has to mend.
var kills = []struct {
	name  string
	clone bool
	again func(at int) []simEvent
}{
	{"once", false, func(int) []simEvent { return nil }},
	{"once, with the state found at once", true, func(int) []simEvent { return nil }},
	{"twice", true, func(at int) []simEvent { return []simEvent{{At: 1 + at*7%23, Kill: true, Clone: at%2 == 0}} }},
}

// TestARunMayDieAtAnyInstant kills a run before and after calls to a service and writes of its state:
// (6) the end is always the same as if it had not died. By default it takes a sample of the instants,
// another one in each case; -every 1 takes all of them.
func TestARunMayDieAtAnyInstant(t *testing.T) {
	t.Parallel()
	every := *simEvery
	if testing.Short() {
		every *= 10
	}
	tree := syncertest.Tree{"d/a": "base0", "d/b": "base1", "e/c": "base2"}
	first := 0
	for _, c := range deaths {
		for _, w := range worlds {
			first++
			begin := 1 + first%every
			t.Run(c.name+" with "+w.name, func(t *testing.T) {
				t.Parallel()
				setup := c.setup
				setup.Trees = [2]syncertest.Tree{tree, tree}
				setup.Sides = w.sides
				for side := range setup.Sides {
					setup.Sides[side].Forbidden = c.setup.Sides[side].Forbidden
				}
				want, instants := playDeaths(t, setup, c.edits, nil, nil)
				for _, k := range kills {
					for at := begin; at <= instants; at += every {
						kill := []simEvent{{At: at, Kill: true, Clone: k.clone}}
						got, _ := playDeaths(t, setup, c.edits, kill, k.again(at))
						require.Equal(t, want, got, "killed %s, at instant %d of %d", k.name, at, instants)
					}
				}
			})
		}
	}
}

// playDeaths plays edits and the runs after them, the first two of which may die. It returns what is
// there in the end, and how many instants the first of them lived.
func playDeaths(t *testing.T, setup simSetup, edits []simOp, first, second []simEvent) (end []string, instants int) {
	t.Helper()
	full := func(during []simEvent) simOp { return simOp{Do: "run", Run: simRun{Full: true, During: during}} }
	later := func(d time.Duration) simOp { return simOp{Do: "later", For: d} }
	script := slices.Concat(
		[]simOp{full(nil), later(time.Hour)}, edits,
		[]simOp{full(first), later(time.Second), full(second), later(time.Minute), full(nil)},
	)
	s, err := replay(setup, script, false)
	require.NoError(t, err)
	if s.failure != nil {
		require.NoError(t, s.failure, "\n%s", pasteable("", setup, script))
	}
	before := len(slices.DeleteFunc(slices.Clone(edits), func(o simOp) bool { return o.Do != "run" }))
	return s.outcome(false, false), s.lives[1+before]
}
