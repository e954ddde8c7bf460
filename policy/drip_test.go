package policy_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

var drips = flag.Int("drips", 6, "how many random schedules of deletes, kills and clock jumps to try")

const day = 24 * time.Hour

func TestOneThousandFilesThatDripAwayAreDeletedNoFasterThanTheLimit(t *testing.T) {
	t.Parallel()
	eachDisk(t, disks(), func(t *testing.T, d disk) {
		const limit, total = 25, 1000
		a := newAccount(t, d, limit)
		p := a.project(total, limit)
		for i := range 11 {
			p.lose(45)
			p.run(i%2 == 0)
			a.time.Advance(10 * time.Hour)
		}
		require.Less(t, len(p.left), 3, "nearly everything is gone from the source")
		require.Len(t, p.sent, 4*limit, "of runs every ten hours each third finds room again")
		require.Len(t, p.Destination.Tree(), 1+total-4*limit, "the files and their folder")
		a.requireBounded()
	})
}

func TestNoScheduleOfKillsAndClockJumpsLetsMoreThanTheLimitThrough(t *testing.T) {
	t.Parallel()
	all := disks()
	maps.Copy(all, moreDisks())
	eachDisk(t, all, func(t *testing.T, d disk) {
		schedules := *drips
		if testing.Short() {
			schedules = min(schedules, 3)
		}
		for seed := range schedules {
			t.Run(fmt.Sprint("schedule ", seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(seed), 3))
				a := newAccount(t, d, 3+r.IntN(6))
				clock := clocks()[seed%len(clocks())]
				a.deceived = clock.back && d.own || clock.forward && !d.knows
				for range 2 { // two processes on one account
					a.project(40, 1+r.IntN(6))
				}
				for range 60 {
					a.step(r, clock)
				}
				a.requireBounded()
				a.requireDrained(r)
				a.requireBounded()
			})
		}
	})
}

// jumps are what the wall clock of an account does besides going on.
type jumps struct{ back, forward bool }

func clocks() []jumps { return []jumps{{false, false}, {true, false}, {true, true}} }

// draw draws a jump of up to a hundred hours.
func (j jumps) draw(r *rand.Rand) time.Duration {
	jump := time.Duration(r.IntN(100)) * time.Hour
	switch {
	case !j.back:
		return 0
	case j.forward && r.IntN(2) == 0:
		return jump
	}
	return -jump
}

// step lets something happen to the account.
func (a *account) step(r *rand.Rand, c jumps) {
	p := a.pairs[r.IntN(len(a.pairs))]
	switch r.IntN(8) {
	case 0, 1:
		p.lose(45)
	case 2:
		p.kill, p.phase = 1+r.IntN(4), []syncertest.Phase{syncertest.Before, syncertest.After}[r.IntN(2)]
		p.run(true)
		a.time.Advance(time.Minute) // until its lease has run out
	case 3:
		a.skew += c.draw(r)
		switch r.IntN(3) {
		case 0:
			p.start()
		case 1:
			if !c.back { // of how long a machine was off only the clock knows
				a.reboot()
			}
		}
	case 4:
		var all sync.WaitGroup
		for _, p := range a.pairs {
			all.Go(func() { p.run(true) })
		}
		all.Wait()
	default:
		p.run(r.IntN(2) == 0)
	}
	a.time.Advance(time.Duration(r.IntN(300)) * time.Minute)
}

// requireDrained lets time pass until everything that waits has gone.
func (a *account) requireDrained(r *rand.Rand) {
	for _, p := range a.pairs {
		for i := 0; len(p.Destination.Tree()) != len(p.Source.Tree()); i++ {
			require.Less(a.t, i, 1000, "%d files never go", len(p.Destination.Tree())-len(p.Source.Tree()))
			a.time.Advance(time.Duration(6+r.IntN(20)) * time.Hour)
			p.run(true)
		}
	}
}

func TestWhatIsOverTheLimitWaitsForAPersonWhileEverythingElseFlowsOn(t *testing.T) {
	t.Parallel()
	eachDisk(t, disks(), func(t *testing.T, d disk) {
		a := newAccount(t, d, 25)
		p := a.project(200, 25)
		for _, at := range p.left[:100] {
			p.Ann.Remove(at)
		}
		p.Ann.Write("d/0150", "edited")
		p.Ann.Write("d/new", "new")
		report := p.run(true)
		require.Equal(t, 25, report.Totals.Deletes)
		require.Len(t, report.Holds, 75)
		for _, h := range report.Holds {
			require.Contains(t, p.left[:100], h.Path)
			require.Contains(t, h.Reason, `over the limit of 25 deletes in 24 hours for "project 0"`)
		}
		tree := p.Destination.Tree()
		require.Equal(t, "edited", tree["d/0150"])
		require.Equal(t, "new", tree["d/new"])

		for _, h := range report.Holds {
			require.NoError(t, p.Store.Decide(t.Context(), p.Pair.Name, h.Action, syncer.Approved))
		}
		a.time.Advance(time.Minute)
		report = p.run(false)
		require.Equal(t, 75, report.Totals.Deletes)
		require.Empty(t, report.Holds)
		require.Equal(t, p.Source.Tree(), p.Destination.Tree())

		p.Ann.Remove("d/0150")
		require.Len(t, p.run(false).Holds, 1, "what was approved counts")
		a.time.Advance(day)
		require.Empty(t, p.run(false).Holds)
		require.False(t, p.Destination.Has("d/0150"))
	})
}

func TestARenameOfAFolderUsesNothingOfTheLimit(t *testing.T) {
	t.Parallel()
	eachDisk(t, disks(), func(t *testing.T, d disk) {
		a := newAccount(t, d, 0)
		p := a.project(1000, 0)
		p.Ann.Rename("d", "renamed")
		report := p.run(true)
		require.Equal(t, 1, report.Totals.Writes)
		require.Empty(t, report.Holds)
		require.Equal(t, p.Source.Tree(), p.Destination.Tree())
		used, _, err := p.process.ledger.Used(t.Context(), "account", day)
		require.NoError(t, err)
		require.Zero(t, used)
	})
}

func TestABigFolderGoesItemByItemAsTimePasses(t *testing.T) {
	t.Parallel()
	eachDisk(t, disks(), func(t *testing.T, d disk) {
		const limit = 25
		total := 901 // 900 files and their folder
		if testing.Short() {
			total = 226
		}
		a := newAccount(t, d, limit)
		p := a.project(total-1, limit)
		p.Ann.Write("late", "late")
		p.run(true)
		p.Ann.Remove("d")
		for gone := limit; gone < total; gone += limit {
			report := p.run(true)
			require.Equal(t, limit, report.Totals.Deletes)
			require.Len(t, p.sent, gone)
			require.True(t, p.Destination.Has("d"), "the folder goes last")
			if gone == 3*limit {
				p.Ann.Remove("late") // it has to wait for what waited before
				p.Ann.Write("a new file", "new")
			}
			a.time.Advance(day)
		}
		report := p.run(true)
		require.Equal(t, 2, report.Totals.Deletes, "the folder, and what was deleted later")
		require.Empty(t, report.Holds)
		require.Equal(t, syncertest.Tree{"a new file": "new"}, p.Destination.Tree())
		a.requireBounded()
	})
}
