package syncertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestReasonsAndErrorsCallTheSidesWhatPeopleCallThem(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.start(tree{"big": "12345", "p": "1", "q": "2", "r": "3"}, tree{}, onB(func(o *syncertest.Options) { o.Info.MaxSize = 4 }))
	s.Pair.Source.Name, s.Pair.Destination.Name = "the site", "the office"
	s.full()
	require.Equal(t, "the office takes no files above 4 bytes", s.report.Skips[0].Reason)

	s.b.conn.OnCall(func(c syncertest.Call) error {
		if c.Op == "Delete" {
			return syncer.ErrLocked
		}
		return nil
	})
	s.a.Remove("p")
	s.full()
	require.Equal(t, `delete "p" on the office: Delete on Memory: locked`, s.report.Failures[0].Err)

	s.b.conn.OnCall(nil)
	s.Options.Policies.Guards = []syncer.Guard{policy.Brake{Files: 2}}
	s.a.Write("q", "22")
	s.a.Write("r", "33")
	require.ErrorContains(t, s.try(syncer.RunOptions{}), "files on the office are to change in one run")
	s.a.MoveOut("q")
	s.Options.Policies.Guards = nil
	engine, err := s.Engine()
	require.NoError(t, err)
	plan, err := engine.Plan(t.Context(), &syncer.RunOptions{Full: true})
	require.NoError(t, err)
	require.Contains(t, plan.String(), `held: delete "q" on the office (moved out of the root on the site)`)
}
