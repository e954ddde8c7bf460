package syncertest_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// simJudge says what is wrong with a script, nil if nothing is.
type simJudge func(setup simSetup, script []simOp) *simFailure

// judges are the ways to look at a script. Those after the first compare two worlds, one of which is
// as the script says.
var judges = map[string]simJudge{
	"":       judgeAlone,
	"killed": judgeAgainst("a process that is killed leads to another end", 6, unkilled),
	"mirror": judgeAgainst("the mirrored world comes to another end", 19, mirrored),
	"order":  judgeAgainst("another order of listing leads to another end", 12, reordered),
	"many":   judgeAgainst("many goroutines come to another end", 13, manyHanded),
	"alone":  judgeAlike("an item that cannot be written changes what becomes of others", 16, unstuck),
}

// judgeAlone plays a script and takes the invariants as they are.
func judgeAlone(setup simSetup, script []simOp) *simFailure {
	s, err := replay(setup, script, false)
	if err != nil {
		return &simFailure{0, err.Error()}
	}
	return s.failure
}

// judgeAgainst plays a script and its variant, and compares what is there in the end.
func judgeAgainst(text string, invariant int, variant func(simSetup, []simOp) (simSetup, []simOp)) simJudge {
	return func(setup simSetup, script []simOp) *simFailure {
		a, err := replay(setup, script, false)
		if err != nil || a.failure != nil {
			return failureOf(a, err)
		}
		b, err := replayVariant(variant(setup, script))
		if err != nil || b.failure != nil {
			return failureOf(b, err)
		}
		swap := invariant == 19
		foreign := simOp.namesTwin
		if swap {
			foreign = simOp.namesTag
		}
		if !slices.Equal(a.senseless, b.senseless) || slices.ContainsFunc(script, foreign) || swap && (a.editedClash() || a.editedTwins) {
			return nil // users found other names, and did other things
		}
		if swap && !slices.Equal(a.met, b.met) {
			return nil // whose move counts depends on the side, and users met other things at those places
		}
		one, two := a.outcome(false, swap), b.outcome(swap, swap)
		if !slices.Equal(one, two) {
			return &simFailure{invariant, fmt.Sprintf("%s: %q and %q", text, one, two)}
		}
		return nil
	}
}

// twin matches the tags that are made from an ID, which may be another one in another world.
var twin = regexp.MustCompile(`\([0-9a-f]{6,16}\)`)

func (o simOp) namesTwin() bool { return twin.MatchString(o.At) || twin.MatchString(o.To) }

// namesTag is the same for the tags of conflicts too: which version gets one depends on the side.
func (o simOp) namesTag() bool { return ours.MatchString(o.At) || ours.MatchString(o.To) }

// judgeAlike plays a script and its variant, and compares what is there when the script has ended, but
// for the item that is stuck.
func judgeAlike(text string, invariant int, variant func(simSetup, []simOp) (simSetup, []simOp)) simJudge {
	return func(setup simSetup, script []simOp) *simFailure {
		a, err := replay(setup, script, false)
		if err != nil || a.failure != nil {
			return failureOf(a, err)
		}
		b, err := replayVariant(variant(setup, script))
		if err != nil || b.failure != nil {
			return failureOf(b, err)
		}
		if !slices.Equal(a.senseless, b.senseless) || slices.ContainsFunc(script, simOp.namesTwin) {
			return nil // users found other names, and did other things
		}
		one, two := a.others(), b.others()
		if !slices.Equal(one, two) {
			return &simFailure{invariant, fmt.Sprintf("%s: %q and %q", text, one, two)}
		}
		return nil
	}
}

func failureOf(s *sim, err error) *simFailure {
	if err != nil {
		return &simFailure{0, err.Error()}
	}
	return s.failure
}

// stuckFile cannot be written on the destination, stuckFolder cannot be read there, as long as the
// script of the "alone" variant lasts.
const (
	stuckFile   = "stuck.txt"
	stuckFolder = "stuck"
)

// stuck adds to a calm script what fails in each of its runs. Where a side cannot be asked for an item,
// what is in a folder that cannot be read may be anything that is missing elsewhere: blind leaves that
// folder readable.
func stuck(script []simOp, blind bool) []simOp {
	full := simOp{Do: "run", Run: simRun{Full: true}}
	later := simOp{Do: "later", For: 2 * time.Minute}
	bar := []simOp{{Do: "bar", On: syncer.Destination, At: stuckFolder}}
	if blind {
		bar = nil
	}
	return slices.Concat([]simOp{
		{Do: "write", At: stuckFile, Text: "stuck 1"},
		{Do: "write", At: stuckFolder + "/a", Text: "stuck 2"},
		full, later, full, later,
		{Do: "write", At: stuckFile, Text: "stuck 3"},
		{Do: "write", At: stuckFolder + "/b", Text: "stuck 4"},
		{Do: "lock", On: syncer.Destination, At: stuckFile},
	}, bar, script, []simOp{full, later, full, later, full})
}

// unstuck takes away what keeps those items from being written.
func unstuck(setup simSetup, script []simOp) (simSetup, []simOp) {
	return setup, slices.DeleteFunc(slices.Clone(script), func(o simOp) bool {
		return (o.Do == "lock" || o.Do == "bar") && (o.At == stuckFile || o.At == stuckFolder)
	})
}

// others lists what was on both sides when the script had ended, but for what is stuck.
func (s *sim) others() []string {
	var out []string
	for side := range s.played {
		for _, i := range s.played[side] {
			if at := ours.ReplaceAllString(i.path, ""); !strings.HasPrefix(at, stuckFolder) {
				out = append(out, fmt.Sprintf("%s %s %s=%s", syncer.Side(side), i.Kind, at, i.body))
			}
		}
	}
	slices.Sort(out)
	return out
}

// manyHanded lets the engine work with many goroutines: the operations of a plan may come in any
// order that it allows.
func manyHanded(setup simSetup, script []simOp) (simSetup, []simOp) {
	setup.Parallel = 6
	return setup, script
}

// outcome lists what is on both sides in the end, but for tags in names; contents alone on request.
func (s *sim) outcome(swap, contents bool) []string {
	var out []string
	for side := syncer.Source; side <= syncer.Destination; side++ {
		name := side
		if swap {
			name = side.Other()
		}
		for _, i := range s.end[side] {
			at := ours.ReplaceAllString(i.path, "")
			if contents {
				at = ""
			}
			if !contents || i.Kind == syncer.File {
				out = append(out, fmt.Sprintf("%s %s %s=%s", name, i.Kind, at, i.body))
			}
		}
	}
	slices.Sort(out)
	return out
}

func replayVariant(setup simSetup, script []simOp) (*sim, error) { return replay(setup, script, false) }

// calm returns a script without trouble, in which each run is followed by two more that could mend
// what it left.
func calm(script []simOp) []simOp {
	var out []simOp
	for _, o := range script {
		switch o.Do {
		case "plan", "approve", "reject":
			continue
		case "run":
			for range 3 {
				out = append(out, simOp{Do: "run", Run: simRun{Full: true}}, simOp{Do: "later", For: 2 * time.Minute})
			}
		default:
			out = append(out, o)
		}
	}
	return out
}

// killed lets a process of a calm script die, and perhaps the one that comes after it: not where a person
// chooses between runs, who would do that only after the next edit then.
func killed(r *rand.Rand, chooses bool, script []simOp) []simOp {
	out := slices.Clone(script)
	var runs []int
	for i, o := range out {
		if o.Do == "run" {
			runs = append(runs, i)
		}
	}
	if len(runs) < 3 {
		return out
	}
	at := r.IntN(len(runs)/3) * 3
	for again := range 2 {
		kill := simEvent{At: 1 + r.IntN(4<<r.IntN(6)), Kill: true, Clone: one(r, 2)}
		out[runs[at+again]].Run.During = []simEvent{kill}
		if !one(r, 3) || chooses {
			break
		}
	}
	return out
}

func unkilled(setup simSetup, script []simOp) (simSetup, []simOp) {
	out := slices.Clone(script)
	for i := range out {
		out[i].Run.During = nil
	}
	return setup, out
}

func reordered(setup simSetup, script []simOp) (simSetup, []simOp) {
	for side := range setup.Sides {
		setup.Sides[side].ByName = !setup.Sides[side].ByName
	}
	return setup, script
}

// mirrored exchanges the two sides of everything.
func mirrored(setup simSetup, script []simOp) (simSetup, []simOp) {
	setup.Sides = [2]simSide{setup.Sides[1], setup.Sides[0]}
	setup.Trees = [2]syncertest.Tree{setup.Trees[1], setup.Trees[0]}
	setup.Mode = [...]syncer.Mode{syncer.TwoWay, syncer.ToSource, syncer.ToDestination}[setup.Mode]
	setup.Resolver = strings.NewReplacer("source", "destination", "destination", "source").Replace(setup.Resolver)
	return setup, mirroredOps(script)
}

func mirroredOps(script []simOp) []simOp {
	out := slices.Clone(script)
	for i := range out {
		o := &out[i]
		o.On = o.On.Other()
		o.Run.Faults = [2]simFaults{o.Run.Faults[1], o.Run.Faults[0]}
		o.Run.During = slices.Clone(o.Run.During)
		for j := range o.Run.During {
			if e := &o.Run.During[j]; e.Edits != nil {
				e.Edits = mirroredOps(e.Edits)
			}
		}
	}
	return out
}

// variants looks at a seed's script in one more way.
func variants(seed uint64, setup simSetup, script []simOp) (way string, changed []simOp, failure *simFailure) {
	r := rand.New(rand.NewPCG(seed, 2))
	script = calm(script)
	way = []string{"killed", "killed", "killed", "mirror", "order", "many", "alone"}[r.IntN(7)]
	if setup.Deletes > 0 || setup.refuses() {
		return way, script, nil // what a day or a quota allows depends on the hour and the order
	}
	switch way {
	case "killed":
		script = killed(r, setup.Chooses > 0, script)
	case "alone":
		script = stuck(script, setup.Sides[1].blind())
	}
	return way, script, judges[way](setup, script)
}
