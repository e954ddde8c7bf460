package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

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
