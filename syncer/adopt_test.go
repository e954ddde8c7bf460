package syncer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// digestlessSource is a world whose source tells no digests, with a tree on each side.
func digestlessSource(source, destination syncertest.Tree, adopt syncer.Adoption) *syncertest.World {
	clock := &syncertest.Clock{}
	info := syncertest.Ordinary()
	info.Digest = ""
	return syncertest.NewWorld(syncertest.WorldOptions{
		Store: memory.New(memory.Options{Clock: clock.Now}), Clock: clock,
		Source: syncertest.Options{Info: info}, SourceTree: source, DestinationTree: destination,
		Engine: syncer.Options{Adopt: adopt},
	})
}

func TestOnlyTheSideWithoutDigestsIsReadToAdopt(t *testing.T) {
	same := syncertest.Tree{}
	for i := range 50 {
		same[fmt.Sprintf("d%d/f%d", i%5, i)] = fmt.Sprintf("contents %d", i)
	}
	w := digestlessSource(same, same, syncer.AdoptVerified)
	engine, err := w.Engine()
	require.NoError(t, err)
	p, err := engine.Plan(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, 50, p.Cost(syncer.Source).Calls, "the plan says what will be read")
	require.Zero(t, p.Cost(syncer.Destination))

	report, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.Settled(), report)
	require.Zero(t, report.Totals.Writes)
	require.Equal(t, 50, w.Left.Count("Open"))
	require.Zero(t, w.Right.Count("Open"), "its digest is in the listing")
}

func TestWhatIsTrustedIsNotRead(t *testing.T) {
	w := digestlessSource(
		syncertest.Tree{"same": "same", "alike": "of source", "longer": "of the source"},
		syncertest.Tree{"same": "same", "alike": "of a bank", "longer": "short"}, syncer.AdoptTrusted)
	report, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.Settled(), report)
	require.Len(t, report.Conflicts, 1, "another size is another file")
	require.Equal(t, "longer", report.Conflicts[0].Path)
	require.Equal(t, "of source", w.Source.Tree()["alike"], "what was trusted stays as it was on both sides")
	require.Equal(t, "of a bank", w.Destination.Tree()["alike"])
	for _, c := range append(w.Left.Calls(), w.Right.Calls()...) {
		if c.Op == "Open" {
			require.Contains(t, []string{w.Source.ID("longer"), w.Destination.ID(report.Conflicts[0].Copy)}, c.ID)
		}
	}

	t.Run("an edit of both later is compared as ever", func(t *testing.T) {
		w.Ann.Write("same", "same1")
		w.Bob.Write("same", "same2")
		report, err := w.Full(t.Context())
		require.NoError(t, err)
		require.Len(t, report.Conflicts, 1)
	})
}

func TestWhatIsAskedForWaitsForAPerson(t *testing.T) {
	for name, c := range map[string]struct {
		decision syncer.Decision
		held     int
		hold     string
	}{
		"approved, they are one":  {syncer.Approved, 0, ""},
		"undecided, both wait on": {syncer.Waiting, 1, "a person says whether"},
	} {
		t.Run(name, func(t *testing.T) {
			w := digestlessSource(syncertest.Tree{"d/same": "same", "new": "n"}, syncertest.Tree{"d/same": "same"}, syncer.AdoptAsked)
			report, err := w.Run(t.Context(), nil)
			require.NoError(t, err)
			require.Len(t, report.Holds, 1, report)
			require.Equal(t, syncer.OpAdopt, report.Holds[0].Op)
			require.Equal(t, "d/same", report.Holds[0].Path)
			require.Equal(t, "n", w.Destination.Tree()["new"], "everything else flows on")

			since := report.Holds[0].Since
			w.Later(time.Hour)
			require.NoError(t, w.Store.Decide(t.Context(), "pair", report.Holds[0].Action, c.decision))
			for _, run := range []func() (*syncer.Report, error){
				func() (*syncer.Report, error) { return w.Hinted(t.Context()) },
				func() (*syncer.Report, error) { return w.Full(t.Context()) },
				func() (*syncer.Report, error) {
					return w.Run(t.Context(), &syncer.RunOptions{Budget: syncer.Budget{Calls: 1}})
				},
				func() (*syncer.Report, error) { return w.Full(t.Context()) },
			} {
				report, err = run()
				require.NoError(t, err)
				require.Len(t, report.Holds, c.held, report)
				if c.held > 0 {
					require.Contains(t, report.Holds[0].Reason, c.hold)
					require.Equal(t, c.decision, report.Holds[0].Decision)
					require.Equal(t, since, report.Holds[0].Since, "it is the same hold")
				}
				require.Zero(t, report.Totals.Writes)
			}
			require.Zero(t, w.Left.Count("Open")-1, "only what is new was read")
			require.Equal(t, c.held == 0, report.Settled(), report)
		})
	}
}

func TestWhatAPersonHasRejectedIsAConflictAndSettled(t *testing.T) {
	rejected := func(t *testing.T, policies syncer.Policies, renames bool) *syncertest.World {
		t.Helper()
		clock := &syncertest.Clock{}
		source, destination := syncertest.Ordinary(), syncertest.Ordinary()
		source.Digest = ""
		for _, info := range []*syncer.Info{&source, &destination} {
			info.File.Rename = renames
		}
		w := syncertest.NewWorld(syncertest.WorldOptions{
			Store: memory.New(memory.Options{Clock: clock.Now}), Clock: clock,
			Source: syncertest.Options{Info: source}, Destination: syncertest.Options{Info: destination},
			SourceTree: syncertest.Tree{"d/plan.pdf": "ours"}, DestinationTree: syncertest.Tree{"d/plan.pdf": "bobs"},
			Engine: syncer.Options{Adopt: syncer.AdoptAsked, Policies: policies},
		})
		report, err := w.Run(t.Context(), nil)
		require.NoError(t, err)
		require.Len(t, report.Holds, 1)
		require.NoError(t, w.Store.Decide(t.Context(), "pair", report.Holds[0].Action, syncer.Rejected))
		return w
	}
	clashes := func(t *testing.T, w *syncertest.World) []syncer.Clash {
		t.Helper()
		view, err := w.Store.View(t.Context(), "pair")
		require.NoError(t, err)
		var out []syncer.Clash
		for c, err := range view.Clashes(t.Context(), false) {
			require.NoError(t, err)
			out = append(out, c)
		}
		return out
	}
	t.Run("both are kept, and nothing waits", func(t *testing.T) {
		w := rejected(t, syncer.Policies{}, true)
		report, err := w.Hinted(t.Context())
		require.NoError(t, err)
		require.True(t, report.Settled(), report)
		require.False(t, report.Waits(), report)
		require.Len(t, report.Conflicts, 1)
		require.Empty(t, report.Holds)
		require.Equal(t, w.Source.Tree(), w.Destination.Tree())
		require.Equal(t, "ours", w.Source.Tree()["d/plan.pdf"])
		require.Equal(t, "bobs", w.Source.Tree()["d/"+report.Conflicts[0].Copy])

		all := clashes(t, w)
		require.Len(t, all, 1)
		require.False(t, all[0].Open())
		report, err = w.Full(t.Context())
		require.NoError(t, err)
		require.True(t, report.Settled(), report)
		require.Zero(t, report.Totals.Writes)
	})
	t.Run("a word that is taken back in time waits again", func(t *testing.T) {
		w := rejected(t, syncer.Policies{}, true)
		view, err := w.Store.View(t.Context(), "pair")
		require.NoError(t, err)
		for h, err := range view.Holds(t.Context()) {
			require.NoError(t, err)
			require.NoError(t, w.Store.Decide(t.Context(), "pair", h.Action, syncer.Waiting))
		}
		report, err := w.Full(t.Context())
		require.NoError(t, err)
		require.Len(t, report.Holds, 1)
		require.Empty(t, clashes(t, w))
		require.Zero(t, report.Totals.Writes)
	})
	t.Run("afterwards the chosen version counts", func(t *testing.T) {
		w := rejected(t, syncer.Policies{}, true)
		_, err := w.Hinted(t.Context())
		require.NoError(t, err)
		engine, err := w.Engine()
		require.NoError(t, err)
		_, err = engine.Choose(t.Context(), clashes(t, w)[0].ID, syncer.TakeDestination, &syncer.ChooseOptions{DropCopy: true})
		require.NoError(t, err)
		report, err := w.Full(t.Context())
		require.NoError(t, err)
		require.True(t, report.Settled(), report)
		require.Equal(t, syncertest.Tree{"d/": "", "d/plan.pdf": "bobs"}, w.Source.Tree())
		require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	})
	for name, c := range map[string]struct {
		policies syncer.Policies
		renames  bool
	}{
		"who leaves conflicts to people is not asked whether they are one again": {syncer.Policies{Resolver: policy.Leave}, true},
		"nor is who cannot keep both under one name":                             {syncer.Policies{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := rejected(t, c.policies, c.renames)
			for _, run := range []func(context.Context) (*syncer.Report, error){w.Hinted, w.Full, w.Hinted} {
				report, err := run(t.Context())
				require.NoError(t, err)
				require.Empty(t, report.Holds)
				require.Zero(t, report.Totals.Writes)
				all := clashes(t, w)
				require.Len(t, all, 1)
				require.True(t, all[0].Open())
			}
			require.NoError(t, w.Store.Choose(t.Context(), "pair", clashes(t, w)[0].ID, syncer.TakeSource))
			report, err := w.Hinted(t.Context())
			require.NoError(t, err)
			require.True(t, report.Settled(), report)
			require.Equal(t, "ours", w.Destination.Tree()["d/plan.pdf"])
			require.False(t, clashes(t, w)[0].Open())
		})
	}
}

func TestAnAdoptionThatWaitsEndsWhenAFileChanges(t *testing.T) {
	w := digestlessSource(syncertest.Tree{"same": "same"}, syncertest.Tree{"same": "same"}, syncer.AdoptAsked)
	report, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, report.Holds, 1)
	w.Bob.Write("same", "of other size")
	report, err = w.Full(t.Context())
	require.NoError(t, err)
	require.Empty(t, report.Holds)
	require.Len(t, report.Conflicts, 1)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Len(t, w.Source.Tree(), 2, "both are kept")
}

func TestAnUnknownAdoptionIsRefused(t *testing.T) {
	w := digestlessSource(nil, nil, syncer.AdoptAsked+1)
	_, err := w.Engine()
	require.ErrorIs(t, err, syncer.ErrInvalid)
	require.ErrorContains(t, err, "Options.Adopt")
}
