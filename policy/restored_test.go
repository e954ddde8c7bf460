package policy_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

var restoredSeeds = flag.Int("restored.seeds", 150, "`number` of worlds that go on with the state of a backup")

// backWorld is a world whose state is put back from a backup: both sides are where they are, and what is
// remembered is older. Each content is written once, so it is known again wherever it is.
type backWorld struct {
	*syncertest.World
	t      *testing.T
	rand   *rand.Rand
	n      int
	bygone map[string]bool // contents that somebody has replaced or removed and that no run has seen since
}

// edit lets one of the two do one thing to one item.
func (w *backWorld) edit() {
	user, side := w.Ann, w.Source
	if w.rand.IntN(2) == 1 {
		user, side = w.Bob, w.Destination
	}
	tree := side.Tree()
	paths := slices.Sorted(maps.Keys(tree))
	files := slices.DeleteFunc(slices.Clone(paths), func(at string) bool { return strings.HasSuffix(at, "/") })
	w.n++
	fresh := fmt.Sprintf("content %d", w.n)
	folder := []string{"", "d/", "e/"}[w.rand.IntN(3)]
	if folder != "" && !slices.ContainsFunc(paths, func(at string) bool { return strings.HasPrefix(at, folder) }) {
		folder = ""
	}
	if len(files) == 0 || w.rand.IntN(4) == 0 {
		user.Write(fmt.Sprintf("%snew %d", folder, w.n), fresh)
		return
	}
	at := files[w.rand.IntN(len(files))]
	switch w.rand.IntN(4) {
	case 0, 1:
		w.bygone[tree[at]] = true
		user.Write(at, fresh)
	case 2:
		user.Move(at, fmt.Sprintf("%smoved %d", folder, w.n))
	case 3:
		w.bygone[tree[at]] = true
		user.Remove(at)
	}
}

// sync runs until nothing more comes of it.
func (w *backWorld) sync() *syncer.Report {
	var report *syncer.Report
	for range 8 {
		var err error
		report, err = w.Full(w.t.Context())
		require.NoError(w.t, err)
		w.Later(2 * time.Hour)
		if report.Totals.Writes == 0 {
			break
		}
	}
	require.Zero(w.t, report.Totals.Writes, "it does not come to rest: %s", report)
	return report
}

// count says how often each content is on a side.
func count(tree syncertest.Tree) map[string]int {
	found := map[string]int{}
	for at, contents := range tree {
		if !strings.HasSuffix(at, "/") {
			found[contents]++
		}
	}
	return found
}

// After the loss of its state the engine goes on with an older one. Whatever has happened since, seen or
// not: what was there on any side when it began is there on both in the end; nothing is deleted, though the
// old state and the world together look as if much had been. An item that was made anew on one side since, and
// edited or moved on the other, cannot be told from a new one: it may be there twice.
func TestAStateThatIsOlderThanTheWorldLosesNothing(t *testing.T) {
	t.Parallel()
	noDigest, replaces := syncertest.Ordinary(), syncertest.Ordinary()
	noDigest.Digest = ""
	replaces.File.Update = syncer.UpdateByReplacement
	for _, c := range []struct {
		name string
		o    syncertest.WorldOptions
	}{
		{"ordinary services", syncertest.WorldOptions{}},
		{"a side without digests", syncertest.WorldOptions{Source: syncertest.Options{Info: noDigest}}},
		{"a side whose edits make a new ID", syncertest.WorldOptions{Destination: syncertest.Options{Info: replaces}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range *restoredSeeds {
				t.Run(fmt.Sprint(seed), func(t *testing.T) { goOnWithABackup(t, uint64(seed), c.o) })
			}
		})
	}
}

func goOnWithABackup(t *testing.T, seed uint64, o syncertest.WorldOptions) {
	clock := &syncertest.Clock{}
	tree := syncertest.Tree{"d/a": "base a", "d/b": "base b", "e/c": "base c", "f": "base f", "g": "base g"}
	store := memory.New(memory.Options{Clock: clock.Now, Lease: time.Minute})
	o.Store, o.Clock, o.SourceTree, o.DestinationTree = store, clock, tree, tree
	o.Engine.Policies = policy.Recommended(policy.DeletesOn{})
	w := &backWorld{World: syncertest.NewWorld(o), t: t, rand: rand.New(rand.NewPCG(seed, 1)), bygone: map[string]bool{}}
	w.sync()
	edits := func() {
		for range w.rand.IntN(6) {
			w.edit()
		}
	}
	edits()
	if w.rand.IntN(2) == 0 {
		w.sync()
	}
	backup := store.Clone()

	// The world goes on, and is synced.
	for range 1 + w.rand.IntN(3) {
		edits()
		w.sync()
	}
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	clear(w.bygone)
	edits() // what no run has seen
	before := [2]map[string]int{count(w.Source.Tree()), count(w.Destination.Tree())}

	w.Store = backup.Clone()
	w.Options.Policies = policy.Recommended(policy.DeletesAsked{Reason: "restored"})
	w.Left.Clear()
	w.Right.Clear()
	report := w.sync()
	after := [2]map[string]int{count(w.Source.Tree()), count(w.Destination.Tree())}
	for side := range before {
		for contents := range before[side] {
			for other := range after {
				require.LessOrEqual(t, after[other][contents], 2, "%q on side %d: %s\n%v\n%v", contents, other, report, w.Source.Tree(), w.Destination.Tree())
				if !w.bygone[contents] {
					require.Positive(t, after[other][contents], "%q on side %d: %s\n%v\n%v", contents, other, report, w.Source.Tree(), w.Destination.Tree())
				}
			}
		}
	}
	for side, h := range []*syncertest.Handle{w.Left, w.Right} {
		for _, c := range h.Writes() {
			require.NotEqual(t, "Delete", c.Op, "on side %d", side)
		}
	}
	// What somebody removed that no run had seen is held, or was put back because its other side had
	// changed since the backup; it is there on the other side in any case.
	for _, h := range report.Holds {
		require.Equal(t, syncer.OpDelete, h.Op)
		require.Equal(t, "restored", h.Reason)
	}
}
