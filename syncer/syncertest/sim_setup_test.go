package syncertest_test

import (
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// simSetup is the world of a simulation before anything happens in it. The zero value is two
// ordinary empty services and no policy but names.
type simSetup struct {
	Mode  syncer.Mode
	Sides [2]simSide
	Trees [2]syncertest.Tree
	// NoNamer leaves out the Namer. Without it that is policy.Replace, or policy.Lossless.
	NoNamer, Lossless bool
	// Deletes is how many deletes a day are allowed; 0 means no limit, -1 none.
	Deletes  int
	Exclude  []string
	Resolver string // "", "source", "destination", "newest" or "leave"
	// Chooses is what a person chooses before each run for every conflict that is open: the Resolution
	// above it by one, 0 if nobody does.
	Chooses int
	// Parallel is how many goroutines the engine works with; 0 means one. With more of them calls are
	// neither judged nor disturbed, since they come in any order.
	Parallel int
	// Wrong says what becomes of edits on the side that only receives.
	Wrong syncer.WrongSide
	// Folder, when not empty, is where the state is kept in SQLite files.
	Folder string
}

// simSide is what a service cannot do, or does in a way of its own.
type simSide struct {
	NoDigest, NoGuards, Reusable, NoTrash, Forgetful bool
	Update                                           syncer.UpdateWay
	// FileCannot and FolderCannot hold "c", "r", "m" and "d" for create, rename, move and delete.
	FileCannot, FolderCannot string
	Unique                   syncer.Uniqueness
	Forbidden, Trailing      string
	Without                  syncertest.Power
	Settle                   time.Duration
	Page                     int
	ByName, Placeless, Clean bool
	Anonymous                bool // does not tell who wrote something
	Reopen                   bool
	MaxDepth                 int
	FoldersOnlyAtRoot        bool
	Extensions               string // accepted ones, separated by spaces; "-" is none
	MaxSize, Quota           int64
	ReadOnly                 bool
}

// blind reports whether the side cannot be asked where an item is.
func (d simSide) blind() bool { return d.Without&syncertest.Looking != 0 }

func (d simSide) options() syncertest.Options {
	info := syncertest.Ordinary()
	if d.NoDigest {
		info.Digest = ""
	}
	if d.NoGuards {
		info.Guards = syncer.Guards{}
	}
	if d.Anonymous {
		info.Account = ""
	}
	info.ReusableIDs, info.Trash, info.Settle = d.Reusable, !d.NoTrash, d.Settle
	info.File.Update = d.Update
	info.MaxDepth, info.FoldersOnlyAtRoot = d.MaxDepth, d.FoldersOnlyAtRoot
	for abilities, without := range map[*syncer.Abilities]string{&info.File: d.FileCannot, &info.Folder: d.FolderCannot} {
		abilities.Create = !strings.Contains(without, "c")
		abilities.Rename = !strings.Contains(without, "r")
		abilities.Move = !strings.Contains(without, "m")
		abilities.Delete = !strings.Contains(without, "d")
	}
	for ext := range strings.FieldsSeq(d.Extensions) {
		info.Extensions = append(info.Extensions, strings.ReplaceAll(ext, "-", ""))
	}
	info.MaxSize = d.MaxSize
	info.Names = syncer.Names{Unique: d.Unique, Forbidden: d.Forbidden, Trailing: d.Trailing}
	o := syncertest.Options{
		Info: info, Without: d.Without, PageSize: d.Page, ByName: d.ByName,
		Forgetful: d.Forgetful, Placeless: d.Placeless, Reopen: d.Reopen,
		Quota: d.Quota, ReadOnly: d.ReadOnly,
	}
	if d.Clean {
		o.Info.CleansNames = true
		o.Clean = func(name string) string { return norm.NFC.String(strings.TrimSpace(name)) }
	}
	return o
}

// policies makes the policies as they are now; ledger counts deletes.
func (d *simSetup) policies(ledger syncer.Ledger) (syncer.Policies, error) {
	var p syncer.Policies
	if !d.NoNamer {
		p.Namer = d.namer()
	}
	if len(d.Exclude) > 0 {
		globs, err := policy.NewGlobs(policy.GlobOptions{Exclude: d.Exclude, Fold: true})
		if err != nil {
			return p, err
		}
		p.Filter = globs
	}
	switch {
	case d.Deletes < 0:
		p.Guards = []syncer.Guard{policy.DeletesOff{}}
	case d.Deletes > 0:
		limit := policy.DeleteLimit{Ledger: ledger, Scope: "pair", Most: d.Deletes}
		p.Guards, p.Gates = []syncer.Guard{limit}, []syncer.Gate{limit}
	}
	switch d.Resolver {
	case "source":
		p.Resolver = policy.Prefer(syncer.Source)
	case "destination":
		p.Resolver = policy.Prefer(syncer.Destination)
	case "newest":
		p.Resolver = policy.Newest{}
	case "leave":
		p.Resolver = policy.Leave
	}
	if d.Wrong != syncer.KeepAside {
		directions, err := policy.NewDirections(map[string]syncer.Direction{"": {Mode: d.Mode, Wrong: d.Wrong}})
		if err != nil {
			return p, err
		}
		p.Director = directions
	}
	return p, nil
}

// namer says how the names of the two sides belong together.
func (d *simSetup) namer() syncer.Namer {
	if d.Lossless {
		return policy.Lossless{}
	}
	return policy.Replace{}
}

// overwrites reports whether the policies let a version go under that nobody who replaced it saw.
func (d *simSetup) overwrites() bool {
	return d.Resolver != "" && d.Resolver != "leave" || d.Chooses > 1 || d.Mode != syncer.TwoWay && d.Wrong != syncer.KeepAside
}

// keeps reports whether both services keep everything that is replaced or deleted.
func (d *simSetup) keeps() bool {
	return !d.Sides[0].Forgetful && !d.Sides[1].Forgetful && !d.Sides[0].NoTrash && !d.Sides[1].NoTrash
}

// replaces reports whether an update makes a new item somewhere and leaves the old one behind.
func (d *simSetup) replaces() bool {
	return d.Sides[0].Update != syncer.UpdateInPlace || d.Sides[1].Update != syncer.UpdateInPlace
}

// refuses reports whether a side refuses writes for reasons that planning cannot know: they are
// tried again and again.
func (d *simSetup) refuses() bool {
	return d.Sides[0].ReadOnly || d.Sides[1].ReadOnly || d.Sides[0].Quota > 0 || d.Sides[1].Quota > 0
}

// drawSetup draws a world. Half of the sides are ordinary: only there the strictest checks apply.
func drawSetup(r *rand.Rand) simSetup {
	var d simSetup
	for side := range d.Sides {
		if one(r, 2) {
			d.Sides[side] = drawSide(r)
		}
	}
	if one(r, 12) {
		d.Mode = syncer.ToDestination + syncer.Mode(r.IntN(2))
		if one(r, 2) {
			d.Wrong = syncer.WrongSide(r.IntN(3))
		}
	}
	d.NoNamer = one(r, 15)
	if one(r, 4) {
		d.Deletes = []int{1, 2, 3, 3, 50, -1}[r.IntN(6)]
	}
	if one(r, 12) {
		d.Exclude = drawExclude(r)
	}
	if one(r, 10) {
		d.Resolver = []string{"source", "destination", "newest", "leave"}[r.IntN(4)]
	}
	d.Trees = drawTrees(r)
	return d
}

// drawLossless lets a third of the worlds translate names so that they can be translated back, and
// plants some that look translated already. It draws from a stream of its own, so that every other
// world stays what it was.
func drawLossless(seed uint64, d *simSetup) {
	r := rand.New(rand.NewPCG(seed, 4))
	if d.NoNamer || !one(r, 3) {
		return
	}
	d.Lossless = true
	names := []string{"a\uA789b", "a\u201b\uA789b", "a:b", "b\u2219", "b\u201b\u2219", "a\u2217b", "d\uA789/a", "d:/\u201b:"}
	for i := range r.IntN(4) {
		side := r.IntN(2)
		d.Trees[side][names[r.IntN(len(names))]] = []string{"left", "right"}[side] + string(rune('a'+i))
	}
}

// drawChoices lets conflicts be left in some worlds, and a person choose in half of those. It draws from a
// stream of its own.
func drawChoices(seed uint64, d *simSetup) {
	r := rand.New(rand.NewPCG(seed, 5))
	if one(r, 12) {
		d.Resolver, d.Chooses = "leave", max(r.IntN(6)-2, 0)
	}
}

func drawExclude(r *rand.Rand) []string {
	return [][]string{{"**/b*"}, {"d"}, {"**/a"}, {"d/e", "**/x.txt"}}[r.IntN(4)]
}

func drawSide(r *rand.Rand) simSide {
	d := simSide{
		NoDigest: one(r, 4), NoGuards: one(r, 4), NoTrash: one(r, 4), Forgetful: one(r, 6),
		ByName: one(r, 4), Placeless: one(r, 4), Anonymous: one(r, 4), Reopen: one(r, 6), Clean: one(r, 10),
		Unique: syncer.Uniqueness(r.IntN(3)),
	}
	d.Reusable = one(r, 5)
	if one(r, 5) {
		d.Update = syncer.UpdateByReplacement
	} else if one(r, 15) {
		d.Update = syncer.UpdateNever
	}
	if one(r, 12) {
		d.FileCannot = []string{"r", "m", "rm", "d", "c"}[r.IntN(5)]
	}
	if one(r, 12) {
		d.FolderCannot = []string{"r", "m", "rm", "d", "c"}[r.IntN(5)]
	}
	if one(r, 3) {
		d.Forbidden = `:*?"<>|`
	}
	if one(r, 6) {
		d.Trailing = ". "
	}
	for _, p := range []syncertest.Power{syncertest.Moving, syncertest.Looking, syncertest.Finding, syncertest.Restoring} {
		if one(r, 6) {
			d.Without |= p
		}
	}
	if one(r, 3) {
		d.Settle = 30 * time.Second
	}
	if one(r, 2) {
		d.Page = 1 + r.IntN(3)
	}
	if one(r, 25) {
		d.MaxDepth = 1 + r.IntN(2)
	}
	d.FoldersOnlyAtRoot = one(r, 40)
	if one(r, 30) {
		d.Extensions = "- .txt"
	}
	if one(r, 30) {
		d.MaxSize = 3
	}
	if one(r, 30) {
		d.Quota = 20 + r.Int64N(40)
	}
	d.ReadOnly = one(r, 40)
	return d
}

// drawTrees draws one tree and perturbs it twice: trees that know nothing of each other seldom clash.
func drawTrees(r *rand.Rand) (out [2]syncertest.Tree) {
	base := syncertest.Tree{}
	for i := range r.IntN(8) {
		at := drawPath(r)
		switch {
		case one(r, 6):
			base[at+"/"] = ""
		case one(r, 8):
			base[at] = []string{"", "same"}[r.IntN(2)]
		default:
			base[at] = "base" + string(rune('0'+i))
		}
	}
	for side := range out {
		out[side] = syncertest.Tree{}
		maps.Copy(out[side], base)
	}
	switch r.IntN(4) {
	case 0:
		out[r.IntN(2)] = syncertest.Tree{}
	case 1:
		for side := range out {
			for i := range 1 + r.IntN(3) {
				out[side][drawPath(r)] = []string{"left", "right"}[side] + string(rune('0'+i))
			}
		}
	}
	return out
}

// one is true once in n times.
func one(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }
