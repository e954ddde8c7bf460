package syncertest_test

import (
	"context"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// scenario is one line of the catalogue of situations that a two-way sync must get right.
type scenario struct {
	name string
	run  func(t *testing.T, s *stage)
}

// catalogue holds the name of every scenario.
var catalogue = strings.Fields(`
	create-create-same create-create-different edit-one-side edit-edit-same edit-edit-different touch-only
	touch-vs-edit edit-and-back same-size-same-time-edit older-version-promoted zero-byte-file grows-while-read
	wrong-bytes-arrive large-chunked-file no-checksum-side

	delete-one-side delete-delete edit-vs-delete delete-then-recreate-same-name folder-deleted-child-added
	folder-deleted-child-edited folder-deleted-both-partly folder-delete-counts-descendants delete-storm-at-once
	delete-drip limit-window-rolls held-delete-withdrawn held-delete-approved limit-survives-restart
	rename-is-not-a-delete root-emptied root-missing-or-replaced listing-failed-half-way permission-lost
	first-run-no-base state-lost undeletable trash-and-restore purged-from-trash

	rename-file move-file move-and-rename rename-vs-edit move-and-edit-same-side rename-vs-delete
	rename-rename-different rename-rename-same rename-onto-existing swap-names rotate-names swap-vs-edit
	rename-folder rename-folder-vs-child-edit rename-folder-vs-child-added move-folder-into-itself-crosswise
	move-into-excluded move-out-of-excluded rename-detect-ambiguous case-only-rename copy-on-one-side

	unicode-nfc-nfd unicode-twins-on-one-side case-twins duplicate-names-in-a-folder forbidden-characters
	sanitize-collision sanitized-name-edited sanitized-name-renamed reserved-and-edge-names name-too-long
	extension-kept conflict-of-conflict name-taken-by-folder

	file-to-folder file-to-folder-vs-edit folder-to-file empty-folder-create folder-created-on-both
	unsupported-kind locked-or-checked-out

	idle-second-run kill-before-call uploaded-but-not-recorded reply-lost partially-failed-apply poison-item
	two-runs-at-once overlapping-pairs stop-signal preservation-fails changed-since-plan state-write-fails

	event-replayed events-out-of-order event-missed cursor-expired cursor-ahead-of-effects own-echo
	echo-with-normalised-name timestamp-cursor-ties create-then-delete-quickly burst event-outside-root

	stale-listing resurrected-listing page-shift clock-skew all-times-changed coarse-times

	rate-storm spike-versus-hour budget-shared month-allowance token-expires-mid-run refresh-token-lost
	server-5xx-flaky slow-loris quota-full maintenance

	filter-narrowed filter-widened tool-filter one-way-folder deletes-off size-or-type-limit mapping-changed
	dry-run read-only-account private-items
`)

// TestScenario runs the catalogue.
func TestScenario(t *testing.T) {
	t.Parallel()
	groups := []func() []scenario{
		contentScenarios,
		deleteScenarios,
		moveScenarios,
		nameScenarios,
		nameRuleScenarios,
		kindScenarios,
		crashScenarios,
		feedScenarios,
		timeScenarios,
		limitScenarios,
		scopeScenarios,
	}
	var names []string
	for _, group := range groups {
		for _, c := range group() {
			names = append(names, c.name)
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(t, newStage(t, scanned, false))
			})
		}
	}
	t.Run("catalogue", func(t *testing.T) {
		require.Len(t, catalogue, 129)
		require.ElementsMatch(t, catalogue, names, "each line of the catalogue is a test, once")
	})
}

// way says how a stage's runs look at the world.
type way string

const (
	scanned way = "scanned"
	hinted  way = "hinted"
)

// both makes a scenario that holds whether a run scans everything or follows hints, and whichever
// of the two sides is the source.
func both(f func(t *testing.T, s *stage)) func(*testing.T, *stage) {
	return func(t *testing.T, _ *stage) {
		for _, mirrored := range []bool{false, true} {
			for _, w := range []way{scanned, hinted} {
				name := string(w)
				if mirrored {
					name += "-mirrored"
				}
				t.Run(name, func(t *testing.T) { f(t, newStage(t, w, mirrored)) })
			}
		}
	}
}

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

// requireTree and requireTrees compare one side or both with a tree, in which the folders above
// what is there need not be written.
func (s *stage) requireTree(e *end, want syncertest.Tree) {
	s.t.Helper()
	require.Equal(s.t, whole(want), e.Tree(), "%s\n%s", e.side, s.report)
}

func (s *stage) requireTrees(want syncertest.Tree) {
	s.t.Helper()
	s.requireTree(s.a, want)
	s.requireTree(s.b, want)
}

func (s *stage) requireEqualTrees() {
	s.t.Helper()
	require.Equal(s.t, s.a.Tree(), s.b.Tree(), s.report)
}

// whole adds the folders above everything to a tree.
func whole(tree syncertest.Tree) syncertest.Tree {
	out := maps.Clone(tree)
	for at := range tree {
		for dir := path.Dir(strings.TrimSuffix(at, "/")); dir != "."; dir = path.Dir(dir) {
			out[dir+"/"] = ""
		}
	}
	return out
}

// wrote returns the names of the methods that changed, or tried to change, a side in the last run.
func (s *stage) wrote(e *end) []string {
	ops := []string{}
	for _, c := range e.conn.Writes() {
		ops = append(ops, c.Op)
	}
	slices.Sort(ops)
	return ops
}

// requireWrites demands that the last run wrote to a side with exactly these methods, in any order.
func (s *stage) requireWrites(e *end, ops ...string) {
	s.t.Helper()
	require.Equal(s.t, slices.Sorted(slices.Values(append([]string{}, ops...))), append([]string(nil), s.wrote(e)...), "%s\n%s", e.side, s.report)
}

// requireNoWrites demands that the last run changed nothing anywhere.
func (s *stage) requireNoWrites() {
	s.t.Helper()
	s.requireWrites(s.a)
	s.requireWrites(s.b)
	require.Zero(s.t, s.report.Totals.Writes, s.report)
}

// requireNoBytes demands that the last run read no file.
func (s *stage) requireNoBytes() {
	s.t.Helper()
	require.Zero(s.t, s.a.conn.Count("Open")+s.b.conn.Count("Open"), "bodies were read")
	require.Zero(s.t, s.report.Totals.Bytes)
}

// requireSettled demands that the last run left nothing open, that the base says so too, and that
// more runs are idle.
func (s *stage) requireSettled() {
	s.t.Helper()
	require.True(s.t, s.report.Settled(), s.report)
	s.requireBase()
	s.requireIdle()
}

// requireIdle demands that a full scan and a hinted run change nothing on either side.
func (s *stage) requireIdle() {
	s.t.Helper()
	last, a, b := s.report, s.a.Tree(), s.b.Tree()
	for _, w := range []way{hinted, scanned} {
		s.must(w)
		s.requireNoWrites()
		require.Empty(s.t, s.report.Conflicts)
	}
	s.requireTree(s.a, a)
	s.requireTree(s.b, b)
	s.report = last
}

// requireBase demands that the base holds every item of both sides, and nothing else.
func (s *stage) requireBase() {
	s.t.Helper()
	records, err := s.Records(s.t.Context())
	require.NoError(s.t, err)
	for _, e := range s.ends() {
		known := []string{}
		for _, r := range records {
			if h := r.Half(e.side); h.Presence == syncer.Present && r.ID != syncer.RootRecord {
				known = append(known, h.ID)
				require.Equal(s.t, e.Entry("id:"+h.ID).Content, h.Content, "base of %q on %s", r.Name, e.side)
			}
		}
		there := []string{}
		for at := range maps.Keys(e.Tree()) {
			if at, id, twin := strings.Cut(at, "#"); twin {
				there = append(there, strings.TrimSuffix(id, "/"))
			} else {
				there = append(there, e.ID(strings.TrimSuffix(at, "/")))
			}
		}
		require.ElementsMatch(s.t, there, known, "base of %s", e.side)
	}
}

// each runs f once for each kind of service, on a new stage that looks as this one does.
func (s *stage) each(f func(t *testing.T, s *stage, on option), kinds ...kind) {
	for _, k := range kinds {
		s.t.Run(k.name, func(t *testing.T) { f(t, newStage(t, s.way, s.mirrored), k.on) })
	}
}

// kind is a way in which a service differs from Ordinary.
type kind struct {
	name string
	on   option
}

func digestless(o *syncertest.Options) { o.Info.Digest = "" }
func bare(o *syncertest.Options)       { o.Without = syncertest.Everything }
func exact(o *syncertest.Options)      { o.Info.Names.Unique = syncer.UniqueExact }

// reusing is a service as a disk is: IDs are given again, and there is no trash.
func reusing(o *syncertest.Options) { o.Info.ReusableIDs, o.Info.Trash = true, false }

var (
	ordinary     = kind{"ordinary", func(*config) {}}
	digestlessA  = kind{"no digests on A", onA(digestless)}
	digestlessB  = kind{"no digests on B", onB(digestless)}
	digestlessAB = kind{"no digests", onBoth(digestless)}
	bareA        = kind{"A can do the least", onA(bare)}
	bareB        = kind{"B can do the least", onB(bare)}
	reusingA     = kind{"A reuses IDs", onA(reusing)}
	reusingB     = kind{"B reuses IDs", onB(reusing)}
)

// outcomes returns what the journal says of the last run about a path.
func (s *stage) outcomes(at string) []syncer.Outcome {
	s.t.Helper()
	all, err := s.Journal(s.t.Context())
	require.NoError(s.t, err)
	return slices.DeleteFunc(all, func(o syncer.Outcome) bool { return o.Path != at || o.Position.Fence <= s.before })
}

// requireTold demands that the last run's report or journal says why something was done about a path.
func (s *stage) requireTold(at string) {
	s.t.Helper()
	told := slices.ContainsFunc(s.outcomes(at), func(o syncer.Outcome) bool { return o.Reason != "" }) ||
		slices.ContainsFunc(s.report.Conflicts, func(c syncer.Conflict) bool { return c.Path == at })
	require.True(s.t, told, "nothing says why %q was changed", at)
}

// requireConflict demands that the last run reported exactly one conflict, and returns the name of
// the copy.
func (s *stage) requireConflict(at string) string {
	s.t.Helper()
	require.Len(s.t, s.report.Conflicts, 1, s.report)
	c := s.report.Conflicts[0]
	require.Equal(s.t, at, c.Path)
	require.Equal(s.t, syncer.KeepBoth, c.Resolution)
	require.Equal(s.t, 1, s.report.Totals.Conflicts)
	return c.Copy
}

// requireNoConflict demands that the last run reported none.
func (s *stage) requireNoConflict() {
	s.t.Helper()
	require.Empty(s.t, s.report.Conflicts)
	require.Zero(s.t, s.report.Totals.Conflicts)
}

// requireHolds, requireSkips and requireFailures demand that the last report names exactly these
// paths, each with a reason.
func (s *stage) requireHolds(paths ...string) {
	s.t.Helper()
	got := []string{}
	for _, h := range s.report.Holds {
		require.NotEmpty(s.t, h.Reason)
		got = append(got, h.Path)
	}
	require.ElementsMatch(s.t, paths, got, s.report)
	require.Equal(s.t, len(paths), s.report.Totals.Held)
}

func (s *stage) requireSkips(paths ...string) {
	s.t.Helper()
	got := []string{}
	for _, k := range s.report.Skips {
		require.NotEmpty(s.t, k.Reason)
		got = append(got, k.Path)
	}
	require.ElementsMatch(s.t, paths, got, s.report)
	require.Equal(s.t, len(paths), s.report.Totals.Skipped)
}

func (s *stage) requireFailures(paths ...string) {
	s.t.Helper()
	got := []string{}
	for _, f := range s.report.Failures {
		require.NotEmpty(s.t, f.Err+f.Reason)
		got = append(got, f.Path)
	}
	require.ElementsMatch(s.t, paths, got, s.report)
	require.Equal(s.t, len(paths), s.report.Totals.Failed)
}

// requireCharged demands what the delete limit holds.
func (s *stage) requireCharged(n int) {
	s.t.Helper()
	used, _, err := s.ledger.Used(s.t.Context(), "pair", 24*time.Hour)
	require.NoError(s.t, err)
	require.Equal(s.t, n, used, "deletes charged")
}

// requireSame demands that the item at a path of a side is the one with this ID.
func (s *stage) requireSame(e *end, id, at string) {
	s.t.Helper()
	require.True(s.t, e.Has(at), "%q on %s\n%s", at, e.side, s.report)
	require.Equal(s.t, id, e.ID(at), "%q on %s is another item", at, e.side)
}

// inspect looks, when a scenario has ended, for what no engine may ever do: to write outside of the
// roots or without a guard, and to lose a content.
func (s *stage) inspect() {
	if s.t.Failed() {
		return
	}
	kept := slices.Concat(s.a.Kept(), s.b.Kept(), s.a.Dropped(), s.b.Dropped())
	for _, e := range s.ends() {
		if !s.rough {
			require.Empty(s.t, e.Violations())
		}
		for _, body := range e.Written() {
			require.True(s.t, s.lossy || slices.Contains(kept, body), "%q, written on %s, is lost", body, e.side)
		}
	}
}
