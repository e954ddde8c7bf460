package syncertest_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func changedSincePlan(t *testing.T, s *stage) {
	base := syncertest.Tree{"p": "1", "q": "q", "d/x": "x", "e/": ""}
	cases := map[string]struct {
		planned, meanwhile func(s *stage)
		want               syncertest.Tree // contents, wherever they stand
		trees              syncertest.Tree // if it is sure
	}{
		"update-vs-edit": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.b.Write("p", "of b") },
			syncertest.Tree{"of a": "", "of b": "", "q": "", "x": ""},
			nil,
		},
		"update-vs-rename": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.b.Rename("p", "p2") },
			nil,
			syncertest.Tree{"p2": "of a", "q": "q", "d/x": "x", "e/": ""},
		},
		"update-vs-delete": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.b.Remove("p") },
			nil,
			syncertest.Tree{"p": "of a", "q": "q", "d/x": "x", "e/": ""},
		},
		"move-vs-edit": {
			func(s *stage) { s.a.Move("p", "e/p") }, func(s *stage) { s.b.Write("p", "of b") },
			nil,
			syncertest.Tree{"e/p": "of b", "q": "q", "d/x": "x"},
		},
		"move-vs-delete": {
			func(s *stage) { s.a.Move("p", "e/p") }, func(s *stage) { s.b.Remove("p") },
			nil,
			syncertest.Tree{"e/": "", "q": "q", "d/x": "x"},
		},
		"move-vs-name-taken": {
			func(s *stage) { s.a.Rename("p", "new") }, func(s *stage) { s.b.Write("new", "of b") },
			syncertest.Tree{"1": "", "of b": "", "q": "", "x": ""},
			nil,
		},
		"delete-vs-edit": {
			func(s *stage) { s.a.Remove("p") }, func(s *stage) { s.b.Write("p", "of b") },
			nil,
			syncertest.Tree{"p": "of b", "q": "q", "d/x": "x", "e/": ""},
		},
		"delete-vs-move": {
			func(s *stage) { s.a.Remove("d") }, func(s *stage) { s.b.Move("d/x", "x") },
			syncertest.Tree{"1": "", "q": ""},
			nil,
		},
		"folder-delete-vs-child-added": {
			func(s *stage) { s.a.Remove("d") }, func(s *stage) { s.b.Write("d/new", "n") },
			nil,
			syncertest.Tree{"p": "1", "q": "q", "d/new": "n", "e/": ""},
		},
		"create-vs-create": {
			func(s *stage) { s.a.Write("new", "of a") }, func(s *stage) { s.b.Write("new", "of b") },
			syncertest.Tree{"1": "", "of a": "", "of b": "", "q": "", "x": ""},
			nil,
		},
		"create-vs-same-create": {
			func(s *stage) { s.a.Write("new", "same") }, func(s *stage) { s.b.Write("new", "same") },
			nil,
			syncertest.Tree{"p": "1", "new": "same", "q": "q", "d/x": "x", "e/": ""},
		},
		"create-vs-parent-deleted": {
			func(s *stage) { s.a.Write("d/new", "of a") }, func(s *stage) { s.b.Remove("d") },
			nil,
			syncertest.Tree{"p": "1", "q": "q", "d/new": "of a", "e/": ""},
		},
		"folder-create-vs-create": {
			func(s *stage) { s.a.Write("f/a", "of a") }, func(s *stage) { s.b.Write("f/b", "of b") },
			nil,
			syncertest.Tree{"p": "1", "q": "q", "d/x": "x", "e/": "", "f/a": "of a", "f/b": "of b"},
		},
		"source-edited-again": {
			func(s *stage) { s.a.Write("p", "of a") }, func(s *stage) { s.a.Write("p", "of a, again") },
			nil,
			syncertest.Tree{"p": "of a, again", "q": "q", "d/x": "x", "e/": ""},
		},
		"source-deleted": {
			func(s *stage) { s.a.Write("new", "of a") }, func(s *stage) { s.a.Remove("new") },
			nil, base,
		},
	}
	for _, guarded := range []bool{true, false} {
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			c := cases[name]
			t.Run(fmt.Sprintf("%s-guarded-%t", name, guarded), func(t *testing.T) {
				s := s.again(t)
				armed := false
				s.given(base, limited(10), onBoth(func(o *syncertest.Options) {
					if !guarded {
						o.Info.Guards = syncer.Guards{}
					}
				}), with(func(o *syncer.Options) {
					o.Observe = func(e syncer.Event) {
						if armed && e.Phase == syncer.PhasePlan {
							armed = false
							c.meanwhile(s)
						}
					}
				}))
				c.planned(s)
				armed = true
				s.run()
				require.False(t, armed)
				for i := 0; i < 2 && !s.report.Settled(); i++ {
					s.Later(2 * time.Minute)
					s.run()
				}
				if c.trees != nil {
					s.run()
					s.requireTrees(c.trees)
				} else {
					s.run()
					s.requireEqualTrees()
					got := s.a.byContents(t)
					for body := range c.want {
						require.Contains(t, got, body, s.report)
					}
				}
				s.requireSettled()
			})
		}
	}
}
