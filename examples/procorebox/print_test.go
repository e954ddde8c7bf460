package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

func TestOfManyHoldsPeopleReadSomeAndProgramsAll(t *testing.T) {
	report := &syncer.Report{}
	for i := range 1000 {
		report.Holds = append(report.Holds, syncer.Hold{Op: syncer.OpAdopt, On: syncer.Destination, Kind: syncer.File, Path: fmt.Sprint(i), Action: syncer.ActionID(fmt.Sprint(i)), Reason: "a person is asked"})
	}
	for asJSON, want := range map[bool]int{false: 21, true: 1000} {
		var out bytes.Buffer
		p := (&console{stdout: &out}).printer(asJSON, false)
		p.results([]mapping.Result{{Link: "the tower", Tool: mapping.Documents, Report: report}})
		require.NoError(t, p.err)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, want)
		if !asJSON {
			require.Equal(t, `held: 980 items more in "Documents": procorebox holds list 'the tower'`, lines[20])
		}
	}
}

func TestOfManyDecisionsPeopleReadSomeAndHowManyMore(t *testing.T) {
	var done []office.Decided
	for i := range 100 {
		done = append(done, office.Decided{Held: office.Held{ID: syncer.ActionID(fmt.Sprint(i)), Op: "adopt", On: office.BoxService, Path: fmt.Sprintf("Documents/%d.pdf", i), Decision: "approved"}, Was: "waiting"})
	}
	var out bytes.Buffer
	require.NoError(t, (&console{stdout: &out}).showDecided(done, nil, nil))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 22)
	require.Equal(t, []string{"and 80 more", "the next sync carries it out; a running watch does within seconds"}, lines[20:])
}

func TestWhatAnInterruptedRunDidNotComeToIsOneLineForPeople(t *testing.T) {
	report := &syncer.Report{}
	for i := range 3 {
		report.Failures = append(report.Failures, syncer.Outcome{Op: syncer.OpCreateFile, On: syncer.Destination, Path: fmt.Sprint(i), Result: syncer.Blocked, Err: "the run ended before it"})
	}
	for asJSON, want := range map[bool]int{false: 1, true: 3} {
		var out bytes.Buffer
		p := (&console{stdout: &out}).printer(asJSON, false)
		p.results([]mapping.Result{{Link: "tower", Tool: mapping.Documents, Report: report, Err: fmt.Errorf("sync: %w", context.Canceled)}})
		require.NoError(t, p.err)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, want)
		if !asJSON {
			require.Equal(t, `interrupted: 3 items in "Documents" not done yet: procorebox errors tower --items`, lines[0])
		}
	}
	require.Len(t, report.Failures, 3)
}

func TestOfManyFailuresPeopleReadSomeAndProgramsAll(t *testing.T) {
	report := &syncer.Report{}
	for i := range 1000 {
		report.Failures = append(report.Failures, syncer.Outcome{Op: syncer.OpCreateFile, On: syncer.Destination, Path: fmt.Sprint(i), Result: syncer.Failed, Err: "sign in again"})
	}
	for asJSON, want := range map[bool]int{false: 21, true: 1000} {
		var out bytes.Buffer
		p := (&console{stdout: &out}).printer(asJSON, false)
		p.results([]mapping.Result{{Link: "the tower", Tool: mapping.Documents, Report: report}})
		require.NoError(t, p.err)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, want)
		if !asJSON {
			require.Equal(t, `failed: 980 items more in "Documents": procorebox errors 'the tower' --items`, lines[20])
		}
	}
}

func TestAWatchSaysOnceWhatWaitsAndThenWhatIsNew(t *testing.T) {
	var out bytes.Buffer
	p := &paper{(&console{stdout: &out}).printer(false, true), map[string]map[string]bool{}}
	look := func(writes int, held ...string) string {
		report := &syncer.Report{}
		for _, path := range held {
			report.Holds = append(report.Holds, syncer.Hold{Op: syncer.OpDelete, On: syncer.Source, Kind: syncer.File, Path: path, Action: syncer.ActionID(path), Reason: "too many"})
		}
		s := &office.Synced{Results: []mapping.Result{{Link: "tower", Tool: mapping.Documents, Report: report}}}
		s.Totals.Writes, s.Totals.Held = writes, len(held)
		out.Reset()
		p.told(mapping.Link{ID: "1", Name: "tower"}, s)
		require.NoError(t, p.err)
		return out.String()
	}
	totals := func(writes string, held int) string {
		return fmt.Sprintf("%s (0 uploads, 0 moves, 0 deletes; 0 bytes), 0 conflicts, %d held, 0 skipped, 0 failed; 0 calls to Box, 0 to Procore\n", writes, held)
	}
	a, b := "held: delete \"Documents/a\" in Procore: too many\n", "held: delete \"Documents/b\" in Procore: too many\n"
	require.Equal(t, a+totals("0 writes", 1), look(0, "a"))
	require.Empty(t, look(0, "a"), "it waits on")
	require.Equal(t, totals("2 writes", 1), look(2, "a"), "what was done is told by itself")
	require.Equal(t, b+totals("0 writes", 2), look(0, "a", "b"))
	require.Equal(t, totals("0 writes", 1), look(0, "b"), "one waits no more")
	require.Equal(t, a+totals("0 writes", 2), look(0, "a", "b"), "it waits again")
	require.Equal(t, totals("0 writes", 0), look(0))
	require.Empty(t, look(0))
}
