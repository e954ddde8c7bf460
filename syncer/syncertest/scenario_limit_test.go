package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func limitScenarios() []scenario {
	return []scenario{
		{"rate-storm", rateStorm},
		{"spike-versus-hour", spikeVersusHour},
		{"budget-shared", budgetShared},
		{"month-allowance", monthAllowance},
		{"token-expires-mid-run", tokenExpiresMidRun},
		{"refresh-token-lost", refreshTokenLost},
		{"server-5xx-flaky", serverFlaky},
		{"slow-loris", slowLoris},
		{"quota-full", both(quotaFull)},
		{"maintenance", both(maintenance)},
	}
}

// everyWay is both for a part of a scenario.
func everyWay(f func(t *testing.T, s *stage)) func(*testing.T) {
	return func(t *testing.T) { both(f)(t, nil) }
}

func rateStorm(t *testing.T, _ *stage) {
	t.Run("the-core-does-not-hammer", everyWay(func(t *testing.T, s *stage) {
		base := syncertest.Tree{}
		for i := range 50 {
			base[fmt.Sprint("file ", i)] = "1"
		}
		s.given(base, limited(100))
		for at := range base {
			s.a.Write(at, "2")
		}
		storm := true
		s.b.conn.OnCall(func(c syncertest.Call) error {
			if storm && c.Phase == syncertest.Before && c.Op != "Changes" {
				return fmt.Errorf("429: %w", syncer.ErrBusy)
			}
			return nil
		})
		for range 5 {
			_ = s.try(syncer.RunOptions{})
			require.LessOrEqual(t, s.b.conn.Count(), 4, "the side is left in peace")
			require.Empty(t, s.wrote(s.a))
			s.requireTree(s.b, base)
			s.Later(time.Minute)
		}
		storm = false
		s.Later(time.Hour)
		s.run()
		s.requireEqualTrees()
		s.requireCharged(0)
		s.requireSettled()
	}))
	t.Run("the-governor-waits-for-the-reset", waitForTheReset)
}

func budgetShared(t *testing.T, _ *stage) {
	// Five pairs share a credential on each side. A scheduler gives each a slice in turn; the first
	// pair has a big first sync, the others small changes. A run notices the end of its slice between
	// items, and looks to the end at those that it has begun: hence twice the slice.
	const pairs, slice = 5, 20
	clock := &syncertest.Clock{}
	store := memory.New(memory.Options{Clock: clock.Now})
	source := syncertest.New(syncertest.Options{Prefix: "s", Now: clock.Now, PageSize: 10}, nil)
	destination := syncertest.New(syncertest.Options{Prefix: "d", Now: clock.Now, PageSize: 10}, nil)
	ann := source.User("ann")
	type half struct{ s, d *syncertest.Handle }
	var handles []half
	var engines []*syncer.Engine
	for i := range pairs {
		root := fmt.Sprint("root ", i)
		ann.Mkdir(root)
		destination.User("bob").Mkdir(root)
		h := half{source.ConnectAt(root), destination.ConnectAt(root)}
		e, err := syncer.New(store, syncer.Pair{
			Name:        root,
			Source:      syncer.Endpoint{FS: h.s.FileSystem(), Root: h.s.Root()},
			Destination: syncer.Endpoint{FS: h.d.FileSystem(), Root: h.d.Root()},
		}, &syncer.Options{Clock: clock.Now, Parallel: 1})
		require.NoError(t, err)
		handles, engines = append(handles, h), append(engines, e)
	}
	from := 1 // the first pair comes later
	round := func() (calls int, more bool) {
		for i := from; i < pairs; i++ {
			e := engines[i]
			handles[i].s.Clear()
			handles[i].d.Clear()
			report, err := e.Run(t.Context(), &syncer.RunOptions{Budget: syncer.Budget{Calls: slice}})
			require.NoError(t, err)
			n := handles[i].s.Count() + handles[i].d.Count()
			require.LessOrEqual(t, n, 2*slice, "pair %d takes more than its slice", i)
			calls, more = calls+n, more || report.More
		}
		return calls, more
	}
	for i := 1; i < pairs; i++ {
		ann.Write(fmt.Sprintf("root %d/old", i), "1")
	}
	for range 3 {
		round()
	}
	for i := range 300 {
		ann.Write(fmt.Sprintf("root 0/folder %d/file %d", i%10, i), fmt.Sprint("body ", i))
	}
	for i := 1; i < pairs; i++ {
		ann.Write(fmt.Sprintf("root %d/new", i), "small")
		require.NoError(t, store.Append(t.Context(), fmt.Sprint("root ", i), syncer.Hint{Side: syncer.Source, ID: source.ID(fmt.Sprintf("root %d/new", i))}))
	}
	from = 0
	calls, more := round()
	require.LessOrEqual(t, calls, pairs*(2*slice))
	require.True(t, more, "the first sync is not done yet")
	for i := 1; i < pairs; i++ {
		require.True(t, destination.Has(fmt.Sprintf("root %d/new", i)), "a small change was starved")
	}
	for range 200 {
		if _, more = round(); !more {
			break
		}
	}
	require.False(t, more)
	require.Equal(t, source.Tree(), destination.Tree())
	require.Empty(t, destination.Violations())

	// Within one pair live changes come before the rest of a scan.
	for i := range 300 {
		ann.Write(fmt.Sprintf("root 0/folder %d/more %d", i%10, i), fmt.Sprint("more ", i))
	}
	clock.Advance(25 * time.Hour)
	_, more = round()
	require.True(t, more)
	ann.Write("root 0/live", "live")
	require.NoError(t, store.Append(t.Context(), "root 0", syncer.Hint{Side: syncer.Source, ID: source.ID("root 0/live")}))
	_, more = round()
	require.True(t, more)
	require.True(t, destination.Has("root 0/live"), "a live change waits behind the scan")
	for range 200 {
		if _, more = round(); !more {
			break
		}
	}
	require.Equal(t, source.Tree(), destination.Tree())
}

// perCall is a Pacer that knows how long a call takes.
type perCall time.Duration

func (p perCall) Wait(ctx context.Context, _ syncer.Class, _ syncer.Cost) error { return ctx.Err() }
func (p perCall) Estimate(c syncer.Cost) time.Duration {
	return time.Duration(c.Calls) * time.Duration(p)
}

func monthAllowance(t *testing.T, _ *stage) {
	t.Run("a-plan-says-early-what-it-takes", everyWay(func(t *testing.T, s *stage) {
		s.given(syncertest.Tree{"keep": "k"})
		for i := range 10 {
			s.a.Write(fmt.Sprint("d/", i), "12345")
		}
		s.Pair.Endpoint(s.b.side).Pacer = perCall(time.Minute)
		s.Pair.Endpoint(s.a.side).Pacer = perCall(time.Second)
		e, err := s.Engine()
		require.NoError(t, err)
		if s.way == hinted {
			s.poll()
		}
		plan, err := e.Plan(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
		require.NoError(t, err)
		est := e.Estimate(plan)
		require.Equal(t, syncer.Cost{Calls: 11, Uploads: 10, Bytes: 50}, plan.Cost(s.b.side))
		require.Equal(t, syncer.Cost{Calls: 10, Bytes: 50}, plan.Cost(s.a.side))
		require.Equal(t, 11*time.Minute, est.Time)
		s.run()
		require.Len(t, s.b.conn.Writes(), 11)
		require.Equal(t, 10, s.a.conn.Count("Open"))
	}))
	t.Run("the-governor-polls-more-slowly", pollMoreSlowly)
}

func refreshTokenLost(t *testing.T, _ *stage) {
	refusals := map[string]error{
		"permission": fs.ErrPermission, "unclear": errors.New("invalid_grant: refresh token has expired"), "nothing-is-visible": fs.ErrNotExist,
	}
	for name, refused := range refusals {
		t.Run("the-core-infers-nothing-"+name, everyWay(func(t *testing.T, s *stage) {
			s.given(diverse, limited(100))
			s.edit()
			before, tree := s.snapshot(), s.b.Tree()
			s.a.conn.OnCall(func(c syncertest.Call) error {
				if c.Phase == syncertest.Before && c.Op != "Changes" {
					return refused
				}
				return nil
			})
			for range 3 {
				err := s.try(syncer.RunOptions{})
				require.True(t, err != nil || len(s.report.Incomplete) > 0, "a reason is given")
				s.requireTree(s.b, tree)
				s.requireWrites(s.b)
				s.requireCharged(0)
				require.Equal(t, before.Records, s.snapshot().Records)
				s.Later(time.Hour)
			}
			s.a.conn.OnCall(nil)
			s.run()
			s.requireEqualTrees()
			require.True(t, s.report.Settled(), s.report)
			s.requireSettled()
		}))
	}
	t.Run("the-rotation-is-written-before-use", writtenBeforeUse)
}

func quotaFull(t *testing.T, s *stage) {
	base := syncertest.Tree{"edit": "1", "rename": "r", "delete": "x", "keep": "k", "b's": "b"}
	s.given(base, limited(10))
	full := true
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if full && c.Phase == syncertest.Before && (c.Op == "CreateFile" || c.Op == "UpdateFile") {
			return fmt.Errorf("no room: %w", syncer.ErrQuota)
		}
		return nil
	})
	waiting := []string{"edit"}
	for i := range 5 {
		at := fmt.Sprint("new ", i)
		waiting = append(waiting, at)
		s.a.Write(at, at)
	}
	s.a.Write("edit", "2")
	s.a.Rename("rename", "renamed")
	s.a.Remove("delete")
	s.a.Mkdir("folder")
	s.b.Write("b's", "b edited")
	s.run()
	stuck := syncertest.Tree{"edit": "1", "renamed": "r", "keep": "k", "b's": "b edited", "folder/": ""}
	s.requireTree(s.b, stuck)
	require.Equal(t, "b edited", s.a.Tree()["b's"], "the other way flows on")
	require.Equal(t, 1, s.b.conn.Count("CreateFile", "UpdateFile"), "one refusal is enough")
	require.Equal(t, 1, s.b.conn.Count("Move"))
	require.Equal(t, 1, s.b.conn.Count("Delete"))
	s.requireReported(waiting...)
	failed := 0
	for _, f := range s.report.Failures {
		if f.Result == syncer.Failed {
			failed++
		}
		require.Contains(t, f.Err, "no room")
	}
	require.LessOrEqual(t, failed, 1, "one report, not one an item")

	for range 3 {
		s.run()
		require.LessOrEqual(t, len(s.b.conn.Writes()), 1, s.wrote(s.b))
		s.requireReported(waiting...)
		s.requireTree(s.b, stuck)
	}
	s.a.Remove("new 0") // what waits may be withdrawn
	s.a.Rename("renamed", "renamed again")
	s.run()
	require.True(t, s.b.Has("renamed again"), "it is still full, and moves still flow")

	full = false
	s.Later(2 * time.Hour)
	s.run()
	s.requireEqualTrees()
	require.Equal(t, "2", s.b.Tree()["edit"])
	require.False(t, s.a.Has("new 0"))
	s.requireSettled()

	t.Run("by-the-service", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k", "old": strings.Repeat("x", 50)}, onB(func(o *syncertest.Options) { o.Quota = 100 }))
		s.a.Write("big", strings.Repeat("y", 80))
		s.a.Rename("keep", "kept")
		s.run()
		s.requireReported("big")
		s.requireTree(s.b, syncertest.Tree{"kept": "k", "old": strings.Repeat("x", 50)})
		s.b.Purge("old")
		s.Later(2 * time.Hour)
		s.full()
		require.True(t, s.b.Has("big"), s.report)
	})
}

func maintenance(t *testing.T, s *stage) {
	busy := func(s *stage, when func(c syncertest.Call) bool) func() {
		on := true
		s.b.conn.OnCall(func(c syncertest.Call) error {
			if on && c.Phase == syncertest.Before && c.Op != "Changes" && when(c) {
				return fmt.Errorf("503, retry after 300 s: %w", syncer.ErrBusy)
			}
			return nil
		})
		return func() { on = false }
	}
	s.given(diverse, limited(100))
	s.edit()
	over := busy(s, func(c syncertest.Call) bool { return c.Writes })
	before := s.b.Tree()
	s.run()
	s.requireTree(s.b, before)
	require.Len(t, s.b.conn.Writes(), 1, "the side is left in peace for the rest of the run")
	require.Equal(t, "be2", s.a.Tree()["b edit"], "what B has may still be read")
	require.False(t, s.report.Settled())
	s.requireCharged(4) // "b delete", and "b folder" with what was in it, on A
	over()
	s.Later(5 * time.Minute)
	s.run()
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	tree := s.a.Tree()
	s.requireSettled()

	for name, when := range map[string]func(c syncertest.Call) bool{
		"everything": func(syncertest.Call) bool { return true },
		"after-a-while": func() func(c syncertest.Call) bool {
			n := 0
			return func(syncertest.Call) bool { n++; return n > 7 }
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			s := s.again(t)
			s.given(diverse, limited(100), onBoth(func(o *syncertest.Options) { o.PageSize = 3 }))
			s.edit()
			onA, onB := s.a.Tree(), s.b.Tree()
			n := 0
			over := busy(s, func(c syncertest.Call) bool { n++; return when(c) })
			for range 2 {
				_ = s.try(syncer.RunOptions{})
				if name == "everything" {
					s.requireTree(s.a, onA)
				}
				for _, at := range []string{"edit", "renamed", "new/deep/file", "x to folder/in", "touched", "empty"} {
					require.True(t, s.a.Has(at), "%q on A was taken for deleted on B", at)
				}
				require.LessOrEqual(t, len(s.b.conn.Writes()), 1)
				s.requireTree(s.b, onB)
				s.Later(5 * time.Minute)
			}
			over()
			s.run()
			s.run()
			s.requireTrees(tree)
			require.True(t, s.report.Settled(), s.report)
			s.requireSettled()
		})
	}
}
