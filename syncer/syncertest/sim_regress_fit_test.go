package syncertest_test

import (
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// regressionsOfFit are cases in which a side cannot take or follow what the other has done.
var regressionsOfFit = []regression{
	{
		name:  "a folder that would stand too deep on the other side is not moved there",
		setup: simSetup{Sides: [2]simSide{0: {MaxDepth: 1}}},
		script: []simOp{
			{Do: "write", At: "e/D/D", Text: "c2"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e", To: "D/e"},
		},
	},
	{
		name:  "a folder stays where a file in it cannot be moved out",
		setup: simSetup{Sides: [2]simSide{1: {Without: 1}}, Trees: [2]syncertest.Tree{1: {"d/d/\u00e9": "base5"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d/d/\u00e9", To: "\u00e9"},
			{Do: "remove", At: "d/d"},
		},
	},
	{
		name:  "a move that a side could not follow stays in the report when the item is looked at again",
		setup: simSetup{Sides: [2]simSide{0: {Without: 9}}, Trees: [2]syncertest.Tree{1: {"D": "right1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D", To: "d:/a:b"},
			{Do: "move", At: "D", To: "c"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "filter", On: 1, N: 2},
		},
	},
	{
		name:  "a file that was moved to the root of a side that holds only folders there is reported",
		setup: simSetup{Sides: [2]simSide{0: {FoldersOnlyAtRoot: true}}},
		script: []simOp{
			{Do: "write", At: "d/e\u0301", Text: "c2."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d/e\u0301", To: "d/b."},
			{Do: "move", On: 1, At: "d/b.", To: "b."},
		},
	},
	{
		name:   "a name that is taken only after the service has cleaned it gets a tag",
		setup:  simSetup{Sides: [2]simSide{0: {Clean: true}}, Trees: [2]syncertest.Tree{1: {"b ": "base3", "b": "base2"}}},
		script: []simOp{},
	},
	{
		name:  "a folder moved too deep together with new folders",
		setup: simSetup{Sides: [2]simSide{0: {MaxDepth: 1}}, Trees: [2]syncertest.Tree{1: {"a-b/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "a-b", To: "e/d/D"},
		},
	},
	{
		name:  "a folder whose folders would stand too deep on the other side is not moved there",
		setup: simSetup{Sides: [2]simSide{1: {MaxDepth: 2}}, Trees: [2]syncertest.Tree{1: {"d/d/a": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "e/d"},
		},
	},
	{
		name:  "an edited file cannot come back to a side that takes no new files",
		setup: simSetup{Sides: [2]simSide{0: {FileCannot: "c"}}},
		script: []simOp{
			{Do: "write", At: "c", Text: "c1"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "c", To: "c~"},
			{Do: "move", On: 1, At: "c~", To: "\u00e9"},
			{Do: "remove", At: "c"},
			{Do: "write", On: 1, At: "\u00e9", Text: "c8."},
		},
	},
	{
		name:  "a folder that a side cannot move and that was renamed stays in the report",
		setup: simSetup{Sides: [2]simSide{0: {Without: 5}}, Trees: [2]syncertest.Tree{1: {"D/e\u0301": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "D", To: "d (71e76909)/d/D"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "D", To: "D~"},
		},
	},
	{
		name:  "a file that a side cannot rename stays in the report when it is touched",
		setup: simSetup{Sides: [2]simSide{0: {Without: 1}}, Trees: [2]syncertest.Tree{0: {"a-b": "left0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "a-b", To: "a"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "touch", At: "a-b"},
		},
	},
	{
		name:  "an edit that the other side could not take outlives a delete there",
		setup: simSetup{Sides: [2]simSide{1: {Update: 2, Unique: 2}}, Trees: [2]syncertest.Tree{0: {"d/d": "left0"}, 1: {"d": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d", To: "a"},
			{Do: "write", At: "d/d", Text: "c1."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d"},
		},
	},
	{
		name:  "a deleted folder that lives on is not made where no folders can be made",
		setup: simSetup{Sides: [2]simSide{1: {FolderCannot: "c", Unique: 2}}, Trees: [2]syncertest.Tree{0: {"a-b": "same"}, 1: {"D/a-b/": "", "d/D/b": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/D"},
			{Do: "move", At: "a-b", To: "d (af327a64)/D/a-b"},
		},
	},
	{
		name:  "folders that were turned inside out on one side and deleted on the other go",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"D/X.txt": "base2", "d:/d/e": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d:/d", To: "D/d"},
			{Do: "move", At: "d:", To: "D/d/a"},
			{Do: "remove", On: 1, At: "d-"},
			{Do: "remove", On: 1, At: "D"},
		},
	},
	{
		name:  "a folder that is made again has the name that it was given meanwhile",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"b": "base2", "d/a*b": "base0"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "c"},
			{Do: "remove", On: 1, At: "d"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "c/a*b", Text: "c2."},
		},
	},
	{
		name:  "a move into a new folder that a side cannot make is recorded where it stands",
		setup: simSetup{Sides: [2]simSide{1: {Without: 11}}},
		script: []simOp{
			{Do: "write", On: 1, At: "a:b", Text: "c1"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "a:b", To: "D/x.txt"},
			{Do: "move", On: 1, At: "a:b", To: "b/a:b"},
		},
	},
	{
		name:  "contents that a side cannot take stay in the report when the file is moved",
		setup: simSetup{Sides: [2]simSide{1: {Update: 2}}, Trees: [2]syncertest.Tree{0: {"d:/d/c": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "d:/d/c", Text: "c3."},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 13, Edits: []simOp{{Do: "move", On: 1, At: "d:/d/c", To: "d:/d/c~"}, {Do: "move", On: 1, At: "d:/d", To: "d:/d/c"}, {Do: "move", On: 1, At: "d:/d/c~", To: "d:/d"}}}}}},
			{Do: "move", At: "d:/d/c~", To: "x.txt"},
		},
	},
	{
		name:  "folders moved into each other through a third one end in a tree",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"a*b": "base1"}, 1: {"d:/D/b": "base0"}}},
		script: []simOp{
			{Do: "move", On: 1, At: "d:", To: "b."},
			{Do: "move", At: "a*b", To: "a"},
			{Do: "write", On: 1, At: "d/D/d", Text: "c7"},
			{Do: "run"},
			{Do: "move", At: "d", To: "b./D/e\u0301"},
			{Do: "move", On: 1, At: "a", To: "a~"},
			{Do: "move", On: 1, At: "d/D", To: "a"},
			{Do: "move", On: 1, At: "b.", To: "d/D"},
			{Do: "move", On: 1, At: "a~", To: "b."},
		},
	},
	{
		name:  "an edit meets one that the side could not take, and both live",
		setup: simSetup{Sides: [2]simSide{0: {Update: 2}}, Trees: [2]syncertest.Tree{1: {"D/a": "base0"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "write", On: 1, At: "D/a", Text: "c2"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "D/a", Text: "c5"},
		},
	},
	{
		name:  "no move is planned on a side that has no Mover to break a ring of folders",
		setup: simSetup{Sides: [2]simSide{0: {Without: 1}}, Trees: [2]syncertest.Tree{1: {"d:/e\u0301": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "d:", To: "D/d:/d:"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", At: "D/d:"},
			{Do: "move", At: "D", To: "d:/D"},
		},
	},
	{
		name:  "no temporary name is given on a side that cannot rename",
		setup: simSetup{Sides: [2]simSide{1: {FileCannot: "r"}}, Trees: [2]syncertest.Tree{0: {"b": "left1"}, 1: {"d:/d": "right0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "forget", N: 2},
			{Do: "move", At: "d:", To: "d:~"},
			{Do: "move", At: "b", To: "d:"},
			{Do: "move", At: "d:~", To: "b"},
			{Do: "move", At: "b", To: "b~"},
			{Do: "move", At: "b~", To: "b/d"},
			{Do: "plan"},
			{Do: "move", At: "b/d/d", To: "b/d/d~"},
			{Do: "move", At: "d: (e788103e)/d", To: "b/d/d"},
			{Do: "move", At: "b/d/d~", To: "d: (e788103e)/d"},
		},
	},
}
