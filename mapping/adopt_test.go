package mapping_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// both makes a world whose Documents, and whose Box folder Bridge/Documents, hold a tree each, and a Link.
func both(t *testing.T, procore, box syncertest.Tree, rules mapping.Rules) *world {
	t.Helper()
	tree := syncertest.Tree{"Bridge/": ""}
	for at, body := range box {
		tree["Bridge/Documents/"+at] = body
	}
	w := newWorld(t, tree)
	for at, body := range procore {
		w.documents().Write(at, body)
	}
	_, err := w.Add(t.Context(), mapping.Link{
		Name: "bridge", Company: "1", Project: "7", Folder: w.box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents}, Rules: rules,
	})
	require.NoError(t, err)
	w.poll()
	return w
}

func TestAdoptingTenThousandEqualFilesUploadsNothing(t *testing.T) {
	const files = 10_000
	tree := syncertest.Tree{}
	for i := range files {
		tree[fmt.Sprintf("Area %d/Level %d/sheet %d.pdf", i%7, i%70, i)] = fmt.Sprintf("sheet %d", i)
	}
	for adopt, reads := range map[mapping.Adoption]int{mapping.AdoptVerified: files, mapping.AdoptTrusted: 0} {
		t.Run(string(adopt), func(t *testing.T) {
			w := both(t, tree, tree, mapping.Rules{Adopt: adopt})
			before := w.documents().Tree()
			results := w.settle("bridge")
			require.Empty(t, w.wrote(), "nothing is written on either side")
			require.Zero(t, results[0].Report.Totals.Writes)
			require.Equal(t, reads, w.documents().conn.Count("Open"), "one read of the side that has no hash")
			require.Zero(t, w.conn.Count("Open"), "Box tells its hashes")
			require.Equal(t, before, w.documents().Tree())

			w.bob.Write("Bridge/Documents/Area 0/Level 0/sheet 0.pdf", "second issue")
			w.poll()
			results = w.settle("bridge")
			require.Equal(t, 1, results[0].Report.Totals.Writes, "they are one from now on")
			require.Equal(t, "second issue", w.documents().Tree()["Area 0/Level 0/sheet 0.pdf"])
		})
	}
}

func TestWhatDiffersIsKeptOnBothSidesWhateverTheRuleForConflicts(t *testing.T) {
	for _, c := range []struct {
		rule     mapping.ConflictRule
		resolver syncer.Resolver
	}{
		{mapping.KeepBoth, policy.KeepBoth},
		{mapping.Newest, policy.Newest{}},
		{mapping.PreferProcore, policy.Prefer(syncer.Source)},
		{mapping.PreferBox, policy.Prefer(syncer.Destination)},
	} {
		for _, adopt := range []mapping.Adoption{mapping.AdoptVerified, mapping.AdoptTrusted, mapping.AdoptAsked} {
			t.Run(fmt.Sprintf("%s, %s", c.rule, adopt), func(t *testing.T) {
				w := both(t,
					syncertest.Tree{"d/plan.pdf": "of procore", "same.pdf": "same", "only/procore.pdf": "p"},
					syncertest.Tree{"d/plan.pdf": "of box", "same.pdf": "same", "only/box.pdf": "b"},
					mapping.Rules{Conflict: c.rule, Adopt: adopt})
				w.options.Policies = func(mapping.Link, mapping.Tool) (syncer.Policies, error) {
					return syncer.Policies{Resolver: c.resolver}, nil
				}
				w.open()
				for range 2 {
					w.sync("bridge", mapping.SyncOptions{})
					require.Equal(t, w.documents().Tree(), w.below("Bridge/Documents"))
					bodies := slices.Sorted(maps.Values(w.documents().Tree()))
					require.Equal(t, []string{"", "", "b", "of box", "of procore", "p", "same"}, bodies)
					require.Empty(t, w.box.Trash())
					require.Empty(t, w.documents().Trash())
				}
				require.Equal(t, []string{"of box"}, w.box.History("Bridge/Documents/"+copyOf(t, w)), "not even as a version")

				// Later on the rule holds.
				w.documents().Write("only/box.pdf", "edited in procore")
				w.clock.Advance(time.Hour)
				w.bob.Write("Bridge/Documents/only/box.pdf", "edited in box")
				w.poll()
				w.sync("bridge", mapping.SyncOptions{})
				require.Equal(t, c.rule == mapping.KeepBoth, len(w.documents().Tree()) == 8, w.documents().Tree())
			})
		}
	}
}

// copyOf returns the path of the file that got a conflict name.
func copyOf(t *testing.T, w *world) string {
	t.Helper()
	for at, body := range w.documents().Tree() {
		if body == "of box" {
			require.NotEqual(t, "d/plan.pdf", at)
			return at
		}
	}
	require.Fail(t, "the version of Box is gone")
	return ""
}

func TestWhoAsksIsAskedForEachFileThatNoHashTells(t *testing.T) {
	w := both(t,
		syncertest.Tree{"a.pdf": "alike", "b.pdf": "other", "c.pdf": "cc"},
		syncertest.Tree{"a.pdf": "alike", "b.pdf": "those", "c.pdf": "longer"}, mapping.Rules{Adopt: mapping.AdoptAsked})
	results := w.sync("bridge", mapping.SyncOptions{})
	holds := results[0].Report.Holds
	require.Len(t, holds, 2, results[0].Report)
	require.Len(t, results[0].Report.Conflicts, 1, "other sizes are other files")
	l, err := w.Get(t.Context(), "bridge")
	require.NoError(t, err)
	for _, h := range holds {
		require.Equal(t, syncer.OpAdopt, h.Op)
		if h.Path == "a.pdf" {
			require.NoError(t, w.state.Decide(t.Context(), l.Pair(mapping.Documents), h.Action, syncer.Approved))
		}
	}
	results = w.sync("bridge", mapping.SyncOptions{})
	require.Empty(t, w.wrote())
	require.Len(t, results[0].Report.Holds, 1)
	require.Equal(t, "b.pdf", results[0].Report.Holds[0].Path)
	w.bob.Write("Bridge/Documents/a.pdf", "edited")
	w.poll()
	w.sync("bridge", mapping.SyncOptions{})
	require.Equal(t, "edited", w.documents().Tree()["a.pdf"])
	require.Equal(t, "other", w.documents().Tree()["b.pdf"])
	require.Equal(t, "those", w.box.Tree()["Bridge/Documents/b.pdf"])
}

func TestALinkThatIsMadeAgainPairsWhatIsThere(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": ""}, func(w *world) {
		w.facts[mapping.Photos] = func(o *syncertest.Options) { o.Info.Names.Unique = syncer.UniqueNone }
	})
	w.add("Bridge", mapping.Documents, mapping.Photos)
	w.documents().Write("a.pdf", "a")
	w.documents().Write("b.pdf", "b")
	w.documents().Write("c.pdf", "c")
	for i := range 3 { // of one name, so two of them get another one in Box
		w.photos().Add("image.jpg", fmt.Sprintf("photo %d", i))
	}
	w.settle("bridge")
	w.documents().Write("a.pdf", "a of Ann")
	w.bob.Write("Bridge/Documents/a.pdf", "a of Bob")
	w.poll()
	w.sync("bridge", mapping.SyncOptions{}) // both are kept, one of them under another name
	require.NoError(t, w.Remove(t.Context(), "bridge"))
	before := w.below("Bridge")
	w.documents().Remove("b.pdf")
	w.bob.Remove("Bridge/Documents/c.pdf")

	w.add("Bridge", mapping.Documents, mapping.Photos)
	results := w.settle("bridge")
	require.Equal(t, 2, results[0].Report.Totals.Writes, "b.pdf and c.pdf are there again")
	require.Zero(t, results[0].Report.Totals.Deletes)
	require.Zero(t, results[1].Report.Totals.Writes)
	require.Equal(t, before, w.below("Bridge"))
	require.Len(t, w.photos().Tree(), 3)
	w.settle("bridge")
	require.Empty(t, w.wrote())
}
