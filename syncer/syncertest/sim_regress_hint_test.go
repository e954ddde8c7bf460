package syncertest_test

import (
	"time"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfHints are cases in which hints tell everything, and runs on hints end where a full scan would.
var regressionsOfHints = []regression{
	{
		name:  "a file that was not looked at before the budget ended keeps its ID though a new one has its bytes",
		setup: simSetup{Sides: [2]simSide{0: {Update: 2}}, Trees: [2]syncertest.Tree{1: {"a": "same", "d:/b": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "d/d/x.txt", Text: "c1."},
			{Do: "remove", On: 1, At: "a"},
			{Do: "write", On: 1, At: "a", Text: "c3."},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 210617, Fail: 0.05, Lose: 0.5}}}},
			{Do: "write", On: 1, At: "b.", Text: "c3."},
			{Do: "move", At: "d", To: "d~"},
			{Do: "write", At: "d/d/x.txt/d/x.txt", Text: "c4."},
			{Do: "remove", At: "d"},
			{Do: "remove", At: "a"},
			{Do: "run", Run: simRun{Poll: true, Calls: 16}},
		},
	},
	{
		name:  "what comes back as it was is no conflict with an edit on the other side",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/a": "base0", "e\u0301": "base5"}}, Deletes: -1, Resolver: "leave"},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true, Calls: 4, During: []simEvent{{At: 4, Edits: []simOp{{Do: "restore", On: 1, At: "D"}}}}}},
			{Do: "remove", At: "D/a"},
			{Do: "write", At: "D/a", Text: "c3"},
		},
	},
	{
		name:  "a folder that waited while it was in the trash is listed when it comes back",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/d:": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "lock", At: "d"},
			{Do: "move", On: 1, At: "d", To: "D"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", On: 1, At: "D"},
			{Do: "write", On: 1, At: "d:", Text: "c5"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "D"},
		},
	},
	{
		name:  "a folder that was kept for what is in it is listed when it comes back",
		setup: simSetup{Sides: [2]simSide{1: {MaxSize: 3}}, Trees: [2]syncertest.Tree{0: {"D/d/d:": "left0"}, 1: {"d/D/x.txt": "base0", "e/\u00e9": "same"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "remove", On: 1, At: "d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "d"},
		},
	},
	{
		name:  "a held folder that could not be looked at once is listed when it comes back",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"e/D/\u00e9": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", At: "e/D"},
			{Do: "move", On: 1, At: "e", To: "A"},
			{Do: "remove", On: 1, At: "A/D/\u00e9"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 845013, Refuse: 0.2, Fail: 0.2, Refusals: []string{"readonly"}}}}},
			{Do: "in", At: "D", To: "D"},
		},
	},
	{
		name: "an interrupted delete is not taken for done because the root is in the trash",
		setup: simSetup{Trees: [2]syncertest.Tree{
			0: {"D/e/b ": "left0", "a": "base2", "b\u201b\u2219": "lefta", "b\u2219": "leftc", "d:/\u00e9": "same", "e/d/A": "base5", "e/x.txt/": ""},
			1: {"a": "base2", "d/a*b": "right0", "d/d/e": "base4", "d:/\u00e9": "same", "d:/\u201b:": "rightb", "d:/b": "base3", "e/d/A": "base5", "e/x.txt/": ""},
		}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "remove", At: "d:/b"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{0: {Seed: 179867, Refuse: 0.2, Refusals: []string{"locked", "readonly"}}}, During: []simEvent{{At: 55, Kill: true}, {At: 14, Disk: true}}}},
			{Do: "remove", On: 1, At: "id:d1"},
			{Do: "run", Run: simRun{Full: true}},
		},
	},
	{
		name:  "what a stale view still shows of a delete is not joined to what a user restored",
		setup: simSetup{Sides: [2]simSide{1: {Settle: 30 * time.Second}}},
		script: []simOp{
			{Do: "write", At: "e/x.txt", Text: "c2."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e/x.txt"},
			{Do: "later", For: 8640000 * time.Second},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", At: "e/x.txt"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 975767, Stale: 1}}}},
		},
	},
	{
		name:  "a folder that a side does without is made again for an edit in it, also by a hint",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d:/d": "base3"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d:"},
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "write", On: 1, At: "e", Text: "c6."},
			{Do: "plan"},
			{Do: "write", At: "d:/d", Text: "c7."},
		},
	},
	{
		name:  "a delete that a limit holds has its turn after those that a side refuses",
		setup: simSetup{Sides: [2]simSide{0: {Forbidden: ":*?\"<>|", ReadOnly: true}}, Trees: [2]syncertest.Tree{0: {"D/d/d:": "base1", "X.txt": "base3", "b.": "base0"}}, Deletes: 1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D/d"},
			{Do: "remove", On: 1, At: "X.txt"},
			{Do: "remove", At: "b."},
		},
	},
	{
		name:  "what an interrupted update had replaced and a user took back is looked into when the update is found",
		setup: simSetup{Sides: [2]simSide{0: {Update: 1, Without: 5}}},
		script: []simOp{
			{Do: "write", On: 1, At: "b", Text: "c1"},
			{Do: "write", At: "A", Text: "c2"},
			{Do: "move", On: 1, At: "b", To: "D/e/a"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "A", To: "a:b"},
			{Do: "write", On: 1, At: "a:b", Text: "c4."},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 19684, Lose: 0.2}}}},
			{Do: "move", At: "A", To: "x.txt"},
			{Do: "restore", At: "A"},
		},
	},
	{
		name:  "an edit that is not yet carried over when the process dies is no echo of what was agreed at its side",
		setup: simSetup{Sides: [2]simSide{1: {Update: 1, Page: 3}}, Trees: [2]syncertest.Tree{0: {"c": "base1"}, 1: {"d:/d/e\u0301": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "write", At: "c", Text: "c1."},
			{Do: "move", On: 1, At: "d:/d/e\u0301", To: "e\u0301"},
			{Do: "touch", On: 1, At: "c"},
			{Do: "write", On: 1, At: "b", Text: "c3."},
			{Do: "move", At: "d:/d", To: "d:/A"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 39, Kill: true}}}},
		},
	},
}
