package main

import (
	"bytes"
	"context"
	"io"
	"iter"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// The tests here are about all commands, as the program itself knows them: one that is added is tested
// without anybody having to think of it. What stands in for its arguments is found by the words of its
// usage line, and a word that is not known here fails the tests.

// placeholders are what stands in for the words of usage lines.
var placeholders = map[string]string{
	"LINK": "tower", "PATH": "Documents/a.txt", "FILE": "testdata/tree/plan.json", "RUN": "1",
	"ID": "0", // the top folder of Box
}

// needed are what commands cannot do without, beside what their usage line names.
var needed = map[string][]string{
	"link add":        {"--tools", "photos", "--name", "other"},
	"link edit":       {"--delete-limit", "5"},
	"connect box":     {"--refresh-token"},
	"connect procore": {"--refresh-token"},
}

// longest is how long a command may take before the tests give up on it. None takes a second by itself, but
// a machine may have a lot else to do.
const longest = 5 * time.Minute

// run carries out a command line in this process.
func run(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	var out, complaint bytes.Buffer
	c := &console{stdin: strings.NewReader(""), stdout: &out, stderr: &complaint, getenv: func(name string) string { return env[name] }}
	return c.run(ctx, args), out.String(), complaint.String()
}

// commands yields all that do something, by what a person types.
func commands() iter.Seq2[string, *cobra.Command] {
	var walk func(cmd *cobra.Command, path string, yield func(string, *cobra.Command) bool) bool
	walk = func(cmd *cobra.Command, path string, yield func(string, *cobra.Command) bool) bool {
		for _, sub := range cmd.Commands() {
			if !walk(sub, strings.TrimSpace(path+" "+sub.Name()), yield) {
				return false
			}
		}
		return cmd.HasSubCommands() || yield(path, cmd)
	}
	return func(yield func(string, *cobra.Command) bool) {
		c := &console{stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
		walk(c.command(), "", yield)
	}
}

var (
	optionalFlags = regexp.MustCompile(`\[-[^\]]*\]`)
	flagWithValue = regexp.MustCompile(`--?[a-z-]+ [A-Za-z,|]+`)
)

// argumentsOf returns the arguments that a usage line names.
func argumentsOf(cmd *cobra.Command) []string {
	line, _, _ := strings.Cut(cmd.Use, "\n")
	line = flagWithValue.ReplaceAllString(optionalFlags.ReplaceAllString(line, ""), "")
	var words []string
	for _, word := range strings.Fields(line)[1:] {
		if !strings.HasPrefix(strings.Trim(word, "[]"), "-") {
			words = append(words, strings.TrimSuffix(strings.Trim(word, "[]"), "..."))
		}
	}
	return words
}

// lineOf is a command line that has all that the command asks for, with link for its link.
func lineOf(t *testing.T, path string, cmd *cobra.Command, link string) []string {
	t.Helper()
	line := strings.Fields(path)
	for _, word := range argumentsOf(cmd) {
		word, _, _ = strings.Cut(word, "|") // one of several will do
		stands, known := placeholders[word]
		if strings.ToLower(word) == word {
			stands, known = word, true
		}
		require.True(t, known, "%q of the usage of %q has no placeholder", word, path)
		if word == "LINK" {
			stands = link
		}
		line = append(line, stands)
	}
	return append(line, needed[path]...)
}

// oneLine wants one line on standard error and nothing of a result.
func oneLine(t *testing.T, code int, stdout, stderr string) {
	t.Helper()
	require.Equal(t, exitFailed, code, stderr)
	require.Empty(t, stdout)
	require.Regexp(t, `^procorebox: [^\n]+\n$`, stderr)
}

// emptyDirectory returns an environment with a data directory that holds no link.
func emptyDirectory(t *testing.T) map[string]string {
	t.Helper()
	env := map[string]string{
		"PROCOREBOX_DATA": t.TempDir(), "PROCORE_COMPANY_ID": "7", "PROCORE_PROJECT_ID": "9", "BOX_FOLDER_ID": "11",
		"BOX_CLIENT_ID": "a", "BOX_CLIENT_SECRET": "b", "BOX_REFRESH_TOKEN": "c",
		"PROCORE_CLIENT_ID": "a", "PROCORE_CLIENT_SECRET": "b", "PROCORE_REFRESH_TOKEN": "c",
	}
	o, err := office.Open(t.Context(), office.Settings{Data: env["PROCOREBOX_DATA"]}, nil)
	require.NoError(t, err)
	require.NoError(t, o.Close())
	return env
}

func TestNoCommandTakesAFlagThatItDoesNotKnow(t *testing.T) {
	env := emptyDirectory(t)
	for path := range commands() {
		code, stdout, stderr := run(t, env, append(strings.Fields(path), "--no-such-flag")...)
		require.Equal(t, exitFailed, code, path)
		require.Empty(t, stdout, path)
		require.Equal(t, "procorebox: unknown flag: --no-such-flag; \"procorebox "+path+" --help\" says what there is\n", stderr, path)
	}
}

func TestNoCommandTakesMoreArgumentsThanItsUsageNames(t *testing.T) {
	env := emptyDirectory(t)
	for path, cmd := range commands() {
		if strings.Contains(cmd.Use, "...") {
			continue
		}
		code, stdout, stderr := run(t, env, append(lineOf(t, path, cmd, "tower"), "one too many")...)
		require.Equal(t, exitFailed, code, path)
		require.Empty(t, stdout, path)
		require.Regexp(t, `^procorebox: ("one too many" is too much:|unknown command) [^\n]+; "procorebox [a-z -]*--help" says what there is\n$`, stderr, path)
	}
}

// connected returns an environment with two fakes, and a link "tower" that was synced.
func connected(t *testing.T) (map[string]string, *procoretest.Server, *boxtest.Server) {
	t.Helper()
	pc, err := procoretest.Start(t.Context(), "127.0.0.1:0", procoretest.Options{Limits: procoretest.NoLimits})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pc.Close()) })
	bx, err := boxtest.Start(t.Context(), "127.0.0.1:0", boxtest.Options{Limits: boxtest.NoLimits})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bx.Close()) })
	_, err = pc.Home().Upload(pc.Project().RootID, "a.txt", []byte("a"))
	require.NoError(t, err)
	env := procoreSettings(pc)
	b, err := boxSettings(bx)
	require.NoError(t, err)
	maps.Copy(env, b)
	env["PROCOREBOX_DATA"], env["PROCOREBOX_SETTLE"] = t.TempDir(), "0s"
	for _, line := range []string{"link add --tools documents --name tower", "sync tower"} {
		code, _, stderr := run(t, env, strings.Fields(line)...)
		require.Equal(t, exitSettled, code, stderr)
	}
	other, err := bx.Home().CreateFolder("0", "other")
	require.NoError(t, err)
	env["BOX_FOLDER_ID"] = other.ID // for one more link
	return env, pc, bx
}
