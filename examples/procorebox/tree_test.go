package main

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// apart are the commands that have no use for the data directory.
var apart = []string{"demo", "fakes"}

// otherwise is what commands say, instead of what all others do, of a data directory that cannot be read.
var otherwise = map[string]string{
	"restore": "there is something in it; --replace puts that aside|not a directory",
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
		require.Equal(t, "procorebox: unknown flag: --no-such-flag\nprocorebox: \"procorebox "+path+" --help\" says what there is\n", stderr, path)
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
		require.Regexp(t, `^procorebox: ("one too many" is too much:|unknown command) [^\n]+\nprocorebox: "procorebox [a-z -]*--help" says what there is\n$`, stderr, path)
	}
}

func TestEveryCommandSaysOfALinkThatItDoesNotExist(t *testing.T) {
	env := emptyDirectory(t)
	some := 0
	for path, cmd := range commands() {
		if !slices.Contains(argumentsOf(cmd), "LINK") {
			continue
		}
		code, stdout, stderr := run(t, env, lineOf(t, path, cmd, "no\x1b[31mwhere")...)
		oneLine(t, code, stdout, stderr)
		require.Contains(t, stderr, `link "no\x1b[31mwhere" does not exist; "procorebox link list" shows those that there are`, path)
		some++
	}
	require.Greater(t, some, 8)
}

// filesIn returns what is in a directory, by path.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all[path] = string(content)
		return err
	}))
	return all
}

func TestEveryCommandLeavesADataDirectoryAloneThatItCannotRead(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		says  string
	}{
		"damaged": {func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "procorebox.db"), []byte("rubbish"), 0o600))
		}, "stored state is damaged.*; it was left as it is; bring back a backup"},
		"cut short": {func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.Truncate(filepath.Join(dir, "procorebox.db"), 5000))
		}, "stored state is damaged.*; it was left as it is; bring back a backup"},
		"of a newer version": {func(t *testing.T, dir string) {
			t.Helper()
			db, err := os.OpenFile(filepath.Join(dir, "procorebox.db"), os.O_RDWR, 0)
			require.NoError(t, err)
			_, err = db.WriteAt([]byte{0, 0, 3, 231}, 60) // where SQLite keeps the number of the schema
			require.NoError(t, err)
			require.NoError(t, db.Close())
		}, "newer version of the program: it has schema 999.*; use the version of the program that wrote it, or a newer one$"},
		"with a key that others can read": {func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.Chmod(filepath.Join(dir, "procorebox.key"), 0o644))
		}, "it has mode 0644, and should have 0600.*; set that right, or choose another directory with --data"},
	} {
		t.Run(name, func(t *testing.T) {
			env := emptyDirectory(t)
			c.spoil(t, env["PROCOREBOX_DATA"])
			before := filesIn(t, env["PROCOREBOX_DATA"])
			for path, cmd := range commands() {
				if slices.Contains(apart, path) {
					continue
				}
				code, stdout, stderr := run(t, env, lineOf(t, path, cmd, "tower")...)
				oneLine(t, code, stdout, stderr)
				require.Regexp(t, cmp.Or(otherwise[path], c.says), strings.TrimSpace(stderr), path)
				require.Equal(t, before, filesIn(t, env["PROCOREBOX_DATA"]), path)
			}
		})
	}
}

func TestADataDirectoryThatIsAFileIsNamed(t *testing.T) {
	env := emptyDirectory(t)
	env["PROCOREBOX_DATA"] = filepath.Join(env["PROCOREBOX_DATA"], "procorebox.key")
	for path, cmd := range commands() {
		if slices.Contains(apart, path) {
			continue
		}
		code, stdout, stderr := run(t, env, lineOf(t, path, cmd, "tower")...)
		oneLine(t, code, stdout, stderr)
		require.Regexp(t, cmp.Or(otherwise[path], "not a directory; set that right, or choose another directory with --data or PROCOREBOX_DATA"), stderr, path)
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

// ending are the commands that leave others nothing to do: they bring other tokens, or take the link away.
var ending = []string{"connect box", "connect procore", "link remove", "link pause", "restore"}

func TestEveryCommandThatCallsSaysWhatToDoAboutATokenThatIsNotTaken(t *testing.T) {
	env, _, _ := connected(t)
	for _, service := range []string{"BOX", "PROCORE"} {
		wrong := maps.Clone(env)
		wrong[service+"_TOKEN"] = "revoked"
		refused := 0
		for path, cmd := range commands() {
			if slices.Contains(apart, path) || slices.Contains(ending, path) || path == "watch" || path == "doctor" { // a watch goes on, and a doctor has more to say
				continue
			}
			code, stdout, stderr := run(t, wrong, lineOf(t, path, cmd, "tower")...)
			require.NotContains(t, stdout+stderr, "revoked", path)
			if !strings.Contains(stderr, "sign in again") {
				continue // it calls nobody, or the other service only
			}
			require.Equal(t, exitFailed, code, path)
			require.Contains(t, stderr, `sign in with "procorebox connect `+strings.ToLower(service)+`", or set a `+service+"_TOKEN that is good\n", path)
			refused++
		}
		require.Greater(t, refused, 3, service)
	}
	code, stdout, stderr := run(t, env, "sync", "tower", "--full")
	require.Equal(t, exitSettled, code, stderr)
	require.Contains(t, stdout, "0 writes", "nothing was lost, and nothing was done twice")
}
