package syncertest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A regression is a script on which the engine once broke an invariant.
type regression struct {
	name   string // what is true now
	way    string // a key of judges
	setup  simSetup
	script []simOp
}

// regressions are those of the first seeds; the files beside this one hold later ones by subject.
var regressions = []regression{
	{
		name:  "an ID that names another item now is given up by the one that had it",
		setup: simSetup{Sides: [2]simSide{0: {Reusable: true, NoTrash: true}}, Trees: [2]syncertest.Tree{1: {"e/e/\u00e9": "base4"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e/e/\u00e9"},
			{Do: "write", At: "d-/e/d", Text: "c2."},
		},
	},
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
		name:  "a folder that would stand too deep on the other side is not moved there",
		setup: simSetup{Sides: [2]simSide{0: {MaxDepth: 1}}},
		script: []simOp{
			{Do: "write", At: "e/D/D", Text: "c2"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "e", To: "D/e"},
		},
	},
	{
		name:  "one way, the conflict copy that stays on the receiving side is reported",
		setup: simSetup{Mode: 2, Trees: [2]syncertest.Tree{0: {"b": "base2"}}},
		script: []simOp{
			{Do: "write", On: 1, At: "b", Text: "c2"},
		},
	},
	{
		name:  "a file renamed there and back takes an edit of the other side",
		setup: simSetup{Sides: [2]simSide{1: {Without: 2}}, Trees: [2]syncertest.Tree{1: {"d": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d", To: "d~"},
			{Do: "move", At: "d~", To: "d"},
			{Do: "write", On: 1, At: "d", Text: "c3"},
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
		name:  "a folder that was removed and made again is recorded under its new ID",
		setup: simSetup{},
		script: []simOp{
			{Do: "mkdir", At: "D/b"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "D"},
			{Do: "write", At: "D/a", Text: "c1"},
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
		name:  "what the first part of a scan found changed is not taken for unchanged in the second",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"d/b.": "base1", "d:/D/x.txt": "base0"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "move", At: "d/b.", To: "d:/D/b."},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 452003, Refuse: 0.5, Lose: 0.2, Refusals: []string{"locked", "quota"}}}}},
		},
	},
	{
		name:  "Records of a folder that both sides deleted are forgotten from the bottom",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"x.txt": "base4"}, 1: {"e/e/a": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "remove", At: "e/e"},
			{Do: "remove", On: 1, At: "e"},
			{Do: "run", Run: simRun{Poll: true, During: []simEvent{{At: 22, Disk: true}}}},
		},
	},
	{
		name:  "a file restored with other contents than were deleted gets the right ones",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/d/b/": "", "e": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "e", Text: "c1"},
			{Do: "remove", On: 1, At: "e"},
			{Do: "move", At: "e", To: "a"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", At: "a"},
		},
	},
	{
		name:  "with deletes off, what is in a folder that stays is reported in one way",
		setup: simSetup{Deletes: -1},
		script: []simOp{
			{Do: "write", On: 1, At: "e/b ", Text: "c1."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e"},
			{Do: "touch", On: 1, At: "e/b "},
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
		name:  "a folder moved into one that is held stays in the report",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/e/d": "left0"}, 1: {"b /": "", "d:/e/x.txt": "right1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", At: "e"},
			{Do: "move", On: 1, At: "b ", To: "b ~"},
			{Do: "move", On: 1, At: "d:", To: "e/e/x.txt"},
		},
	},
	{
		name:  "one way, a rename on the receiving side that cannot be taken back is reported",
		setup: simSetup{Mode: 2, Sides: [2]simSide{0: {FileCannot: "r", Unique: 1}}, Trees: [2]syncertest.Tree{1: {"d/d": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "d/d", To: "D/d/A"},
			{Do: "run", Run: simRun{Poll: true}},
			{Do: "run", Run: simRun{Poll: true}},
		},
	},
	{
		name:   "a name that is taken only after the service has cleaned it gets a tag",
		setup:  simSetup{Sides: [2]simSide{0: {Clean: true}}, Trees: [2]syncertest.Tree{1: {"b ": "base3", "b": "base2"}}},
		script: []simOp{},
	},
	{
		name:  "a folder that holds something filtered out is not deleted",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/d/a": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "filter", On: 1, N: 3},
			{Do: "remove", On: 1, At: "D"},
		},
	},
	{
		name:  "a new file with the bytes of a deleted one is not taken for it, when both sides deleted that",
		setup: simSetup{Trees: [2]syncertest.Tree{1: {"D/e/x.txt": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "D/e/x.txt"},
			{Do: "remove", At: "D/e/x.txt"},
			{Do: "write", At: "D/e/x.txt/c", Text: "base2"},
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
		name:  "what was moved out of the root before its folder was deleted is held, not deleted",
		setup: simSetup{},
		script: []simOp{
			{Do: "write", At: "X.txt/b", Text: "c1"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", On: 1, At: "X.txt/b", To: "X.txt/a*b"},
			{Do: "out", On: 1, At: "X.txt/a*b"},
			{Do: "remove", On: 1, At: "X.txt"},
		},
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
		name:  "new contents in a folder that was moved out on the other side",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"d:/a": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "out", At: "d:"},
			{Do: "remove", On: 1, At: "d:/a"},
			{Do: "write", On: 1, At: "d:/a", Text: "c6."},
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
		name:  "what comes back from the trash has the name that it had on each side",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"d/d/a*b/": ""}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/d"},
			{Do: "plan"},
			{Do: "restore", On: 1, At: "d/d"},
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
		name:  "holds stay in the report when a file beside them is read to compare it",
		setup: simSetup{Sides: [2]simSide{0: {NoDigest: true}}, Trees: [2]syncertest.Tree{1: {"D/d:/X.txt": "base0"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "touch", At: "D/d:/X.txt"},
			{Do: "out", On: 1, At: "D"},
		},
	},
	{
		name:  "one way, a conflict copy is reported also when contents had to be read",
		setup: simSetup{Mode: 1, Sides: [2]simSide{0: {NoDigest: true}}, Trees: [2]syncertest.Tree{0: {"D/b": "base2"}, 1: {"D/b": "base2", "b ": "base1"}}},
		script: []simOp{
			{Do: "write", At: "b ", Text: "c1."},
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
		name:  "what left a folder before it was deleted lives on, also if only the delete was seen",
		setup: simSetup{Sides: [2]simSide{1: {Forbidden: ":*?\"<>|"}}, Trees: [2]syncertest.Tree{0: {"d:/d:/e\u0301": "left2", "e/e/d": "left1"}, 1: {"e/D/c": "right2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "run", Run: simRun{Full: true, Faults: [2]simFaults{1: {Seed: 967528, Fail: 0.5}}}},
			{Do: "move", At: "e/e/d", To: "d:/d"},
			{Do: "remove", At: "e/e"},
			{Do: "move", On: 1, At: "d-/d-", To: "e/e/d-"},
		},
	},
	{
		name:  "an ID that an update gives away again is taken from the Record that had it",
		setup: simSetup{Sides: [2]simSide{1: {Reusable: true, NoTrash: true, Update: 1}}, Trees: [2]syncertest.Tree{0: {"d:/D/a:b": "left0"}, 1: {"a": "right1", "b ": "base2", "b": "base1", "d/A": "base0", "d/d/e\u0301": "right0", "d/d:/a": "right2"}}, Deletes: -1},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", At: "d/d:/\u00e9", Text: "c1."},
			{Do: "remove", At: "d/A"},
			{Do: "write", At: "d/A/a", Text: "c2."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/A (40ba25dd)"},
			{Do: "write", At: "d/d:/\u00e9", Text: "c6"},
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
		name:  "what comes back from the trash with its folder is seen at once",
		setup: simSetup{Trees: [2]syncertest.Tree{0: {"e/e/a:b": "left1"}}},
		script: []simOp{
			{Do: "run"},
			{Do: "remove", At: "e/e"},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "restore", On: 1, At: "e/e"},
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
		name:  "a deleted folder that lives on is not made where no folders can be made",
		setup: simSetup{Sides: [2]simSide{1: {FolderCannot: "c", Unique: 2}}, Trees: [2]syncertest.Tree{0: {"a-b": "same"}, 1: {"D/a-b/": "", "d/D/b": "base2"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", On: 1, At: "d/D"},
			{Do: "move", At: "a-b", To: "d (af327a64)/D/a-b"},
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
		name:  "one way, an ID that names another item now is given up",
		setup: simSetup{Mode: 2, Sides: [2]simSide{0: {Reusable: true, NoTrash: true}}, Trees: [2]syncertest.Tree{1: {"d/d": "base3", "e/a": "base1"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "e"},
			{Do: "out", At: "d/d"},
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
	{
		name:  "an edit of equal size is not taken for our own upload",
		setup: simSetup{Sides: [2]simSide{0: {NoDigest: true, Unique: 1}}, Trees: [2]syncertest.Tree{0: {"D/d/a-b": "base1", "d/X.txt": "base2"}, 1: {"d:/\u00e9": "base3"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "move", At: "D/d", To: "D/d~"},
			{Do: "move", At: "d", To: "D/d"},
			{Do: "move", At: "D/d~", To: "d"},
			{Do: "write", At: "d/a-b", Text: "c4"},
			{Do: "move", On: 1, At: "D/d/a-b", To: "D/a-b"},
			{Do: "run", Run: simRun{Full: true, Poll: true, Faults: [2]simFaults{0: {Seed: 480650, Stale: 0.2, Cut: 0.5}}}},
			{Do: "remove", At: "D/a-b"},
			{Do: "run", Run: simRun{Poll: true, Faults: [2]simFaults{1: {Seed: 945075, Drop: 0.2, Repeat: 0.2, Shuffle: 0.5, Expire: 0.01}}, During: []simEvent{{At: 15, Edits: []simOp{{Do: "write", On: 1, At: "D/a-b", Text: "c6"}}}}}},
		},
	},
	{
		name:  "a side without digests gets no digest of earlier contents recorded",
		setup: simSetup{Sides: [2]simSide{0: {Update: 2, Without: 2}, 1: {NoDigest: true}}, Trees: [2]syncertest.Tree{1: {"d:/d/a": "base0"}}},
		script: []simOp{
			{Do: "run", Run: simRun{Full: true}},
			{Do: "write", On: 1, At: "d:/d/a", Text: "c2."},
			{Do: "run", Run: simRun{Full: true}},
			{Do: "remove", At: "d:"},
		},
	},
}

func TestWhatTheSimulationFoundStaysFixed(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(regressions, regressionsOfDeletes, regressionsOfIdentity, regressionsOfNames, regressionsOfReports, regressionsOfRest, regressionsOfTwins, regressionsOfHints) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.way != "" {
				if f := judges[c.way](c.setup, c.script); f != nil {
					require.NoError(t, f)
				}
				return
			}
			s, err := replay(c.setup, c.script, true)
			require.NoError(t, err)
			if s.failure != nil {
				require.NoError(t, s.failure, strings.Join(s.trace, "\n"))
			}
		})
	}
}
