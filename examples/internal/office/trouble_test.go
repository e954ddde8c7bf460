package office

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// remembered is an office that remembers a Link, and has never called anybody.
func remembered(t *testing.T, l mapping.Link) *Office {
	t.Helper()
	s := Settings{Data: t.TempDir()}
	s.Box.Token, s.Procore.Token = "a", "b"
	o, err := Open(t.Context(), s, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close()) })
	text, err := json.Marshal(map[string]any{"version": 1, "link": l})
	require.NoError(t, err)
	require.NoError(t, o.file.Notes.Change(t.Context(), "link/", func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{"link/" + l.ID: text}, nil
	}))
	return o
}

// ran remembers a run of the Link's documents that ended so.
func (o *Office) ran(t *testing.T, r mapping.Run) {
	t.Helper()
	r.Link, r.Name, r.Tool, r.Times = "tower1", "tower", mapping.Documents, max(r.Times, 1)
	text, err := json.Marshal(map[string]any{"version": 1, "run": r})
	require.NoError(t, err)
	_, err = o.file.Runs.Add(t.Context(), r.Link, r.Started, text)
	require.NoError(t, err)
}

func theLink() mapping.Link {
	return mapping.Link{
		ID: "tower1", Name: "tower", Company: "7", Project: "9", Folder: "11", Tools: []mapping.Tool{mapping.Documents},
		Roots: map[mapping.Tool]mapping.Root{mapping.Documents: {ID: "12"}},
	}
}

// troublesOf returns all, and fails if one cannot be read.
func (o *Office) troublesOf(t *testing.T) []Trouble {
	t.Helper()
	out := []Trouble{}
	for x, err := range o.Troubles(t.Context(), "") {
		require.NoError(t, err)
		out = append(out, x)
	}
	return out
}

func TestWhatFailedIsToldWithItsKindAndWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := remembered(t, theLink())
	since := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	state, err := o.file.Store.Open(t.Context(), theLink().Pair(mapping.Documents))
	require.NoError(t, err)
	require.NoError(t, state.Commit(t.Context(), syncer.Batch{Pending: []syncer.Pending{
		{
			PendingKey: syncer.PendingKey{Side: syncer.Source, ID: "1"}, On: syncer.Destination, Path: "big.zip", Reason: "no room (request 1)",
			Since: since, Attempts: 3, NotBefore: since.Add(time.Hour), Result: syncer.Failed, Op: syncer.OpCreateFile, Cause: syncer.CauseQuota,
		},
		{PendingKey: syncer.PendingKey{Side: syncer.Source, ID: "2"}, On: syncer.Destination, Path: "a/b", Reason: "waits for a", Since: since, Result: syncer.Blocked},
		{PendingKey: syncer.PendingKey{Side: syncer.Source, ID: "3"}, Path: "ruled out", Reason: "not of interest", Since: since, Quiet: true},
		{PendingKey: syncer.PendingKey{Side: syncer.Source, ID: "4"}, Path: "held", Reason: "limit", Since: since, Result: syncer.Held},
	}}))
	require.NoError(t, state.Close())
	require.Equal(t, []Trouble{
		{
			Link: "tower", Tool: mapping.Documents, Path: "Documents/big.zip", On: BoxService, Cause: syncer.CauseQuota,
			Plain: "there is no room left in Box", Next: "make room in Box, or have it given more; the next sync tries it again", Reason: "no room (request 1)",
			Since: since, Tried: 3, NextTry: since.Add(time.Hour),
		},
		{
			Link: "tower", Tool: mapping.Documents, Path: "Documents/a/b", On: BoxService, Cause: CauseBlocked,
			Plain: "it waits for something else that failed", Next: "mend what it waits for; the next sync does it then", Reason: "waits for a", Since: since,
		},
	}, o.troublesOf(t))
}

func TestTroubleWithRunsIsToldSinceTheFirstOfThemAndUntilOneEndsWell(t *testing.T) {
	t.Parallel()
	at := func(hours int) time.Time { return time.Date(2026, 5, 4, hours, 0, 0, 0, time.UTC) }
	run := func(hours int, state mapping.RunState, cause syncer.Cause, times int) mapping.Run {
		return mapping.Run{Started: at(hours), Ended: at(hours).Add(time.Minute), State: state, Cause: cause, Times: times, Reason: "because", On: "box"}
	}
	o := remembered(t, theLink())
	o.ran(t, run(1, mapping.RunFailed, syncer.CauseUnreached, 1))
	o.ran(t, run(2, mapping.RunSettled, "", 1))
	o.ran(t, run(3, mapping.RunFailed, syncer.CauseSignIn, 4))
	o.ran(t, run(4, mapping.RunFailed, syncer.CauseSignIn, 2))
	all := o.troublesOf(t)
	require.Len(t, all, 1)
	require.Equal(t, syncer.CauseSignIn, all[0].Cause)
	require.Equal(t, at(3), all[0].Since)
	require.Equal(t, 6, all[0].Tried)
	require.Equal(t, "sign in again: procorebox connect box; the next sync goes on", all[0].Next)

	halted := run(5, mapping.RunHalted, syncer.CauseHalted, 1)
	halted.Evidence = "0123abcd"
	o.ran(t, halted)
	all = o.troublesOf(t)
	require.Len(t, all, 1)
	require.Contains(t, all[0].Next, "procorebox sync tower --confirm 0123abcd")

	o.ran(t, mapping.Run{Started: at(6), State: mapping.RunRunning, Fences: []mapping.Fences{{First: 7, Last: 7}}})
	all = o.troublesOf(t)
	require.Len(t, all, 1)
	require.Equal(t, CauseInterrupted, all[0].Cause, "nobody has its lease")

	o.ran(t, run(7, mapping.RunUnfinished, "", 1))
	require.Empty(t, o.troublesOf(t))
}

func TestARootThatIsAwayAndALinkThatIsPaused(t *testing.T) {
	t.Parallel()
	l := theLink()
	since := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	l.Roots[mapping.Documents] = mapping.Root{ID: "12", Paused: "it is in the trash", Since: since}
	all := remembered(t, l).troublesOf(t)
	require.Len(t, all, 1)
	require.Equal(t, CausePaused, all[0].Cause)
	require.Equal(t, since, all[0].Since)
	l.Paused = true
	require.Empty(t, remembered(t, l).troublesOf(t), "a person knows of what they have paused")
}

func TestEachFolderThatTheLastRunCouldNotListIsToldWithItsCause(t *testing.T) {
	t.Parallel()
	o := remembered(t, theLink())
	since := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	r := mapping.Run{
		By: "watch", Started: since, Ended: since, State: mapping.RunWaits, On: "box", Cause: syncer.CausePermission, Reason: "403",
		Incomplete: []syncer.Unlisted{
			{Side: syncer.Destination, Path: "a/b", Cause: syncer.CausePermission, Reason: "403"},
			{Side: syncer.Source, Reason: "connection reset by peer"},
		},
	}
	o.ran(t, r)
	r.Started, r.Ended = since.Add(time.Hour), since.Add(time.Hour)
	o.ran(t, r)
	require.Equal(t, []Trouble{
		{
			Link: "tower", Tool: mapping.Documents, Path: "Documents/a/b", On: BoxService, Cause: syncer.CausePermission,
			Plain: "the account lacks a right in Box", Next: "give the account the right that procorebox doctor tower names; the next sync tries it again",
			Reason: "the folder could not be listed: 403", Since: since, Tried: 2,
		},
		{
			Link: "tower", Tool: mapping.Documents, On: ProcoreService, Cause: CauseIncomplete,
			Plain: "Procore could not be read to its end", Next: "wait: the next sync reads it again; if it fails each time, mend what the service has told",
			Reason: "connection reset by peer", Since: since, Tried: 2,
		},
	}, o.troublesOf(t))
	all, err := o.Status(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, "403", all[0].Tools[0].Last.Err)
	require.False(t, all[0].Tools[0].Settled())
}
