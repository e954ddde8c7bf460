package syncertest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A regression is a script on which the engine once broke an invariant.
type regression struct {
	name   string // what is true now
	way    string // a key of judges
	setup  simSetup
	script []simOp
}

// regressions are those of the first seeds; the files beside this one hold later ones by subject.
var regressions = []regression{
	{
		name:  "an ID that names another item now is given up by the one that had it",
		setup: simSetup{Sides: [2]simSide{0: {Reusable: true, NoTrash: true}}, Trees: [2]syncertest.Tree{1: {"e/e/\u00e9": "base4"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e/e/\u00e9"},
			{Do: "write", At: "d-/e/d", Text: "c2."},
		},
	},
	{
		name:  "one way, the conflict copy that stays on the receiving side is reported",
		setup: simSetup{Mode: 2, Trees: [2]syncertest.Tree{0: {"b": "base2"}}},
		script: []simOp{
			{Do: "write", On: 1, At: "b", Text: "c2"},
		},
	},
	{
		name:  "a file renamed there and back takes an edit of the other side",
		setup: simSetup{Sides: [2]simSide{1: {Without: 2}}, Trees: [2]syncertest.Tree{1: {"d": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "d~"},
			{Do: "move", At: "d~", To: "d"},
			{Do: "write", On: 1, At: "d", Text: "c3"},
		},
	},
	{
		name:  "a folder that was removed and made again is recorded under its new ID",
		setup: simSetup{},
		script: []simOp{
			{Do: "mkdir", At: "D/b"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "D"},
			{Do: "write", At: "D/a", Text: "c1"},
		},
	},
	{
		name:  "Records of a folder that both sides deleted are forgotten from the bottom",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"x.txt": "base4"}, 1: {"e/e/a": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", At: "e/e"},
			{Do: "remove", On: 1, At: "e"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 22, Disk: true}}}},
		},
	},
	{
		name:  "a file restored with other contents than were deleted gets the right ones",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/d/b/": "", "e": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "e", Text: "c1"},
			{Do: "remove", On: 1, At: "e"},
			{Do: "move", At: "e", To: "a"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", At: "a"},
		},
	},
	{
		name:  "with deletes off, what is in a folder that stays is reported in one way",
		setup: simSetup{Deletes: -1},
		script: []simOp{
			{Do: "write", On: 1, At: "e/b ", Text: "c1."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e"},
			{Do: "touch", On: 1, At: "e/b "},
		},
	},
	{
		name:  "a folder moved into one that is held stays in the report",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/e/d": "left0"}, 1: {"b /": "", "d:/e/x.txt": "right1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", At: "e"},
			{Do: "move", On: 1, At: "b ", To: "b ~"},
			{Do: "move", On: 1, At: "d:", To: "e/e/x.txt"},
		},
	},
	{
		name:  "one way, a rename on the receiving side that cannot be taken back is reported",
		setup: simSetup{Mode: 2, Sides: [2]simSide{0: {FileCannot: "r", Unique: 1}}, Trees: [2]syncertest.Tree{1: {"d/d": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d/d", To: "D/d/A"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "run", Run: simRun{Poll: true}},
		},
	},
	{
		name:  "a folder that holds something filtered out is not deleted",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/d/a": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "filter", On: 1, N: 3},
			{Do: "remove", On: 1, At: "D"},
		},
	},
	{
		name:  "a new file with the bytes of a deleted one is not taken for it, when both sides deleted that",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/e/x.txt": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D/e/x.txt"},
			{Do: "remove", At: "D/e/x.txt"},
			{Do: "write", At: "D/e/x.txt/c", Text: "base2"},
		},
	},
	{
		name:  "what was moved out of the root before its folder was deleted is held, not deleted",
		setup: simSetup{},
		script: []simOp{
			{Do: "write", At: "X.txt/b", Text: "c1"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "X.txt/b", To: "X.txt/a*b"},
			{Do: "out", On: 1, At: "X.txt/a*b"},
			{Do: "remove", On: 1, At: "X.txt"},
		},
	},
	{
		name:  "new contents in a folder that was moved out on the other side",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"d:/a": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", At: "d:"},
			{Do: "remove", On: 1, At: "d:/a"},
			{Do: "write", On: 1, At: "d:/a", Text: "c6."},
		},
	},
	{
		name:  "what comes back from the trash has the name that it had on each side",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"d/d/a*b/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/d"},
			{Do: "plan"},
			{Do: "restore", On: 1, At: "d/d"},
		},
	},
	{
		name:  "holds stay in the report when a file beside them is read to compare it",
		setup: simSetup{Sides: [2]simSide{0: {NoDigest: true}}, Trees: [2]syncertest.Tree{1: {"D/d:/X.txt": "base0"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "touch", At: "D/d:/X.txt"},
			{Do: "out", On: 1, At: "D"},
		},
	},
	{
		name:  "one way, a conflict copy is reported also when contents had to be read",
		setup: simSetup{Mode: 1, Sides: [2]simSide{0: {NoDigest: true}}, Trees: [2]syncertest.Tree{0: {"D/b": "base2"}, 1: {"D/b": "base2", "b ": "base1"}}},
		script: []simOp{
			{Do: "write", At: "b ", Text: "c1."},
		},
	},
	{
		name:  "what left a folder before it was deleted lives on, also if only the delete was seen",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"d:/d:/e\u0301": "left2", "e/e/d": "left1"}, 1: {"e/D/c": "right2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 967528, Fail: 0.5}}}},
			{Do: "move", At: "e/e/d", To: "d:/d"},
			{Do: "remove", At: "e/e"},
			{Do: "move", On: 1, At: "d-/d-", To: "e/e/d-"},
		},
	},
	{
		name:  "an ID that an update gives away again is taken from the Record that had it",
		setup: simSetup{Sides: [2]simSide{1: {Reusable: true, NoTrash: true, Update: 1}}, Trees: [2]syncertest.Tree{0: {"d:/D/a:b": "left0"}, 1: {"a": "right1", "b ": "base2", "b": "base1", "d/A": "base0", "d/d/e\u0301": "right0", "d/d:/a": "right2"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "d/d:/\u00e9", Text: "c1."},
			{Do: "remove", At: "d/A"},
			{Do: "write", At: "d/A/a", Text: "c2."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/A (40ba25dd)"},
			{Do: "write", At: "d/d:/\u00e9", Text: "c6"},
		},
	},
	{
		name:  "what comes back from the trash with its folder is seen at once",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/e/a:b": "left1"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "remove", At: "e/e"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "e/e"},
		},
	},
	{
		name:  "one way, an ID that names another item now is given up",
		setup: simSetup{Mode: 2, Sides: [2]simSide{0: {Reusable: true, NoTrash: true}}, Trees: [2]syncertest.Tree{1: {"d/d": "base3", "e/a": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e"},
			{Do: "out", At: "d/d"},
		},
	},
	{
		name:  "an edit of equal size is not taken for our own upload",
		setup: simSetup{Sides: [2]simSide{0: {NoDigest: true, Unique: 1}}, Trees: [2]syncertest.Tree{0: {"D/d/a-b": "base1", "d/X.txt": "base2"}, 1: {"d:/\u00e9": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "D/d", To: "D/d~"},
			{Do: "move", At: "d", To: "D/d"},
			{Do: "move", At: "D/d~", To: "d"},
			{Do: "write", At: "d/a-b", Text: "c4"},
			{Do: "move", On: 1, At: "D/d/a-b", To: "D/a-b"},
			{Do: "run", Run: simRun{Full: true, Poll: true, Faults: [2]simFaults{0: {Seed: 480650, Stale: 0.2, Cut: 0.5}}}},
			{Do: "remove", At: "D/a-b"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 945075, Drop: 0.2, Repeat: 0.2, Shuffle: 0.5, Expire: 0.01}}, During: []simEvent{{At: 15, Edits: []simOp{{Do: "write", On: 1, At: "D/a-b", Text: "c6"}}}}}},
		},
	},
	{
		name:  "a side without digests gets no digest of earlier contents recorded",
		setup: simSetup{Sides: [2]simSide{0: {Update: 2, Without: 2}, 1: {NoDigest: true}}, Trees: [2]syncertest.Tree{1: {"d:/d/a": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "d:/d/a", Text: "c2."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "d:"},
		},
	},
}

func TestWhatTheSimulationFoundStaysFixed(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(
		regressions, regressionsOfFit, regressionsOfScans, regressionsOfDeletes, regressionsOfIdentity, regressionsOfNames, regressionsOfReports, regressionsOfRest, regressionsOfTwins, regressionsOfHints,
	) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.way != "" {
				if f := judges[c.way](c.setup, c.script); f != nil {
					require.NoError(t, f)
				}
				return
			}
			s, err := replay(c.setup, c.script, true)
			require.NoError(t, err)
			if s.failure != nil {
				require.NoError(t, s.failure, strings.Join(s.trace, "\n"))
			}
		})
	}
}
