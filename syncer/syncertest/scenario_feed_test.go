package syncertest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
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
