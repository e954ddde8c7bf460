package syncertest_test

import (
	"time"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfRest are cases about coming to rest: each change arrives, and nothing is tried for ever.
var regressionsOfRest = []regression{
	{
		name:  "who stands where one side moved an item and the other renamed it is asked first",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "r", Unique: 1}}, Trees: [2]syncertest.Tree{0: {"A": "base6", "D/d/\u00e9": "base2", "b/": "", "d/D/a:b": "base4", "d/d/a:b/": ""}}},
		script: []simOp{
			{Do: "run"},
			{Do: "move", At: "d/d", To: "d/A"},
			{Do: "run", Run: simRun{Faults: [2]simFaults{1: {Seed: 630865, Shift: 0.5}}}},
			{Do: "move", On: 1, At: "d (13d28fed)/d (d34beeb7)", To: "d:"},
		},
	},
	{
		name:  "an exchange of names that was cut off is finished before a Filter hides one of the two",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"a/": ""}, 1: {"d/d/a:b": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "a", To: "a~"},
			{Do: "move", On: 1, At: "d", To: "a"},
			{Do: "move", On: 1, At: "a~", To: "d"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 586855, Lose: 1}}}},
			{Do: "move", On: 1, At: "a", To: "a~"},
			{Do: "move", On: 1, At: "d", To: "a"},
			{Do: "move", On: 1, At: "a~", To: "d"},
			{Do: "filter", N: 2},
		},
	},
	{
		name:  "an exchange of names that was cut off is finished though one of the two left the root",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"X.txt": "base2", "a:b": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "a:b", To: "a:b~"},
			{Do: "move", On: 1, At: "X.txt", To: "a:b"},
			{Do: "move", On: 1, At: "a:b~", To: "X.txt"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{0: {Seed: 769234, Lose: 1}}}},
			{Do: "out", On: 1, At: "X.txt"},
		},
	},
	{
		name:  "a folder that was too deep is made when what holds it moves up",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|", MaxDepth: 2}}, Trees: [2]syncertest.Tree{0: {"d:/e/d:": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d-/e", To: "d-/b"},
			{Do: "write", At: "d:/e/b/a", Text: "c3."},
			{Do: "move", On: 1, At: "d-/b", To: "b"},
		},
	},
	{
		name:  "what waited for a folder goes on when the folder is there",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/d/\u00e9": "base3", "x.txt": "base4"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "remove", At: "d/d"},
			{Do: "move", On: 1, At: "x.txt", To: "x.txt~"},
			{Do: "move", On: 1, At: "x.txt~", To: "d/d/d"},
			{Do: "hide", At: "d"},
			{Do: "run", Run: simRun{Full: true}},
		},
	},
	{
		name:  "what is new in a folder whose delete was rejected is wanted with its folder",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/e/x.txt": "base0", "d:/d:/c": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "mkdir", At: "d/e/d"},
			{Do: "out", On: 1, At: "d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "reject"},
			{Do: "move", At: "d/e", To: "d/c"},
		},
	},
	{
		name:  "a folder that cannot be made is not asked for again in each run",
		setup: simSetup{Sides: [2]simSide{1: {FolderCannot: "c"}}, Trees: [2]syncertest.Tree{1: {"D/b/": "", "d:": "base2"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "D/b.", Text: "c2"},
			{Do: "move", At: "D/b", To: "D/b~"},
		},
	},
	{
		name:  "a folder that cannot come back, and holds something new, is not deleted in each run",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "c"}, 1: {FolderCannot: "d"}}, Trees: [2]syncertest.Tree{0: {"e/D/d:/": ""}}},
		script: []simOp{
			{Do: "run"},
			{Do: "remove", At: "e"},
			{Do: "write", On: 1, At: "e/D/c", Text: "c3."},
		},
	},
	{
		name:  "a conflict that waits for a person is settled when one version is deleted",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/x.txt": "base3"}, 1: {"e/X.txt": "right0"}}, Resolver: "leave"},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "remove", On: 1, At: "e/X.txt"},
		},
	},
	{
		name:  "a conflict that waits for a person is settled when one version is renamed",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"b": "base1"}, 1: {"b": "right0"}}, Resolver: "leave"},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", At: "b", To: "b "},
		},
	},
	{
		name:  "a conflict of twins that waits for a person is settled when one is renamed",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"A": "left1"}, 1: {"a": "base3"}}, Resolver: "leave"},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", At: "A", To: "\u00e9"},
		},
	},
	{
		name:  "what was found in a folder that had been unreadable is made when the other side takes it again",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"e/e/c": "base0"}}},
		script: []simOp{
			{Do: "bar", On: 1, At: "e"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 17010, Refuse: 0.5, Refusals: []string{"busy", "locked", "quota"}}}}},
		},
	},
	{
		name:  "a side that has no room for one file still takes an empty one",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2}, 1: {Quota: 27}}, Trees: [2]syncertest.Tree{0: {"d:/e/e\u0301": "left0"}, 1: {"d/e/D": "base1", "e/b.": "right0", "e/d:/a*b": "base6", "e\u0301": "base4"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "add", At: "d", Text: "same"},
			{Do: "remove", At: "e"},
			{Do: "write", At: "e"},
		},
	},
	{
		name:  "a side that has no room for one file still takes the smaller edit of another",
		setup: simSetup{Sides: [2]simSide{1: {Quota: 38}}, Trees: [2]syncertest.Tree{0: {"b ": "left0", "d/b.": "base5"}, 1: {"A": "base6", "a:b": "base2", "b": "base1", "d:/d/X.txt": "base3", "e/\u00e9": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "e/\u00e9"},
			{Do: "write", At: "d/b.", Text: "c1."},
		},
	},
	{
		name:  "an edit that makes a file smaller and does not fit does not keep an empty file from being made",
		setup: simSetup{Sides: [2]simSide{0: {Quota: 38}}, Trees: [2]syncertest.Tree{0: {"a": "left1", "e/D/b.": "left0"}, 1: {"a:b": "right1", "b\u2219": "righta", "d": "right0", "e/a": "right2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "b."},
			{Do: "write", At: "d", Text: "c1."},
			{Do: "write", On: 1, At: "a:b", Text: "c5"},
		},
	},
	{
		name:  "an edit that does not fit does not keep a smaller new file from being made",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2, Quota: 37}}, Trees: [2]syncertest.Tree{1: {"D/X.txt": "base2", "D/a:b": "base0", "a": "base4", "d:/e/a*b": "same", "d:/e\u0301": "base1", "e\u0301": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "A", Text: "c1."},
			{Do: "write", On: 1, At: "a", Text: "base2"},
			{Do: "write", At: "e\u0301", Text: "c2"},
			{Do: "write", On: 1, At: "e\u0301", Text: "c3"},
		},
	},
	{
		name:  "what a side has no room for does not keep a move waiting",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 2, Quota: 23}}, Trees: [2]syncertest.Tree{0: {"D/X.txt": "left0", "c": "same", "d/e\u0301": "base2", "d/x.txt": "base4"}, 1: {"b ": "base0"}}},
		script: []simOp{
			{Do: "write", On: 1, At: "e/a", Text: "c1"},
		},
	},
	{
		name:  "a folder that was restored on one side and left the root on the other comes to rest",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "d"}}, Trees: [2]syncertest.Tree{0: {"b/": "", "e/d/\u00e9": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "b"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", At: "b"},
			{Do: "restore", On: 1, At: "b"},
		},
	},
	{
		name:  "one way, twins of which one was moved on the receiving side come to rest",
		setup: simSetup{Mode: 1, Sides: [2]simSide{0: {Unique: 2, Clean: true}, 1: {Unique: 1, Without: 1}}, Trees: [2]syncertest.Tree{0: {"\u00e9": "base1", "e\u0301": "base2"}, 1: {"\u00e9": "base1", "e\u0301": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", On: 1, At: "e\u0301", To: "D/e\u0301"},
		},
	},
	{
		name:  "a file that was touched and left the root, on a side that gives IDs out again, comes to rest",
		setup: simSetup{Sides: [2]simSide{1: {Reusable: true, NoTrash: true, Update: 1}}, Trees: [2]syncertest.Tree{1: {"e/d/e": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "touch", On: 1, At: "e/d/e"},
			{Do: "out", On: 1, At: "e/d/e"},
		},
	},
	{
		name:  "what was made before its root went to the trash is found when the root is back",
		setup: simSetup{},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "mkdir", At: "e/d"},
			{Do: "remove", At: "id:s1"},
			{Do: "run", Run: simRun{Poll: true}},
		},
	},
	{
		name:  "one way, a file that went with a folder on the receiving side comes back",
		setup: simSetup{Mode: 2, Trees: [2]syncertest.Tree{1: {"\u00e9": "base2"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "move", At: "\u00e9", To: "d:/a:b/\u00e9"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", At: "d:/a:b"},
		},
	},
	{
		name:  "what was in a folder that could not follow a move comes to rest when that is deleted",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "c"}}, Trees: [2]syncertest.Tree{0: {"e/d/\u00e9/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e", To: "e~"},
			{Do: "move", On: 1, At: "e~", To: "e/d/d/a-b"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", On: 1, At: "e"},
		},
	},
	{
		name:  "a file in a folder that was moved, and cannot be renamed, comes to rest",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "r", Unique: 1}}, Trees: [2]syncertest.Tree{0: {"D/a*b": "same", "b.": "base2", "d/D/e\u0301": "base0", "d/d:/b ": "left0", "x.txt": "left1"}, 1: {"e/e/b": "right0", "e/e/b.": "right1"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "copy", At: "D/a*b", To: "e/e/a"},
			{Do: "move", At: "e/e", To: "d/d/x.txt/e"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d (3b96fc06)/d (85a7efae)/x.txt/e", To: "c"},
		},
	},
	{
		name:  "what a side did not show when the state was lost is found later",
		setup: simSetup{Sides: [2]simSide{0: {NoDigest: true, Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{0: {"b": "base1"}}},
		script: []simOp{
			{Do: "write", On: 1, At: "D/d/a/c", Text: "same"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "c", Text: "c7"},
			{Do: "forget", N: 1},
			{Do: "run", Run: simRun{Full: true, Poll: true, Faults: [2]simFaults{0: {Seed: 736884, Stale: 0.5}}}},
		},
	},
	{
		name:  "what a side did not show in the first run after the state was lost is found later",
		setup: simSetup{Sides: [2]simSide{1: {Settle: 30 * time.Second}}, Trees: [2]syncertest.Tree{0: {"e/e/d:": "left0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "forget", On: 1, N: 2},
			{Do: "run", Run: simRun{Full: true, Poll: true, Faults: [2]simFaults{1: {Seed: 987741, Stale: 1}}}},
		},
	},
	{
		name:  "folders that stand in each other by the baseline of a side are walked once",
		setup: simSetup{Sides: [2]simSide{0: {Without: syncertest.Moving}}, Trees: [2]syncertest.Tree{0: {"x/d/e": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "x/d", To: "D/d"},
			{Do: "move", On: 1, At: "x/d", To: "D/d"},
			{Do: "move", At: "D/d", To: "D/b"},
			{Do: "move", At: "x", To: "D/b/a"},
			{Do: "remove", On: 1, At: "D/d"},
		},
	},
	{
		name:  "nothing is written below a folder that a failed listing has not shown, where nobody can look",
		setup: simSetup{Sides: [2]simSide{0: {Without: 2}}, Trees: [2]syncertest.Tree{0: {"d/a-b/": ""}}},
		script: []simOp{
			{Do: "run"},
			{Do: "out", At: "d"},
			{Do: "mkdir", On: 1, At: "d/e\u0301"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 895719, Fail: 0.2}}}},
		},
	},
	{
		name:  "what nobody may look at is forgotten when a listing that could read everything does not show it",
		setup: simSetup{Sides: [2]simSide{0: {ReadOnly: true}}, Trees: [2]syncertest.Tree{1: {"d/d/\u00e9": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "bar", On: 1, At: "d/d"},
			{Do: "remove", On: 1, At: "d/d"},
		},
	},
	{
		name:  "a file that gets a name of a type which the other side does not take is left alone",
		setup: simSetup{Sides: [2]simSide{0: {Trailing: ". "}, 1: {Extensions: "- .txt"}}, Trees: [2]syncertest.Tree{0: {"b\u2219": "leftb"}}, Lossless: true},
	},
	{
		name:  "who stands where a move is undone is asked first, if the item cannot be renamed",
		setup: simSetup{Mode: 2, Sides: [2]simSide{0: {FileCannot: "r", Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"D/D/d": "left0"}, 1: {"d/D/c": "base3", "d:/e/a:b": "right1"}}, Lossless: true},
		script: []simOp{
			{Do: "write", On: 1, At: "d/D/a:b", Text: "c1"},
			{Do: "run"},
			{Do: "move", At: "D/D/a\ua789b", To: "d\ua789/e/c"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 334197, Shift: 0.05, Refusals: []string{"refused", "readonly"}}}}},
		},
	},
	{
		name:  "how deep a folder would be made is seen from where the folder above stands on that side",
		setup: simSetup{Sides: [2]simSide{1: {Without: 9, MaxDepth: 2}}, Trees: [2]syncertest.Tree{1: {"d:/e/A/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d:/e", To: "d:/e~"},
			{Do: "move", At: "d:/e~", To: "c"},
			{Do: "write", At: "c/A/a*b", Text: "c2."},
		},
	},
	{
		name:  "whose move counts depends on the side, and so does what is removed later",
		way:   "mirror",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/d:/\u00e9": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "d~"},
			{Do: "move", At: "d~", To: "d/a*b"},
			{Do: "move", On: 1, At: "d", To: "e/d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e"},
		},
	},
	{
		name:  "what waits for a folder that could not be made is not written down below it",
		setup: simSetup{Sides: [2]simSide{1: {NoDigest: true, ReadOnly: true}}},
		script: []simOp{
			{Do: "write", On: 1, At: "a-b", Text: "c1."},
			{Do: "write", On: 1, At: "d/e/b", Text: "c2."},
			{Do: "plan"},
			{Do: "move", At: "a-b", To: "d:/a-b"},
			{Do: "move", On: 1, At: "a-b", To: "x.txt"},
			{Do: "write", On: 1, At: "d/e/b", Text: "c6."},
		},
	},
}
