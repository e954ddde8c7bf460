package syncertest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/syncertest"
)

// lenientB lets users of B give names that B refuses from us.
var lenientB = onB(func(o *syncertest.Options) { o.Lenient = true })

// A user gave a file a name that the side refuses from us, and deleted it; the other side's edit brings it
// back. In place of its name it gets one that the side can hold, and if another item has that one, a tag.
func TestANameInPlaceOfARefusedOneGetsATagIfItIsTaken(t *testing.T) {
	t.Parallel()
	both(func(t *testing.T, s *stage) {
		s.given(tree{"k": "k"}, strictB, lenientB, renaming)
		s.b.Write("q?", "theirs")
		s.b.Write("q-", "other")
		s.run()
		s.requireTree(s.a, tree{"k": "k", "q?": "theirs", "q-": "other"})
		s.b.Remove("q?")
		s.a.Write("q?", "edited")
		s.run()
		there := s.b.byContents(t)
		require.Equal(t, "q-", there["other"])
		require.True(t, strings.HasPrefix(there["edited"], "q- ("), "%q", there)
		s.requireSettled()
		s.requireIdle()
	})(t, nil)
}
