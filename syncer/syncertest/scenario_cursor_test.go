package syncertest_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

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
