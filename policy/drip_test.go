package policy_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

var drips = flag.Int("drips", 10, "how many random schedules of deletes, kills and clock jumps to try")

const day = 24 * time.Hour

// disk outlives processes. It is made with the clock that is to be read, and opens, for each process
// that starts, a store and a Ledger. What one process has written is there for all others.
type disk func(t *testing.T, now func() time.Time) (open func(t *testing.T) (syncer.StateStore, syncer.Ledger))

// disks are all of them; a new kind of store is one more line.
var disks = map[string]disk{
	"memory": func(_ *testing.T, now func() time.Time) func(t *testing.T) (syncer.StateStore, syncer.Ledger) {
		store, ledger := memory.New(memory.Options{Clock: now}), memory.NewLedger(memory.Options{Clock: now})
		return func(*testing.T) (syncer.StateStore, syncer.Ledger) { return store, ledger }
	},
}

// eachDisk runs a test on every disk.
func eachDisk(t *testing.T, test func(t *testing.T, d disk)) {
	t.Helper()
	for name, d := range disks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, d)
		})
	}
}

// account is what processes share: a disk, a limit on deletes, the time as it is, and a wall clock
// that may be wrong.
type account struct {
	t     *testing.T
	open  func(t *testing.T) (syncer.StateStore, syncer.Ledger)
	limit syncer.Limit
	time  syncertest.Clock
	skew  time.Duration
	pairs []*project

	mu     sync.Mutex
	latest time.Time // that the wall clock showed at any charge: the Ledger's time is never before it
}

func (a *account) wall() time.Time { return a.time.Now().Add(a.skew) }

// project is a pair of an account, and the deletes that were made on its destination.
type project struct {
	*syncertest.World
	account *account
	most    int
	left    []string // files that are still on the source

	mu    sync.Mutex
	sent  []sent
	kill  int // so many deletes from now on the process is killed; 0: it is not
	dead  bool
	phase syncertest.Phase
}

// sent is a delete that had its effect: when, and when by the wall clock as far as it can be believed.
type sent struct{ at, wall time.Time }

// dated is a Ledger that notes when it is charged.
type dated struct {
	syncer.Ledger
	*account
}

func (d dated) Charge(ctx context.Context, c syncer.Charge) error {
	err := d.Ledger.Charge(ctx, c)
	d.mu.Lock()
	defer d.mu.Unlock()
	if wall := d.wall(); err == nil && wall.After(d.latest) {
		d.latest = wall
	}
	return err
}

func (a *account) date() sent {
	a.mu.Lock()
	defer a.mu.Unlock()
	return sent{a.time.Now(), a.latest}
}

func newAccount(t *testing.T, d disk, most int) *account {
	a := &account{t: t, limit: syncer.Limit{Scope: "account", Most: most}}
	a.open = d(t, a.wall)
	return a
}

// project adds a pair whose sides both hold n files, with a limit of its own.
func (a *account) project(n, most int) *project {
	tree := files("d", n)
	p := &project{account: a, most: most}
	for at := range tree {
		p.left = append(p.left, at)
	}
	slices.Sort(p.left)
	p.World = syncertest.NewWorld(syncertest.WorldOptions{
		Clock: &a.time, Pair: fmt.Sprint("project ", len(a.pairs)), SourceTree: tree, DestinationTree: tree, Engine: syncer.Options{Parallel: 4},
	})
	p.Options.Clock = a.wall
	p.Right.OnCall(p.watch)
	a.pairs = append(a.pairs, p)
	p.start()
	p.run(true)
	return p
}

// start lets a new process take the pair over.
func (p *project) start() {
	store, ledger := p.account.open(p.account.t)
	p.dead, p.kill = false, 0
	p.Store = mortal{store, p}
	limit := policy.DeleteLimit{Ledger: dated{ledger, p.account}, Scope: p.Pair.Name, Most: p.most, Also: []syncer.Limit{p.account.limit}}
	p.Options.Policies = syncer.Policies{Guards: []syncer.Guard{limit}, Gates: []syncer.Gate{limit}}
}

var errKilled = errors.New("the process is dead")

// watch notes each delete, and kills the process when it is time.
func (p *project) watch(c syncertest.Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.Op == "Delete" && !p.dead && p.kill > 0 && c.Phase == p.phase {
		p.kill--
		p.dead = p.kill == 0
	}
	if c.Op == "Delete" && c.Phase == syncertest.After {
		p.sent = append(p.sent, p.account.date())
	}
	if p.dead {
		return errKilled
	}
	return nil
}

// mortal is a store that a dead process does not reach.
type mortal struct {
	syncer.StateStore
	p *project
}

type mortalState struct {
	syncer.State
	p *project
}

func (m mortal) Open(ctx context.Context, pair string) (syncer.State, error) {
	s, err := m.StateStore.Open(ctx, pair)
	return mortalState{s, m.p}, err
}

func (m mortalState) Commit(ctx context.Context, b syncer.Batch) error {
	m.p.mu.Lock()
	dead := m.p.dead
	m.p.mu.Unlock()
	if dead {
		return errKilled
	}
	return m.State.Commit(ctx, b)
}

// run runs once. A process that was killed is followed by another one, when its lease has run out.
func (p *project) run(full bool) *syncer.Report {
	if !full {
		require.NoError(p.account.t, p.Poll(p.account.t.Context()))
	}
	report, err := p.World.Run(p.account.t.Context(), &syncer.RunOptions{Full: full})
	if p.dead {
		p.start()
		return report
	}
	require.NoError(p.account.t, err)
	return report
}

// lose lets a user delete a share of what is left.
func (p *project) lose(percent int) {
	n := (len(p.left)*percent + 99) / 100
	for _, at := range p.left[:n] {
		p.Ann.Remove(at)
	}
	p.left = p.left[n:]
}

// requireBounded demands that no 24 hours, wherever they begin, hold more deletes than the limits
// say. Where the wall clock was put forward the Ledger cannot know better: there it is the clock that
// counts, which stands still while it shows a time that was before.
func (a *account) requireBounded(byWall bool) {
	a.t.Helper()
	var all []sent
	for _, p := range a.pairs {
		requireWindows(a.t, p.sent, p.most, byWall)
		all = append(all, p.sent...)
	}
	slices.SortFunc(all, func(x, y sent) int { return x.at.Compare(y.at) })
	requireWindows(a.t, all, a.limit.Most, byWall)
}

func requireWindows(t *testing.T, all []sent, most int, byWall bool) {
	t.Helper()
	times := make([]time.Time, len(all))
	for i, s := range all {
		if times[i] = s.at; byWall {
			times[i] = s.wall
		}
	}
	for i := most; i < len(times); i++ {
		require.GreaterOrEqual(t, times[i].Sub(times[i-most]), day, "%d deletes from %s on", most+1, times[i-most])
	}
}

func TestOneThousandFilesThatDripAwayAreDeletedNoFasterThanTheLimit(t *testing.T) {
	t.Parallel()
	eachDisk(t, func(t *testing.T, d disk) {
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
		a.requireBounded(false)
	})
}

func TestNoScheduleOfKillsAndClockJumpsLetsMoreThanTheLimitThrough(t *testing.T) {
	t.Parallel()
	eachDisk(t, func(t *testing.T, d disk) {
		schedules := *drips
		if testing.Short() {
			schedules = min(schedules, 3)
		}
		for seed := range schedules {
			t.Run(fmt.Sprint("schedule ", seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(seed), 3))
				a := newAccount(t, d, 3+r.IntN(6))
				for range 2 { // two processes on one account
					a.project(40, 1+r.IntN(6))
				}
				forward := seed%2 == 1
				for range 60 {
					a.step(r, forward)
				}
				a.requireBounded(forward)
				a.requireDrained(r)
				a.requireBounded(forward)
			})
		}
	})
}

// step lets something happen to the account.
func (a *account) step(r *rand.Rand, forward bool) {
	p := a.pairs[r.IntN(len(a.pairs))]
	switch r.IntN(8) {
	case 0, 1:
		p.lose(45)
	case 2:
		p.kill, p.phase = 1+r.IntN(4), []syncertest.Phase{syncertest.Before, syncertest.After}[r.IntN(2)]
		p.run(true)
		a.time.Advance(time.Minute) // until its lease has run out
	case 3:
		jump := time.Duration(r.IntN(100)) * time.Hour
		if forward && r.IntN(2) == 0 {
			jump = -jump
		}
		a.skew -= jump
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
	eachDisk(t, func(t *testing.T, d disk) {
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
	eachDisk(t, func(t *testing.T, d disk) {
		a := newAccount(t, d, 0)
		p := a.project(1000, 0)
		p.Ann.Rename("d", "renamed")
		report := p.run(true)
		require.Equal(t, 1, report.Totals.Writes)
		require.Empty(t, report.Holds)
		require.Equal(t, p.Source.Tree(), p.Destination.Tree())
		_, ledger := a.open(t)
		used, _, err := ledger.Used(t.Context(), "account", day)
		require.NoError(t, err)
		require.Zero(t, used)
	})
}

func TestABigFolderGoesItemByItemAsTimePasses(t *testing.T) {
	t.Parallel()
	eachDisk(t, func(t *testing.T, d disk) {
		const limit, total = 25, 901 // 900 files and their folder
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
		a.requireBounded(false)
	})
}
