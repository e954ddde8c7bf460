package syncertest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// Few names, of which many are equal to somebody: by case, by composition, by what a side forbids.
var (
	simNames   = []string{"a", "b", "c", "a", "b", "A", "x.txt", "X.txt", "\u00e9", "e\u0301", "a:b", "a*b", "a-b", "b ", "b."}
	simFolders = []string{"d", "e", "d", "D", "d:"}
)

// drawPath draws a path of at most three elements.
func drawPath(r *rand.Rand) string {
	var names []string
	for range r.IntN(3) {
		names = append(names, simFolders[r.IntN(len(simFolders))])
	}
	if one(r, 5) {
		return strings.Join(append(names, simFolders[r.IntN(len(simFolders))]), "/")
	}
	return strings.Join(append(names, simNames[r.IntN(len(simNames))]), "/")
}

// drawer draws edits that make sense on the services as they are now.
type drawer struct {
	r        *rand.Rand
	setup    *simSetup
	services [2]*syncertest.Service
	contents int
}

// edits draws one edit, or a few that belong together, of a user of a side.
func (d *drawer) edits() []simOp {
	side := syncer.Side(d.r.IntN(2))
	ops := d.onSide(d.services[side], side)
	for i := range ops {
		ops[i].On = side
	}
	return ops
}

func (d *drawer) onSide(s *syncertest.Service, side syncer.Side) []simOp {
	files, folders := d.items(s)
	all := append(slices.Clone(files), folders...)
	file, folder, either := d.pick(files), d.pick(folders), d.pick(all)
	if either == "" {
		return []simOp{{Do: "write", At: d.place(folders), Text: d.text(s, files)}}
	}
	if folder == "" {
		folder = either
	}
	if file == "" {
		file = either
	}
	switch d.r.IntN(34) {
	case 0, 1, 2, 3, 4:
		return []simOp{{Do: "write", At: d.place(folders), Text: d.text(s, files)}}
	case 5, 6, 7, 8:
		return []simOp{{Do: "write", At: file, Text: d.text(s, files)}}
	case 9, 10:
		return []simOp{{Do: "mkdir", At: d.place(folders)}}
	case 11, 12, 13:
		return []simOp{{Do: "move", At: either, To: path.Join(path.Dir(either), path.Base(drawPath(d.r)))}}
	case 14, 15, 16:
		return []simOp{{Do: "move", At: either, To: path.Join(d.pick(append(folders, "")), path.Base(either))}}
	case 17:
		return []simOp{{Do: "move", At: either, To: d.place(folders)}}
	case 18:
		return []simOp{{Do: "move", At: folder, To: path.Join(d.pick(folders), path.Base(folder))}}
	case 19, 20, 21, 22:
		return []simOp{{Do: "remove", At: either}}
	case 23:
		return d.swap(either, d.pick(all), d.pick(all))
	case 24:
		return []simOp{{Do: "remove", At: either}, {Do: "write", At: either, Text: d.text(s, files)}}
	case 25:
		return []simOp{{Do: "remove", At: file}, {Do: "write", At: file + "/" + simNames[d.r.IntN(4)], Text: d.text(s, files)}}
	case 26:
		return []simOp{{Do: "touch", At: file}}
	case 27:
		return []simOp{{Do: "promote", At: file, N: 1 + d.r.IntN(2)}}
	case 28, 29:
		return []simOp{{Do: "restore", At: d.binned(s)}}
	case 30:
		return []simOp{{Do: "copy", At: file, To: d.place(folders)}}
	case 31:
		return []simOp{{Do: "add", At: either, Text: d.text(s, files)}}
	case 32:
		return d.crossing(s, either)
	}
	return d.rare(s, side, either, folder)
}

// crossing moves things over the border of the root.
func (d *drawer) crossing(s *syncertest.Service, either string) []simOp {
	var outside []string
	for at := range s.Outside() {
		if at = strings.TrimSuffix(at, "/"); !strings.ContainsAny(at, "/@#") {
			outside = append(outside, at)
		}
	}
	slices.Sort(outside)
	if at := d.pick(outside); at != "" && one(d.r, 2) {
		return []simOp{{Do: "in", At: at, To: at}}
	}
	return []simOp{{Do: "out", At: either}}
}

func (d *drawer) rare(s *syncertest.Service, side syncer.Side, either, folder string) []simOp {
	switch d.r.IntN(9) {
	case 8:
		if d.setup.Sides[side].NoTrash {
			break // a root that is gone for good halts the pair for good
		}
		return []simOp{{Do: []string{"remove", "restore"}[d.r.IntN(2)], At: "id:" + s.Root()}}
	case 0:
		return []simOp{{Do: "link", At: either + "@"}}
	case 1:
		return []simOp{{Do: "lock", At: either}}
	case 2:
		// Without a Looker, or without a trash to look into, what is hidden looks deleted.
		if end := d.setup.Sides[side]; !end.blind() && !end.NoTrash {
			return []simOp{{Do: "hide", At: either}}
		}
	case 3:
		return []simOp{{Do: "bar", At: folder}}
	case 4:
		return []simOp{{Do: "purge", At: d.binned(s)}}
	}
	return []simOp{{Do: "release"}}
}

// swap exchanges the names of two or three items.
func (d *drawer) swap(a, b, c string) []simOp {
	ops := []simOp{{Do: "move", At: a, To: a + "~"}, {Do: "move", At: b, To: a}}
	if one(d.r, 3) && c != a {
		return append(ops, simOp{Do: "move", At: c, To: b}, simOp{Do: "move", At: a + "~", To: c})
	}
	return append(ops, simOp{Do: "move", At: a + "~", To: b})
}

func (d *drawer) items(s *syncertest.Service) (files, folders []string) {
	for _, at := range slices.Sorted(maps.Keys(s.Tree())) {
		switch {
		case strings.ContainsAny(at, "#@"):
		case strings.HasSuffix(at, "/"):
			folders = append(folders, strings.TrimSuffix(at, "/"))
		default:
			files = append(files, at)
		}
	}
	return files, folders
}

// binned draws something in the trash.
func (d *drawer) binned(s *syncertest.Service) string {
	var all []string
	for at := range s.Trash() {
		at, _, _ = strings.Cut(strings.TrimSuffix(at, "/"), "#")
		all = append(all, strings.TrimSuffix(at, "/"))
	}
	slices.Sort(all)
	return d.pick(all)
}

func (d *drawer) pick(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[d.r.IntN(len(list))]
}

func (d *drawer) place(folders []string) string {
	if one(d.r, 3) {
		return drawPath(d.r)
	}
	return path.Join(d.pick(append(folders, "")), path.Base(drawPath(d.r)))
}

// text draws contents, new ones mostly.
func (d *drawer) text(s *syncertest.Service, files []string) string {
	switch {
	case one(d.r, 14):
		return []string{"", "same"}[d.r.IntN(2)]
	case one(d.r, 20):
		return s.Tree()[d.pick(files)]
	}
	d.contents++
	return fmt.Sprintf("c%d%s", d.contents, strings.Repeat(".", d.r.IntN(2)))
}

// op draws what happens next.
func (d *drawer) op() []simOp {
	switch n := d.r.IntN(40); {
	case n < 26:
		return d.edits()
	case n < 30:
		passed := []time.Duration{time.Second, time.Minute, time.Hour, 26 * time.Hour, 100 * 24 * time.Hour, -time.Hour}
		return []simOp{{Do: "later", For: passed[d.r.IntN(len(passed))]}}
	case n == 30:
		return []simOp{{Do: []string{"expire", "filter", "approve", "reject", "forget"}[d.r.IntN(5)], On: syncer.Side(d.r.IntN(2)), N: d.r.IntN(4)}}
	case n == 31:
		return []simOp{{Do: "plan"}}
	}
	return []simOp{{Do: "run", Run: d.run()}}
}
