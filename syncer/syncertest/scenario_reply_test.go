package syncertest_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func uploadedButNotRecorded(t *testing.T, s *stage) {
	for _, digests := range []bool{true, false} {
		t.Run(fmt.Sprintf("digests-%t", digests), func(t *testing.T) {
			s := s.again(t)
			dead := false
			s.given(syncertest.Tree{"keep": "k", "old": "1"}, onBoth(func(o *syncertest.Options) {
				if !digests {
					o.Info.Digest = ""
				}
			}), func(c *config) {
				c.store.Fail = func(memory.Op, bool) error {
					if dead {
						return errDead
					}
					return nil
				}
			})
			crashAfter := func(op string) {
				s.b.conn.OnCall(func(c syncertest.Call) error {
					if c.Op == op && c.Phase == syncertest.After {
						dead = true
					}
					return nil
				})
				require.ErrorIs(t, s.try(syncer.RunOptions{}), errDead)
				s.b.conn.OnCall(nil)
				dead = false
				s.crash()
				s.Later(time.Minute)
				require.Equal(t, 1, s.b.conn.Count(op))
			}

			s.a.Write("new", "fresh")
			crashAfter("CreateFile")
			id := s.b.ID("new")
			s.run()
			s.requireTrees(syncertest.Tree{"keep": "k", "old": "1", "new": "fresh"})
			s.requireSame(s.b, id, "new")
			s.requireNoWrites()
			s.requireNoConflict()
			if digests {
				s.requireNoBytes()
			}
			s.requireSettled()

			s.a.Write("old", "two")
			crashAfter("UpdateFile")
			s.run()
			s.requireTrees(syncertest.Tree{"keep": "k", "old": "two", "new": "fresh"})
			s.requireNoWrites()
			s.requireNoConflict()
			require.Equal(t, []string{"1", "two"}, s.b.History("old"), "one new version")
			s.requireSettled()

			s.a.Mkdir("folder")
			crashAfter("CreateFolder")
			id = s.b.ID("folder")
			s.run()
			s.requireSame(s.b, id, "folder")
			s.requireNoWrites()
			s.requireSettled()

			// What our upload became was edited before the next run.
			s.a.Write("raced", "ours")
			crashAfter("CreateFile")
			s.b.Write("raced", "edited by b")
			s.run()
			s.requireEqualTrees()
			require.Contains(t, s.a.byContents(t), "edited by b")
			s.requireSettled()
		})
	}
}

// errReset is a reply that leaves open whether the call had its effect.
var errReset = errors.New("connection reset by peer")

func replyLost(t *testing.T, s *stage) {
	changes := map[string]func(s *stage){
		"CreateFolder": func(s *stage) { s.a.Mkdir("new folder") },
		"CreateFile":   func(s *stage) { s.a.Write("new file", "n") },
		"UpdateFile":   func(s *stage) { s.a.Write("edit", "2") },
		"Move":         func(s *stage) { s.a.Move("move", "d/moved") },
		"Delete":       func(s *stage) { s.a.Remove("delete") },
	}
	base := syncertest.Tree{"edit": "1", "move": "m", "delete": "x", "d/": ""}
	for _, op := range slices.Sorted(maps.Keys(changes)) {
		t.Run("done/"+op, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(10))
			changes[op](s)
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == op && c.Phase == syncertest.After {
					return errReset
				}
				return nil
			})
			require.NoError(t, s.try(syncer.RunOptions{}))
			s.requireWrites(s.b, op)
			require.False(t, s.report.Settled(), "what is not known to be done is reported")
			s.b.conn.OnCall(nil)
			s.Later(2 * time.Minute)
			s.run()
			s.requireNoWrites()
			s.requireEqualTrees()
			s.requireSettled()
		})
		t.Run("not-done/"+op, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(10))
			changes[op](s)
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == op && c.Phase == syncertest.Before {
					return errReset
				}
				return nil
			})
			require.NoError(t, s.try(syncer.RunOptions{}))
			s.requireWrites(s.b, op)
			s.b.conn.OnCall(nil)
			s.Later(2 * time.Minute)
			s.run()
			s.requireWrites(s.b, op)
			s.requireEqualTrees()
			s.requireSettled()
		})
		t.Run("late/"+op, func(t *testing.T) {
			s := s.again(t)
			s.given(base, limited(10), settlingFor(10*time.Second))
			s.Later(time.Minute)
			changes[op](s)
			s.b.conn.OnCall(func(c syncertest.Call) error {
				if c.Op == op && c.Phase == syncertest.Before {
					return syncertest.ErrLate
				}
				return nil
			})
			require.NoError(t, s.try(syncer.RunOptions{}))
			s.requireWrites(s.b, op)
			s.b.conn.OnCall(nil)
			for range 2 { // it may still land: nobody touches it
				require.NoError(t, s.try(syncer.RunOptions{}))
				s.requireNoWrites()
				require.True(t, len(reasons(s.report)) > 0 || len(s.report.Incomplete) > 0)
			}
			s.Later(11 * time.Second)
			s.Later(2 * time.Minute)
			s.run()
			s.requireNoWrites()
			s.requireEqualTrees()
			s.requireSettled()
		})
	}
	for _, phase := range []syncertest.Phase{syncertest.Before, syncertest.After} {
		t.Run(fmt.Sprintf("rename-of-a-conflict-%d", phase), func(t *testing.T) {
			s := s.again(t)
			s.given(syncertest.Tree{"d/p.txt": "0", "keep": "k"})
			s.a.Write("d/p.txt", "of a")
			s.b.Write("d/p.txt", "of b")
			lost := func(c syncertest.Call) error {
				if c.Op == "Move" && c.Phase == phase {
					return errReset
				}
				return nil
			}
			s.a.conn.OnCall(lost)
			s.b.conn.OnCall(lost)
			s.run()
			require.LessOrEqual(t, s.a.conn.Count("Move")+s.b.conn.Count("Move"), 1, "nobody touches it before it is settled")
			s.a.conn.OnCall(nil)
			s.b.conn.OnCall(nil)
			for range 2 {
				s.Later(2 * time.Minute)
				s.run()
			}
			s.requireEqualTrees()
			got := s.a.byContents(t)
			require.Len(t, got, 3)
			require.Contains(t, got, "of a")
			require.Contains(t, got, "of b")
			s.requireSettled()
		})
	}
	t.Run("busy-for-long", func(t *testing.T) {
		// A 503 that took effect: NotDone does not hold for it, so a connector gives no ErrBusy.
		s := s.again(t)
		s.given(base)
		s.a.Write("new file", "n")
		down := false
		s.b.conn.OnCall(func(c syncertest.Call) error {
			if down && c.Phase == syncertest.Before && c.Op != "Changes" {
				return fmt.Errorf("503: %w", errReset)
			}
			if c.Op == "CreateFile" && c.Phase == syncertest.After {
				down = true
				return fmt.Errorf("503: %w", errReset)
			}
			return nil
		})
		_ = s.try(syncer.RunOptions{})
		for range 3 {
			s.Later(time.Hour)
			_ = s.try(syncer.RunOptions{})
			require.Empty(t, s.b.conn.Writes(), "nothing is written before somebody has looked")
		}
		down = false
		s.b.conn.OnCall(nil)
		s.Later(time.Hour)
		s.run()
		s.requireNoWrites()
		s.requireEqualTrees()
		s.requireSettled()
	})
}
