package syncer_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestWhatLeftTheRootGoesOnceItIsKeptElsewhere(t *testing.T) {
	for name, follow := range map[string]func(w *syncertest.World) (*syncer.Report, error){
		"by hints": func(w *syncertest.World) (*syncer.Report, error) { return w.Hinted(t.Context()) },
		"by scans": func(w *syncertest.World) (*syncer.Report, error) { return w.Full(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "p", "d/q": "q", "k": "k"}, syncertest.WorldOptions{})
			require.NoError(t, w.Poll(t.Context()))
			full(t, w)
			kept, asked := map[string]bool{}, map[string]bool{}
			w.Options.Elsewhere = func(_ context.Context, side syncer.Side, id string) (syncer.Elsewhere, error) {
				require.Equal(t, syncer.Destination, side)
				asked[id] = true
				return syncer.Elsewhere{Kept: kept[id], Reason: "moved next door"}, nil
			}
			p, d, q := w.Destination.ID("p"), w.Destination.ID("d"), w.Destination.ID("d/q")
			w.Bob.MoveOut("p")
			w.Bob.MoveOut("d")
			report, err := follow(w)
			require.NoError(t, err)
			require.Equal(t, map[string]bool{p: true, d: true, q: true}, asked, "about nothing else")
			require.Zero(t, report.Totals.Writes)
			require.Len(t, report.Holds, 3, report)
			require.Equal(t, "moved next door", report.Holds[0].Reason)

			kept[p], kept[d] = true, true
			report, err = follow(w)
			require.NoError(t, err)
			require.Equal(t, syncertest.Tree{"d/": "", "d/q": "q", "k": "k"}, w.Source.Tree(), "a folder waits for what is in it")
			require.Len(t, report.Holds, 1, report)

			kept[q] = true
			_, err = follow(w)
			require.NoError(t, err)
			require.Equal(t, syncertest.Tree{"k": "k"}, w.Source.Tree())
			report, err = follow(w)
			require.NoError(t, err)
			require.True(t, report.Settled(), report)
			require.Zero(t, report.Totals.Writes)
		})
	}
}

func TestAnEditOfWhatIsKeptElsewhereIsKeptHereToo(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
	w.Options.Elsewhere = func(context.Context, syncer.Side, string) (syncer.Elsewhere, error) {
		return syncer.Elsewhere{Kept: true}, nil
	}
	w.Bob.MoveOut("p")
	w.Ann.Write("p", "edited by ann")
	full(t, w)
	require.Equal(t, syncertest.Tree{"p": "edited by ann", "k": "k"}, w.Source.Tree())
	require.Equal(t, "edited by ann", w.Destination.Tree()["p"])
	require.Empty(t, w.Destination.Trash())
}

func TestWhatIsKeptElsewhereIsDeletedByTheSameRulesAsEverything(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "q": "q", "k": "k"}, syncertest.WorldOptions{})
	w.Options.Policies = limited(memory.NewLedger(memory.Options{Clock: w.Clock.Now}), 1)
	w.Options.Elsewhere = func(context.Context, syncer.Side, string) (syncer.Elsewhere, error) {
		return syncer.Elsewhere{Kept: true, Reason: "moved next door"}, nil
	}
	w.Bob.MoveOut("p")
	w.Bob.MoveOut("q")
	report := full(t, w)
	require.Equal(t, 1, report.Totals.Deletes)
	require.Len(t, report.Holds, 1)
	require.Contains(t, report.Holds[0].Reason, "limit")
}

func TestWhoeverCannotTellWhereAnItemIsHoldsItsDelete(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
	w.Options.Elsewhere = func(context.Context, syncer.Side, string) (syncer.Elsewhere, error) {
		return syncer.Elsewhere{Kept: true}, errors.New("the store is away")
	}
	w.Bob.MoveOut("p")
	report := full(t, w)
	require.Len(t, report.Holds, 1)
	require.Contains(t, report.Holds[0].Reason, "the store is away")
	require.Contains(t, report.Holds[0].Reason, "moved out of the root on destination")
	require.True(t, w.Source.Has("p"))

	ctx, cancel := context.WithCancel(t.Context())
	w.Options.Elsewhere = func(context.Context, syncer.Side, string) (syncer.Elsewhere, error) {
		cancel()
		return syncer.Elsewhere{Kept: true}, nil
	}
	_, err := w.Full(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, w.Source.Has("p"))
}

func TestARootOutOfWhichAllWasMovedIsNoEmptiedOne(t *testing.T) {
	for name, follow := range map[string]func(w *syncertest.World) (*syncer.Report, error){
		"by hints": func(w *syncertest.World) (*syncer.Report, error) { return w.Hinted(t.Context()) },
		"by scans": func(w *syncertest.World) (*syncer.Report, error) { return w.Full(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"d/p": "p", "k": "k"}, syncertest.WorldOptions{})
			require.NoError(t, w.Poll(t.Context()))
			full(t, w)
			kept := false
			w.Options.Elsewhere = func(context.Context, syncer.Side, string) (syncer.Elsewhere, error) {
				return syncer.Elsewhere{Kept: kept}, nil
			}
			w.Bob.MoveOut("d")
			w.Bob.MoveOut("k")
			report, err := follow(w)
			require.NoError(t, err)
			require.Len(t, report.Holds, 3, "nothing is gone, and each item waits")
			kept = true
			_, err = follow(w)
			require.NoError(t, err)
			require.Empty(t, w.Source.Tree())

			w = agreed(t, syncertest.Tree{"d/p": "p", "k": "k"}, syncertest.WorldOptions{})
			require.NoError(t, w.Poll(t.Context()))
			full(t, w)
			w.Bob.MoveOut("d")
			w.Bob.Remove("k")
			_, err = follow(w)
			require.ErrorIs(t, err, syncer.ErrHalted, "one of them is gone, and nothing is left")
		})
	}
}
