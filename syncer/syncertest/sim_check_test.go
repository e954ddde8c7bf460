package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// simItem is an item within a root as its service knows it.
type simItem struct {
	syncer.Entry
	path, body string
}

// items lists what a side holds, in the order of a listing.
func (s *sim) items(side syncer.Side) []simItem {
	var out []simItem
	paths := map[string]string{}
	probe := s.history.probes[side]
	ctx := context.Background()
	for e, err := range probe.List(ctx, syncer.Entry{ID: probe.Root()}, "") {
		if errors.Is(err, fs.ErrNotExist) {
			return out // the root is in the trash
		}
		if err != nil {
			s.fail(0, "probe: %v", err)
			return out
		}
		if e.ID == probe.Root() {
			paths[e.ID] = ""
			continue
		}
		i := simItem{Entry: e, path: paths[e.ParentID] + e.Name}
		paths[e.ID] = i.path + "/"
		if e.Kind == syncer.File {
			i.body = s.history.contents(ctx, side, e)
		}
		out = append(out, i)
	}
	return out
}

func (s *sim) noteTrees() {
	if !s.tracing {
		return
	}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		var parts []string
		for _, i := range s.items(side) {
			text := fmt.Sprintf("%q %s", i.path, i.ID)
			if i.Kind == syncer.File {
				text += fmt.Sprintf("=%q", i.body)
			}
			parts = append(parts, text)
		}
		slices.Sort(parts)
		s.note("  %s: %s", side, strings.Join(parts, ", "))
	}
}

// checkError: a process that nothing disturbs ends well, or halts before it has written anything.
// No process whatever sends the store what makes no sense.
func (s *sim) checkError(p *simProcess, err error) {
	switch {
	case err == nil:
	case errors.Is(err, syncer.ErrInvalid), errors.Is(err, syncer.ErrDamaged):
		s.fail(14, "the store refuses a batch: %v", err)
	case errors.Is(err, syncer.ErrLocked) && s.world.Clock.Now().Before(s.latest.Add(simLease)):
	case p.dead, p.fenced, p.run.disturbed(), errors.Is(err, syncer.ErrHalted):
	default:
		s.fail(0, "a run that nothing disturbs fails: %v", err)
	}
}

// checkRun: (9) each write carries its guard, and none acts on a root. Those outside of the root are
// judged when they are sent.
func (s *sim) checkRun(rep *syncer.Report) {
	for side := syncer.Source; side <= syncer.Destination; side++ {
		for _, v := range s.service(side).Violations() {
			if !strings.HasSuffix(v, "outside of the root") {
				s.fail(9, "%s: %s", side, v)
			}
		}
	}
	if rep == nil {
		s.fail(0, "a run returns no report")
	}
}

// quietRuns is how many runs may be needed when users have stopped and services answer.
const quietRuns = 6

// finish lets users stop and services answer, and checks what must be true then.
func (s *sim) finish() {
	for side := range s.played {
		s.played[side] = s.items(syncer.Side(side))
	}
	s.note("everybody stops")
	s.users.releaseAll()
	s.pass(2*time.Hour + max(0, s.latest.Sub(s.world.Clock.Now())))
	if s.checkHints(); s.failure != nil {
		return
	}
	rep := s.quiesce()
	s.checkNothingLost()
	s.checkIdle()
	s.checkDeleteBudget()
	s.checkConverged(rep)
	s.checkBounded(rep)
	for side := range s.end {
		s.end[side] = s.items(syncer.Side(side))
	}
	s.checkIdentity(rep)
}

// quiesce runs full scans until nothing changes any more. The first one may end a scan that was begun
// before, which has not seen everything.
func (s *sim) quiesce() (rep *syncer.Report) {
	still := 0
	for range quietRuns + 1 {
		writes, before := s.writes(), s.dump()
		rep = s.play(&simRun{Full: true, Confirm: true}, nil)
		if s.pass(2 * time.Hour); s.writes() == writes && !rep.More && s.dump() == before {
			still++
		} else {
			still = 0
		}
		if s.failure != nil || still == 2 {
			break
		}
	}
	return rep
}

// checkHints: where no hint was lost, runs on hints alone end where a full scan would: the scan
// finds nothing left to write. A state that was lost is rebuilt from what listings show, stale ones too,
// and no hint tells of what they hid.
func (s *sim) checkHints() {
	if s.deaf || s.forgotten || s.setup.Sides[0].blind() || s.setup.Sides[1].blind() {
		return
	}
	// A delete that a limit holds may have its turn after others that a side refuses, run by run.
	turns := s.setup.Deletes > 0 && s.setup.refuses()
	for range quietRuns {
		writes := s.writes()
		s.play(&simRun{Poll: true, Confirm: true}, nil)
		if s.pass(time.Hour); s.writes() == writes && !turns {
			break
		}
	}
	s.play(&simRun{Poll: true, Confirm: true}, nil)
	writes := s.writes()
	s.play(&simRun{Full: true, Confirm: true}, nil)
	if s.writes() > writes {
		calls := append(s.world.Left.Writes(), s.world.Right.Writes()...)
		last := calls[len(calls)-1]
		s.fail(21, "all hints were followed, and a full scan still makes %d writes, such as %s of %s as %q", s.writes()-writes, last.Op, last.ID, last.Name)
	}
}

// writes counts the writing calls so far, those that were refused included.
func (s *sim) writes() (n int) {
	for side := syncer.Source; side <= syncer.Destination; side++ {
		for _, c := range s.handle(side).Writes() {
			if c.Done || !s.setup.refuses() {
				n++
			}
		}
	}
	return n
}

// checkNothingLost: (1) what a user wrote is still somewhere, unless a user replaced or deleted it
// and a service let it go; (2) what no user replaced or deleted is current.
func (s *sim) checkNothingLost() {
	kept, now, dropped := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, service := range s.users.services {
		for _, c := range service.Kept() {
			kept[c] = true
		}
		for _, c := range service.Dropped() {
			dropped[c] = true
		}
		for c := range current(service) {
			now[c] = true
		}
	}
	for _, service := range s.users.services {
		for _, c := range service.Written() {
			switch {
			case s.raced(c):
			case s.users.live(c) && !now[c] && !s.setup.overwrites():
				s.fail(2, "%q is not current anywhere, and no user replaced or deleted it", c)
			case kept[c] || dropped[c]:
			case s.setup.keeps():
				s.fail(1, "%q is lost, though both services keep everything", c)
			case !s.users.ended[c] && !s.setup.overwrites():
				s.fail(1, "%q is lost, and no user replaced or deleted it", c)
			}
		}
	}
}

// raced reports whether contents may have gone along with a delete that took effect though it had failed,
// on a side that guards no calls: they are in its trash, or a user wrote them there and it has none. No look
// before a call can see an edit that comes after it.
func (s *sim) raced(contents string) bool {
	for side := syncer.Source; side <= syncer.Destination; side++ {
		service, unguarded := s.service(side), s.setup.Sides[side].NoGuards
		late := func(c syncertest.Call) bool { return c.Op == "Delete" && c.Done && c.Err != nil }
		if !unguarded || !slices.ContainsFunc(s.handle(side).Calls(), late) {
			continue
		}
		if s.setup.Sides[side].NoTrash && slices.Contains(service.Written(), contents) {
			return true
		}
		for _, thrown := range service.Trash() {
			if thrown == contents {
				return true
			}
		}
	}
	return false
}

// checkIdle: (4) a run on a converged world writes nothing and changes no Record.
func (s *sim) checkIdle() {
	before, writes := s.dump(), s.writes()
	s.play(&simRun{Full: true, Confirm: true}, nil)
	if n := s.writes() - writes; n > 0 {
		calls := append(s.world.Left.Writes(), s.world.Right.Writes()...)
		last := calls[len(calls)-1]
		s.fail(4, "after %d runs another one still makes %d writes, such as %s of %s as %q", quietRuns, n, last.Op, last.ID, last.Name)
	}
	if after := s.dump(); s.failure == nil && after != before {
		s.fail(4, "a run without writes changes the state:\n%s\n%s", before, after)
	}
}

// dump writes the state in words, but for what a run may renew.
func (s *sim) dump() string {
	ctx := context.Background()
	view, err := s.store.View(ctx, s.world.Pair.Name)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for r, err := range view.Records(ctx) {
		fmt.Fprintln(&b, describeRecord(&r), err)
	}
	for in, err := range view.Intents(ctx) {
		fmt.Fprintln(&b, "intent", in.Op, in.Record, err)
	}
	if s.setup.refuses() {
		return b.String() // what a side refuses, and what waits for its turn, changes places
	}
	for p, err := range view.Pending(ctx) {
		fmt.Fprintln(&b, "pending", p.PendingKey, p.Result, p.Reason, err)
	}
	for h, err := range view.Holds(ctx) {
		fmt.Fprintln(&b, "hold", h.Op, h.Record, h.Path, h.Decision, err)
	}
	return b.String()
}

// checkDeleteBudget: (5) in every window of a day no more deletes take effect than are allowed,
// whatever died and however the clock jumped. Approved deletes go beyond it, and what an update
// leaves behind does not count.
func (s *sim) checkDeleteBudget() {
	if s.setup.Deletes == 0 || s.approved || s.setup.replaces() {
		return
	}
	calls := [2][]bool{}
	for side := range calls {
		for _, c := range s.handle(syncer.Side(side)).Calls() {
			calls[side] = append(calls[side], c.Done)
		}
	}
	deletes := slices.DeleteFunc(slices.Clone(s.history.deletes), func(d simDelete) bool { return !calls[d.side][d.seq-1] })
	for i, first := range deletes {
		n := 0
		for _, d := range deletes[i:] {
			if d.at < first.at+24*time.Hour {
				n++
			}
		}
		if n > max(s.setup.Deletes, 0) {
			s.fail(5, "%d deletes within a day from %s on, %d are allowed", n, first.at, s.setup.Deletes)
			return
		}
	}
}

// dryRun: (18) a plan changes nothing, and applying it at once is not stale. A write of an earlier run
// whose effect comes late is over before: a service lets it take place at the next call, whoever makes it.
func (s *sim) dryRun() {
	ctx := context.Background()
	for side := range s.users.services {
		s.items(syncer.Side(side))
	}
	e, err := s.world.Engine()
	if err != nil {
		s.fail(0, "%v", err)
		return
	}
	before, writes := s.dump(), s.writes()
	plan, err := e.Plan(ctx, &syncer.RunOptions{Full: true})
	if s.writes() != writes || s.dump() != before {
		s.fail(18, "a dry run changes something")
	}
	if err != nil {
		if !errors.Is(err, syncer.ErrHalted) {
			s.fail(18, "a dry run fails: %v", err)
		}
		return
	}
	if strings.Contains(before, "intent ") {
		return // a real run settles them first
	}
	s.note("  planned: %v", plan)
	p := &simProcess{sim: s, run: &simRun{}}
	s.enter(p)
	defer s.enter(nil)
	_, err = e.Apply(ctx, plan)
	s.note("  applied: %v", err)
	s.noteTrees()
	if errors.Is(err, syncer.ErrStale) {
		s.fail(18, "nothing has changed, and the plan is stale: %v", err)
	}
	s.checkError(p, err)
}
