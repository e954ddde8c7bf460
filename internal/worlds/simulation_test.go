package worlds_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var (
	seeds   = flag.Int("seeds", 40, "how many worlds TestSimulation draws, and TestSimulationOfBox five times as many")
	firstOf = flag.Uint64("first", 1, "the first seed of TestSimulation")
	oneSeed = flag.Uint64("seed", 0, "play this seed of TestSimulation alone, and tell what happens")
)

// playWorld plays a script in a new world and returns what should not be.
func playWorld(t *testing.T, s setup, script []step, out io.Writer) (failure string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if p := recover(); p != nil {
				failure = fmt.Sprintf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		w, err := newWorld(t, s, logTo(out))
		if err != nil {
			failure = err.Error()
			return
		}
		w.playAll(t.Context(), script)
		failure = w.failure
	})
	return failure
}

func (w *world) playAll(ctx context.Context, script []step) {
	for _, s := range script {
		switch {
		case s.Edit != nil:
			w.edit(*s.Edit)
		case s.Run != nil:
			w.play(ctx, s.Run)
		}
		time.Sleep(s.Wait)
	}
	if w.failure == "" {
		w.finish(ctx)
	}
}

// shrink leaves out of a failing script what is not needed for the failure, as far as a few hundred
// tries go.
func shrink(t *testing.T, s setup, script []step) (setup, []step) {
	t.Helper()
	tries := 0
	fails := func(s setup, script []step) bool {
		tries++
		return tries < 400 && playWorld(t, s, script, io.Discard) != ""
	}
	if plain := (setup{Memory: s.Memory}); fails(plain, script) {
		s = plain
	}
	for size := max(1, len(script)/2); ; size /= 2 {
		for i := 0; i+size <= len(script); {
			if less := slices.Delete(slices.Clone(script), i, i+size); fails(s, less) {
				script = less
			} else {
				i++
			}
		}
		if size <= 1 {
			break
		}
	}
	for i := range script {
		if r := script[i].Run; r != nil {
			script = simplest(s, script, i, r, fails)
		}
	}
	return s, script
}

// simplest takes from a run what is not needed.
func simplest(s setup, script []step, i int, r *running, fails func(setup, []step) bool) []step {
	for _, less := range []running{
		{Full: true},
		{},
		{Full: r.Full, Kill: r.Kill},
		{Full: r.Full, Ambush: r.Ambush},
		{Full: r.Full, Faults: r.Faults},
		{Full: r.Full, Chance: r.Chance, Random: r.Random},
		{Full: r.Full, During: r.During},
	} {
		tried := slices.Clone(script)
		if tried[i].Run = &less; fails(s, tried) {
			return tried
		}
	}
	return script
}

// TestSimulation draws worlds with Procore on one side and Box on the other from seeds, lets users,
// services and processes do there what they do, and checks what must be true in the end. A seed always
// draws the same world and script. See internal/docs/simulation.md.
func TestSimulation(t *testing.T) { simulate(t, false, *seeds) }

// TestSimulationOfBox does so with a service in memory in the place of Procore. That takes less time, and
// nothing that Procore cannot do hides what Box does.
func TestSimulationOfBox(t *testing.T) { simulate(t, true, *seeds*5) }

func simulate(t *testing.T, memory bool, n int) {
	draw := func(seed uint64) (setup, []step) {
		d := &drawer{Rand: rand.New(rand.NewPCG(seed, 11)), memory: memory}
		return d.setup(), d.script()
	}
	if *oneSeed != 0 {
		s, script := draw(*oneSeed)
		if failure := playWorld(t, s, script, os.Stdout); failure != "" {
			t.Errorf("seed %d: %s", *oneSeed, failure)
		}
		return
	}
	if testing.Short() {
		n = min(n, 10)
	}
	for seed := *firstOf; seed < *firstOf+uint64(n); seed++ {
		s, script := draw(seed)
		if failure := playWorld(t, s, script, io.Discard); failure != "" {
			s, script = shrink(t, s, script)
			var b strings.Builder
			for _, one := range script {
				fmt.Fprintf(&b, "\t%v\n", one)
			}
			t.Errorf("seed %d: %s\n\t%s\n%s\t%s", seed, failure, s, &b, playWorld(t, s, script, io.Discard))
		}
	}
}
