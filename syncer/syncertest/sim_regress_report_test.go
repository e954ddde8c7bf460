package syncertest_test

import (
	"time"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfReports are cases about what the report says.
var regressionsOfReports = []regression{
	{
		name:  "folders that changed names have one name, or are in the report, when another process took over",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"D/X.txt": "base4", "b./": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D", To: "D~"},
			{Do: "move", On: 1, At: "b.", To: "D"},
			{Do: "move", On: 1, At: "D~", To: "A"},
			{Do: "write", At: "A", Text: "c2."},
			{Do: "write", On: 1, At: "b.", Text: "c3"},
			{Do: "copy", On: 1, At: "b.", To: "A/b"},
			{Do: "remove", At: "D"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 28, Takeover: true}}}},
		},
	},
	{
		name:  "a declined rename stays in the report when an update of the file fails",
		setup: simSetup{Sides: [2]simSide{1: {Without: 9}}, Trees: [2]syncertest.Tree{1: {"c": "base4"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "c", To: "a-b"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "mkdir", On: 1, At: "d-/a-b/X.txt"},
			{Do: "write", At: "a-b", Text: "c4"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 79571, Lose: 0.05, Late: 0.05}}}},
		},
	},
	{
		name:  "a declined move stays in the report when a listing fails",
		setup: simSetup{Sides: [2]simSide{0: {Without: 13}}, Trees: [2]syncertest.Tree{0: {"e/d/A": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", On: 1, At: "e/d", To: "e/a-b"},
			{Do: "plan"},
			{Do: "write", On: 1, At: "d:/d", Text: "c1."},
			{Do: "run", Run: simRun{Full: true, Poll: true, Faults: [2]simFaults{0: {Seed: 335263, Fail: 0.5}}}},
		},
	},
	{
		name:  "a declined rename stays in the report when the contents are compared",
		setup: simSetup{Sides: [2]simSide{0: {NoDigest: true, Forbidden: ":*?\"<>|", Without: 1}}},
		script: []simOp{
			{Do: "write", On: 1, At: "a:b"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "a:b", To: "e"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "touch", At: "a-b"},
			{Do: "plan"},
		},
	},
	{
		name:  "a declined rename stays in the report when the run ends before the file",
		setup: simSetup{Sides: [2]simSide{0: {Without: 9}}, Trees: [2]syncertest.Tree{1: {"d:/b ": "base0"}}, Exclude: []string{"d"}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true, During: []simEvent{{At: 13, Edits: []simOp{{Do: "write", At: "d-/b ", Text: "c2"}}}}}},
			{Do: "mkdir", On: 1, At: "d/\u00e9"},
			{Do: "move", On: 1, At: "d:/b ", To: "d:/c"},
			{Do: "run", Run: simRun{Full: true, Poll: true, Calls: 22}},
			{Do: "run", Run: simRun{Full: true, Calls: 18}},
		},
	},
	{
		name:  "a declined rename stays in the report when the reply of an update is lost",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|", Without: 1}}, Trees: [2]syncertest.Tree{0: {"e/d:/c": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "e/d:/c", To: "e/d:/X.txt"},
			{Do: "write", On: 1, At: "e/d-/c", Text: "c2."},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{0: {Seed: 768111, Lose: 1}}}},
		},
	},
	{
		name:  "a declined rename stays in the report when both sides edit the file",
		setup: simSetup{Sides: [2]simSide{0: {FileCannot: "r"}}, Trees: [2]syncertest.Tree{1: {"b ": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "b ", To: "a*b"},
			{Do: "write", At: "b ", Text: "c3"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 424715, Fail: 0.2, Lose: 1}}}},
			{Do: "write", On: 1, At: "a*b", Text: "right0"},
		},
	},
	{
		name:  "a declined move stays in the report when both sides edit the file",
		setup: simSetup{Sides: [2]simSide{0: {Without: 1, Clean: true}}, Trees: [2]syncertest.Tree{1: {"D/e/e\u0301": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D/e/e\u0301", To: "c"},
			{Do: "move", At: "D/e", To: "D/b."},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "write", On: 1, At: "c", Text: "c4"},
			{Do: "write", At: "D/b./\u00e9", Text: "c5."},
		},
	},
	{
		name:  "a folder that is made again after a rename has one name, or is in the report",
		setup: simSetup{Sides: [2]simSide{0: {Without: 5}}, Trees: [2]syncertest.Tree{0: {"e/D/a": "base1"}}},
		script: []simOp{
			{Do: "move", At: "e", To: "d/d:/b/e"},
			{Do: "plan"},
			{Do: "move", On: 1, At: "d/d:/b/e/D", To: "d/d:/b/e/a"},
			{Do: "remove", On: 1, At: "d/d:/b/e/a/a"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/d:/b/e/a"},
			{Do: "move", At: "d", To: "a:b"},
			{Do: "write", At: "a:b/d:/b/e/D/a/a", Text: "c4."},
			{Do: "write", On: 1, At: "d/d:/b/e/a", Text: "c5"},
		},
	},
	{
		name:  "a declined rename stays in the report when the item is moved",
		setup: simSetup{Sides: [2]simSide{1: {Unique: 2, Without: 5}}, Trees: [2]syncertest.Tree{0: {"D": "left0"}, 1: {"D/D/\u00e9": "base0", "d/b.": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d", To: "e/d"},
			{Do: "move", At: "D (e788103e)", To: "b."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D", To: "e/d/D"},
		},
	},
	{
		name:  "a move that only one side could make is not taken for agreed",
		setup: simSetup{Sides: [2]simSide{1: {ReadOnly: true}}, Trees: [2]syncertest.Tree{1: {"e/a": "base1"}}},
		script: []simOp{
			{Do: "plan"},
			{Do: "move", On: 1, At: "e/a", To: "e/b"},
			{Do: "move", At: "e/a", To: "a"},
		},
	},
	{
		name:  "a rename that only one side could make is not taken for agreed",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"D/a*b": "left0", "e/d:/\u00e9": "left1"}, 1: {"d/\u00e9": "base1"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "move", At: "D", To: "e\u0301"},
			{Do: "move", On: 1, At: "d", To: "e/d:/d"},
		},
	},
	{
		name:  "a file that both sides moved is in one place or in the report",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d:/e/a*b": "base2", "e/e/a-b": "base1"}}},
		script: []simOp{
			{Do: "plan"},
			{Do: "move", At: "e/e/a-b", To: "d:/a-b"},
			{Do: "move", On: 1, At: "e/e/a-b", To: "e/e/e"},
		},
	},
	{
		name:  "what is forgotten leaves the report, also if the process dies meanwhile",
		way:   "killed",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2, Without: 3}}, Trees: [2]syncertest.Tree{1: {"d:/e/d/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d:/e/d", To: "d:/d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "d:"},
			{Do: "write", At: "d:", Text: "c2."},
			{Do: "add", At: "d:"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 51, Kill: true, Clone: true}}}},
		},
	},
	{
		name:  "the echo of a delete of ours does not stay in the report of a side that cannot look",
		setup: simSetup{Sides: [2]simSide{0: {Without: 6}}, Trees: [2]syncertest.Tree{1: {"d/e\u0301": "", "e/d/b": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "e"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 427068, Late: 1}}}},
		},
	},
	{
		name:  "the hint of what nobody knows does not stay in the report of a side that cannot look",
		setup: simSetup{Sides: [2]simSide{0: {Without: 3}}, Trees: [2]syncertest.Tree{1: {"a-b": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "move", On: 1, At: "a-b", To: "d"},
			{Do: "remove", On: 1, At: "d"},
			{Do: "write", On: 1, At: "e\u0301"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Poll: true}},
		},
	},
	{
		name:  "reasons that quote each other do not grow",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2, Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"D": "base1", "d/D/a": "base3"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "d/D"},
			{Do: "move", On: 1, At: "d (41242b9f)", To: "a*b"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "a*b/D/b.", Text: "c2"},
			{Do: "remove", At: "a-b"},
		},
	},
	{
		name:  "a reason does not grow with each run that leaves the item alone",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"D/d/b": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "D/d/b", Text: "c1"},
			{Do: "out", At: "D/d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "D", To: "b "},
			{Do: "remove", At: "b "},
			{Do: "reject", On: 1, N: 2},
		},
	},
	{
		name:  "a write that takes place late is not what a dry run did",
		setup: simSetup{Sides: [2]simSide{0: {Settle: 30 * time.Second}, 1: {Quota: 56}}, Trees: [2]syncertest.Tree{1: {"d:/d/a*b/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 558233, Fail: 0.2, Late: 0.5}}}},
			{Do: "later", For: 60 * time.Second},
			{Do: "plan"},
		},
	},
	{
		name:  "a folder that comes back and cannot be made on the other side is in the report",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "c"}, 1: {Settle: 30 * time.Second, Clean: true}}, Trees: [2]syncertest.Tree{0: {"d/D/b ": "base0"}, 1: {"d/D/b ": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/D"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "d/D"},
			{Do: "restore", On: 1, At: "d/D"},
		},
	},
	{
		name:  "a folder that comes back while nobody may look into its other half is in the report",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/d:/d/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "D"},
			{Do: "bar", On: 1, At: "D"},
			{Do: "write", At: "d:/a", Text: "c3."},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "restore", At: "D"},
			{Do: "remove", On: 1, At: "D"},
		},
	},
	{
		name:  "a folder that comes back into one that deletes keep is in the report",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"e/D/a-b": "base4", "e/a-b": "base1"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e/D/a-b", To: "d-/a/a-b"},
			{Do: "remove", At: "e/D"},
			{Do: "out", On: 1, At: "d-/a/a-b"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", At: "e/D"},
			{Do: "remove", On: 1, At: "e"},
		},
	},
	{
		name:  "a folder that comes back and that a side which may only be read keeps is in the report",
		setup: simSetup{Sides: [2]simSide{0: {Forbidden: ":*?\"<>|", ReadOnly: true}, 1: {FolderCannot: "d"}}, Trees: [2]syncertest.Tree{0: {"A": "base0", "D/d:": "base2"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "remove", At: "D"},
			{Do: "plan"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 9, Edits: []simOp{{Do: "restore", At: "D"}}}}}},
			{Do: "remove", On: 1, At: "D"},
		},
	},
	{
		name:  "a folder that comes back into one whose delete is held is in the report",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/b": "base4", "e/e/d": ""}}, Deletes: 1},
		script: []simOp{
			{Do: "plan"},
			{Do: "remove", On: 1, At: "e/e"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "e/e"},
			{Do: "remove", At: "e"},
		},
	},
	{
		name:  "a run that is asked to stop before it has looked at anything says which write is open",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/a": "left0"}, 1: {"e/e": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "remove", At: "e"},
			{Do: "write", On: 1, At: "b", Text: "c1."},
			{Do: "write", At: "D", Text: "c2"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 639645, Fail: 0.05, Lose: 1, Drop: 0.05, Repeat: 0.05, Shuffle: 0.05, Expire: 0.1}}}},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 7, Disk: true}, {At: 13, Stop: true}}}},
		},
	},
}
