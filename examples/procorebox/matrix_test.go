package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// excused are the commands that a transcript does without, in a line such as
// "# without: demo, fakes: they have services of their own".
var excused = regexp.MustCompile(`^# without: ([^:]+): (.+)$`)

// The scripts that begin with "bad" are a table of commands and faults. A command that is new must be put
// into each of them, or the reason must be, why the fault is none for it.
func TestEveryCommandIsTriedAgainstEveryFault(t *testing.T) {
	var all []string
	for path := range commands() {
		all = append(all, path)
	}
	slices.Sort(all)
	scripts, err := filepath.Glob("testdata/script/bad_*.txtar")
	require.NoError(t, err)
	require.Greater(t, len(scripts), 6)
	for _, script := range scripts {
		archive, err := txtar.ParseFile(script)
		require.NoError(t, err)
		tried := 0
		for _, file := range archive.Files {
			if text := string(file.Data); strings.Contains(text, "$ procorebox ") {
				require.Equal(t, all, answeredFor(t, all, text), "%s, %s", script, file.Name)
				tried++
			}
		}
		require.Positive(t, tried, script)
	}
}

// answeredFor lists the commands that a transcript has, or does without for a reason.
func answeredFor(t *testing.T, all []string, text string) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(text) {
		if typed, is := strings.CutPrefix(line, "$ procorebox "); is {
			found = append(found, commandOf(all, typed))
		}
		if without := excused.FindStringSubmatch(strings.TrimSpace(line)); without != nil {
			found = append(found, strings.Split(without[1], ", ")...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// commandOf is the command that a line begins with.
func commandOf(all []string, line string) string {
	for _, path := range all {
		if strings.HasPrefix(strings.TrimSpace(line)+" ", path+" ") {
			return path
		}
	}
	return line
}
