package syncertest_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func feedScenarios() []scenario {
	return []scenario{
		{"event-replayed", eitherSide(hinted, eventReplayed)},
		{"events-out-of-order", eitherSide(hinted, eventsOutOfOrder)},
		{"event-missed", eitherSide(hinted, eventMissed)},
		{"cursor-expired", eitherSide(hinted, cursorExpired)},
		{"cursor-ahead-of-effects", eitherSide(hinted, cursorAheadOfEffects)},
		{"own-echo", eitherSide(hinted, ownEcho)},
		{"echo-with-normalised-name", both(echoWithNormalisedName)},
		{"timestamp-cursor-ties", eitherSide(hinted, timestampCursorTies)},
		{"create-then-delete-quickly", both(createThenDeleteQuickly)},
		{"burst", eitherSide(hinted, burst)},
		{"event-outside-root", eitherSide(hinted, eventOutsideRoot)},
	}
}

// eitherSide makes a scenario that is about one way of looking, and holds whichever of the two
// sides is the source.
func eitherSide(w way, f func(t *testing.T, s *stage)) func(*testing.T, *stage) {
	return func(t *testing.T, _ *stage) {
		for _, mirrored := range []bool{false, true} {
			t.Run(fmt.Sprintf("mirrored-%t", mirrored), func(t *testing.T) { f(t, newStage(t, w, mirrored)) })
		}
	}
}

// events returns the hints for everything that happened on a side since a position.
func (s *stage) events(e *end, from syncer.Cursor) []syncer.Hint {
	s.t.Helper()
	var out []syncer.Hint
	for more := true; more; {
		hints, next, again, err := e.conn.Changes(s.t.Context(), from)
		require.NoError(s.t, err)
		for _, h := range hints {
			h.Side = e.side
			out = append(out, h)
		}
		from, more = next, again
	}
	return out
}

// mark returns the present position of a side's feed.
func (s *stage) mark(e *end) syncer.Cursor {
	s.t.Helper()
	c, err := e.conn.Now(s.t.Context())
	require.NoError(s.t, err)
	return c
}

// tell appends hints and runs on them.
func (s *stage) tell(hints ...syncer.Hint) {
	s.t.Helper()
	require.NoError(s.t, s.Store.Append(s.t.Context(), s.Pair.Name, hints...))
	s.a.conn.Clear()
	s.b.conn.Clear()
	report, err := s.World.Run(s.t.Context(), nil)
	require.NoError(s.t, err)
	s.report = report
}

func eventReplayed(t *testing.T, s *stage) {
	s.given(diverse, limited(100))
	a, b := s.mark(s.a), s.mark(s.b)
	s.edit()
	s.run()
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	tree, journal := s.a.Tree(), len(s.snapshot().Journal)
	history := append(s.events(s.a, a), s.events(s.b, b)...)
	require.NotEmpty(t, history)
	for _, later := range []time.Duration{0, time.Hour, 20 * time.Hour} {
		s.Later(later)
		s.tell(history...)
		s.requireNoWrites()
		require.False(t, s.report.Full)
		s.requireNoBytes()
		s.requireTrees(tree)
		require.True(t, s.report.Settled(), s.report)
	}
	for range 4 { // days later, with full scans between
		s.Later(24 * time.Hour)
		s.full()
		s.requireNoWrites()
		s.tell(history...)
		s.requireNoWrites()
	}
	require.Len(t, s.snapshot().Journal, journal)
	s.requireTrees(tree)
	s.requireSettled()

	// A delete is replayed after the name was given to a new item, and after the item was restored.
	s.a.Write("delete", "new item")
	s.run()
	s.tell(history...)
	s.requireNoWrites()
	s.requireEqualTrees()
	s.requireSettled()
}

func eventsOutOfOrder(t *testing.T, s *stage) {
	base := syncertest.Tree{"p": "1", "d/x": "x", "d/y": "y", "swap1": "s1", "swap2": "s2", "gone": "g", "e/in": "in"}
	change := func(s *stage) []syncer.Hint {
		a, b := s.mark(s.a), s.mark(s.b)
		s.a.Write("new/deep/child", "c")
		s.a.Rename("new/deep/child", "renamed child")
		s.a.Move("new/deep", "new/deeper")
		s.a.Write("p", "2")
		s.a.Move("p", "new/p")
		s.a.Remove("d")
		s.b.Write("d/x", "edited before the delete came")
		s.a.Rename("swap1", "aside")
		s.a.Rename("swap2", "swap1")
		s.a.Rename("aside", "swap2")
		s.b.Remove("gone")
		s.a.Write("e/in", "edited")
		s.b.Move("e", "f")
		s.a.Write("short lived", "s")
		s.a.Remove("short lived")
		s.a.Remove("e/in")
		s.a.Write("e/in", "again")
		return append(s.events(s.a, a), s.events(s.b, b)...)
	}
	s.given(base, limited(100))
	s.tell(change(s)...)
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	want := s.a.Tree()
	s.requireSettled()

	orders := map[string]func(h []syncer.Hint){"reversed": slices.Reverse[[]syncer.Hint]}
	for seed := range uint64(12) {
		orders[fmt.Sprintf("shuffled-%d", seed)] = func(h []syncer.Hint) {
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(h), func(i, j int) { h[i], h[j] = h[j], h[i] })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(orders)) {
		t.Run("at-once-"+name, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(100))
			hints := change(s)
			orders[name](hints)
			s.tell(hints...)
			s.requireTrees(want)
			require.True(t, s.report.Settled(), s.report)
			s.requireSettled()
		})
		t.Run("one-by-one-"+name, func(t *testing.T) {
			// Each hint alone, with a run between: contents and places are the same in the end.
			s := s.again(t)
			s.given(base, limited(100))
			hints := change(s)
			orders[name](hints)
			for _, h := range hints {
				s.tell(h)
				s.requireFailures()
			}
			s.tell()
			s.requireTrees(want)
			require.True(t, s.report.Settled(), s.report)
			s.requireSettled()
		})
	}
}

func eventMissed(t *testing.T, s *stage) {
	s.given(diverse, limited(100))
	lost := func(e *end) { // the webhook's queue was thrown away
		e.conn.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(1, 1)), Drop: 1})
	}
	lost(s.a)
	lost(s.b)
	s.edit()
	before := s.b.Tree()
	s.run()
	s.requireNoWrites()
	require.False(t, s.report.Full)
	s.requireTree(s.b, before)
	s.a.conn.Inject(syncertest.Faults{})
	s.b.conn.Inject(syncertest.Faults{})
	s.run()
	s.requireNoWrites()

	s.Later(24*time.Hour + time.Second)
	s.run()
	require.True(t, s.report.Full, "the period is over")
	s.requireEqualTrees()
	require.True(t, s.report.Settled(), s.report)
	s.requireSettled()

	t.Run("some-are-missing", func(t *testing.T) {
		for seed := range uint64(10) {
			s := s.again(t)
			s.given(diverse, limited(100))
			s.edit()
			for i, e := range s.ends() {
				e.conn.Inject(syncertest.Faults{Rand: rand.New(rand.NewPCG(seed, uint64(i))), Drop: 0.5})
			}
			s.run()
			for _, e := range s.ends() {
				e.conn.Inject(syncertest.Faults{})
			}
			s.Later(25 * time.Hour)
			s.run()
			s.run()
			require.True(t, s.report.Settled(), "seed %d\n%s", seed, s.report)
			s.requireEqualTrees()
			s.requireSettled()
		}
	})
}

func cursorExpired(t *testing.T, s *stage) {
	base := syncertest.Tree{}
	for i := range 12 {
		base[fmt.Sprintf("d%d/x", i)] = fmt.Sprint(i)
	}
	small := onBoth(func(o *syncertest.Options) { o.PageSize = 5 })
	s.given(base, small, limited(100))
	s.a.Remove("d3")
	s.a.Write("d4/x", "edited")
	s.a.Write("d5/new", "new")
	s.a.ExpireCursors()
	s.b.ExpireCursors()
	s.run()
	require.True(t, s.report.Full, "a refused cursor asks for a full listing")
	s.requireEqualTrees()
	require.Equal(t, "edited", s.b.Tree()["d4/x"])
	require.Equal(t, "new", s.b.Tree()["d5/new"])
	require.False(t, s.b.Has("d3"))
	require.Equal(t, 2, s.report.Totals.Deletes)
	s.requireSettled()

	for _, broken := range []int{2, 5, 9} {
		t.Run(fmt.Sprintf("the-listing-breaks-at-call-%d", broken), func(t *testing.T) {
			s := s.again(t)
			s.given(base, small, limited(100))
			s.a.Remove("d3")
			s.a.Remove("d9/x")
			s.a.Write("d0/new", "new")
			s.a.ExpireCursors()
			lists := 0
			s.a.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == "List" && c.Phase == syncertest.Before {
					if lists++; lists >= broken {
						return errReset
					}
				}
				return nil
			})
			require.NoError(t, s.try(syncer.RunOptions{}))
			require.False(t, s.report.Full)
			require.NotEmpty(t, s.report.Incomplete)
			require.Zero(t, s.report.Totals.Deletes, "a delete was inferred from half a listing")
			require.True(t, s.b.Has("d3/x") && s.b.Has("d9/x"))
			s.requireWrites(s.a)
			s.a.conn.OnCall(nil)
			s.run()
			require.True(t, s.report.Full, "it is still due")
			s.requireEqualTrees()
			require.False(t, s.b.Has("d3"))
			s.requireSettled()
		})
	}
}

func cursorAheadOfEffects(t *testing.T, s *stage) {
	// The killer strikes at each write to the state, in the poll and in the run that follows; the
	// heirs poll and follow hints, and never scan.
	live := func(t *testing.T, k *killer) *stage {
		s := s.again(t)
		s.given(diverse, k.option)
		s.edit()
		k.watch(s)
		k.arm()
		if s.pollOnce() == nil {
			s.report, _ = s.World.Run(t.Context(), nil)
		}
		return s
	}
	all := &killer{}
	want := live(t, all)
	require.True(t, want.report.Settled(), want.report)
	want.requireEqualTrees()
	tree := want.a.Tree()
	for _, after := range []bool{false, true} {
		for i := 1; i <= all.ops; i++ {
			t.Run(fmt.Sprintf("state-write-%d-after-%t", i, after), func(t *testing.T) {
				k := &killer{atOp: i, afterOp: after}
				s := live(t, k)
				require.True(t, k.dead)
				k.disarm()
				s.crash()
				s.Later(time.Minute)
				for range 2 {
					s.run()
					require.False(t, s.report.Full, "%s: the hints were enough", k.what)
				}
				s.requireTrees(tree)
				require.True(t, s.report.Settled(), "%s\n%s", k.what, s.report)
				s.requireSettled()
			})
		}
	}
	t.Run("between-poll-and-run", func(t *testing.T) {
		s := s.again(t)
		s.given(diverse, limited(100))
		s.edit()
		s.poll()
		s.crash()
		s.Later(time.Minute)
		s.run()
		require.False(t, s.report.Full)
		s.requireTrees(tree)
		s.requireSettled()
	})
}

// pollOnce reads both feeds as poll does, and may fail.
func (s *stage) pollOnce() error {
	for _, e := range s.ends() {
		stream := syncer.Stream{Name: "stream-" + e.side.String(), Feed: e.conn, Side: e.side, Pairs: []string{s.Pair.Name}}
		if _, err := stream.Poll(s.t.Context(), s.Store); err != nil {
			return err
		}
	}
	return nil
}

func ownEcho(t *testing.T, s *stage) {
	s.given(diverse, limited(100))
	s.edit()
	s.run()
	require.True(t, s.report.Settled(), s.report)
	tree := s.a.Tree()
	for range 3 {
		s.run() // the echo of what the run before wrote, if it wrote anything
		s.requireNoWrites()
		s.requireNoBytes()
		s.requireNoConflict()
		s.requireTrees(tree)
	}
	for _, settle := range []time.Duration{0, 10 * time.Second} {
		t.Run(fmt.Sprintf("edited-right-after-ours-settle-%s", settle), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"p": "1", "m": "m", "keep": "k"}, settlingFor(settle))
			s.Later(time.Minute)
			s.a.Write("p", "2")
			s.a.Rename("m", "m2")
			s.a.Write("new", "n")
			s.run()
			s.requireTrees(syncertest.Tree{"p": "2", "m2": "m", "new": "n", "keep": "k"})
			s.Later(time.Second)
			s.b.Write("p", "3")
			s.b.Rename("m2", "m3")
			s.b.Write("new", "edited")
			s.run() // echo and edits in one
			s.requireWrites(s.b)
			s.Later(settle)
			s.run()
			require.False(t, s.report.Full)
			s.requireTrees(syncertest.Tree{"p": "3", "m3": "m", "new": "edited", "keep": "k"})
			s.requireNoConflict()
			s.requireSettled()
		})
	}
	t.Run("removed-right-after-ours", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k"}, settlingFor(10*time.Second))
		s.Later(time.Minute)
		s.a.Write("new", "n")
		s.run()
		s.b.Remove("new")
		s.run()
		s.Later(11 * time.Second)
		s.run()
		s.requireTrees(syncertest.Tree{"keep": "k"})
		s.requireSettled()
	})
}

func echoWithNormalisedName(t *testing.T, s *stage) {
	cleans := onB(func(o *syncertest.Options) {
		o.Info.CleansNames = true
		o.Clean = func(name string) string {
			return strings.Join(strings.Fields(strings.ReplaceAll(name, "e\u0301", "é")), " ")
		}
	})
	s.given(syncertest.Tree{"keep": "k"}, cleans)
	onA := syncertest.Tree{"keep": "k", " plan  1.pdf": "1", "cafe\u0301.txt": "2", "d  1/ in": "3"}
	onB := syncertest.Tree{"keep": "k", "plan 1.pdf": "1", "café.txt": "2", "d 1/in": "3"}
	for at, body := range onA {
		s.a.Write(at, body)
	}
	s.run()
	s.requireTree(s.a, onA)
	s.requireTree(s.b, onB)
	s.requireWrites(s.a)
	for range 3 {
		s.run()
		s.requireNoWrites()
	}
	s.requireSettled()

	s.a.Rename(" plan  1.pdf", "other  plan.pdf")
	s.run()
	require.Equal(t, "1", s.b.Tree()["other plan.pdf"])
	s.requireWrites(s.a)
	s.requireWrites(s.b, "Move")
	for range 2 {
		s.run()
		s.requireNoWrites()
	}
	s.b.Rename("other plan.pdf", "third.pdf")
	s.b.Write("café.txt", "2 edited")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"keep": "k", "third.pdf": "1", "cafe\u0301.txt": "2 edited", "d  1/ in": "3"})
	s.requireTree(s.b, syncertest.Tree{"keep": "k", "third.pdf": "1", "café.txt": "2 edited", "d 1/in": "3"})
	s.requireWrites(s.b)
	s.requireSettled()

	t.Run("the-reply-is-lost", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k"}, cleans)
		s.a.Write("plan  1.pdf", "1")
		s.b.conn.OnCall(func(c syncertest.Call) error {
			if c.Op == "CreateFile" && c.Phase == syncertest.After {
				return errReset
			}
			return nil
		})
		require.NoError(t, s.try(syncer.RunOptions{}))
		s.b.conn.OnCall(nil)
		s.Later(2 * time.Minute)
		s.run()
		s.requireNoWrites()
		s.requireTree(s.a, syncertest.Tree{"keep": "k", "plan  1.pdf": "1"})
		s.requireTree(s.b, syncertest.Tree{"keep": "k", "plan 1.pdf": "1"})
		s.requireSettled()
	})
}

// seconds is a feed like those whose cursor is a time in whole seconds: it asks for everything since
// a while before the cursor, so that neither ties nor a lagging clock lose anything.
type seconds struct {
	s       *stage
	e       *end
	overlap time.Duration
	lag     time.Duration // how far the server's clock is behind
}

func (f seconds) now() time.Time { return f.s.Clock.Now().Add(-f.lag).Truncate(time.Second) }

func (f seconds) Now(context.Context) (syncer.Cursor, error) {
	return syncer.Cursor(strconv.FormatInt(f.now().Unix(), 10)), nil
}

func (f seconds) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	at, err := strconv.ParseInt(string(from), 10, 64)
	if err != nil {
		return nil, "", false, syncer.ErrCursor
	}
	since := time.Unix(at, 0).Add(-f.overlap)
	var hints []syncer.Hint
	for _, h := range f.s.events(f.e, "at-0") { //nolint:contextcheck // it is the test's
		if stamped := h.At.Add(-f.lag).Truncate(time.Second); !stamped.Before(since) {
			h.Within = nil
			hints = append(hints, h)
		}
	}
	next, err := f.Now(ctx)
	return hints, next, false, err
}

func timestampCursorTies(t *testing.T, s *stage) {
	for _, lag := range []time.Duration{0, 3 * time.Second} {
		t.Run(fmt.Sprintf("lag-%s", lag), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"p": "1", "q": "1", "r": "1"})
			f := seconds{s, s.a, 5 * time.Second, lag}
			stream := syncer.Stream{Name: "seconds", Feed: f, Side: s.a.side, Pairs: []string{s.Pair.Name}}
			run := func() {
				_, err := stream.Poll(t.Context(), s.Store)
				require.NoError(t, err)
				s.a.conn.Clear()
				s.b.conn.Clear()
				s.report, err = s.World.Run(t.Context(), nil)
				require.NoError(t, err)
			}
			run() // the first poll asks for a scan
			s.Later(time.Minute)
			run()

			s.a.Write("p", "2")
			run()
			s.requireWrites(s.b, "UpdateFile")
			s.a.Write("q", "2") // in the second in which the cursor stands
			s.Later(300 * time.Millisecond)
			s.a.Write("p", "3")
			run()
			s.requireTrees(syncertest.Tree{"p": "3", "q": "2", "r": "1"})
			s.requireWrites(s.b, "UpdateFile", "UpdateFile")
			s.a.Write("r", "2")
			run()
			s.requireTrees(syncertest.Tree{"p": "3", "q": "2", "r": "2"})
			s.requireWrites(s.b, "UpdateFile")
			run() // everything comes again, and is known
			s.requireNoWrites()
			s.requireNoBytes()
			require.False(t, s.report.Full)
			s.Later(time.Minute)
			run()
			s.requireNoWrites()
			s.requireSettled()
		})
	}
}

func createThenDeleteQuickly(t *testing.T, s *stage) {
	for _, purged := range []bool{false, true} {
		t.Run(fmt.Sprintf("purged-%t", purged), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"keep": "k"}, limited(10))
			s.lossy = purged
			drop := s.a.Remove
			if purged {
				drop = s.a.Purge
			}
			s.a.Write("p", "1")
			s.a.Write("d/in", "2")
			drop("p")
			drop("d")
			s.run()
			s.requireNoWrites()
			s.requireTrees(syncertest.Tree{"keep": "k"})
			s.requireSettled()

			// It goes after the feed was read.
			s.a.Write("p", "3")
			s.a.Write("d/in", "4")
			s.poll()
			drop("p")
			drop("d")
			s.run()
			s.requireNoWrites()
			s.requireTrees(syncertest.Tree{"keep": "k"})
			s.requireSettled()

			// It goes between the plan and the call. A folder that was created and then purged could
			// as well be invisible, which is another scenario.
			s.a.Write("p", "5")
			if !purged {
				s.a.Write("d/in", "6")
			}
			once := false
			s.Options.Observe = func(e syncer.Event) {
				if e.Phase == syncer.PhasePlan && !once {
					once = true
					drop("p")
					if !purged {
						drop("d")
					}
				}
			}
			s.run()
			require.True(t, once)
			for range 3 { // at most create and delete, and no failure that comes again and again
				s.Later(2 * time.Minute)
				s.run()
			}
			s.requireNoWrites()
			s.requireTrees(syncertest.Tree{"keep": "k"})
			require.Empty(t, s.report.Failures)
			s.requireSettled()
		})
	}
}

func burst(t *testing.T, s *stage) {
	const files, edits = 400, 25
	base := syncertest.Tree{"keep": "k"}
	for i := range files / 2 {
		base[fmt.Sprintf("old/%03d", i)] = "0"
	}
	s.given(base)
	for n := range edits {
		for i := range files / 2 {
			s.a.Write(fmt.Sprintf("old/%03d", i), fmt.Sprintf("old %d %d", i, n))
			s.a.Write(fmt.Sprintf("new/deep/%03d", i), fmt.Sprintf("new %d %d", i, n))
		}
	}
	s.poll()
	s.a.conn.Clear()
	s.b.conn.Clear()
	for range 3 {
		report, err := s.World.Run(t.Context(), nil)
		require.NoError(t, err)
		require.False(t, report.Full)
		if s.report = report; !report.More {
			break
		}
	}
	require.True(t, s.report.Settled(), s.report)
	s.requireEqualTrees()
	require.Equal(t, files/2, s.b.conn.Count("UpdateFile"), "once an item")
	require.Equal(t, files/2, s.b.conn.Count("CreateFile"))
	require.Equal(t, 2, s.b.conn.Count("CreateFolder"))
	require.LessOrEqual(t, s.a.conn.Count("Look"), 2*files, "once an item, not once an event")
	require.LessOrEqual(t, s.b.conn.Count("Look"), 2*files)
	require.Equal(t, files, s.a.conn.Count("Open"))
	folders := slices.IndexFunc(s.b.conn.Writes(), func(c syncertest.Call) bool { return c.Op == "CreateFolder" && c.Name == "deep" })
	first := slices.IndexFunc(s.b.conn.Writes(), func(c syncertest.Call) bool { return c.Op == "CreateFile" })
	require.Less(t, folders, first, "folders come before what is in them")
	s.lossy = true
	s.requireSettled()
}

func eventOutsideRoot(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"keep": "k"})
	for i := range 50 {
		s.a.Write(fmt.Sprintf("../elsewhere/%d", i), fmt.Sprint(i))
	}
	s.a.Move("../elsewhere/1", "../elsewhere/one")
	s.a.Remove("../elsewhere/2")
	s.poll()
	inbox := len(s.snapshot().Inbox)
	require.GreaterOrEqual(t, inbox, 50)
	s.run()
	s.requireNoWrites()
	require.Zero(t, s.a.conn.Count()+s.b.conn.Count(), "no call is made for what is elsewhere")
	require.True(t, s.report.Settled(), s.report)
	require.Empty(t, s.snapshot().Inbox)
	s.requireTrees(syncertest.Tree{"keep": "k"})

	s.a.Write("../elsewhere/3", "in the same poll")
	s.a.Write("new", "n")
	s.run()
	s.requireTrees(syncertest.Tree{"keep": "k", "new": "n"})
	s.requireWrites(s.b, "CreateFile")
	s.requireSettled()

	t.Run("where-the-feed-does-not-say-where", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k"}, onBoth(func(o *syncertest.Options) { o.Placeless = true }))
		for n := range 5 {
			for i := range 20 {
				s.a.Write(fmt.Sprintf("../elsewhere/%d", i), fmt.Sprint(n, i))
			}
		}
		s.run()
		s.requireNoWrites()
		require.LessOrEqual(t, s.a.conn.Count(), 25, "one look an item, and not for each event")
		s.requireTrees(syncertest.Tree{"keep": "k"})
		s.requireSettled()
	})
}
