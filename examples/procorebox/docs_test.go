package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// root is the directory of the repository.
const root = "../.."

// executed are the documents whose commands are carried out against fakes, from top to bottom; those of
// operations.md are, too, in a test of their own. In all others a command must exist, and know its flags.
var executed = []string{"README.md", "connecting-accounts.md", "no-data-loss.md"}

// A block is what stands between two fences of a document.
type block struct {
	language string
	text     string
	line     int
}

// blocksOf reads a document.
func blocksOf(t *testing.T, path string) []block {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []block
	open := false
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && !open:
			all = append(all, block{language: strings.TrimSpace(fence), line: n})
			open = true
		case isFence:
			open = false
		case open:
			all[len(all)-1].text += line
		}
	}
	require.False(t, open, "%s ends within a block", path)
	return all
}

// documents are README, CONTRIBUTING and the guides.
func documents(t *testing.T) []string {
	t.Helper()
	guides, err := filepath.Glob(filepath.Join(root, "internal", "docs", "*.md"))
	require.NoError(t, err)
	require.Greater(t, len(guides), 8)
	return append(guides, filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md"))
}

var ours = regexp.MustCompile(`^(?:\$ )?((?:[A-Z_]+=\S+ )*)(?:go run \./examples/procorebox|\./procorebox|procorebox)((?: .*)?)$`)

// commandsIn returns the command lines of our program in a document, as lists of arguments.
func commandsIn(t *testing.T, path string) [][]string {
	t.Helper()
	var all [][]string
	for _, b := range blocksOf(t, path) {
		if b.language != "" && b.language != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			if found := ours.FindStringSubmatch(strings.TrimSuffix(strings.TrimSpace(line), " &")); found != nil {
				all = append(all, arguments(found[2]))
			}
		}
	}
	return all
}

var word = regexp.MustCompile(`'[^']*'|"[^"]*"|(?:\$\([^)]*\)|\S)+`)

// arguments splits a line as a shell does, as far as documents need it.
func arguments(line string) []string {
	var all []string
	for _, word := range word.FindAllString(line, -1) {
		all = append(all, strings.Trim(word, `'"`))
	}
	return all
}

func TestTheCommandsOfTheDocumentsExist(t *testing.T) {
	found := 0
	for _, path := range documents(t) {
		for _, line := range commandsIn(t, path) {
			c := &console{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }}
			tree := c.command()
			cmd, rest, err := tree.Find(line)
			require.NoError(t, err, "%s: %v", path, line)
			require.True(t, cmd != tree || len(line) == 0 || strings.HasPrefix(line[0], "-"), "%s: %v is no command", path, line)
			require.NoError(t, cmd.ParseFlags(rest), "%s: %v", path, line)
			require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()), "%s: %v", path, line)
			found++
		}
	}
	require.Greater(t, found, 15)
}

// Commands are named in sentences and tables, too: with our name in front, or by their own with something
// behind it.
func TestTheCommandsInTheSentencesOfTheDocumentsExist(t *testing.T) {
	named := 0
	for _, path := range documents(t) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, code := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
			said, _, _ := strings.Cut(code[1], `\|`) // of "runs|files", in a table, the first
			said, _, _ = strings.Cut(said, " ... ")  // behind which stands what belongs to a word that is left out
			line := arguments(said)
			found := ours.FindStringSubmatch(said)
			if found != nil {
				line = arguments(found[2])
			}
			c := &console{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }}
			tree := c.command()
			if found == nil && (len(line) < 2 || !known(tree, line[0])) {
				continue // it speaks of something else
			}
			cmd, rest, err := tree.Find(line)
			require.NoError(t, err, "%s: %s", path, code[0])
			if n := len(line); n > 0 && strings.HasPrefix(line[n-1], "--") {
				rest = append(rest, "1") // a flag may be named without its value
			}
			if err := cmd.ParseFlags(rest); !errors.Is(err, pflag.ErrHelp) {
				require.NoError(t, err, "%s: %s", path, code[0])
			}
			left := cmd.Flags().Args()
			open := len(left) == 0 || left[0] == strings.ToUpper(left[0]) // a word such as COMMAND stands for any
			require.True(t, open || !cmd.HasSubCommands(), "%s: %s: there is no %s", path, code[0], left)
			named++
		}
	}
	require.Greater(t, named, 40)
}

// fenced is what stands between fences.
var fenced = regexp.MustCompile("(?s)```.*?```")

// known says whether a word is one of our commands.
func known(tree *cobra.Command, word string) bool {
	return slices.ContainsFunc(tree.Commands(), func(c *cobra.Command) bool { return c.Name() == word })
}

// The table of commands in README names them in its first column.
func TestTheCommandsOfTheTableInReadmeExist(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(text), "| Command | Does |\n")
	require.True(t, ok)
	c := &console{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }}
	named := 0
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "|") {
			break
		}
		family := ""
		for _, code := range regexp.MustCompile("`[^`]+`").FindAllString(strings.Split(row, "|")[1], -1) {
			words := strings.Fields(strings.Trim(code, "`"))
			if strings.HasPrefix(words[0], "-") {
				continue
			}
			for i, word := range words { // the rest are arguments
				if word == strings.ToUpper(word) || strings.HasPrefix(word, "[") {
					words = words[:i]
					break
				}
			}
			tree := c.command()
			tree.InitDefaultCompletionCmd(words...)
			cmd, rest, err := tree.Find(words)
			if err != nil || len(rest) > 0 || cmd.Parent() == nil {
				// "link add, list, show": the later ones lean on the first.
				cmd, rest, err = tree.Find(append([]string{family}, words...))
			}
			require.NoError(t, err, "%s", code)
			require.Empty(t, rest, "%s", code)
			require.NotNil(t, cmd.Parent(), "%s", code)
			family = words[0]
			if cmd.Parent().HasParent() {
				family = cmd.Parent().Name()
			}
			named++
		}
	}
	require.Greater(t, named, 15)
}

// endless are the commands that go on until they are stopped. The tests stop them when they have begun.
var endless = []string{"watch", "fakes"}

func TestTheCommandsOfTheDocumentsDoWhatTheySay(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("BROWSER", self) // see actAsBrowser
	for _, name := range executed {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(root, "internal", "docs", name)
			if name == "README.md" {
				path = filepath.Join(root, name)
			}
			env, _, _ := connected(t)
			env["BROWSER"] = self
			env["PROCOREBOX_DATA"] = t.TempDir()
			t.Chdir(t.TempDir()) // for the files that they write
			for _, line := range commandsIn(t, absolute(t, path)) {
				line = filledIn(env, line)
				if line[0] == "demo" {
					continue // it has tests of its own, and takes its time
				}
				code, stderr := carryOut(t, env, line)
				require.NotEqual(t, exitFailed, code, "%v: %s", line, stderr)
			}
		})
	}
}

// absolute is where a document is, whatever directory a test goes to.
func absolute(t *testing.T, path string) string {
	t.Helper()
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(here, path)
}

// here is where the tests begin.
var here, _ = os.Getwd()

// carryOut runs a command line, an endless one for a moment.
func carryOut(t *testing.T, env map[string]string, line []string) (code int, stderr string) {
	t.Helper()
	if !slices.Contains(endless, line[0]) {
		code, _, stderr = run(t, env, line...)
		return code, stderr
	}
	ctx, stop := context.WithCancel(t.Context())
	began := &beginning{stop: stop}
	defer stop()
	c := &console{stdin: strings.NewReader(""), stdout: began, stderr: began, getenv: func(name string) string { return env[name] }}
	code = c.run(ctx, line)
	return code, began.said()
}

// beginning stops a command as soon as it has said something.
type beginning struct {
	stop func()

	mu   sync.Mutex // what goes on in the background may say something, too
	text bytes.Buffer
}

func (b *beginning) Write(p []byte) (int, error) {
	defer b.stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *beginning) said() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// filledIn puts what the fakes have in the place of what documents leave open.
func filledIn(env map[string]string, line []string) []string {
	stands := map[string]string{
		"--company": env["PROCORE_COMPANY_ID"], "--project": env["PROCORE_PROJECT_ID"], "--box-folder": env["BOX_FOLDER_ID"],
		"--enterprise": "777",
	}
	line = slices.Clone(line)
	if slices.Equal(line, []string{"connect", "procore"}) {
		line = append(line, "--client-credentials") // the port of --redirect may be somebody else's
	}
	for i := 1; i < len(line); i++ {
		if value, known := stands[line[i-1]]; known && line[i-1] != "" {
			line[i] = value
		}
	}
	return line
}

var packageOf = regexp.MustCompile(`(?m)^package (\w+)$`)

// Blocks that are whole tests are run, too.
func TestTheGoBlocksOfTheDocumentsCompile(t *testing.T) {
	overlay := map[string]string{}
	dir := t.TempDir()
	plain := map[string]bool{}
	tests := map[string]bool{} // whether a test is whole, and can be run
	module, err := filepath.Abs("..")
	require.NoError(t, err)
	for _, path := range documents(t) {
		for n, b := range blocksOf(t, path) {
			if b.language != "go" {
				continue
			}
			text, whole := b.text, strings.Contains(b.text, "package ")
			if !whole {
				around, err := os.ReadFile(filepath.Join("testdata", "docs", filepath.Base(path)+"."+strconv.Itoa(n)+".txt"))
				require.NoError(t, err, "%s, line %d: a block that is no whole file needs one to stand in", path, b.line)
				require.Contains(t, string(around), "// the block\n")
				text = strings.Replace(string(around), "// the block\n", text, 1)
			}
			// Blocks of one package belong together, programs and what was filled up do not.
			name := strings.TrimSuffix(filepath.Base(path), ".md") + "-" + packageOf.FindStringSubmatch(text)[1]
			if !whole || strings.HasSuffix(name, "-main") {
				name += strconv.Itoa(n)
			}
			file := fmt.Sprintf("block%d.go", n)
			if strings.Contains(text, "testing.T") {
				file = fmt.Sprintf("block%d_test.go", n)
				tests[name] = whole
			} else {
				plain["./docs-of-tests/"+name] = true
			}
			written := filepath.Join(dir, name+"-"+file)
			require.NoError(t, os.WriteFile(written, []byte(text), 0o600))
			overlay[filepath.Join(module, "docs-of-tests", name, file)] = written
		}
	}
	require.Greater(t, len(plain), 4)
	list, err := json.Marshal(map[string]any{"Replace": overlay})
	require.NoError(t, err)
	at := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(at, list, 0o600))
	build(t, module, append([]string{"build", "-overlay", at}, slices.Sorted(maps.Keys(plain))...)...)
	for name, whole := range tests {
		program := filepath.Join(dir, name+".test")
		build(t, module, "test", "-c", "-vet=off", "-overlay", at, "-o", program, "./docs-of-tests/"+name)
		if !whole {
			continue // what stands around it does nothing
		}
		run := exec.CommandContext(t.Context(), program)
		run.Dir = t.TempDir()
		out, err := run.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
	}
}

// build runs the go command in a module.
func build(t *testing.T, module string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = module
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// Links lead to files that are there, and to headings in them.
func TestTheLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	for _, path := range append(documents(t), filepath.Join(root, "CHANGELOG.md")) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, found := range link.FindAllStringSubmatch(coded.ReplaceAllString(string(text), ""), -1) {
			to := path
			if found[1] != "" {
				to = filepath.Join(filepath.Dir(path), found[1])
			}
			_, err := os.Stat(to)
			require.NoError(t, err, "%s: %s", path, found[0])
			if found[2] != "" {
				require.Contains(t, anchors(t, to), found[2], "%s: %s", path, found[0])
			}
		}
	}
}

// coded is what is set as code, in a block or in a sentence.
var coded = regexp.MustCompile("(?s)```.*?```|`[^`]*`")

// anchors are the headings of a document as the address of a link names them on GitHub.
func anchors(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
		words := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		all = append(all, strings.ReplaceAll(words, " ", "-"))
	}
	return all
}
