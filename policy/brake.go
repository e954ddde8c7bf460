package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Brake is a [syncer.Guard] that halts a pair before anything is written if too many of the files
// that a side is known to hold are to change in one run: somebody encrypts a disk, a migration
// touches everything, a folder is restored from an old backup. The [syncer.Halt] says how many and
// shows some; the pair goes on as soon as its Evidence is confirmed, for exactly these changes.
//
// A file changes if it is to get other contents, or if its contents are in conflict. What only moves
// or gets another name does not count, nor what is new. A side that suddenly lists empty, or has lost
// its root, halts every pair, with or without a Brake.
type Brake struct {
	// Files is how many files a side must be known to hold; 0 means 200. In runs that follow hints,
	// fewer than 100 changes never halt a pair.
	Files int
	// Percent of them may change in one run, and no more; 0 means 50.
	Percent int
	// Deletes says that deleted files count as changed. Leave it out where a [DeleteLimit] bounds
	// them.
	Deletes bool
}

var _ syncer.Guard = Brake{}

// Judge implements [syncer.Guard].
func (b Brake) Judge(_ context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	if b.Files < 0 || b.Percent < 0 || b.Percent >= 100 {
		return nil, fmt.Errorf("Brake.Files is %d, Brake.Percent is %d, not from 0 to 99: %w", b.Files, b.Percent, syncer.ErrInvalid)
	}
	least, percent := b.Files, b.Percent
	if least == 0 {
		least = 200
	}
	if percent == 0 {
		percent = 50
	}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		known, changes := p.Tally(side).Files, b.changes(p, side)
		if known >= least && len(changes)*100 > known*percent {
			return nil, halt(p, side, known, changes)
		}
	}
	return nil, nil
}

// change is a file that is to change, and what exactly is to be done to it.
type change struct{ path, deed string }

// changes returns what is to change of the files that side is known to hold.
func (b Brake) changes(p *syncer.Plan, side syncer.Side) []change {
	var list []change
	met := map[syncer.RecordID]bool{}
	for _, a := range p.Actions {
		if a.On == side && a.Kind == syncer.File && (a.Op == syncer.OpUpdate || b.Deletes && counts(a)) {
			met[a.Record] = true
			list = append(list, change{a.Path, string(a.ID)})
		}
	}
	for _, c := range p.Conflicts {
		if c.Record != 0 && !met[c.Record] {
			list = append(list, change{c.Path, fmt.Sprint(c.Source.Stamp(), c.Destination.Stamp())})
		}
	}
	return list
}

// shown is how many files a Halt names.
const shown = 5

func halt(p *syncer.Plan, side syncer.Side, known int, changes []change) error {
	var paths, deeds []string
	for _, c := range changes {
		paths, deeds = append(paths, fmt.Sprintf("%q", c.path)), append(deeds, c.deed)
	}
	slices.Sort(paths)
	slices.Sort(deeds)
	why := fmt.Sprintf("%d of %d files on %s are to change in one run: %s", len(changes), known, p.Name(side), strings.Join(paths[:min(shown, len(paths))], ", "))
	if more := len(paths) - shown; more > 0 {
		why += fmt.Sprintf(" and %d more", more)
	}
	return syncer.NewHalt(p.Pair, side, why, deeds...)
}
