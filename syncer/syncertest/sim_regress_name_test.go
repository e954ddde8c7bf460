package syncertest_test

import "github.com/procorebox/procorebox/syncer/syncertest"

// regressionsOfNames are cases about names.
var regressionsOfNames = []regression{
	{
		name:  "a file that came back under another name is one file with one name",
		setup: simSetup{Sides: [2]simSide{1: {MaxSize: 3}}, Trees: [2]syncertest.Tree{0: {"d/d": "base3"}, 1: {"e/d/b": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "d"},
			{Do: "move", On: 1, At: "d", To: "a"},
		},
	},
	{
		name:  "a new file that takes the place of a held delete keeps its name",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|", Without: 2}}, Trees: [2]syncertest.Tree{0: {"D/e/a*b": "same"}, 1: {"e/b.": "base6", "e/e\u0301": "same"}}, NoNamer: true, Deletes: 1},
		script: []simOp{
			{Do: "run"},
			{Do: "remove", At: "e"},
		},
	},
	{
		name:  "a folder that comes back under the name that a user gave keeps it on its side",
		setup: simSetup{Sides: [2]simSide{0: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{1: {"d:/D/": "", "e/d/": ""}}},
		script: []simOp{
			{Do: "plan"},
			{Do: "out", On: 1, At: "d:"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "reject", On: 1, N: 3},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "in", On: 1, At: "d:", To: "d:"},
		},
	},
	{
		name:  "a restored file has the name that it was restored under, not the one before a rename that was declined",
		setup: simSetup{Sides: [2]simSide{1: {Without: 1}}, Trees: [2]syncertest.Tree{0: {"d:/a-b": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d:/a-b", To: "d:/d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d:/a-b"},
			{Do: "move", On: 1, At: "d:", To: "b."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", At: "b./d"},
		},
	},
	{
		name:  "a restored folder has the name that it was restored under, not the one before a rename that was declined",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "r"}}, Trees: [2]syncertest.Tree{1: {"D/e/a*b": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D/e", To: "D/a*b"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", At: "D/e"},
			{Do: "plan"},
			{Do: "move", At: "D", To: "c"},
			{Do: "restore", At: "c/e"},
		},
	},
	{
		name:  "what comes back from the trash under a temporary name of ours gets a proper one",
		setup: simSetup{Sides: [2]simSide{0: {NoTrash: true}}, Trees: [2]syncertest.Tree{1: {"d/a*b": "base0"}}},
		script: []simOp{
			{Do: "write", On: 1, At: "e/a-b", Text: "c1."},
			{Do: "plan"},
			{Do: "remove", At: "e"},
			{Do: "write", At: "e", Text: "c1."},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "restore", On: 1, At: "procorebox-moving-af327a647853"},
		},
	},
	{
		name:  "an exchange of names that was cut off is finished though a user edited one of the two",
		setup: simSetup{Sides: [2]simSide{0: {Update: 1}}, Trees: [2]syncertest.Tree{0: {"\u00e9": "base0", "b ": "left0", "d/a-b": "left2", "d/b": "base2", "d:/d": "base1", "d:/d:/A": "same", "e/d:/b ": "left1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "b ", To: "b ~"},
			{Do: "move", On: 1, At: "d:/d:", To: "b "},
			{Do: "move", On: 1, At: "\u00e9", To: "d:/d:"},
			{Do: "move", On: 1, At: "b ~", To: "\u00e9"},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{0: {Seed: 431897, Lose: 1}}}},
			{Do: "write", At: "procorebox-moving-1d7aaccdd203", Text: "c2."},
		},
	},
	{
		name:  "names that a service cleans are agreed also when the process dies",
		setup: simSetup{Sides: [2]simSide{0: {Clean: true}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "expire", On: 1, N: 1},
			{Do: "write", At: "a*b", Text: "c3."},
			{Do: "remove", At: "a*b"},
			{Do: "write", On: 1, At: "d/d/a", Text: "c4"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 28, Kill: true}}}},
			{Do: "write", At: "d:/D/e\u0301", Text: "c5"},
		},
	},
	{
		name:  "a folder that cannot be renamed is not moved in each run",
		setup: simSetup{Sides: [2]simSide{0: {FolderCannot: "r"}, 1: {Without: 10}}, Trees: [2]syncertest.Tree{1: {"D/c": "base2", "d:/D/d:": "base1"}}},
		script: []simOp{
			{Do: "plan"},
			{Do: "move", On: 1, At: "D", To: "D~"},
			{Do: "move", On: 1, At: "D~", To: "d:/e"},
		},
	},
	{
		name:  "a folder whose name a service cleans is not made in each run",
		setup: simSetup{Sides: [2]simSide{0: {Clean: true}}, Trees: [2]syncertest.Tree{0: {"b /": ""}, 1: {"b /": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "forget", N: 1},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 99775, Shift: 0.5}}}},
			{Do: "forget", On: 1, N: 1},
		},
	},
	{
		name:  "what was lost while a Filter hid it comes back under the name that it had",
		setup: simSetup{Sides: [2]simSide{0: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{1: {"d/d:/b.": "right0"}}, Exclude: []string{"**/b*"}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d/d:", To: "e/b "},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "e/b "},
		},
	},
	{
		name:  "a folder that stepped aside and was deleted on the other side comes back there under its own name",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"D/d/D": "left0"}, 1: {"a": "right0", "d/D/a:b": "right2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true, Poll: true}},
			{Do: "move", At: "D", To: "D~"},
			{Do: "move", At: "D~", To: "D/d/D"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 63, Kill: true}}}},
			{Do: "remove", At: "D"},
			{Do: "write", On: 1, At: "procorebox-moving-f451a61749c6/D/a:b"},
		},
	},
	{
		name:  "an item steps aside under another name where a user gave our temporary one to something else",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/d/X.txt": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "d~"},
			{Do: "move", At: "d~", To: "d/d/X.txt"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 547468, Lose: 1}}}},
			{Do: "move", On: 1, At: "procorebox-moving-e788103ee153", To: "procorebox-moving-e788103ee153~"},
			{Do: "move", On: 1, At: "d", To: "procorebox-moving-e788103ee153"},
			{Do: "move", On: 1, At: "procorebox-moving-e788103ee153~", To: "d"},
		},
	},
	{
		name:  "a name that was invented and is taken too is left for another in the same run",
		way:   "mirror",
		setup: simSetup{Sides: [2]simSide{0: {Unique: 1}, 1: {Unique: 1, Clean: true}}, Trees: [2]syncertest.Tree{0: {"d:/\u00e9": "base2", "d:/e\u0301": "base3"}, 1: {"d:/\u00e9": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "forget", On: 1, N: 1},
		},
	},
	{
		name:  "what an interrupted call made and a user renamed before anybody looked is renamed on the other side too",
		setup: simSetup{Sides: [2]simSide{1: {Unique: 2, Clean: true}}, Trees: [2]syncertest.Tree{0: {"D/a/": "", "D/x.txt": "base3", "e/e": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e/e", To: "e/a-b"},
			{Do: "forget", On: 1, N: 3},
			{Do: "remove", At: "D/x.txt"},
			{Do: "write", At: "D/x.txt/b", Text: "c1."},
			{Do: "run", Run: simRun{Full: true, During: []simEvent{{At: 47, Stop: true}}}},
		},
	},
}
