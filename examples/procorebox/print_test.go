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
