package mapping_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// busyWorld is a Link before its first sync: some files on one side only, some on both. Each call to a
// service takes a tenth of a second.
func busyWorld(t *testing.T, files int) *world {
	t.Helper()
	procore, box := syncertest.Tree{}, syncertest.Tree{}
	for i := range files {
		at, body := fmt.Sprintf("Area %d/sheet %d.pdf", i%5, i), fmt.Sprintf("sheet %d", i)
		if i%3 != 0 {
			procore[at] = body
		}
		if i%3 != 1 {
			box[at] = body
		}
	}
	w := both(t, procore, box, mapping.Rules{})
	for _, conn := range w.conns() {
		conn.OnCall(w.tick)
	}
	return w
}

func (w *world) conns() []*syncertest.Handle {
	list := []*syncertest.Handle{w.conn}
	for _, name := range slices.Sorted(maps.Keys(w.tools)) {
		list = append(list, w.tools[name].conn)
	}
	return list
}

// tick is how long a call takes.
func (w *world) tick(c syncertest.Call) error {
	if c.Phase == syncertest.Before {
		w.clock.Advance(100 * time.Millisecond)
	}
	return nil
}

func TestEditsMadeOnBothSidesDuringTheFirstSyncAreAllThereAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, slice := range []syncer.Budget{{}, {Time: 5 * time.Second}, {Calls: 40}} {
		for seed := range 4 {
			t.Run(fmt.Sprintf("slices of %v and %d calls, seed %d", slice.Time, slice.Calls, seed), func(t *testing.T) {
				t.Parallel()
				w := busyWorld(t, 150)
				people := newPeople(w, uint64(seed))
				for _, conn := range w.conns() {
					conn.OnCall(func(c syncertest.Call) error {
						if c.Phase == syncertest.Before && people.r.IntN(6) == 0 {
							people.edit()
						}
						return w.tick(c)
					})
				}
				results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{Slice: slice})
				require.NoError(t, err)
				require.NoError(t, results[0].Err)
				require.Greater(t, people.edits, 20, "somebody has worked")
				people.home = true
				for range 3 {
					w.poll()
					w.clock.Advance(2 * time.Minute)
					w.sync("bridge", mapping.SyncOptions{})
				}
				w.settle("bridge")
				people.requireAll()
			})
		}
	}
}

// people edit both sides while a sync is at work.
type people struct {
	w     *world
	r     *rand.Rand
	edits int
	home  bool
	last  map[string]bool // what was written and not replaced by its writer
}

func newPeople(w *world, seed uint64) *people {
	return &people{w: w, r: rand.New(rand.NewPCG(seed, 7)), last: map[string]bool{}}
}

// edit lets Ann or Bob change or add a file.
func (p *people) edit() {
	if p.home || p.edits == 60 {
		return
	}
	p.edits++
	body := fmt.Sprintf("edit %d", p.edits)
	side, user, below := p.w.documents().Service, p.w.documents().User, ""
	if p.r.IntN(2) == 0 {
		side, user, below = p.w.box, p.w.bob, "Bridge/Documents/"
	}
	at := fmt.Sprintf("Area %d/added %d.pdf", p.r.IntN(6), p.edits)
	if i := p.r.IntN(150); p.r.IntN(3) > 0 && side.Has(below+fmt.Sprintf("Area %d/sheet %d.pdf", i%5, i)) {
		at = fmt.Sprintf("Area %d/sheet %d.pdf", i%5, i)
		delete(p.last, side.Tree()[below+at])
	}
	user.Write(below+at, body)
	p.last[body] = true
}

// requireAll demands that every edit is there on both sides, and that nothing is there twice.
func (p *people) requireAll() {
	p.w.t.Helper()
	tree := p.w.documents().Tree()
	require.Equal(p.w.t, tree, p.w.below("Bridge/Documents"))
	count := map[string]int{}
	for _, body := range tree {
		if body != "" {
			count[body]++
		}
	}
	for body := range p.last {
		require.Equal(p.w.t, 1, count[body], "%q", body)
	}
	for body, n := range count {
		require.Equal(p.w.t, 1, n, "%q is there twice", body)
	}
	require.Empty(p.w.t, p.w.box.Trash())
	require.Empty(p.w.t, p.w.documents().Trash())
}

func TestWhatPeopleChangeDuringALongFirstSyncComesBeforeTheRest(t *testing.T) {
	w := busyWorld(t, 400)
	total, edited, arrived := 0, 0, 0
	w.documents().conn.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.After && c.Writes {
			if total++; total == 20 {
				w.bob.Write("Bridge/Documents/urgent.pdf", "urgent")
				edited = total
			}
			if c.Name == "urgent.pdf" {
				arrived = total
			}
		}
		return w.tick(c)
	})
	results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{Slice: syncer.Budget{Time: 10 * time.Second}})
	require.NoError(t, err)
	require.True(t, results[0].Settled(), "%v %v", results[0].Report, results[0].Err)
	require.Positive(t, edited)
	require.Less(t, arrived-edited, total/2, "it did not wait for the end")
	require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"))
}

func TestAFirstSyncThatIsKilledAnywhereGoesOnWithoutDuplicates(t *testing.T) {
	t.Parallel()
	const files = 60
	want := busyWorld(t, files)
	want.settle("bridge")
	calls := 0
	for _, conn := range want.conns() {
		calls += conn.Count()
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		first, second := r.IntN(calls), r.IntN(calls)
		t.Run(fmt.Sprintf("at calls %d and %d", first, second), func(t *testing.T) {
			t.Parallel()
			w := busyWorld(t, files)
			for _, at := range []int{first, second} {
				w.runAndDie(at)
				w.clock.Advance(2 * time.Minute)
			}
			w.poll()
			w.sync("bridge", mapping.SyncOptions{})
			w.settle("bridge")
			require.Equal(t, want.documents().Tree(), w.documents().Tree())
			require.Equal(t, want.documents().Tree(), w.below("Bridge/Documents"))
			require.Empty(t, w.box.Trash())
			w.settle("bridge")
			require.Empty(t, w.wrote())
		})
	}
}

// runAndDie lets a process sync until a number of calls were made. From then on it reaches neither a
// service nor its store; another one begins with what was durable.
func (w *world) runAndDie(calls int) {
	w.t.Helper()
	n := 0
	dead := func() bool { return n > calls }
	for _, conn := range w.conns() {
		conn.OnCall(func(c syncertest.Call) error {
			if c.Phase == syncertest.Before {
				n++
			}
			if dead() {
				return errDead
			}
			return w.tick(c)
		})
	}
	o := w.options
	o.Store, o.States, o.Engine.Clock, o.Engine.Parallel = w.notes, dyingStore{w.state, dead}, w.clock.Now, 1
	o.Box = func(context.Context, mapping.Link) (mapping.Place, error) {
		return mapping.Place{Endpoint: syncer.Endpoint{FS: w.conn}, Stream: "box"}, nil
	}
	o.Procore = func(_ context.Context, l mapping.Link, kind mapping.Tool) (mapping.Place, error) {
		tool := w.tool(l.Company, l.Project, kind)
		return mapping.Place{Endpoint: syncer.Endpoint{FS: tool.conn, Root: tool.Root()}, Stream: strings.Join([]string{"procore", l.Company, l.Project, string(kind)}, "/")}, nil
	}
	links, err := mapping.New(o)
	require.NoError(w.t, err)
	_, _ = links.Sync(w.t.Context(), "bridge", mapping.SyncOptions{Slice: syncer.Budget{Time: 4 * time.Second}})
	for _, conn := range w.conns() {
		conn.OnCall(w.tick)
	}
	w.state = w.state.Clone()
	w.open()
}

var errDead = errors.New("the process is dead")

// dyingStore is a store that a dead process does not reach.
type dyingStore struct {
	syncer.StateStore
	dead func() bool
}

func (d dyingStore) Open(ctx context.Context, pair string) (syncer.State, error) {
	if d.dead() {
		return nil, errDead
	}
	state, err := d.StateStore.Open(ctx, pair)
	return dyingState{state, d.dead}, err
}

func (d dyingStore) Advance(ctx context.Context, stream string, from, to syncer.Cursor, hints map[string][]syncer.Hint) error {
	if d.dead() {
		return errDead
	}
	return d.StateStore.Advance(ctx, stream, from, to, hints)
}

type dyingState struct {
	syncer.State
	dead func() bool
}

func (d dyingState) Commit(ctx context.Context, b syncer.Batch) error {
	if d.dead() {
		return errDead
	}
	return d.State.Commit(ctx, b)
}

func TestTheFeedsAreAskedForTheirPositionBeforeAnythingIsListed(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": ""})
	w.add("Bridge", mapping.Documents)
	w.documents().Write("a.pdf", "a")
	var order []string
	edited := false
	for _, conn := range []*syncertest.Handle{w.conn, w.documents().conn} {
		conn.OnCall(func(c syncertest.Call) error {
			if c.Phase == syncertest.Before {
				order = append(order, c.Op)
			}
			if c.Op == "CreateFile" && c.Phase == syncertest.After && !edited {
				edited = true
				w.documents().Write("added meanwhile.pdf", "m") // its listing has ended
			}
			return nil
		})
	}
	results := w.settle("bridge") // nobody has polled
	require.Less(t, slices.Index(order, "Now"), slices.Index(order, "List"), order)
	require.Equal(t, 1, results[0].Report.Totals.Uploads)
	w.poll()
	w.settle("bridge")
	require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"), "what was added meanwhile was heard")
	require.Len(t, w.documents().Tree(), 2)
}
