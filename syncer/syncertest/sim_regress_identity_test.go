package syncertest_test

import (
	"time"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfIdentity are cases about which item is which, and what both sides agreed on.
var regressionsOfIdentity = []regression{
	{
		name:  "a user's folder is not taken for one of ours whose name the service cleaned",
		setup: simSetup{Sides: [2]simSide{0: {Clean: true}, 1: {Settle: 30 * time.Second}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "X.txt/a", Text: "c3."},
			{Do: "write", At: "x.txt"},
			{Do: "move", At: "x.txt", To: "D/D/b "},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 104693, Fail: 0.5}, 1: {Seed: 986959, Refuse: 0.05, Late: 1, Refusals: []string{"locked", "quota", "readonly"}}}}},
			{Do: "run", Run: simRun{Full: true}},
		},
	},
	{
		name:  "a file that a user moved before anybody knew it was made is moved on the other side too",
		setup: simSetup{},
		script: []simOp{
			{Do: "write", At: "A", Text: "c1."},
			{Do: "run", Run: simRun{Faults: [2]simFaults{1: {Seed: 460244, Lose: 0.5}}}},
			{Do: "move", On: 1, At: "A", To: "D/d/x.txt"},
		},
	},
	{
		name:  "a file that was found again under a new ID is remembered while it waits",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/D/b.": "base2"}, 1: {"a-b": "base1", "d:": "right1", "e": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", On: 1, At: "e"},
			{Do: "move", At: "e (af327a64)", To: "e/X.txt"},
			{Do: "remove", On: 1, At: "e (af327a64)"},
			{Do: "write", On: 1, At: "e (af327a64)", Text: "c4"},
		},
	},
	{
		name:  "an item that was found again under a new ID is in a Record or in the report",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "d"}, 1: {NoTrash: true, Update: 1}}},
		script: []simOp{
			{Do: "write", On: 1, At: "d/a", Text: "c4."},
			{Do: "write", On: 1, At: "b.", Text: "c5."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "b.", To: "b.~"},
			{Do: "move", At: "b.", To: "d/e\u0301/X.txt"},
			{Do: "remove", On: 1, At: "d"},
			{Do: "touch", On: 1, At: "b.~"},
		},
	},
	{
		name:  "what moves into a new folder that waits is recorded where it was",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"D/a*b": "", "D/d/a": "base4"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D/d", To: "D/d~"},
			{Do: "move", On: 1, At: "D/a*b", To: "D/d/a"},
			{Do: "remove", At: "D"},
		},
	},
	{
		name:  "a move that needs a name which cannot be freed waits for the Record of its new folder",
		setup: simSetup{Sides: [2]simSide{1: {FolderCannot: "r"}}, Trees: [2]syncertest.Tree{1: {"d:/D/a": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d:/D", To: "d:/D~"},
			{Do: "move", At: "d:/D~", To: "d:/D/e"},
		},
	},
	{
		name:  "a file that came back goes to where it was moved meanwhile on the other side",
		way:   "alone",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/X.txt": "base1", "e/D/a-b": "base2"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "e/D/a-b", To: "b "},
			{Do: "remove", On: 1, At: "e"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "e"},
		},
	},
	{
		name:  "a file that comes back while the other side loses it is in its Record",
		setup: simSetup{Sides: [2]simSide{0: {FileCannot: "d", Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{0: {"e/D/x.txt": "base0", "x.txt/": ""}}, Deletes: 1},
		script: []simOp{
			{Do: "run"},
			{Do: "move", On: 1, At: "e/D", To: "e/e/D"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "x.txt"},
			{Do: "remove", At: "e/e/D"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run"},
			{Do: "restore", At: "e/e/D"},
			{Do: "remove", On: 1, At: "e/e/D/x.txt"},
		},
	},
	{
		name:  "with deletes off, a file that comes back while the other side loses it is in its Record",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"e/d/X.txt": "base3"}}, Deletes: -1},
		script: []simOp{
			{Do: "run"},
			{Do: "remove", At: "e/d/X.txt"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "e/d/X.txt"},
			{Do: "restore", At: "e/d/X.txt"},
		},
	},
	{
		name:  "with deletes off, a file that comes back while its folder goes is in a Record or in the report",
		setup: simSetup{Sides: [2]simSide{0: {Without: 1}}, Trees: [2]syncertest.Tree{1: {"D/D/e\u0301": "base2"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D/D/e\u0301"},
			{Do: "move", At: "D", To: "c"},
			{Do: "move", On: 1, At: "D/D", To: "D/D~"},
			{Do: "move", On: 1, At: "D/D~", To: "D/a"},
			{Do: "plan"},
			{Do: "remove", At: "c/D"},
			{Do: "restore", On: 1, At: "c/a/e\u0301"},
		},
	},
	{
		name:  "a move agrees on no contents",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"d/e/a": "left1"}, 1: {"D/X.txt": "right0", "X.txt": "base0"}}, Deletes: 1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "X.txt"},
			{Do: "move", On: 1, At: "X.txt", To: "a:b"},
			{Do: "remove", At: "d/X.txt"},
			{Do: "plan"},
			{Do: "write", At: "X.txt", Text: "c5."},
		},
	},
	{
		name:  "a move of a file that was edited meanwhile agrees on no contents",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"b/": ""}}, Deletes: 1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "b"},
			{Do: "write", At: "D/b ", Text: "c5"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 13, Edits: []simOp{{Do: "write", On: 1, At: "e\u0301", Text: "c6"}}}}}},
			{Do: "move", On: 1, At: "e\u0301", To: "D/e/d:"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 13, Edits: []simOp{{Do: "remove", At: "e\u0301"}, {Do: "write", At: "e\u0301", Text: "same"}}}}}},
		},
	},
	{
		name:  "what was not equal when it was deleted is not restored as if it were",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"b": "base3", "c": "left0"}, 1: {"b": "right0", "d/d:": "", "d:": "same"}}, Deletes: 1, Resolver: "leave"},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", On: 1, At: "d/d:", To: "e/d:"},
			{Do: "remove", On: 1, At: "d:"},
			{Do: "remove", At: "c"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "mkdir", On: 1, At: "a*b"},
			{Do: "run", Run: simRun{Poll: true, Idle: true}},
			{Do: "out", At: "d"},
			{Do: "write", At: "A", Text: "c4"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 592041, Drop: 1, Repeat: 0.2, Shuffle: 0.5, Expire: 0.1}, 1: {Seed: 229690, Fail: 0.5}}}},
			{Do: "remove", At: "e/d:"},
			{Do: "write", At: "e/d:", Text: "c5"},
			{Do: "move", On: 1, At: "e/d:", To: "a*b/d:"},
		},
	},
	{
		name:  "of two new files of one name the second is not taken for missing when its side was listed before",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2}}, Trees: [2]syncertest.Tree{0: {"e/c": "base1"}, 1: {"d/d:/c": "base2", "d/e/\u00e9": "base0"}}, Resolver: "leave"},
		script: []simOp{
			{Do: "write", On: 1, At: "e/c", Text: "c1."},
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 228107, Fail: 0.2}}}},
		},
	},
	{
		name:  "folders that moved into each other are looked at before what stood in them counts as gone",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 1}, 1: {NoTrash: true, Unique: 1, Without: 1}}, Trees: [2]syncertest.Tree{1: {"d/D/c/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "D/b ", Text: "c2."},
			{Do: "plan"},
			{Do: "move", At: "D", To: "D~"},
			{Do: "move", At: "D~", To: "D/b "},
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", On: 1, At: "d/D/c", To: "D/d/c"},
			{Do: "plan"},
			{Do: "remove", On: 1, At: "D"},
			{Do: "remove", At: "D/b /d"},
		},
	},
	{
		name:  "folders whose Records stand in each other are each looked at by themselves",
		setup: simSetup{Sides: [2]simSide{0: {Without: 1, Settle: 30 * time.Second}}},
		script: []simOp{
			{Do: "mkdir", At: "e/a"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e", To: "e/e/e"},
			{Do: "move", On: 1, At: "e", To: "d/d/e"},
			{Do: "plan"},
			{Do: "write", On: 1, At: "A"},
			{Do: "remove", On: 1, At: "d"},
			{Do: "move", At: "d/d", To: "e/e/d"},
			{Do: "move", At: "e/e", To: "d/e"},
			{Do: "run", Run: simRun{Poll: true}},
		},
	},
	{
		name:  "in a conflict the version is renamed on the side that can make the other",
		way:   "mirror",
		setup: simSetup{Sides: [2]simSide{0: {FileCannot: "c"}}, Trees: [2]syncertest.Tree{1: {"e/d:/b": "right0"}}},
		script: []simOp{
			{Do: "move", On: 1, At: "e/d:/b", To: "d"},
			{Do: "write", At: "d", Text: "same"},
		},
	},
	{
		name:  "a file that a user moved before anybody knew it was replaced is moved on the other side too",
		setup: simSetup{Sides: [2]simSide{0: {Forbidden: ":*?\"<>|"}, 1: {Update: 1}}, Trees: [2]syncertest.Tree{1: {"a*b": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "a-b", To: "a-b~"},
			{Do: "move", At: "a-b~", To: "d"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "write", At: "d", Text: "c1."},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 128553, Lose: 1}}}},
			{Do: "move", On: 1, At: "d", To: "b"},
		},
	},
	{
		name:  "an item that stays on a read-only side is in a Record or in the report",
		setup: simSetup{Sides: [2]simSide{0: {ReadOnly: true}}, Trees: [2]syncertest.Tree{0: {"e/d/a:b": "", "e/e/d": ""}}, Deletes: 3},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "d", Text: "c1"},
			{Do: "remove", On: 1, At: "e"},
			{Do: "move", At: "e/d", To: "d:/d"},
			{Do: "move", On: 1, At: "d", To: "d:/d"},
		},
	},
	{
		name:  "a hidden file that is replaced under its name by its own contents is no new file",
		setup: simSetup{Sides: [2]simSide{1: {Update: 1}}, Trees: [2]syncertest.Tree{0: {"D": "left2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "hide", On: 1, At: "D"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 5, Edits: []simOp{{Do: "touch", On: 1, At: "D"}}}}}},
		},
	},
	{
		name:  "a file that was written a moment ago and is replaced under its name by its own contents is no new file",
		setup: simSetup{Sides: [2]simSide{0: {Update: 1, Settle: 30 * time.Second}, 1: {Unique: 2, Without: 11}}, Trees: [2]syncertest.Tree{1: {"D/d/a:b/": "", "a:b": "rightb", "c": "base2", "d/d/X.txt": "base6", "d/d/a*b": "base0"}}, Deletes: 3},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "d (82396aa3)"},
			{Do: "touch", At: "c"},
			{Do: "run"},
		},
	},
}
