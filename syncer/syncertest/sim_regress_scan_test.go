package syncertest_test

import (
	"time"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfScans are cases in which a listing comes in parts, fails, or does not show yet what was done.
var regressionsOfScans = []regression{
	{
		name:  "a first listing that fails leaves the newcomers of the other side waiting",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"\u00e9": "base1", "a": "left0"}, 1: {"b": "base2", "b.": "base0", "d/a": "base5", "d:/a": "base3", "e\u0301": "base4", "x.txt": "right1"}}},
		script: []simOp{
			{Do: "write", On: 1, At: "a", Text: "c3"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 322730, Fail: 0.5}}}},
		},
	},
	{
		name:  "a listing that fails beside one that shows a newcomer breaks nothing",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"e/d/D": "right2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 805058, Fail: 0.2}}, During: []simEvent{{At: 5, Edits: []simOp{{Do: "remove", At: "d:"}, {Do: "write", At: "d:", Text: "c2"}}}}}},
		},
	},
	{
		name:  "what the first part of a scan found changed is not taken for unchanged in the second",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/b.": "base1", "d:/D/x.txt": "base0"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "move", At: "d/b.", To: "d:/D/b."},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 452003, Refuse: 0.5, Lose: 0.2, Refusals: []string{"locked", "quota"}}}}},
		},
	},
	{
		name:  "what moved between two parts of a scan is not deleted on a side that cannot be asked",
		setup: simSetup{Sides: [2]simSide{0: {Without: 2}}, Trees: [2]syncertest.Tree{0: {"d/x.txt/": ""}, 1: {"d/b": "base4"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d/x.txt", To: "e/x.txt"},
			{Do: "run", Run: simRun{Full: true, Calls: 2}},
			{Do: "move", At: "e/x.txt", To: "e/x.txt~"},
			{Do: "move", At: "e/x.txt~", To: "a:b"},
		},
	},
	{
		name:  "nothing is made in a folder that left the root since an earlier part of the scan",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d:/d/d:/": "", "e/D/A": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "e/c/b", Text: "c4."},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 831469, Refuse: 0.05, Refusals: []string{"refused", "stale"}}}}},
			{Do: "out", At: "e"},
		},
	},
	{
		name:  "nothing is deleted in a folder that left the root since an earlier part of the scan",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 1}}, Trees: [2]syncertest.Tree{0: {"D/d:": "base0", "d/e/X.txt": "base1"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "remove", On: 1, At: "d (5b840157)/e/X.txt"},
			{Do: "run", Run: simRun{Full: true, Calls: 2}},
			{Do: "out", At: "d"},
		},
	},
	{
		name:  "nothing is deleted in a folder that left the root, when hints tell so one by one",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"d/d/b": "base0"}, 1: {"d/d/b": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", At: "d/d/b", To: "d:/D/e\u0301"},
			{Do: "out", On: 1, At: "d"},
		},
	},
	{
		name:  "a newcomer that was taken for something held is not lost from sight",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/d:/c": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", At: "d/d:"},
			{Do: "write", On: 1, At: "d:", Text: "base3"},
			{Do: "remove", On: 1, At: "d/d:/c"},
		},
	},
	{
		name:  "a full scan that is asked for does not go on with one that began before",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d:/d/d:": "base6", "e/d/D/": "", "e/d:/a:b": "base4"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 592358, Fail: 0.05, Stale: 0.5}}, During: []simEvent{{At: 9, Edits: []simOp{{Do: "copy", On: 1, At: "d:/d/d:", To: "e/d/D/e\u0301"}}}, {At: 13, Edits: []simOp{{Do: "remove", On: 1, At: "d:"}}}}}},
			{Do: "run", Run: simRun{Full: true, Poll: true, Calls: 8}},
		},
	},
	{
		name:  "a conflict that a side wins is not taken for settled when the process dies before the overwrite",
		setup: simSetup{Resolver: "destination", Trees: [2]syncertest.Tree{0: {"D": "base0"}, 1: {"D": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 19, Kill: true}}}},
		},
	},
	{
		name:  "what an unanswered call may have changed is left alone for the rest of the run",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"a:b": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "a:b", Text: "same"},
			{Do: "write", At: "a:b", Text: "c1."},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 312626, Lose: 1}}}},
		},
	},
	{
		name:  "a new file whose upload is not settled yet is not uploaded again",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2}, 1: {Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{1: {"e/e/A": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "add", At: "e/e", Text: "c5."},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 781780, Lose: 1}}}},
			{Do: "run", Run: simRun{Poll: true}},
		},
	},
	{
		name:  "a new item under a reused ID is seen beside an unfinished scan",
		setup: simSetup{Sides: [2]simSide{1: {Reusable: true, NoTrash: true}}, Trees: [2]syncertest.Tree{1: {"d/D/d": "base2", "d:/d:/x.txt": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", On: 1, At: "d/D", To: "d/x.txt"},
			{Do: "remove", On: 1, At: "d/x.txt"},
			{Do: "run", Run: simRun{Full: true, Calls: 7}},
			{Do: "mkdir", On: 1, At: "X.txt"},
		},
	},
	{
		name:  "what comes into scope with a folder that was renamed is seen at once",
		setup: simSetup{Exclude: []string{"d/e", "**/x.txt"}},
		script: []simOp{
			{Do: "write", On: 1, At: "d/e/c", Text: "c1."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "a"},
		},
	},
	{
		name:  "both halves of a newcomer that was not reached are looked at again",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/": "", "e/x.txt": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "forget", N: 3},
			{Do: "run", Run: simRun{Poll: true, Calls: 3}},
			{Do: "move", At: "D", To: "A"},
		},
	},
	{
		name:  "what was declined before another process took over is in the report",
		setup: simSetup{Mode: 1, Trees: [2]syncertest.Tree{0: {"d/a*b": "base3", "d:": "left0"}, 1: {"A": "base2"}}},
		script: []simOp{
			{Do: "write", At: "A", Text: "c3"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 58, Takeover: true}}}},
		},
	},
	{
		name:  "a newcomer that stands where an unanswered create would is left alone",
		setup: simSetup{Sides: [2]simSide{0: {Settle: 30 * time.Second, Page: 1}, 1: {Unique: 2, Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{1: {"D/a": "base0", "d/d": "base2", "e/d/x.txt/": ""}}, NoNamer: true},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "write", At: "d (af327a64)/d", Text: "c1"},
			{Do: "write", At: "D/d:", Text: "c2."},
			{Do: "write", On: 1, At: "e/d/b", Text: "c3"},
			{Do: "later", For: 3600 * time.Second},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 458157, Lose: 0.5}}}},
			{Do: "run", Run: simRun{Full: true, Poll: true, Faults: [2]simFaults{1: {Seed: 327340, Lose: 0.2, Shift: 0.5}}}},
		},
	},
}
