package syncertest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

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
