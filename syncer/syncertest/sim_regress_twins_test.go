package syncertest_test

import (
	"time"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfTwins are cases about contents that were written once and must stand once on each side.
var regressionsOfTwins = []regression{
	{
		name:  "a file that was replaced keeps its other half when that was moved to where a filter leaves it out",
		setup: simSetup{Sides: [2]simSide{1: {Update: 1}}, Exclude: []string{"**/b*"}},
		script: []simOp{
			{Do: "write", At: "a:b", Text: "c5"},
			{Do: "run"},
			{Do: "touch", On: 1, At: "a:b"},
			{Do: "move", At: "a:b", To: "b."},
		},
	},
	{
		name:  "a file that was replaced and moved keeps its other half in a folder that a filter leaves out",
		setup: simSetup{Sides: [2]simSide{1: {Update: 1, Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"e/d/d:": "base4"}}, Exclude: []string{"d/e", "**/x.txt"}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "e", To: "d/e"},
			{Do: "touch", On: 1, At: "e/d/d-"},
			{Do: "move", On: 1, At: "e/d", To: "e/b "},
			{Do: "move", On: 1, At: "e/b /d-", To: "d/d-"},
		},
	},
	{
		name:  "a file that was moved and replaced is recognised where nothing may be deleted",
		setup: simSetup{Sides: [2]simSide{0: {Update: 1}}, Trees: [2]syncertest.Tree{0: {"D/c": "left1"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "touch", At: "D/c"},
			{Do: "move", At: "D/c", To: "D/X.txt"},
		},
	},
	{
		name:  "a file that was moved and replaced is recognised where a filter leaves out its old place",
		setup: simSetup{Sides: [2]simSide{0: {Update: 1}}, Trees: [2]syncertest.Tree{0: {"D/A": "left0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "touch", At: "D/A"},
			{Do: "filter", N: 3},
			{Do: "move", At: "D/A", To: "D/b "},
		},
	},
	{
		name:  "a file that was moved and replaced is recognised where files cannot be deleted",
		setup: simSetup{Sides: [2]simSide{0: {FileCannot: "d"}, 1: {Update: 2}}, Trees: [2]syncertest.Tree{0: {"d/d:/c": "left1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "touch", On: 1, At: "d/d:/c"},
			{Do: "move", On: 1, At: "d/d:/c", To: "d/d:/d"},
		},
	},
	{
		name:  "a file that was made before a death is known by its own ID though that of the original was a folder's",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2, Settle: 30 * time.Second}, 1: {Reusable: true, NoTrash: true, Trailing: ". ", Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{1: {"D/d/a": "base0", "X.txt": "base1"}}, Lossless: true},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "later", For: 60 * time.Second},
			{Do: "write", At: "b\u201b\u2219", Text: "c1."},
			{Do: "move", On: 1, At: "X.txt", To: "D/d/X.txt"},
			{Do: "move", At: "D", To: "d"},
			{Do: "plan"},
			{Do: "remove", At: "d"},
			{Do: "remove", On: 1, At: "d"},
			{Do: "remove", On: 1, At: "b\u201b\u201b\u201b\u2219"},
			{Do: "write", On: 1, At: "b\u201b\u201b\u201b\u2219", Text: "c8"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 35, Kill: true, Clone: true}}}},
		},
	},
	{
		name:  "before a file is made anew its place is looked at, whatever a listing that shifted has shown",
		setup: simSetup{Mode: 2, Sides: [2]simSide{0: {Update: 2, Unique: 2}}, Trees: [2]syncertest.Tree{1: {"\u00e9": "base2", "d/d": "base0"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "touch", At: "d/d"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 244684, Shift: 1}}}},
		},
	},
	{
		name:  "before a file is made anew its place is looked at where every run is a full scan",
		setup: simSetup{Mode: 2, Sides: [2]simSide{0: {Update: 2}, 1: {Without: 3}}, Trees: [2]syncertest.Tree{1: {"\u00e9": "base2", "d/d": "base0"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "touch", At: "d/d"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 244684, Shift: 1}}}},
		},
	},
	{
		name:  "a file that was saved again where a lost reply had left it keeps its other half, which was renamed",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/d/b.": "base2"}}},
		script: []simOp{
			{Do: "write", On: 1, At: "e/d/\u00e9", Text: "c1."},
			{Do: "run", Run: simRun{Faults: [2]simFaults{0: {Seed: 838206, Lose: 1}}}},
			{Do: "move", On: 1, At: "e/d/\u00e9", To: "e/d/x.txt"},
			{Do: "write", At: "e/d/\u00e9", Text: "c1."},
		},
	},
	{
		name: "a file that was touched where a lost reply had left it keeps its other half, which was moved",
		script: []simOp{
			{Do: "write", On: 1, At: "D", Text: "c2."},
			{Do: "run", Run: simRun{Faults: [2]simFaults{0: {Seed: 981764, Lose: 1}}}},
			{Do: "touch", At: "D"},
			{Do: "move", On: 1, At: "D", To: "d:/D"},
		},
	},
	{
		name: "a file that was made before the state could not be written is one file wherever a user moved it",
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "write", On: 1, At: "c", Text: "c2"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 29, Disk: true}}}},
			{Do: "move", At: "c", To: "b "},
		},
	},
	{
		name:  "a conflict of which a reply was lost is open no more when both sides are as recorded",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"D/A": "left1"}, 1: {"D/a": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Faults: [2]simFaults{0: {Seed: 650541, Lose: 1}}}},
		},
	},
}
