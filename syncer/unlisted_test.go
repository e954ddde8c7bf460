package syncer_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestAReportNamesTheFolderThatCouldNotBeListedAndWhy(t *testing.T) {
	w := agreed(t, syncertest.Tree{"a/b/p": "1", "k": "k"}, syncertest.WorldOptions{})
	w.Ann.Write("a/new/q", "2")
	w.Ann.Bar("a/b")
	w.Ann.Bar("a/new")
	report := full(t, w)
	require.Len(t, report.Incomplete, 2)
	for i, path := range []string{"a/b", "a/new"} {
		u := report.Incomplete[i]
		require.Equal(t, syncer.Unlisted{Side: syncer.Source, Path: path, Cause: syncer.CausePermission, Reason: u.Reason}, u)
		require.Contains(t, u.Reason, "permission denied")
	}
	require.Contains(t, report.String(), `incomplete: source: folder "a/b": `)
}

func TestAReportNamesTheSideThatWasNotListedToItsEndAndWhy(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	w.Right.OnCall(breaks("List", syncertest.Before))
	report := full(t, w)
	require.Len(t, report.Incomplete, 1)
	u := report.Incomplete[0]
	require.Equal(t, syncer.Unlisted{Side: syncer.Destination, Reason: u.Reason}, u)
	require.Contains(t, u.Reason, errReset.Error())
	require.Contains(t, report.String(), "incomplete: destination: "+u.Reason)
	w.Right.OnCall(nil)
	require.True(t, full(t, w).Settled())
}

// Hints say nothing of a folder that cannot be read: without this the next run would call the sides equal.
func TestWhatCouldNotBeListedIsInEveryReportUntilAFullScanHasListedIt(t *testing.T) {
	w := agreed(t, syncertest.Tree{"a/b/p": "1", "k": "k"}, syncertest.WorldOptions{})
	w.Ann.Bar("a/b")
	full(t, w)
	for range 2 {
		w.Ann.Write("k", "more")
		report, err := w.Hinted(t.Context())
		require.NoError(t, err)
		require.False(t, report.Full)
		require.Len(t, report.Incomplete, 1)
		require.Equal(t, "a/b", report.Incomplete[0].Path)
		require.True(t, report.Waits())
	}

	w.Right.OnCall(breaks("List", syncertest.Before))
	require.Len(t, full(t, w).Incomplete, 2, "a scan that breaks off lists nothing")
	w.Right.OnCall(nil)

	w.Ann.Unbar("a/b")
	report, err := w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.False(t, report.Full)
	require.Len(t, report.Incomplete, 1, "the rest of a scan lists nothing anew")
	w.Later(2 * time.Hour)
	report, err = w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.Full, "the next scan is due soon")
	require.True(t, report.Settled(), "%s", report)
	report, err = w.Run(t.Context(), nil)
	require.NoError(t, err)
	require.True(t, report.Settled(), "%s", report)
}

func TestASideIsReadAsItWasWritten(t *testing.T) {
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		text, err := json.Marshal(side)
		require.NoError(t, err)
		var read syncer.Side
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, side, read)
	}
	var read syncer.Side
	require.ErrorIs(t, json.Unmarshal([]byte(`"middle"`), &read), syncer.ErrInvalid)
}
