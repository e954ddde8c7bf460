package syncertest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// end is one of the two sides of a stage: the service, a user who edits it, and the engine's connection.
type end struct {
	*syncertest.Service
	*syncertest.User
	conn *syncertest.Handle
	side syncer.Side
}

// stage is a world as the catalogue speaks of it, with sides A and B. A is the source, unless the
// stage is mirrored. Every check ends the test.
type stage struct {
	*syncertest.World
	t        *testing.T
	a, b     *end
	way      way
	mirrored bool
	memory   *memory.Store
	ledger   *memory.Ledger
	ctx      context.Context // of the next runs; the test's if nil
	report   *syncer.Report  // of the last run
	before   uint64          // the fence before the last run
	lossy    bool            // the scenario itself loses contents, so nobody looks for them
	rough    bool            // the scenario makes the engine act without guards
}

// config is what options change before the world is made.
type config struct {
	*stage
	a, b   syncertest.Options
	engine syncer.Options
	mode   syncer.Mode
	store  memory.Options
}

type option func(c *config)

// onA and onB change the options of a service. Info is Ordinary to begin with.
func onA(f func(o *syncertest.Options)) option { return func(c *config) { f(&c.a) } }
func onB(f func(o *syncertest.Options)) option { return func(c *config) { f(&c.b) } }

func onBoth(f func(o *syncertest.Options)) option {
	return func(c *config) { f(&c.a); f(&c.b) }
}

// aToB lets changes flow one way only.
func aToB(c *config) {
	c.mode = syncer.ToDestination
	if c.mirrored {
		c.mode = syncer.ToSource
	}
}

// with changes the engine's options.
func with(f func(o *syncer.Options)) option { return func(c *config) { f(&c.engine) } }

// limited allows so many deletes in 24 hours.
func limited(most int) option {
	return func(c *config) {
		limit := policy.DeleteLimit{Ledger: c.ledger, Scope: "pair", Most: most}
		p := &c.engine.Policies
		p.Guards, p.Gates = append(p.Guards, limit), append(p.Gates, limit)
	}
}

func newStage(t *testing.T, w way, mirrored bool) *stage {
	return &stage{t: t, way: w, mirrored: mirrored}
}

// start makes the world; nothing is synced yet.
func (s *stage) start(a, b syncertest.Tree, opts ...option) {
	s.t.Helper()
	clock := &syncertest.Clock{}
	s.ledger = memory.NewLedger(memory.Options{Clock: clock.Now})
	c := &config{stage: s, a: syncertest.Options{Info: syncertest.Ordinary()}, b: syncertest.Options{Info: syncertest.Ordinary()}}
	c.store.Clock = clock.Now
	for _, o := range opts {
		o(c)
	}
	s.memory = memory.New(c.store)
	o := syncertest.WorldOptions{
		Store: s.memory, Clock: clock, Mode: c.mode, Engine: c.engine,
		Source: c.a, SourceTree: a, Destination: c.b, DestinationTree: b,
	}
	if s.mirrored {
		o.Source, o.SourceTree, o.Destination, o.DestinationTree = c.b, b, c.a, a
	}
	s.World = syncertest.NewWorld(o)
	s.a = &end{s.Source, s.Ann, s.Left, syncer.Source}
	s.b = &end{s.Destination, s.Bob, s.Right, syncer.Destination}
	if s.mirrored {
		s.a, s.b = s.b, s.a
		s.a.User, s.b.User = s.a.Service.User("ann"), s.b.Service.User("bob")
	}
	s.t.Cleanup(s.inspect)
}

// given makes the world with the same tree on both sides and syncs it, so that the base is tree.
func (s *stage) given(tree syncertest.Tree, opts ...option) {
	s.t.Helper()
	s.start(tree, tree, opts...)
	s.base()
}

// base makes what is there the base: two runs, since the first poll of a feed asks for a scan.
func (s *stage) base() {
	s.t.Helper()
	s.full()
	s.poll()
	s.full()
	s.requireIdle()
}

// source and destination return the sides by their rank, for the documented tie-breaks.
func (s *stage) source() *end      { return s.at(syncer.Source) }
func (s *stage) destination() *end { return s.at(syncer.Destination) }

func (s *stage) at(side syncer.Side) *end {
	if s.a.side == side {
		return s.a
	}
	return s.b
}

func (s *stage) ends() []*end { return []*end{s.a, s.b} }

// poll reads both feeds into the inbox, also those that the engine's file system does not show.
func (s *stage) poll() {
	s.t.Helper()
	for _, e := range s.ends() {
		stream := syncer.Stream{Name: "stream-" + e.side.String(), Feed: e.conn, Side: e.side, Pairs: []string{s.Pair.Name}}
		_, err := stream.Poll(s.t.Context(), s.Store)
		require.NoError(s.t, err)
	}
}

// try runs as the stage's way says, with an empty log, and returns what came of it.
func (s *stage) try(o syncer.RunOptions) error {
	s.t.Helper()
	if s.way == hinted && !o.Full {
		s.poll()
	} else {
		o.Full = true
	}
	s.a.conn.Clear()
	s.b.conn.Clear()
	s.before = s.fence()
	ctx := s.ctx
	if ctx == nil {
		ctx = s.t.Context()
	}
	report, err := s.World.Run(ctx, &o)
	s.report = report
	return err
}

// fence returns the number of the last lease that the journal knows of.
func (s *stage) fence() uint64 {
	all, err := s.Journal(s.t.Context())
	require.NoError(s.t, err)
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Position.Fence
}

// run runs as the stage's way says, full and hinted as their names say; they must not fail.
func (s *stage) run() *syncer.Report    { s.t.Helper(); return s.must(s.way) }
func (s *stage) full() *syncer.Report   { s.t.Helper(); return s.must(scanned) }
func (s *stage) hinted() *syncer.Report { s.t.Helper(); return s.must(hinted) }

func (s *stage) must(w way) *syncer.Report {
	s.t.Helper()
	was := s.way
	defer func() { s.way = was }()
	s.way = w
	require.NoError(s.t, s.try(syncer.RunOptions{}))
	return s.report
}

// crash leaves the engine nothing but what was durable, as a new process finds it.
func (s *stage) crash() {
	s.memory = s.memory.Clone()
	s.Store = s.memory
}

// dying is a store that a process which is dead does not reach.
type dying struct {
	syncer.StateStore
	dead func() bool
}

func (d dying) Open(ctx context.Context, pair string) (syncer.State, error) {
	state, err := d.StateStore.Open(ctx, pair)
	return dyingState{state, d.dead}, err
}

type dyingState struct {
	syncer.State
	dead func() bool
}

func (d dyingState) Commit(ctx context.Context, b syncer.Batch) error {
	if d.dead() {
		return errors.New("the process is dead")
	}
	return d.State.Commit(ctx, b)
}

// recover ends every trouble that the test made with calls, and lets each back-off pass.
func (s *stage) recover() {
	for _, e := range s.ends() {
		e.conn.OnCall(nil)
		e.conn.Inject(syncertest.Faults{})
	}
	s.Later(2 * time.Hour)
}
