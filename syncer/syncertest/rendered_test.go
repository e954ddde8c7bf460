package syncertest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A document that is made anew at each reading has no two equal bodies. When nothing is remembered any more, the
// time of what it is made from tells whether the other side has it.
func TestWhatIsMadeAnewAtEachReadingIsKnownByItsTimeWhenNothingIsRemembered(t *testing.T) {
	t.Parallel()
	back, err := policy.NewDirections(map[string]syncer.Direction{"": {Wrong: syncer.PutBack}})
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		change func(s *stage)
		writes []string // on B
	}{
		{"nothing happened", func(*stage) {}, nil},
		{"it says something else now", func(s *stage) { s.a.Write("d/r.pdf", "second") }, []string{"UpdateFile"}},
		{"somebody edited the copy", func(s *stage) { s.b.Write("d/r.pdf", "edited") }, []string{"UpdateFile"}},
		{"the copy is gone", func(s *stage) { s.b.Remove("d/r.pdf") }, []string{"CreateFile"}},
	} {
		t.Run(c.name, eachWay(func(t *testing.T, s *stage) {
			s.start(tree{"d/r.pdf": "first", "k": "k"}, tree{}, aToB,
				onA(func(o *syncertest.Options) {
					o.Rendered = func(name string) bool { return strings.HasSuffix(name, ".pdf") }
				}),
				with(func(o *syncer.Options) { o.Policies.Director = back }))
			s.full()
			s.Later(time.Hour)
			c.change(s)
			s.forget()
			s.full()
			s.requireWrites(s.b, c.writes...)
			require.Empty(t, s.report.Conflicts)
			require.Len(t, s.b.Tree(), 3, "no copy is kept aside")
			s.full()
			s.requireNoWrites()

			s.a.Write("d/r.pdf", "later")
			s.run()
			s.requireWrites(s.b, "UpdateFile")
		}))
	}
}

// Where edits of both sides count, a body that is never the same tells nothing against an edit.
func TestWhatIsMadeAnewAtEachReadingIsAConflictWhereBothSidesCount(t *testing.T) {
	t.Parallel()
	eachWay(func(t *testing.T, s *stage) {
		s.start(tree{"r.pdf": "first"}, tree{"r.pdf": "edited"},
			onA(func(o *syncertest.Options) { o.Rendered = func(string) bool { return true } }))
		s.full()
		require.Len(t, s.report.Conflicts, 1)
		require.Contains(t, bodiesBelow(s.b, ""), "edited")
	})(t)
}
