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
}
