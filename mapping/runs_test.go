package mapping_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// remembering is a world that remembers its runs. Each call to it takes a second.
func remembering(t *testing.T, change ...func(w *world)) *world {
	t.Helper()
	return newWorld(t, syncertest.Tree{"Bridge/": ""}, append([]func(w *world){func(w *world) {
		w.options.Runs = memory.NewRuns(memory.Options{})
		w.options.Calls = func(mapping.Link) map[string]int64 {
			return map[string]int64{"box": int64(len(w.conn.Calls()))}
		}
	}}, change...)...)
}

func (w *world) syncBy(by string) []mapping.Result {
	w.t.Helper()
	_, err := w.Poll(w.t.Context())
	require.NoError(w.t, err)
	results, err := w.Sync(w.t.Context(), "bridge", mapping.SyncOptions{By: by})
	require.NoError(w.t, err)
	return results
}

// runs returns what is remembered, newest first.
func (w *world) runs() []mapping.Run {
	w.t.Helper()
	return w.runsBetween(time.Time{}, time.Time{})
}

func (w *world) runsBetween(since, until time.Time) []mapping.Run {
	w.t.Helper()
	out := []mapping.Run{}
	for r, err := range w.Runs(w.t.Context(), "", since, until) {
		require.NoError(w.t, err)
		out = append(out, r)
	}
	return out
}

// items says what a run did.
func (w *world) items(r mapping.Run) []string {
	w.t.Helper()
	out := []string{}
	for o, err := range w.Items(w.t.Context(), &r) {
		require.NoError(w.t, err)
		require.True(w.t, r.Covers(o.Position))
		out = append(out, fmt.Sprintf("%s %s: %s", o.Op, o.Path, o.Result))
	}
	return out
}

func TestARunIsRememberedWithWhatItDid(t *testing.T) {
	w := remembering(t)
	link := w.add("Bridge", mapping.Documents)
	w.documents().Write("a.txt", "one")
	began := w.clock.Now()
	results := w.syncBy("sync")

	w.clock.Advance(time.Hour)
	w.documents().Write("b.txt", "two")
	w.syncBy("watch")

	runs := w.runs()
	require.Len(t, runs, 2)
	require.Equal(t, []string{"create file b.txt: done"}, w.items(runs[0]), "what one run did is not the other's")
	require.Equal(t, "watch", runs[0].By)
	first := runs[1]
	require.Equal(t, []string{"create file a.txt: done"}, w.items(first))
	require.Equal(t, mapping.RunSettled, first.State)
	require.Equal(t, results[0].Report.Totals, first.Totals)
	require.Equal(t, link.ID, first.Link)
	require.Equal(t, "bridge", first.Name)
	require.Equal(t, mapping.Documents, first.Tool)
	require.True(t, first.Full)
	require.Equal(t, 1, first.Times)
	require.False(t, first.Started.Before(began))
	require.False(t, first.Ended.Before(first.Started))
	require.Positive(t, first.Calls["box"])

	again, err := w.Run(t.Context(), first.Number)
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = w.Run(t.Context(), 1000)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestRunsAreChosenByWhenTheyLasted(t *testing.T) {
	w := remembering(t)
	w.add("Bridge", mapping.Documents)
	var at []time.Time
	for i := range 3 {
		w.clock.Advance(24 * time.Hour)
		at = append(at, w.clock.Now())
		w.documents().Write(fmt.Sprint(i), "new")
		w.syncBy("sync")
	}
	numbers := func(since, until time.Time) (out []uint64) {
		for _, r := range w.runsBetween(since, until) {
			out = append(out, r.Number)
		}
		return out
	}
	require.Equal(t, []uint64{3, 2, 1}, numbers(time.Time{}, time.Time{}))
	require.Equal(t, []uint64{3, 2}, numbers(at[1], time.Time{}))
	require.Equal(t, []uint64{1}, numbers(time.Time{}, at[1].Add(-time.Hour)))
	require.Equal(t, []uint64{2}, numbers(at[1], at[2]))
	require.Empty(t, numbers(at[2].Add(time.Hour), time.Time{}))
}

func TestRunsThatDoNothingBecomeOneADay(t *testing.T) {
	w := remembering(t)
	w.add("Bridge", mapping.Documents)
	w.documents().Write("a.txt", "one")
	w.syncBy("watch")
	w.syncBy("watch") // once more, since what was written just now has to settle
	for range 10 {
		w.clock.Advance(time.Hour)
		w.syncBy("watch")
	}
	runs := w.runs()
	last := runs[0]
	require.Less(t, len(runs), 5)
	require.Greater(t, last.Times, 5)
	require.Greater(t, last.Ended.Sub(last.Started), 5*time.Hour)
	require.Equal(t, []string{"create file a.txt: done"}, w.items(runs[len(runs)-1]))

	w.syncBy("sync")
	require.Len(t, w.runs(), len(runs)+1, "that of somebody else is told by itself")
	for range 48 {
		w.clock.Advance(time.Hour)
		w.syncBy("watch")
	}
	after := w.runs()
	require.Greater(t, len(after), len(runs)+1, "a new day has a line of its own")
	require.Less(t, len(after), len(runs)+10)
	w.documents().Write("a.txt", "two")
	w.syncBy("watch")
	require.Contains(t, w.items(w.runs()[0]), "update a.txt: done", "what does something is never taken together")
}

func TestARunWhoseProcessDiesIsInterruptedAndTellsWhatItDid(t *testing.T) {
	w := remembering(t)
	w.add("Bridge", mapping.Documents)
	w.documents().Write("a.txt", "one")
	w.documents().Write("b.txt", "two")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var beside []mapping.Run
	_, err := w.Sync(ctx, "bridge", mapping.SyncOptions{By: "sync", Observe: func(e syncer.Event) {
		if e.Outcome == nil || beside != nil {
			return
		}
		beside = w.runs()
		// The process dies here: its store is what another one finds.
		w.state = w.state.Clone()
		w.options.Runs = snapshot(t, w.options.Runs, w.clock.Now())
		cancel()
	}})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, beside, 1)
	require.Equal(t, mapping.RunRunning, beside[0].State, "while it works, whoever looks sees that")
	require.Equal(t, mapping.RunStopped, w.runs()[0].State, "one that was stopped says so")

	w.open()
	runs := w.runs()
	require.Len(t, runs, 1)
	require.Equal(t, mapping.RunInterrupted, runs[0].State)
	require.True(t, runs[0].Ended.IsZero())
	w.clock.Advance(time.Minute)
	w.syncBy("sync")
	died, err := w.Run(t.Context(), runs[0].Number)
	require.NoError(t, err)
	require.Equal(t, mapping.RunInterrupted, died.State)
}

// snapshot is what another process finds of a store.
func snapshot(t *testing.T, s mapping.RunStore, began time.Time) mapping.RunStore {
	t.Helper()
	c := memory.NewRuns(memory.Options{})
	var rows [][]byte
	require.NoError(t, s.Each(t.Context(), "", time.Time{}, func(_ uint64, data []byte) bool {
		rows = append(rows, data)
		return true
	}))
	for _, data := range rows {
		_, err := c.Add(t.Context(), "any", began, data)
		require.NoError(t, err)
	}
	return c
}

func TestWhyARunDidNotEndWellIsRemembered(t *testing.T) {
	w := remembering(t)
	w.add("Bridge", mapping.Documents)
	w.documents().Write("a.txt", "one")
	w.syncBy("sync")
	w.clock.Advance(time.Hour)

	down, tries := true, 0
	w.conn.OnCall(func(c syncertest.Call) error {
		if down && c.Phase == syncertest.Before {
			tries++
			return fmt.Errorf("box: request %d: %w: %w", tries, syncer.ErrUnreached, syncer.ErrBusy)
		}
		return nil
	})
	for range 3 {
		_, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{By: "watch", Full: true})
		require.NoError(t, err)
	}
	failed := w.runs()[0]
	require.Equal(t, mapping.RunWaits, failed.State)
	require.Equal(t, 3, failed.Times, "one trouble is told once, with how often it was met")
	require.Contains(t, failed.Reason, "not reached")
	require.Equal(t, syncer.CauseUnreached, failed.Cause)
	require.Equal(t, "box", failed.On)
	require.Len(t, failed.Incomplete, 1)
	require.Equal(t, syncer.Destination, failed.Incomplete[0].Side)

	down = false
	w.bob.Remove("Bridge/Documents")
	w.clock.Advance(time.Hour)
	w.syncBy("sync")
	paused := w.runs()[0]
	require.Equal(t, mapping.RunPaused, paused.State)
	require.Contains(t, paused.Reason, "trash")
}

func TestALinkThatCannotBeOpenedIsAFailedRunOfEachTool(t *testing.T) {
	w := remembering(t)
	w.add("Bridge", mapping.Documents, mapping.Photos)
	w.options.Box = func(context.Context, mapping.Link) (mapping.Place, error) {
		return mapping.Place{}, fmt.Errorf("box: %w: %w", syncer.ErrSignIn, syncer.ErrBusy)
	}
	w.open()
	_, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{By: "sync"})
	require.ErrorIs(t, err, syncer.ErrSignIn)
	runs := w.runs()
	require.Len(t, runs, 2)
	for _, r := range runs {
		require.Equal(t, mapping.RunFailed, r.State)
		require.Equal(t, syncer.CauseSignIn, r.Cause)
		require.Equal(t, "box", r.On)
		require.Empty(t, w.items(r))
	}
}

func TestARunThatSomebodyElseKeepsFromThePairIsNone(t *testing.T) {
	w := remembering(t)
	link := w.add("Bridge", mapping.Documents)
	state, err := w.state.Open(t.Context(), link.Pair(mapping.Documents))
	require.NoError(t, err)
	defer state.Close()
	results, err := w.Sync(t.Context(), "bridge", mapping.SyncOptions{By: "sync"})
	require.NoError(t, err)
	require.ErrorIs(t, results[0].Err, syncer.ErrLocked)
	require.Empty(t, w.runs())
}

func TestTroubleWithWhatIsRememberedStopsNoRun(t *testing.T) {
	full := errors.New("disk is full")
	w := remembering(t, func(w *world) {
		w.options.Runs = memory.NewRuns(memory.Options{Fail: func(memory.Op, bool) error { return full }})
	})
	w.add("Bridge", mapping.Documents)
	w.documents().Write("a.txt", "one")
	require.True(t, w.syncBy("sync")[0].Settled())
	for _, err := range w.Runs(t.Context(), "", time.Time{}, time.Time{}) {
		require.ErrorIs(t, err, full, "who asks is told")
	}
}

func TestWhatHappenedLongAgoIsForgotten(t *testing.T) {
	w := remembering(t, func(w *world) { w.options.Keep = 30 * 24 * time.Hour })
	link := w.add("Bridge", mapping.Documents)
	w.documents().Write("a.txt", "one")
	w.syncBy("sync")
	old := w.runs()[0]
	w.clock.Advance(31 * 24 * time.Hour)
	w.documents().Write("b.txt", "two")
	w.syncBy("sync")
	for _, r := range w.runs() {
		require.NotEqual(t, old.Number, r.Number)
	}
	require.Empty(t, w.items(old))
	view, err := w.state.View(t.Context(), link.Pair(mapping.Documents))
	require.NoError(t, err)
	n := 0
	for o, err := range view.Journal(t.Context(), syncer.Position{}) {
		require.NoError(t, err)
		require.Equal(t, "b.txt", o.Path)
		n++
	}
	require.Equal(t, 1, n)
}

func TestAProgramRemembersItsOwnRunsOfAPart(t *testing.T) {
	w := remembering(t)
	w.add("Bridge", mapping.Documents)
	w.documents().Write("a.txt", "one")
	parts, err := w.Parts(t.Context(), "bridge")
	require.NoError(t, err)
	report, err := w.Record(t.Context(), parts[0], "apply", nil, func(e *syncer.Engine) (*syncer.Report, error) {
		return e.Run(t.Context(), nil)
	})
	require.NoError(t, err)
	runs := w.runs()
	require.Len(t, runs, 1)
	require.Equal(t, "apply", runs[0].By)
	require.Equal(t, report.Totals, runs[0].Totals)
	require.Equal(t, []string{"create file a.txt: done"}, w.items(runs[0]))
}

func TestItemsOfAllToolsComeInTheOrderOfTimeEachWithItsRun(t *testing.T) {
	w := remembering(t)
	w.add("Bridge", mapping.Documents, mapping.Photos)
	photos := w.tool("1", "7", mapping.Photos)
	var at []time.Time
	for i := range 3 {
		w.clock.Advance(24 * time.Hour)
		at = append(at, w.clock.Now())
		w.documents().Write(fmt.Sprintf("d%d", i), "new")
		photos.Write(fmt.Sprintf("p%d", i), "new")
		w.syncBy("sync")
	}
	items := func(since, until time.Time) []string {
		out := []string{}
		for i, err := range w.AllItems(t.Context(), "", since, until) {
			require.NoError(t, err)
			if !i.Op.Writes() {
				continue
			}
			run, err := w.Run(t.Context(), i.Run)
			require.NoError(t, err)
			require.True(t, run.Covers(i.Position))
			require.Equal(t, run.Tool, i.Tool)
			require.Equal(t, "bridge", i.Name)
			out = append(out, i.Path)
		}
		return out
	}
	require.Equal(t, []string{"d0", "p0", "d1", "p1", "d2", "p2"}, items(time.Time{}, time.Time{}))
	require.Equal(t, []string{"d1", "p1", "d2", "p2"}, items(at[1], time.Time{}))
	require.Equal(t, []string{"d1", "p1"}, items(at[1], at[2]))
	require.Empty(t, items(at[2].Add(time.Hour), time.Time{}))

	link, err := w.Get(t.Context(), "bridge")
	require.NoError(t, err)
	require.NoError(t, w.Links.Remove(t.Context(), "bridge"))
	require.Len(t, items(time.Time{}, time.Time{}), 6, "a link that was removed has a history, too")
	for range w.AllItems(t.Context(), link.ID, time.Time{}, time.Time{}) {
		break // whoever has seen enough may stop
	}
}
