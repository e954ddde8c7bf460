package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

const (
	simLease   = 30 * time.Second
	simEndless = 20_000
)

var (
	errKilled = errors.New("the process is dead")
	errDisk   = errors.New("disk full")
)

// sim is one simulation: a world, the script that is played in it, and what is known about it that
// no engine knows.
type sim struct {
	setup    simSetup
	script   []simOp
	drawer   *drawer // nil when a script is played again
	world    *syncertest.World
	store    simStore
	ledger   syncer.Ledger
	users    *simUsers
	underWay simUnderWay // calls of the many goroutines of a world that is not judged
	history  *simHistory
	process  *simProcess // that makes the present call
	elapsed  time.Duration
	latest   time.Time // that the clock ever showed
	tracing  bool
	trace    []string
	failure  *simFailure
	// end is what both sides hold when everything is settled, before checkIdentity edits on.
	end [2][]simItem
	// played is what they hold when the script has ended and services may still be in trouble.
	played [2][]simItem
	// edits counts those of the script, senseless lists those that made no sense when their turn came.
	edits   int
	clashed int // edits that came before the first conflict; -1 if there was none
	// editedTwins says that a user edited while something had a tag: which of two has it depends on
	// the side.
	editedTwins bool
	senseless   []int
	met         []string // what each edit found at its place
	lives       []int    // how many instants each process lived
	refused     bool     // the last process did not get the lease
	// Special things that happened and excuse others.
	approved, forgotten, filtered, late, deaf, spoilt bool
}

// simFailure is an invariant that does not hold.
type simFailure struct {
	Invariant int
	Text      string
}

func (f *simFailure) Error() string { return fmt.Sprintf("invariant %d: %s", f.Invariant, f.Text) }

// simProcess is one run of the engine as the operating system sees it.
type simProcess struct {
	sim      *sim
	outer    *simProcess // that this one has taken over from
	run      *simRun
	cancel   context.CancelFunc
	instants int
	dead     bool // nothing it does has an effect any more
	clone    bool
	owner    bool // it got the lease
	fenced   bool // somebody else has the lease
	disk     bool // a write to the disk failed
	broken   bool // it was one of its state
	edited   bool // a user edited while it ran
	movedOut [2]bool
	writes   int // begun since it was fenced or broken
	faults   [2]syncertest.Faults
}

// sawMovedOut reports whether a user moved something out of the root of a side while p ran.
func (p *simProcess) sawMovedOut(side syncer.Side) bool {
	return p.movedOut[side] || p.outer != nil && p.outer.sawMovedOut(side)
}

func newSim(setup simSetup) (s *sim, err error) {
	s = &sim{setup: setup}
	clock := &syncertest.Clock{}
	if s.store, err = s.openStore(clock.Now); err != nil {
		return nil, err
	}
	if s.ledger, err = s.openLedger(clock.Now); err != nil {
		return nil, err
	}
	o := syncertest.WorldOptions{
		Clock: clock, Store: tracedStore{s}, Mode: setup.Mode,
		Source: setup.Sides[0].options(), Destination: setup.Sides[1].options(),
		Engine: syncer.Options{Parallel: setup.Parallel},
	}
	o.Source.Now, o.Destination.Now = s.serviceTime, s.serviceTime
	s.world = syncertest.NewWorld(o)
	s.latest, s.clashed = clock.Now(), -1
	s.users = newSimUsers(s.world)
	for side, tree := range setup.Trees {
		s.users.plant(syncer.Side(side), tree)
	}
	s.history = newSimHistory(s)
	s.world.Left.OnCall(func(c syncertest.Call) error { return s.call(syncer.Source, c) })
	s.world.Right.OnCall(func(c syncertest.Call) error { return s.call(syncer.Destination, c) })
	return s, s.setPolicies()
}

func (s *sim) setPolicies() (err error) {
	s.world.Options.Policies, err = s.setup.policies(s.ledger)
	return err
}

// editedClash reports whether a user edited on after a conflict: which version he found under the name
// depends on the side.
func (s *sim) editedClash() bool { return s.clashed >= 0 && s.clashed < s.edits }

func (s *sim) service(side syncer.Side) *syncertest.Service { return s.users.services[side] }

func (s *sim) handle(side syncer.Side) *syncertest.Handle {
	if side == syncer.Source {
		return s.world.Left
	}
	return s.world.Right
}

// serviceTime is what the services' clocks show, which nobody sets back.
func (s *sim) serviceTime() time.Time { return syncertest.Epoch.Add(s.elapsed) }

// fail notes the first invariant that does not hold.
func (s *sim) fail(invariant int, format string, args ...any) {
	if s.failure == nil {
		s.failure = &simFailure{invariant, fmt.Sprintf(format, args...)}
		s.note("FAILED %v", s.failure)
	}
}

func (s *sim) note(format string, args ...any) {
	if s.tracing {
		s.trace = append(s.trace, fmt.Sprintf(format, args...))
	}
}

// pass lets time pass, or sets the engine's clock back. That takes a minute: whether a write has
// settled cannot be told with a clock that jumps in between.
func (s *sim) pass(d time.Duration) {
	s.world.Later(d)
	if s.elapsed += d; d < 0 {
		s.elapsed += time.Minute - d
	}
	if now := s.world.Clock.Now(); now.After(s.latest) {
		s.latest = now
	}
}

// step plays one step of a script.
func (s *sim) step(o *simOp) {
	s.note("%v", o)
	switch o.Do {
	case "run":
		s.choose()
		s.play(&o.Run, nil)
	case "plan":
		s.dryRun()
	case "later":
		s.pass(o.For)
	case "expire":
		s.service(o.On).ExpireCursors()
	case "filter":
		s.setup.Exclude = [][]string{nil, {"**/b*"}, {"d"}, {"**/a"}}[o.N]
		s.filtered = true
		if err := s.setPolicies(); err != nil {
			s.fail(0, "%v", err)
		}
	case "approve":
		s.decide(syncer.Approved)
	case "reject":
		s.decide(syncer.Rejected)
	case "forget":
		var err error
		if s.store, err = s.openStore(s.world.Clock.Now); err != nil {
			s.fail(0, "%v", err)
		}
		s.forgotten = true
	default:
		s.edit(*o)
	}
}

func (s *sim) decide(d syncer.Decision) {
	view, err := s.store.View(context.Background(), s.world.Pair.Name)
	if err != nil {
		s.fail(0, "%v", err)
		return
	}
	for h, err := range view.Holds(context.Background()) {
		if err == nil {
			err = s.store.Decide(context.Background(), s.world.Pair.Name, h.Action, d)
		}
		if err != nil {
			s.fail(0, "%v", err)
		}
		s.approved = s.approved || d == syncer.Approved
	}
}

// choose lets a person choose for every conflict that is open.
func (s *sim) choose() {
	if s.setup.Chooses == 0 {
		return
	}
	ctx := context.Background()
	view, err := s.store.View(ctx, s.world.Pair.Name)
	if err != nil {
		s.fail(0, "%v", err)
		return
	}
	for c, err := range view.Clashes(ctx, true) {
		if err == nil {
			err = s.store.Choose(ctx, s.world.Pair.Name, c.ID, syncer.Resolution(s.setup.Chooses-1))
		}
		if err != nil {
			s.fail(0, "%v", err)
		}
	}
}

// edit lets a user do something, and reports false if that makes no sense now.
func (s *sim) edit(o simOp) bool {
	s.edits++
	s.editedTwins = s.editedTwins || s.tagged()
	s.met = append(s.met, s.at(o.On, o.At))
	if s.users.do(o) {
		return true
	}
	s.senseless = append(s.senseless, s.edits)
	s.note("  makes no sense now: %v", o)
	return false
}

// at describes what stands at a path of a side: its contents without names.
func (s *sim) at(side syncer.Side, path string) string {
	var found []string
	for at, contents := range s.service(side).Tree() {
		if at == path || at == path+"/" || strings.HasPrefix(at, path+"/") && !strings.HasSuffix(at, "/") {
			found = append(found, fmt.Sprintf("%q", contents))
		}
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

// tagged reports whether something within the roots has a tag in its name.
func (s *sim) tagged() bool {
	for _, service := range s.users.services {
		for at := range service.Tree() {
			if strings.Contains(at, "(") && twin.MatchString(at) {
				return true
			}
		}
	}
	return false
}

// play lets a process live. outer is one whose lease it takes over.
func (s *sim) play(run *simRun, outer *simProcess) *syncer.Report {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := &simProcess{sim: s, outer: outer, run: run, cancel: cancel}
	for side := range run.Faults {
		p.faults[side] = run.Faults[side].faults()
		// What a page left out of a listing is found by the next one, and no hint tells of it.
		s.deaf = s.deaf || run.Faults[side].Drop > 0 || run.Faults[side].Shift > 0
		s.spoilt = s.spoilt || run.Faults[side].Spoil > 0
		s.late = s.late || run.Faults[side].Late > 0 || run.Faults[side].Fail > 0
	}
	s.enter(p)
	defer s.enter(outer)
	var err error
	if run.Poll {
		err = s.poll(ctx)
		s.note("  polled: %v", err)
		s.checkError(p, err)
	}
	var rep *syncer.Report
	if !run.Idle && !p.dead && err == nil {
		o := syncer.RunOptions{Full: run.Full, Budget: syncer.Budget{Calls: run.Calls}}
		rep, err = s.run(ctx, &o)
		for run.Confirm && !p.dead {
			halt, halted := errors.AsType[*syncer.Halt](err)
			if !halted || slices.Contains(o.Confirm, halt.Evidence) {
				break
			}
			o.Confirm = append(o.Confirm, halt.Evidence)
			p.fenced = false // this run opens the state anew, under a lease of its own
			rep, err = s.run(ctx, &o)
		}
		s.refused = errors.Is(err, syncer.ErrLocked)
		s.note("  %v\n  error %v", rep, err)
		s.noteTrees()
		s.checkError(p, err)
		s.checkRun(rep)
		if rep != nil && rep.Totals.Conflicts > 0 && s.clashed < 0 {
			s.clashed = s.edits
		}
	}
	s.lives = append(s.lives, p.instants)
	switch {
	case p.dead:
		s.bury(p)
	case p.disk:
		s.pass(simLease + time.Second) // the lease may not have been given back
	}
	return rep
}

// run lets an engine run, and takes a panic for what it is.
func (s *sim) run(ctx context.Context, o *syncer.RunOptions) (rep *syncer.Report, err error) {
	defer func() {
		if p := recover(); p != nil {
			rep = &syncer.Report{}
			s.fail(-1, "panic: %v %s", p, culprit(debug.Stack()))
		}
	}()
	return s.world.Run(ctx, o)
}

// culprit names the innermost line of the engine in a stack.
func culprit(stack []byte) string {
	_, after, _ := strings.Cut(string(stack), "panic(")
	for line := range strings.Lines(after) {
		if _, at, ok := strings.Cut(line, "/syncer/"); ok && strings.Contains(line, ".go:") {
			return "in " + strings.TrimSpace(at)
		}
	}
	return ""
}

// enter makes p the process that calls.
func (s *sim) enter(p *simProcess) {
	if s.setup.Parallel > 1 {
		return
	}
	s.process = p
	for side := syncer.Source; side <= syncer.Destination; side++ {
		var f syncertest.Faults
		if p != nil {
			f = p.faults[side]
		}
		s.handle(side).Inject(f)
	}
}

// bury lets the lease of a dead process run out, or finds another way to its state.
func (s *sim) bury(p *simProcess) {
	if p.clone {
		var err error
		if s.store, err = s.store.clone(); err != nil {
			s.fail(0, "%v", err)
		}
	} else {
		s.pass(simLease + time.Second)
	}
}

func (s *sim) poll(ctx context.Context) error {
	for side := syncer.Source; side <= syncer.Destination; side++ {
		stream := syncer.Stream{
			Name: side.String(), Feed: s.handle(side), Side: side, Pairs: []string{s.world.Pair.Name},
		}
		if _, err := stream.Poll(ctx, s.world.Store); err != nil {
			return err
		}
	}
	return nil
}
