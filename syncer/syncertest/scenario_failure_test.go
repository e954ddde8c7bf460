package syncertest_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// reasons lists why things were left, in the report.
func reasons(r *syncer.Report) []string {
	var out []string
	for _, h := range r.Holds {
		out = append(out, h.Reason)
	}
	for _, k := range r.Skips {
		out = append(out, k.Reason)
	}
	for _, f := range r.Failures {
		out = append(out, f.Err)
	}
	return out
}

func partiallyFailedApply(t *testing.T, s *stage) {
	s.given(nil)
	want := syncertest.Tree{}
	for i := range 95 {
		want[fmt.Sprintf("file %02d", i)] = fmt.Sprint(i)
	}
	for i := range 5 {
		want[fmt.Sprintf("bad folder/deep/%d", i)] = fmt.Sprint("inner ", i)
	}
	for at, body := range want {
		s.a.Write(at, body)
	}
	bad := func(name string) bool { return name == "bad folder" || name == "file 07" || name == "file 70" }
	tried := map[string]int{}
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if c.Phase == syncertest.Before && c.Writes {
			tried[c.Name]++
			if bad(c.Name) {
				return fmt.Errorf("something is wrong with it: %w", syncer.ErrRefused)
			}
		}
		return nil
	})
	s.run()
	left := maps.Clone(want)
	maps.DeleteFunc(left, func(at, _ string) bool {
		return bad(at) || strings.HasPrefix(at, "bad folder")
	})
	s.requireTree(s.a, want)
	s.requireTree(s.b, left)
	require.Equal(t, 93, s.report.Totals.Writes)
	require.Len(t, tried, 96, "what depends on the failed folder is not tried")
	for name, n := range tried {
		require.Equal(t, 1, n, name)
	}
	dependants := []string{"bad folder/deep"}
	for i := range 5 {
		dependants = append(dependants, fmt.Sprintf("bad folder/deep/%d", i))
	}
	check := func() {
		s.requireReported(append(dependants, "bad folder", "file 07", "file 70")...)
		for _, f := range s.report.Failures {
			if f.Result == syncer.Failed {
				require.True(t, bad(f.Path), f.Path)
			}
		}
	}
	check()
	journal, err := s.Journal(t.Context())
	require.NoError(t, err)
	for _, o := range journal {
		require.True(t, o.Result != syncer.Failed || bad(o.Path), "%s fails loudly", o.Path)
	}

	view, err := s.Store.View(t.Context(), s.Pair.Name)
	require.NoError(t, err)
	for p, err := range view.Pending(t.Context()) {
		require.NoError(t, err)
		if p.Result == syncer.Failed {
			require.Equal(t, syncer.CauseRefused, p.Cause, "%s is remembered with the kind of its error", p.Path)
		}
	}

	s.run() // too soon for another try
	s.requireNoWrites()
	check()
	s.Later(time.Minute)
	s.run()
	s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFolder")
	check()
	s.Later(time.Minute) // the second wait is longer
	s.run()
	s.requireNoWrites()
	s.Later(time.Minute)
	s.run()
	s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFolder")
	check()

	s.b.conn.OnCall(nil)
	s.Later(time.Hour)
	s.run()
	s.requireTrees(want)
	require.Equal(t, 9, s.report.Totals.Writes)
	s.requireSettled()
}

func poisonItem(t *testing.T, s *stage) {
	unreadable(t, s)
	for name, poison := range map[string]error{"refused": syncer.ErrRefused, "unclear": errReset} {
		t.Run(name, func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"poison": "1", "d/x": "1"})
			tried := 0
			id := s.b.ID("poison")
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Phase == syncertest.Before && c.Writes && c.ID == id {
					tried++
					return poison
				}
				return nil
			})
			s.a.Write("poison", "2")
			full := 0
			for round := range 20 {
				at := fmt.Sprintf("d/file %d", round)
				s.a.Write("d/x", fmt.Sprint("edit ", round))
				s.b.Write(at, fmt.Sprint("new ", round))
				s.run()
				if s.report.Full {
					full++
				}
				require.Equal(t, s.a.Tree()[at], s.b.Tree()[at])
				require.Equal(t, fmt.Sprint("edit ", round), s.b.Tree()["d/x"])
				s.requireReported("poison")
				require.Equal(t, "1", s.b.Tree()["poison"])
				require.Equal(t, "2", s.a.Tree()["poison"])
				s.Later(10 * time.Minute)
			}
			if s.way == hinted {
				require.Zero(t, full, "a full scan was forced")
			}
			require.LessOrEqual(t, tried, 10, "it is tried ever more rarely")
			require.GreaterOrEqual(t, tried, 4)
			s.b.conn.OnCall(nil)
			s.Later(time.Hour)
			s.run()
			s.requireEqualTrees()
			require.Equal(t, "2", s.b.Tree()["poison"])
			s.requireSettled()
		})
	}
}

// unreadable is about items that cannot be read for ever.
func unreadable(t *testing.T, s *stage) {
	for _, op := range []string{"Look", "Open", "Find"} {
		for i, err := range []error{errReset, fs.ErrPermission, errReset, fs.ErrPermission} {
			t.Run(fmt.Sprintf("%s-%s-%d", op, err, i), func(t *testing.T) {
				s := s.again(t)
				s.given(syncertest.Tree{"bad/x": "1", "d/x": "1", "e/x": "1"}, limited(10))
				files := i < 2 // or only the folders are bad
				ids := map[string]bool{s.a.ID("bad"): true, s.a.ID("bad/x"): files}
				s.a.Write("bad/x", "2")
				ids[s.a.Write("bad/new", "new")] = files
				ids[s.a.Write("worse/in", "new")] = files
				ids[s.a.ID("worse")] = true
				s.a.conn.OnCall(func(c syncertest.Call) error {
					if c.Phase == syncertest.Before && c.Op == op && (ids[c.ID] || ids[c.Parent]) {
						return err
					}
					return nil
				})
				s.a.Write("d/x", "2")
				s.b.Remove("e")
				for round := range 4 {
					s.a.Write(fmt.Sprint("d/file ", round), fmt.Sprint(round))
					s.b.Write(fmt.Sprint("e2/file ", round), fmt.Sprint(round))
					s.run()
					require.True(t, s.b.Has(fmt.Sprint("d/file ", round)), s.report)
					require.True(t, s.a.Has(fmt.Sprint("e2/file ", round)), s.report)
					require.Equal(t, "2", s.b.Tree()["d/x"])
					require.False(t, s.a.Has("e"))
					require.True(t, s.a.Has("bad/new") && s.a.Has("worse/in") && s.b.Has("bad/x"))
					s.requireCharged(2)
					s.Later(10 * time.Minute)
				}
				s.a.conn.OnCall(nil)
				s.Later(time.Hour)
				s.run()
				s.requireEqualTrees()
				s.requireCharged(2)
				s.requireSettled()
			})
		}
	}
}

func preservationFails(t *testing.T, s *stage) {
	failures := map[string]error{"refused": syncer.ErrRefused, "locked": syncer.ErrLocked, "unclear": errReset, "no-permission": syncer.ErrReadOnly}
	for _, name := range slices.Sorted(maps.Keys(failures)) {
		t.Run(name, func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"d/plan.pdf": "0"})
			s.a.Write("d/plan.pdf", "of a")
			s.b.Write("d/plan.pdf", "of b")
			bad := func(c syncertest.Call) error {
				if c.Op == "Move" && c.Phase == syncertest.Before {
					return failures[name]
				}
				return nil
			}
			s.a.conn.OnCall(bad)
			s.b.conn.OnCall(bad)
			for range 3 {
				s.run()
				s.requireTree(s.a, syncertest.Tree{"d/plan.pdf": "of a"})
				s.requireTree(s.b, syncertest.Tree{"d/plan.pdf": "of b"})
				for _, e := range s.ends() {
					require.NotContains(t, s.wrote(e), "UpdateFile")
					require.NotContains(t, s.wrote(e), "CreateFile")
				}
				require.NotEmpty(t, reasons(s.report))
				s.Later(time.Hour)
			}
			s.a.conn.OnCall(nil)
			s.b.conn.OnCall(nil)
			s.run()
			s.requireEqualTrees()
			got := s.a.byContents(t)
			require.Len(t, got, 2)
			require.Contains(t, got, "of a")
			require.Contains(t, got, "of b")
			s.requireSettled()
		})
	}
	t.Run("neither-side-can-rename", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"plan.pdf": "0"}, onBoth(func(o *syncertest.Options) { o.Info.File.Rename = false }))
		s.a.Write("plan.pdf", "of a")
		s.b.Write("plan.pdf", "of b")
		s.run()
		s.requireTree(s.a, syncertest.Tree{"plan.pdf": "of a"})
		s.requireTree(s.b, syncertest.Tree{"plan.pdf": "of b"})
		s.requireNoWrites()
		s.requireReported("plan.pdf")
		s.full()
		s.requireNoWrites()
		s.requireReported("plan.pdf")
	})
	t.Run("the-copy-cannot-be-made", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"plan.pdf": "0"})
		s.a.Write("plan.pdf", "of a")
		s.b.Write("plan.pdf", "of b")
		bad := func(c syncertest.Call) error {
			if c.Op == "CreateFile" && c.Phase == syncertest.Before {
				return syncer.ErrRefused
			}
			return nil
		}
		s.a.conn.OnCall(bad)
		s.b.conn.OnCall(bad)
		for range 3 {
			s.run()
			require.Contains(t, s.a.byContents(t), "of a", "is current")
			require.Contains(t, s.b.byContents(t), "of b", "is current")
			s.Later(time.Hour)
		}
		s.a.conn.OnCall(nil)
		s.b.conn.OnCall(nil)
		s.run()
		s.requireEqualTrees()
		require.Len(t, s.a.byContents(t), 2)
		s.requireSettled()
	})
}

func stateWriteFails(t *testing.T, s *stage) {
	full := errors.New("no space left on device")
	for _, once := range []bool{false, true} {
		for n := 1; ; n++ {
			hit := false
			t.Run(fmt.Sprintf("write-%d-once-%t", n, once), func(t *testing.T) {
				s := s.again(t)
				armed, count := false, 0
				writes := -1
				s.given(diverse, limited(100), func(c *config) {
					c.store.Fail = func(op memory.Op, done bool) error {
						if !armed || done || op != memory.OpCommit {
							return nil
						}
						count++
						if count < n || once && count > n {
							return nil
						}
						if writes < 0 {
							writes = len(s.a.conn.Writes()) + len(s.b.conn.Writes())
						}
						hit = true
						return full
					}
				})
				s.edit()
				if s.way == hinted {
					s.poll()
				}
				s.a.conn.Clear()
				s.b.conn.Clear()
				armed = true
				_, err := s.World.Run(t.Context(), &syncer.RunOptions{Full: s.way == scanned})
				armed = false
				if hit {
					require.ErrorIs(t, err, full)
					require.Equal(t, writes, len(s.a.conn.Writes())+len(s.b.conn.Writes()), "something was written after the state could not be")
				} else {
					require.NoError(t, err)
				}
				s.Later(2 * time.Minute)
				s.run()
				s.run()
				s.requireEqualTrees()
				require.True(t, s.report.Settled(), s.report)
				s.requireSettled()
			})
			if !hit || t.Failed() && n > 100 {
				break
			}
		}
	}
}
