package syncertest_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// checkIdentity: (10) renames and moves, and nothing else, on one side of a pair at rest move no
// bytes, make nothing, delete nothing, keep every ID, and take no more moves than the user made, but
// for items that step aside.
func (s *sim) checkIdentity(rep *syncer.Report) {
	if s.failure != nil || !rep.Settled() || s.setup.Mode != syncer.TwoWay || len(s.setup.Exclude) > 0 ||
		!s.setup.Sides[0].moves() || !s.setup.Sides[1].moves() {
		return
	}
	r := newSimRand(uint64(len(s.script)))
	d := &drawer{r: r, setup: &s.setup, services: s.users.services}
	side := syncer.Side(r.IntN(2))
	before := s.ids()
	moves := 0
	for range 1 + r.IntN(3) {
		files, folders := d.items(s.service(side))
		if len(files)+len(folders) == 0 {
			return
		}
		at, to := d.pick(append(files, folders...)), d.place(folders)
		if parts := len(folders); parts > 0 && one(r, 2) {
			to = at + "~"
		}
		if s.service(side).Has(to) {
			continue
		}
		moves++
		made := len(s.items(side))
		s.users.do(simOp{Do: "move", On: side, At: at, To: to}) // beside the script
		if len(s.items(side)) != made {
			before = nil // folders were made on the way
		}
	}
	calls := [2]int{len(s.world.Left.Calls()), len(s.world.Right.Calls())}
	s.play(&simRun{Full: true}, nil)
	for side := syncer.Source; side <= syncer.Destination; side++ {
		for _, c := range s.handle(side).Calls()[calls[side]:] {
			if c.Op == "CreateFile" || c.Op == "UpdateFile" || c.Op == "Delete" || c.Op == "Restore" {
				s.fail(10, "nothing but names and places has changed, and %s of %s as %q is called on %s", c.Op, c.ID, c.Name, side)
			}
			if c.Op == "Move" && !strings.HasPrefix(c.Name, "procorebox-moving-") {
				moves--
			}
		}
	}
	if moves < 0 {
		s.fail(10, "nothing but names and places has changed, and the engine moves %d times more than the users", -moves)
	}
	if after := s.ids(); before != nil && !maps.Equal(before, after) {
		s.fail(10, "nothing but names and places has changed, and there were %v and are %v",
			slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
	}
}

// ids holds the ID of everything on both sides.
func (s *sim) ids() map[string]bool {
	out := map[string]bool{}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		for _, i := range s.items(side) {
			out[i.ID] = true
		}
	}
	return out
}

// moves reports whether the side can do whatever a rename or move may need.
func (d simSide) moves() bool {
	return d.FileCannot == "" && d.FolderCannot == "" && d.MaxDepth == 0 && !d.FoldersOnlyAtRoot && !d.Clean &&
		d.Without&syncertest.Moving == 0
}
