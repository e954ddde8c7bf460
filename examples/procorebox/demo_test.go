package main

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// demoEnv is an environment in which nobody has set anything up.
func demoEnv() []string {
	var env []string
	for _, one := range os.Environ() {
		if !strings.HasPrefix(one, "PROCORE") && !strings.HasPrefix(one, "BOX_") {
			env = append(env, one)
		}
	}
	return env
}

func TestTheDemoTellsItsStoryWithoutSetUpAndLeavesNothing(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, "demo")
	cmd.Env = append(demoEnv(), "TMPDIR="+temp)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, line := range []string{
		"connected to Procore as ",
		"connected to Box as ",
		"0 writes (0 uploads, 0 moves, 0 deletes; 0 bytes), 0 conflicts, 0 held, 0 skipped, 0 failed",
		`done: update "Documents/02 Drawings/Architectural/A-101 Level 1 Floor Plan.pdf" in Box`,
		`done: update "Documents/06 Safety & quality/Daily reports/2026/Daily 2026-03-13.txt" in Procore`,
		`done: move "Documents/07 Cost control" from "Documents/07 Cost" in Procore`,
		`keep both: conflict "Documents/07 Cost control/Budget.csv", one version is "Budget (conflict `,
		"1 write (0 uploads, 1 move, 0 deletes; 0 bytes)",
		"3 deletes; 0 bytes), 0 conflicts, 2 held",
		"0 not equal, 2 only in procore",
	} {
		require.Contains(t, string(out), line)
	}
	steps := regexp.MustCompile(`(?m)^\d+\. .*\n`).FindAllString(string(out), -1)
	require.Equal(t, len(steps)-1, strings.Count(string(out), "\n   look at: "), "every step but the last, which shows it, says where to look")
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAKeptDemoServesTheOtherCommands(t *testing.T) {
	t.Parallel()
	demo := exec.CommandContext(t.Context(), program, "demo", "--keep", "--data", t.TempDir())
	demo.Env = demoEnv()
	stdout, err := demo.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, demo.Start())
	env, bob := demoEnv(), ""
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		if ok && strings.HasPrefix(lines.Text(), "export ") {
			env = append(env, name+"="+value)
		}
		if name == "BOB_TOKEN" {
			bob = value
			break
		}
	}
	run := func(args ...string) (string, int) {
		cmd := exec.CommandContext(context.Background(), program, args...)
		cmd.Env = env
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	out, code := run("status")
	require.Equal(t, exitWaits, code, "two deletes are held: %s", out)
	require.Contains(t, out, "demo  documents   both")
	out, code = run("files", "demo", "RFIs")
	require.Equal(t, exitSettled, code, out)
	require.Contains(t, out, "0 not equal")
	out, code = run("projects")
	require.Equal(t, exitSettled, code, out)
	require.Contains(t, out, "Harbor Point Medical Office Building")
	deleteAs(t, bob, env, run)
	out, code = run("sync", "demo")
	require.Equal(t, exitWaits, code, out)
	require.Contains(t, out, " 3 held", "the limit of the demo is used up, and so it holds Bob's delete, too")
	backup := filepath.Join(t.TempDir(), "backup.tar.gz")
	out, code = run("backup", backup)
	require.Equal(t, exitSettled, code, out)
	out, code = run("restore", backup, "--replace", "--wait", "0")
	require.Equal(t, exitSettled, code, "the demo has let go of the data directory: %s", out)
	require.NoError(t, demo.Process.Signal(os.Interrupt))
	require.NoError(t, demo.Wait())
}

// deleteAs does what the kept demo proposes to do as Bob.
func deleteAs(t *testing.T, token string, env []string, run func(...string) (string, int)) {
	t.Helper()
	out, code := run("why", "demo", "Documents/05 Meetings/OAC/Agenda (template).md")
	require.Equal(t, exitSettled, code, out)
	number := regexp.MustCompile(`(?m)^box: .*, number (\d+),`).FindStringSubmatch(out)
	require.NotNil(t, number, out)
	base := ""
	for _, v := range env {
		if at, ok := strings.CutPrefix(v, "BOX_API_BASE="); ok {
			base = at
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, base+"/2.0/files/"+number[1], http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusNoContent, answer.StatusCode)
}
