package policy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// account is what processes share: a disk, a limit on deletes, the time as it is, and a wall clock
// that may be wrong.
type account struct {
	t     *testing.T
	start func(t *testing.T) process
	limit syncer.Limit
	time  syncertest.Clock
	skew  time.Duration
	pairs []*project

	boots    int
	booted   time.Time
	deceived bool // clocks may tell a Ledger that more has passed than has
	charging sync.Mutex
	mu       sync.Mutex
	latest   time.Time // of a charge, by the clock of its process: no Ledger's time is before it
	told     time.Time // by a service, in its last answer
}

func (a *account) wall() time.Time { return a.time.Now().Add(a.skew) }

// uptime is what the system says of itself.
func (a *account) uptime() (boot string, up time.Duration) {
	return fmt.Sprint("boot ", a.boots), a.time.Now().Sub(a.booted)
}

// reboot ends all processes, and starts others.
func (a *account) reboot() {
	a.boots, a.booted = a.boots+1, a.time.Now()
	for _, p := range a.pairs {
		p.start()
	}
}

func (a *account) confirmed() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.told
}

// project is a pair of an account, and the deletes that were made on its destination.
type project struct {
	*syncertest.World
	account *account
	process process
	most    int
	left    []string  // files that are still on the source
	begun   time.Time // the Ledger's time when the present run began

	mu    sync.Mutex
	sent  []sent
	kill  int // so many deletes from now on the process is killed; 0: it is not
	dead  bool
	phase syncertest.Phase
}

// sent is a delete that had its effect: when, and between which times of the Ledger it was charged.
type sent struct{ at, from, to time.Time }

// dated is a Ledger that notes when it is charged. Where clocks deceive, one charge comes after the
// other, so that it is known which time each of them had.
type dated struct {
	syncer.Ledger
	*project
}

func (d dated) Charge(ctx context.Context, c syncer.Charge) error {
	a := d.account
	if a.deceived {
		a.charging.Lock()
		defer a.charging.Unlock()
	}
	err := d.Ledger.Charge(ctx, c)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.latest = later(a.latest, d.process.clock())
	}
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// date dates a delete that has its effect now.
func (p *project) date() sent {
	a := p.account
	a.mu.Lock()
	defer a.mu.Unlock()
	return sent{a.time.Now(), p.begun, a.latest}
}

func newAccount(t *testing.T, d disk, most int) *account {
	t.Helper()
	a := &account{t: t, limit: syncer.Limit{Scope: "account", Most: most}}
	a.booted = a.time.Now()
	a.start = d.open(t, a)
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

// start lets a new process take the pair over, after the end of the one before.
func (p *project) start() {
	if p.process.end != nil {
		p.process.end()
	}
	p.process = p.account.start(p.account.t)
	p.dead, p.kill = false, 0
	p.Store = mortal{p.process.store, p}
	limit := policy.DeleteLimit{Ledger: dated{p.process.ledger, p}, Scope: p.Pair.Name, Most: p.most, Also: []syncer.Limit{p.account.limit}}
	p.Options.Policies = syncer.Policies{Guards: []syncer.Guard{limit}, Gates: []syncer.Gate{limit}}
}

var errKilled = errors.New("the process is dead")

// watch notes each delete and what time the service tells, and kills the process when it is time.
func (p *project) watch(c syncertest.Call) error {
	p.account.mu.Lock()
	p.account.told = p.account.time.Now()
	p.account.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.Op == "Delete" && !p.dead && p.kill > 0 && c.Phase == p.phase {
		p.kill--
		p.dead = p.kill == 0
	}
	if c.Op == "Delete" && c.Phase == syncertest.After {
		p.sent = append(p.sent, p.date())
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
	if m.p.isDead() {
		return errKilled
	}
	return m.State.Commit(ctx, b)
}

// Close of a dead process never comes, where the system closes what it had open.
func (m mortalState) Close() error {
	if m.p.isDead() && m.p.process.end != nil {
		return nil
	}
	return m.State.Close()
}

func (p *project) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// run runs once. A process that was killed is followed by another one.
func (p *project) run(full bool) *syncer.Report {
	p.account.mu.Lock()
	p.begun = later(p.account.latest, p.process.clock())
	p.account.mu.Unlock()
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
// say. Where a clock deceives the Ledger, its 24 hours are meant.
func (a *account) requireBounded() {
	a.t.Helper()
	var all []sent
	for _, p := range a.pairs {
		requireWindows(a.t, p.sent, p.most, a.deceived)
		all = append(all, p.sent...)
	}
	requireWindows(a.t, all, a.limit.Most, a.deceived)
}

// requireWindows looks at each delete and the one that is a limit further on. Which of two was charged
// first need not be known: the nth of all was not charged before the nth of the earliest times, nor
// after the nth of the latest.
func requireWindows(t *testing.T, all []sent, most int, deceived bool) {
	t.Helper()
	from, to := make([]time.Time, len(all)), make([]time.Time, len(all))
	for i, s := range all {
		if from[i], to[i] = s.at, s.at; deceived {
			from[i], to[i] = s.from, s.to
		}
	}
	slices.SortFunc(from, time.Time.Compare)
	slices.SortFunc(to, time.Time.Compare)
	for i := most; i < len(all); i++ {
		require.GreaterOrEqual(t, to[i].Sub(from[i-most]), day, "%d deletes from %s on", most+1, from[i-most])
	}
}
