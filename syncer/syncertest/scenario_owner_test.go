package syncertest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func twoRunsAtOnce(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"keep": "k"})
	s.a.Write("one", "1")
	s.a.Write("two", "2")
	second := 0
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.Before && c.Op == "CreateFile" {
			report, err := s.World.Run(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
			require.ErrorIs(t, err, syncer.ErrLocked)
			require.Zero(t, report.Totals.Writes)
			second++
		}
		return nil
	})
	s.run()
	s.b.conn.OnCall(nil)
	require.Equal(t, 2, second)
	s.requireTrees(syncertest.Tree{"keep": "k", "one": "1", "two": "2"})
	s.requireWrites(s.b, "CreateFile", "CreateFile")
	s.requireSettled()

	t.Run("a-dead-owner-is-taken-over", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k"})
		_, err := s.Store.Open(t.Context(), s.Pair.Name)
		require.NoError(t, err)
		s.a.Write("one", "1")
		require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrLocked)
		s.requireTree(s.b, syncertest.Tree{"keep": "k"})
		s.Later(31 * time.Second)
		s.run()
		s.requireTrees(syncertest.Tree{"keep": "k", "one": "1"})
		s.requireSettled()
	})
	for _, settle := range []time.Duration{0, 10 * time.Second} {
		t.Run(fmt.Sprintf("a-zombie-does-no-harm-settle-%s", settle), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"keep": "k", "edit": "1"}, settlingFor(settle))
			s.Later(time.Minute)
			s.a.Write("edit", "2")
			s.a.Write("one", "1")
			s.a.Write("two", "2")
			once := false
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Phase == syncertest.Before && c.Writes && !once {
					// The process sleeps while it makes this call, and another one takes over.
					once = true
					s.Later(time.Minute)
					_, err := s.World.Run(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
					require.NoError(t, err)
				}
				return nil
			})
			require.ErrorIs(t, s.try(syncer.RunOptions{}), syncer.ErrFenced)
			s.b.conn.OnCall(nil)
			s.Later(time.Minute)
			s.run()
			s.requireTrees(syncertest.Tree{"keep": "k", "edit": "2", "one": "1", "two": "2"})
			s.requireNoConflict()
			s.requireSettled()
		})
	}
}

func overlappingPairs(t *testing.T, _ *stage) {
	service := func(realm string) *syncertest.Service {
		info := syncertest.Ordinary()
		info.Realm = realm
		return syncertest.New(syncertest.Options{Info: info, Prefix: realm}, syncertest.Tree{"a/b/c/": "", "a/d/": "", "e/": "", "ab/": ""})
	}
	one, two, unknown := service("one"), service("two"), service("")
	pair := func(name string, source *syncertest.Service, from string, destination *syncertest.Service, to string) syncer.Pair {
		s, d := source.ConnectAt(from), destination.ConnectAt(to)
		return syncer.Pair{
			Name:        name,
			Source:      syncer.Endpoint{FS: s.FileSystem(), Root: s.Root()},
			Destination: syncer.Endpoint{FS: d.FileSystem(), Root: d.Root()},
		}
	}
	for _, c := range []struct {
		name     string
		pairs    []syncer.Pair
		overlaps bool
	}{
		{"apart", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "e", two, "e")}, false},
		{"names that begin alike", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "ab", two, "ab")}, false},
		{"siblings", []syncer.Pair{pair("p", one, "a/b", two, "a/b"), pair("q", one, "a/d", two, "a/d")}, false},
		{"the same source", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "a", two, "e")}, true},
		{"the same destination", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "e", two, "a")}, true},
		{"below", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", one, "a/b", two, "e")}, true},
		{"far below", []syncer.Pair{pair("p", one, "e", two, "."), pair("q", one, "a", two, "a/b/c")}, true},
		{"above", []syncer.Pair{pair("p", one, "a/b", two, "a"), pair("q", one, "a", two, "e")}, true},
		{"across sides", []syncer.Pair{pair("p", one, "a", two, "a"), pair("q", two, "a/b", one, "e")}, true},
		{"a pair with itself", []syncer.Pair{pair("p", one, "a", one, "a/b")}, true},
		{"the third of three", []syncer.Pair{pair("p", one, "e", two, "e"), pair("q", one, "a", two, "a"), pair("r", one, "a/d", two, "ab")}, true},
		{"services that cannot be compared", []syncer.Pair{pair("p", unknown, "a", unknown, "e"), pair("q", unknown, "a", unknown, "a")}, false},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			err := syncer.CheckOverlap(t.Context(), c.pairs...)
			if !c.overlaps {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, syncer.ErrOverlap)
			last := c.pairs[len(c.pairs)-1].Name
			require.ErrorContains(t, err, last, "the error names the pair")
		})
	}
}

func stopSignal(t *testing.T, s *stage) {
	want := syncertest.Tree{"edit": "2", "d/in": "i"}
	for i := range 10 {
		want[fmt.Sprintf("file %d", i)] = fmt.Sprint("body ", i)
	}
	prepare := func(t *testing.T, parallel int) *stage {
		s := s.again(t)
		s.given(syncertest.Tree{"edit": "1", "d/in": "i"}, with(func(o *syncer.Options) { o.Parallel = parallel }))
		for at, body := range want {
			s.a.Write(at, body)
		}
		return s
	}
	stopped := func(s *stage, when func(c syncertest.Call) bool) {
		t := s.t
		if s.way == hinted {
			s.poll()
		}
		s.a.conn.Clear()
		s.b.conn.Clear()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var once sync.Once
		calls := 0
		hook := func(c syncertest.Call) error {
			if when(c) {
				once.Do(func() {
					stop()
					calls = s.a.conn.Count() + s.b.conn.Count()
				})
			}
			return nil
		}
		s.a.conn.OnCall(hook)
		s.b.conn.OnCall(hook)
		report, err := s.World.Run(ctx, &syncer.RunOptions{Full: s.way == scanned})
		s.report = report
		require.ErrorIs(t, err, context.Canceled)
		started := s.a.conn.Count() + s.b.conn.Count() - calls
		require.Less(t, started, s.Options.Parallel, "calls were started after the stop, other than those just beginning")
		s.a.conn.OnCall(nil)
		s.b.conn.OnCall(nil)
	}
	finish := func(s *stage) {
		t := s.t
		done := s.b.IDs()
		for at, body := range s.b.Tree() {
			if at != "edit" {
				require.Equal(t, want[at], body, "a short file")
			}
		}
		s.Later(2 * time.Minute)
		s.run()
		s.requireTrees(want)
		for at, id := range done {
			s.requireSame(s.b, id, at)
		}
		s.requireSettled()
	}
	for _, parallel := range []int{1, 4} {
		t.Run(fmt.Sprintf("between-calls-parallel-%d", parallel), func(t *testing.T) {
			s := prepare(t, parallel)
			var mu sync.Mutex
			writes := 0
			stopped(s, func(c syncertest.Call) bool {
				mu.Lock()
				defer mu.Unlock()
				if c.Writes && c.Phase == syncertest.After {
					writes++
				}
				return writes == 3
			})
			records, err := s.Records(t.Context())
			require.NoError(t, err)
			if parallel == 1 {
				known := 0
				for _, r := range records {
					if r.ID != syncer.RootRecord && r.Half(s.b.side).Presence == syncer.Present {
						known++
					}
				}
				require.Len(t, s.b.IDs(), known, "what was done is recorded")
				require.Equal(t, 3, s.report.Totals.Writes)
			}
			finish(s)
		})
	}
	t.Run("in-a-transfer", func(t *testing.T) {
		s := prepare(t, 1)
		opened := 0
		stopped(s, func(c syncertest.Call) bool {
			if c.Op == "Open" && c.Phase == syncertest.After {
				opened++
			}
			return opened == 3
		})
		finish(s)
	})
	t.Run("while-listing", func(t *testing.T) {
		s := prepare(t, 1)
		stopped(s, func(c syncertest.Call) bool { return c.Op == "List" || c.Op == "Look" })
		require.Zero(t, s.report.Totals.Writes)
		finish(s)
	})
	t.Run("before-the-start", func(t *testing.T) {
		s := prepare(t, 1)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_, err := s.World.Run(ctx, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, s.try(syncer.RunOptions{}), "the lease is free")
		s.requireTrees(want)
		s.requireSettled()
	})
}
