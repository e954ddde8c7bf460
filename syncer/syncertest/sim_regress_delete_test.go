package syncertest_test

import (
	"time"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfDeletes are cases about what is deleted and what is not.
var regressionsOfDeletes = []regression{
	{
		name:  "a root in the trash is noticed also when its listing failed for another reason",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/d:/a*b": "base1", "e/D": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "mkdir", On: 1, At: "e/\u00e9"},
			{Do: "remove", At: "id:s1"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 5, Disk: true}}}},
		},
	},
	{
		name:  "beside a folder that cannot be read, a side that cannot look proves no delete",
		setup: simSetup{Sides: [2]simSide{0: {Without: 3}}, Trees: [2]syncertest.Tree{0: {"e/D/d": "base3"}}},
		script: []simOp{
			{Do: "bar", At: "e/D"},
			{Do: "write", On: 1, At: "d:/D/b ", Text: "c1"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d:/D", To: "d:/D~"},
			{Do: "move", At: "e/D", To: "d:/D"},
			{Do: "move", At: "d:/D~", To: "d:/D/b"},
			{Do: "run", Run: simRun{Full: true}},
		},
	},
	{
		name:  "a file that a user deleted and restores is his, also when another one took its place meanwhile",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2}, 1: {Without: 2}}, Deletes: 1},
		script: []simOp{
			{Do: "write", On: 1, At: "e", Text: "c1."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "e", Text: "c2"},
			{Do: "remove", At: "e"},
			{Do: "write", At: "c", Text: "c3."},
			{Do: "run"},
			{Do: "move", On: 1, At: "e", To: "\u00e9"},
			{Do: "restore", At: "e"},
			{Do: "remove", On: 1, At: "\u00e9"},
		},
	},
	{
		name:  "with deletes off, a restored file stays beside the one that took its place",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"e/D/b ": "base1"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e/D/b "},
			{Do: "write", At: "e/D/b ", Text: "c1."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "e/D/b ", To: "e/D/d:"},
			{Do: "restore", At: "e/D/b "},
		},
	},
	{
		name:  "folders that came back into the root are nothing left over to be deleted",
		setup: simSetup{Sides: [2]simSide{1: {FolderCannot: "d", Forbidden: ":*?\"<>|", Without: 2}}, Trees: [2]syncertest.Tree{0: {"e/d:/b.": "base3"}}, NoNamer: true},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e", To: "e\u0301"},
			{Do: "out", On: 1, At: "e\u0301"},
			{Do: "run", Run: simRun{Confirm: true}},
			{Do: "in", On: 1, At: "e\u0301", To: "e\u0301"},
		},
	},
	{
		name:  "one way, a restored file that another one replaced is not deleted without being counted",
		setup: simSetup{Mode: 1, Trees: [2]syncertest.Tree{0: {"D/D": "base1"}, 1: {"e/d/a": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D", To: "D (ad328846)"},
			{Do: "restore", On: 1, At: "D"},
		},
	},
	{
		name:  "a file that was found again under a new ID is not taken for deleted while its move waits",
		setup: simSetup{Sides: [2]simSide{1: {Clean: true}}, Trees: [2]syncertest.Tree{0: {"b ": "base0", "b/": "", "d/d/a-b": "same"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", On: 1, At: "d"},
			{Do: "move", At: "b ", To: "d/d/b "},
			{Do: "remove", On: 1, At: "b  (ad328846)"},
			{Do: "write", On: 1, At: "b  (ad328846)", Text: "c4"},
		},
	},
	{
		name:  "a file that was found again under a new ID is not taken for deleted when it could not be read",
		setup: simSetup{Sides: [2]simSide{0: {NoDigest: true, Update: 2}}},
		script: []simOp{
			{Do: "write", At: "x.txt", Text: "c5"},
			{Do: "run"},
			{Do: "write", At: "x.txt", Text: "c6"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{0: {Seed: 848621, Stale: 0.2, Cut: 0.2}}}},
		},
	},
	{
		name:  "a file that was found again under a new ID is not taken for deleted when the run ends first",
		setup: simSetup{Sides: [2]simSide{0: {Update: 1}}, Trees: [2]syncertest.Tree{1: {"d": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "write", At: "d", Text: "same"},
			{Do: "run", Run: simRun{Poll: true, Calls: 6}},
		},
	},
	{
		name:  "a folder that we have just restored is not taken for deleted while its service shows an old state",
		setup: simSetup{Sides: [2]simSide{0: {Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{1: {"a:b/": "", "e/d/a": "base1"}}},
		script: []simOp{
			{Do: "plan"},
			{Do: "remove", On: 1, At: "e"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "restore", On: 1, At: "e"},
			{Do: "later", For: 8640000 * time.Second},
			{Do: "plan"},
			{Do: "run", Run: simRun{Full: true, Poll: true, Faults: [2]simFaults{0: {Seed: 332928, Fail: 0.2, Stale: 1}}}},
		},
	},
	{
		name:  "a file that we have just restored is not taken for deleted when a hint shows an old state",
		setup: simSetup{Sides: [2]simSide{0: {Settle: 30 * time.Second}, 1: {Clean: true}}, Trees: [2]syncertest.Tree{0: {"b ": "base2"}, 1: {"b ": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "b "},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "restore", On: 1, At: "b  (ad328846)"},
			{Do: "plan"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{0: {Seed: 71421, Stale: 1}}}},
		},
	},
	{
		name:  "a folder is not deleted while it holds something that moved out of scope",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/d:/a:b": "", "d:/d/e": "base2"}}, Exclude: []string{"d/e", "**/x.txt"}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d:/d", To: "d/d:/X.txt"},
			{Do: "remove", At: "d"},
		},
	},
	{
		name:  "a folder is not deleted while it holds something that changed places with what is out of scope",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 1}}, Trees: [2]syncertest.Tree{0: {"D/e/e\u0301": "base2", "X.txt": "base3", "b ": "base6", "d/d/b": "base4"}}, Exclude: []string{"**/b*"}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "X.txt", To: "X.txt~"},
			{Do: "move", At: "d/d/b", To: "X.txt"},
			{Do: "move", At: "X.txt~", To: "d/d/b"},
			{Do: "remove", On: 1, At: "d (13d28fed)/d"},
		},
	},
	{
		name:  "a folder is not deleted while it holds something that waits for another folder",
		setup: simSetup{Sides: [2]simSide{0: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{1: {"d/d:/a:b": "", "d/e/\u00e9": "base0", "e/a:b": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e", To: "e~"},
			{Do: "move", On: 1, At: "d", To: "e"},
			{Do: "move", On: 1, At: "e~", To: "e/a:b"},
			{Do: "move", At: "d/e", To: "d/e~"},
			{Do: "move", At: "d/d-", To: "d/e"},
			{Do: "move", At: "d/e~", To: "d/d-"},
			{Do: "move", At: "d/d-", To: "d/d-~"},
			{Do: "move", At: "e/a-b", To: "d/d-"},
			{Do: "move", At: "d/e/a-b", To: "e/a-b"},
			{Do: "move", At: "d/d-~", To: "d/e/a-b"},
			{Do: "remove", At: "e"},
			{Do: "out", On: 1, At: "e/d:"},
			{Do: "move", On: 1, At: "e/e", To: "e/a:b/e"},
		},
	},
	{
		name:  "what was deleted in a folder that had to be made again is found after the process died",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/x.txt/": "", "\u00e9": "base4", "b ": "base1", "d:/X.txt": "base0", "e/d/c": "right0", "e/d:/a": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", On: 1, At: "e"},
			{Do: "copy", At: "b ", To: "e/d:/b"},
			{Do: "remove", On: 1, At: "D"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 104, Kill: true}}}},
		},
	},
	{
		name:  "what was deleted in a folder that a user made again is found after the process died",
		setup: simSetup{},
		script: []simOp{
			{Do: "mkdir", At: "A/a:b"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "remove", On: 1, At: "A"},
			{Do: "write", On: 1, At: "A/c", Text: "c1"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 31, Kill: true}}}},
		},
	},
	{
		name:  "what waited in a folder goes when the folder is deleted",
		setup: simSetup{Sides: [2]simSide{1: {Unique: 2, MaxDepth: 1}}, Trees: [2]syncertest.Tree{1: {"A/": "", "D/D/a:b": "base5", "X.txt": "base6", "a/": ""}}},
		script: []simOp{
			{Do: "plan"},
			{Do: "move", At: "a (25f68204)", To: "D/D/a (25f68204)"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", At: "D"},
		},
	},
	{
		name:  "a file that came back and was edited is not forgotten while the other side loses it",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"X.txt": "base2", "a-b": "base0"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "X.txt", To: "D/D"},
			{Do: "remove", On: 1, At: "X.txt"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "X.txt"},
			{Do: "write", On: 1, At: "X.txt", Text: "c3."},
			{Do: "remove", At: "D"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 251395, Cut: 1}}}},
			{Do: "run", Run: simRun{Full: true}},
		},
	},
	{
		name:  "what sleeps and is nowhere any more is forgotten",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"e": "base2"}}, Exclude: []string{"**/a"}},
		script: []simOp{
			{Do: "run"},
			{Do: "move", On: 1, At: "e", To: "a"},
			{Do: "move", At: "e", To: "A"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "A"},
			{Do: "out", On: 1, At: "a"},
		},
	},
	{
		name:  "a delete that a user undid before its reply was known counts when it is sent again",
		setup: simSetup{Deletes: 2},
		script: []simOp{
			{Do: "mkdir", On: 1, At: "d:/d/d:"},
			{Do: "move", On: 1, At: "d:/d/d:", To: "d:/d/b."},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", At: "d:/d"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 156948, Lose: 0.5}}}},
			{Do: "restore", On: 1, At: "d:/d/b."},
		},
	},
	{
		name:  "a delete that a user undid after the process had died counts when it is sent again",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/e/a": "same", "e/D/\u00e9": "base1"}}, Deletes: 3},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D/e"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 37, Kill: true}}}},
			{Do: "remove", On: 1, At: "e/D"},
			{Do: "restore", At: "D/e/a"},
		},
	},
	{
		name:  "a process that has lost its lease gives back no delete that its successor has made",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/e/x.txt": "base1", "e/c": "base0"}}, Deletes: 3},
		script: []simOp{
			{Do: "write", On: 1, At: "e/e\u0301", Text: "c2"},
			{Do: "write", At: "e/e\u0301", Text: "c3."},
			{Do: "run"},
			{Do: "remove", On: 1, At: "e"},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 51, Takeover: true}}}},
		},
	},
	{
		name:  "a delete that was refused is given back by its own name, which no successor uses again",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"a": "base0", "b": "base1", "c": "base2"}}, Deletes: 1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "a"},
			{Do: "remove", On: 1, At: "b"},
			{Do: "run", Run: simRun{
				Full:   true,
				Faults: [2]simFaults{0: {Seed: 11, Refuse: 0.3, Refusals: []string{"locked"}}},
				During: []simEvent{{At: 23, Takeover: true}},
			}},
		},
	},
	{
		name:  "what a Resolver overruled is not deleted before the contents that won have come",
		setup: simSetup{Sides: [2]simSide{0: {Without: 2}}, Trees: [2]syncertest.Tree{0: {"d/D/b": "base0"}}, Resolver: "source"},
		script: []simOp{
			{Do: "write", On: 1, At: "d/D/b", Text: "c1"},
			{Do: "run", Run: simRun{Faults: [2]simFaults{0: {Seed: 213462, Cut: 1}}}},
			{Do: "out", At: "d/D/b"},
		},
	},
	{
		name:  "an edit before a delete takes effect that nobody guards and whose reply was lost is in the trash",
		setup: simSetup{Sides: [2]simSide{1: {NoGuards: true, Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{1: {"d:/a:b": "base2", "x.txt": "same"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "d:"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 60389, Late: 1}}}},
			{Do: "write", On: 1, At: "d:/a:b", Text: "c4."},
		},
	},
	{
		name:  "an edit before such a delete takes effect is lost where there is no trash",
		setup: simSetup{Sides: [2]simSide{1: {NoGuards: true, NoTrash: true, Without: 6, Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{0: {"d/d/X.txt": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "b"},
			{Do: "move", On: 1, At: "d/d/X.txt", To: "X.txt"},
			{Do: "remove", At: "b/d"},
			{Do: "later", For: 60 * time.Second},
			{Do: "run", Run: simRun{Faults: [2]simFaults{1: {Seed: 891728, Late: 1}}}},
			{Do: "write", On: 1, At: "X.txt", Text: "c2."},
		},
	},
}
