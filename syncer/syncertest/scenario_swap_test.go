package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// swap gives two items of one folder each other's name, as a person does.
func (e *end) swap(x, y string) {
	e.Move(x, "aside")
	e.Move(y, x)
	e.Move("aside", y)
}

func swapNames(t *testing.T, s *stage) {
	swapped := func(s *stage) (x, y string) {
		s.given(tree{"x": "1", "y": "2", "d/": ""}, limited(0))
		x, y = s.b.ID("x"), s.b.ID("y")
		s.a.swap("x", "y")
		return x, y
	}
	check := func(s *stage, x, y string) {
		s.requireTrees(tree{"x": "2", "y": "1", "d/": ""})
		s.requireSame(s.b, x, "y")
		s.requireSame(s.b, y, "x")
		require.NotContains(s.t, append(s.wrote(s.a), s.wrote(s.b)...), "CreateFile")
		s.requireNoBytes()
		s.requireNoConflict()
		s.requireSettled()
	}
	x, y := swapped(s)
	s.run()
	s.requireWrites(s.a)
	s.requireWrites(s.b, "Move", "Move", "Move")
	check(s, x, y)

	// Killed before or after each of the three calls, the next run ends it.
	for call := 1; call <= 3; call++ {
		for _, phase := range []syncertest.Phase{syncertest.Before, syncertest.After} {
			t.Run(fmt.Sprintf("killed at call %d phase %d", call, phase), func(t *testing.T) {
				s := newStage(t, s.way, s.mirrored)
				x, y := swapped(s)
				s.killAt("Move", call, phase)
				s.run()
				check(s, x, y)
			})
		}
	}
}

// killAt runs and kills the process at the n-th call of a method on B: neither calls nor state get
// through any more. Then a new process finds what was durable.
func (s *stage) killAt(op string, n int, phase syncertest.Phase) {
	s.t.Helper()
	ctx, kill := context.WithCancel(s.t.Context())
	defer kill()
	calls := 0
	hook := func(c syncertest.Call) error {
		if c.Op == op && c.Phase == phase {
			calls++
		}
		if calls >= n {
			kill()
			return errors.New("the process is dead")
		}
		return nil
	}
	s.b.conn.OnCall(hook)
	s.ctx, s.Store = ctx, dying{s.Store, func() bool { return calls >= n }}
	require.Error(s.t, s.try(syncer.RunOptions{}))
	s.ctx = nil
	s.crash()
	s.recover()
}

func rotateNames(_ *testing.T, s *stage) {
	s.given(tree{"x": "1", "y": "2", "z": "3", "d/p": "4", "e/p": "5"}, limited(0))
	ids := s.b.IDs()
	s.a.Move("z", "aside") // x to y, y to z, z to x
	s.a.Move("y", "z")
	s.a.Move("x", "y")
	s.a.Move("aside", "x")
	s.a.Move("d/p", "aside") // and two of one name change their folders
	s.a.Move("e/p", "d/p")
	s.a.Move("aside", "e/p")
	s.run()
	s.requireTrees(tree{"y": "1", "z": "2", "x": "3", "e/p": "4", "d/p": "5"})
	for from, to := range map[string]string{"x": "y", "y": "z", "z": "x", "d/p": "e/p", "e/p": "d/p"} {
		s.requireSame(s.b, ids[from], to)
	}
	s.requireWrites(s.a)
	s.requireWrites(s.b, "Move", "Move", "Move", "Move", "Move", "Move", "Move")
	s.requireNoBytes()
	s.requireNoConflict()
	s.requireSettled()
}

func swapVsEdit(_ *testing.T, s *stage) {
	s.each(func(t *testing.T, s *stage, on option) {
		s.given(tree{"x": "1", "y": "2"}, on)
		x, y := s.b.ID("x"), s.b.ID("y")
		s.a.swap("x", "y")
		s.b.Write("x", "1 edited")
		s.run()
		s.requireTrees(tree{"x": "2", "y": "1 edited"})
		s.requireSame(s.b, x, "y")
		s.requireSame(s.b, y, "x")
		s.requireWrites(s.a, "UpdateFile")
		s.requireWrites(s.b, "Move", "Move", "Move")
		s.requireNoConflict()
		s.requireSettled()
	}, ordinary, digestlessB)
}
