package syncertest_test

import (
	"slices"
	"time"
)

// simulate draws a world and a script from a seed, and plays it.
func simulate(seed uint64, tracing bool) (*sim, error) { return simulateIn("", seed, tracing) }

// simulateIn keeps the state in SQLite files in a folder, if that is not empty.
func simulateIn(folder string, seed uint64, tracing bool) (*sim, error) {
	r := newSimRand(seed)
	setup := drawSetup(r)
	drawLossless(seed, &setup)
	drawChoices(seed, &setup)
	setup.Folder = folder
	s, err := newSim(setup)
	if err != nil {
		return nil, err
	}
	s.tracing = tracing
	s.note("%s", literal(s.setup))
	start := s.setup
	s.noteTrees()
	s.drawer = &drawer{r: r, setup: &s.setup, services: s.users.services}
	s.add(simOp{Do: "run", Run: simRun{Full: true, Poll: true}})
	for range 4 + r.IntN(24) {
		for _, o := range s.drawer.op() {
			s.add(o)
		}
		if s.failure != nil {
			break
		}
	}
	if s.failure == nil {
		s.finish()
	}
	s.setup = start
	return s, nil
}

// add plays a step and writes it down, with what was drawn while it was played.
func (s *sim) add(o simOp) {
	if s.failure == nil {
		s.step(&o)
		s.script = append(s.script, o)
	}
}

// replay plays a script.
func replay(setup simSetup, script []simOp, tracing bool) (*sim, error) {
	s, err := newSim(setup)
	if err != nil {
		return nil, err
	}
	s.tracing = tracing
	s.note("%s", literal(s.setup))
	s.noteTrees()
	for _, o := range script {
		o.Run.During = slices.Clone(o.Run.During)
		s.add(o)
	}
	if s.failure == nil {
		s.finish()
	}
	return s, nil
}

// shrink looks for a smaller world and script that break the same invariant.
func shrink(judge simJudge, want int, setup simSetup, script []simOp) (simSetup, []simOp) {
	sh := &shrinker{judge: judge, want: want, until: time.Now().Add(simShrink), setup: setup, script: script}
	for sh.size = -1; sh.size != sh.weight() && !sh.late(); {
		sh.size = sh.weight()
		sh.dropOps()
		sh.simplifyOps()
		sh.simplifySetup()
	}
	return sh.setup, sh.script
}

type shrinker struct {
	judge  simJudge
	want   int
	until  time.Time
	setup  simSetup
	script []simOp
	size   int
}

func (sh *shrinker) weight() int { return len(literal(sh.script)) + len(literal(sh.setup)) }
func (sh *shrinker) late() bool  { return time.Now().After(sh.until) }

// try keeps a smaller case if it still fails.
func (sh *shrinker) try(setup simSetup, script []simOp) bool {
	if sh.late() {
		return false
	}
	if f := sh.judge(setup, script); f == nil || f.Invariant != sh.want {
		return false
	}
	sh.setup, sh.script = setup, script
	return true
}

// dropOps leaves out steps: many at once, then fewer.
func (sh *shrinker) dropOps() {
	for n := max(len(sh.script)/2, 1); n > 0; n /= 2 {
		for at := 0; at < len(sh.script); {
			rest := slices.Delete(slices.Clone(sh.script), at, min(at+n, len(sh.script)))
			if !sh.try(sh.setup, rest) {
				at += n
			}
		}
	}
}

// simplifyOps takes away what is special about the runs that are left.
func (sh *shrinker) simplifyOps() {
	for i := range sh.script {
		for _, simpler := range []func(r *simRun){
			func(r *simRun) { *r = simRun{Full: true} },
			func(r *simRun) { r.Faults = [2]simFaults{} },
			func(r *simRun) { r.Faults[0] = simFaults{} },
			func(r *simRun) { r.Faults[1] = simFaults{} },
			func(r *simRun) { r.During = nil },
			func(r *simRun) { r.During = r.During[:len(r.During)/2] },
			func(r *simRun) { r.During = r.During[len(r.During)/2:] },
			func(r *simRun) { r.Calls = 0 },
			func(r *simRun) { r.Confirm = false },
			func(r *simRun) { r.Poll = r.Idle },
			func(r *simRun) { r.Faults[0] = r.Faults[0].milder(0) },
			func(r *simRun) { r.Faults[0] = r.Faults[0].milder(1) },
			func(r *simRun) { r.Faults[0] = r.Faults[0].milder(2) },
			func(r *simRun) { r.Faults[1] = r.Faults[1].milder(0) },
			func(r *simRun) { r.Faults[1] = r.Faults[1].milder(1) },
			func(r *simRun) { r.Faults[1] = r.Faults[1].milder(2) },
		} {
			if sh.script[i].Do != "run" {
				continue
			}
			next := slices.Clone(sh.script)
			next[i].Run.During = slices.Clone(next[i].Run.During)
			simpler(&next[i].Run)
			if len(literal(next[i])) < len(literal(sh.script[i])) {
				sh.try(sh.setup, next)
			}
		}
	}
}

// milder leaves out a third of the kinds of trouble.
func (f simFaults) milder(third int) simFaults {
	kinds := [][]*float64{
		{&f.Refuse, &f.Fail, &f.Lose, &f.Late},
		{&f.Stale, &f.Shift, &f.Drop, &f.Repeat, &f.Shuffle, &f.Expire},
		{&f.Cut, &f.Short, &f.Garble, &f.Spoil},
	}
	for _, share := range kinds[third] {
		*share = 0
	}
	return f
}
