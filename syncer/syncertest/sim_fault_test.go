package syncertest_test

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/procorebox/procorebox/storage/memory"
)

// run draws how the next process lives.
func (d *drawer) run() simRun {
	r, setup := d.r, d.setup
	run := simRun{Full: one(r, 2), Confirm: one(r, 8)}
	run.Poll = !run.Full || one(r, 2)
	if one(r, 10) {
		run.Poll, run.Idle = true, true
	}
	if one(r, 8) {
		run.Calls = 1 + r.IntN(30)
	}
	if one(r, 3) {
		side := r.IntN(2)
		run.Faults[side] = drawFaults(r, setup, side)
		if one(r, 4) {
			run.Faults[1-side] = drawFaults(r, setup, 1-side)
		}
	}
	if one(r, 3) {
		run.During = d.events()
	}
	return run
}

// drawFaults draws a few kinds of trouble on one side, of which the engine can notice all.
func drawFaults(r *rand.Rand, setup *simSetup, side int) simFaults {
	f := simFaults{Seed: 1 + r.Uint64N(1_000_000)}
	here, there := setup.Sides[side], setup.Sides[1-side]
	share := func() float64 { return []float64{0.05, 0.2, 0.5, 1}[r.IntN(4)] }
	for range 1 + r.IntN(3) {
		switch r.IntN(14) {
		case 0:
			f.Refuse = share()
			for _, name := range []string{"busy", "locked", "refused", "quota", "stale", "readonly"} {
				if one(r, 3) {
					f.Refusals = append(f.Refusals, name)
				}
			}
		case 1, 2:
			f.Fail = share()
		case 3, 4:
			f.Lose = share()
		case 5:
			if here.Settle > 0 {
				f.Late = share()
			}
		case 6, 7:
			f.Stale = share()
		case 8:
			// Without a Looker an item that was moved and is left out of a listing looks deleted.
			if !here.blind() {
				f.Shift = share()
			}
		case 9:
			f.Cut = share()
		case 10:
			f.Short = share()
		case 11:
			if !here.NoDigest {
				f.Garble = share()
			}
		case 12:
			if !here.NoDigest && !there.NoDigest {
				f.Spoil = share()
			}
		case 13:
			f.Drop, f.Repeat, f.Shuffle, f.Expire = share(), share(), share(), share()/5
		}
	}
	return f
}

// events draws what happens while a process lives, at instants that it may not live to see.
func (d *drawer) events() []simEvent {
	r := d.r
	var events []simEvent
	for range 1 + r.IntN(2) {
		e := simEvent{At: 1 + r.IntN(4<<r.IntN(6))}
		switch n := r.IntN(10); {
		case n < 4:
			e.Kill, e.Clone = true, one(r, 3)
		case n == 4 && guarded(d.setup):
			e.Takeover = true
		case n == 5:
			e.Stop = true
		case n == 6:
			e.Disk = true
		case n == 7:
			e.Pass = []time.Duration{time.Second, time.Minute, time.Hour, -time.Hour}[r.IntN(4)]
		default:
			e.Edits = []simOp{} // drawn when their time has come
		}
		events = append(events, e)
	}
	return events
}

// guarded reports whether a call that comes too late does no harm on either side.
func guarded(setup *simSetup) bool {
	for _, side := range setup.Sides {
		if side.NoGuards || side.Unique != 0 {
			return false
		}
	}
	return true
}

// instant is reached by a process before and after each call and each write of state. It returns
// the error that the process gets to see there. Calm ones are those before a reading call: between a
// re-read and the write that it is for, an edit on a side without guards is a race that the engine
// documents and cannot win.
func (p *simProcess) instant(calm bool) error {
	if p.dead {
		return errKilled
	}
	if p.instants++; p.instants > simEndless {
		p.sim.fail(13, "a process made %d calls and goes on", p.instants)
		p.dead = true
		return errKilled
	}
	var err error
	for i := range p.run.During {
		e := &p.run.During[i]
		switch {
		case e.At != p.instants:
		case e.Edits != nil && !calm && !guarded(&p.sim.setup):
			e.At++
		default:
			if failed := p.happen(e); failed != nil {
				err = failed
			}
		}
	}
	return err
}

// happen lets an event take place.
func (p *simProcess) happen(e *simEvent) error {
	s := p.sim
	switch {
	case e.Kill:
		p.dead, p.clone = true, e.Clone
		s.note("the process dies")
		return errKilled
	case e.Stop:
		s.note("the process is asked to stop")
		p.cancel()
	case e.Disk:
		p.disk = true
		return errDisk
	case e.Takeover && !p.fenced && p.outer == nil:
		s.note("the lease runs out and a second process takes over")
		s.pass(simLease + time.Second)
		s.play(&simRun{Full: true}, p)
		// A process that has no lease yet gets one later; and a clock that was set back may have kept the
		// lease alive: then nobody has taken over.
		p.fenced = p.owner && !s.refused
		s.note("the first process goes on")
	}
	if e.Pass != 0 {
		s.pass(e.Pass)
	}
	if e.Edits != nil && len(e.Edits) == 0 && s.drawer != nil {
		e.Edits = s.drawer.edits()
	}
	for _, o := range e.Edits {
		done := s.edit(o)
		p.edited = done || p.edited
		p.movedOut[o.On] = p.movedOut[o.On] || done && o.Do == "out"
	}
	return nil
}

// disk is memory.Options.Fail.
func (s *sim) disk(op memory.Op, _ bool) error {
	p := s.process
	switch {
	case p == nil:
		return nil
	case p.dead:
		return errKilled
	case op == memory.OpRead:
		return nil
	}
	err := p.instant(false)
	if errors.Is(err, errDisk) && op == memory.OpCommit {
		p.broken = true
	}
	return err
}
