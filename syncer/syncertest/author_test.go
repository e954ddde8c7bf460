package syncertest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// by is who the journal says made the changes that the last run carried over, by path and op.
func (s *stage) by(e *end) map[string]string {
	s.t.Helper()
	all, err := s.Journal(s.t.Context())
	require.NoError(s.t, err)
	out := map[string]string{}
	for _, o := range all {
		if o.Position.Fence > s.before && o.On == e.side && o.Op.Writes() && o.Result == syncer.Done {
			out[o.Op.String()+" "+o.Path] = o.By.String()
		}
	}
	return out
}

func TestTheJournalSaysWhoMadeTheChangeThatWasCarriedOver(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"d/x": "x", "d/e/y": "y", "p": "1", "old": "o", "away": "a"})
		if s.way == scanned {
			s.poll() // whoever polls before a scan knows as much
		}
		eve := s.a.Service.User("eve")
		s.a.Remove("d")
		eve.Rename("old", "new")
		eve.Write("p", "2")
		s.a.MoveOut("away")
		eve.Mkdir("f")
		s.b.Write("n", "new")
		s.poll()
		s.run()
		require.Equal(t, map[string]string{
			"delete d": "ann", "delete d/x": "ann", "delete d/e": "ann", "delete d/e/y": "ann",
			"move new": "eve", "update p": "eve", "create folder f": "eve",
		}, s.by(s.b))
		require.Equal(t, map[string]string{"create file n": "bob"}, s.by(s.a))
		require.Equal(t, s.Clock.Now(), s.outcomes("d/e/y")[0].By.At)
	})(t, nil)
}

func TestAPlanSaysWhoMadeTheChange(t *testing.T) {
	t.Parallel()
	s := newStage(t, hinted, false)
	s.given(tree{"p": "1", "k": "k"})
	s.a.Remove("p")
	s.poll()
	engine, err := s.Engine()
	require.NoError(t, err)
	plan, err := engine.Plan(t.Context(), &syncer.RunOptions{})
	require.NoError(t, err)
	require.Len(t, plan.Actions, 1)
	require.Equal(t, syncer.Author{ID: "ann", Name: "ann", At: s.Clock.Now()}, plan.Actions[0].By)
}

func TestWhoDeletedIsStillKnownWhenTheLimitLetsTheDeleteGo(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"a": "1", "d/b": "2", "k": "k"}, limited(1))
		s.poll()
		s.a.Remove("a")
		s.poll()
		s.run()
		require.Equal(t, map[string]string{"delete a": "ann"}, s.by(s.b))
		s.Later(time.Hour)
		s.a.Service.User("eve").Remove("d")
		s.poll()
		s.run()
		s.requireHolds("d", "d/b")
		s.a.ExpireCursors() // whoever deleted it is told by nobody any more
		s.crash()
		for _, want := range []string{"delete d/b", "delete d"} {
			s.Later(25 * time.Hour)
			s.run()
			require.Equal(t, map[string]string{want: "eve"}, s.by(s.b))
		}
		s.requireSettled()
	})(t, nil)
}

func TestWhoDeletedIsKnownThoughTheAnswerWasLost(t *testing.T) {
	t.Parallel()
	s := newStage(t, hinted, false)
	s.given(tree{"a": "1", "p": "1"})
	s.a.Remove("a")
	s.a.Write("p", "2")
	s.b.conn.OnCall(func(c syncertest.Call) error {
		if (c.Op == "Delete" || c.Op == "UpdateFile") && c.Phase == syncertest.After {
			return errors.New("connection reset by peer")
		}
		return nil
	})
	s.run()
	s.requireFailures("a", "p")
	s.recover()
	s.run()
	require.Equal(t, map[string]string{"delete a": "ann", "update p": "ann"}, s.by(s.b))
}

// A change that nobody tells of is nobody's: what a person did before is not laid to their charge again.
func TestNobodyIsNamedWhomNobodyTold(t *testing.T) {
	t.Parallel()
	s := newStage(t, scanned, false)
	s.given(tree{"d/x": "x", "p": "1", "q": "1"})
	s.a.Remove("d")
	s.a.Rename("p", "pp")
	s.a.Write("q", "2") // the file itself says who wrote it
	s.run()             // without a poll
	require.Equal(t, map[string]string{"delete d": "", "delete d/x": "", "move pp": "", "update q": "ann"}, s.by(s.b))
	s.poll()
	s.run()
	s.a.Service.User("eve").Remove("pp")
	s.run()
	require.Equal(t, map[string]string{"delete pp": ""}, s.by(s.b), "ann has renamed it, and not removed it")
}
