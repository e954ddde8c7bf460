package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// notHere are the commands of operations.md that no test can carry out, and why.
var notHere = map[string]string{
	"useradd --system --home-dir /var/lib/procorebox procorebox":          "it takes an administrator to make a user of the machine",
	"install -d -o procorebox -m 700 /var/lib/procorebox /etc/procorebox": "it gives directories to that user",
	"install -o procorebox -m 600 env /etc/procorebox/env":                "it gives a file to that user",
	"sudo -u procorebox sh": "it begins to be that user",
	"set -a; . /etc/procorebox/env; PROCOREBOX_DATA=/var/lib/procorebox": "a shell reads the variables, which are those of the test here",
	"exit":                               "it ends being that user",
	"systemctl enable --now procorebox":  "it needs systemd; the command of the unit is carried out",
	"systemctl disable --now procorebox": "it needs systemd; service.txtar stops a watch",
	"systemctl reload procorebox":        "it needs systemd; service.txtar sends the signal of the unit",
	"systemctl restart procorebox":       "it needs systemd",
	"/bin/kill -HUP $MAINPID":            "systemd knows the process; service.txtar sends the signal",
	"scp":                                "it needs another machine",
}

// guide is the machine on which the commands of operations.md are carried out.
type guide struct {
	t   *testing.T
	env map[string]string
	pc  *procoretest.Server
	bx  *boxtest.Server

	root   string            // where the directories of the machine are
	stands map[string]string // for the words that the document leaves open
}

// step is what must have happened before a command makes sense, and what its answer tells then.
type step struct {
	before func(g *guide)
	says   string
}

var steps = map[string]step{
	"procorebox watch": {(*guide).connect, ""},
	"procorebox why LINK 'Documents/Drawings/A-101.pdf'": {(*guide).draw, "A-101.pdf"},
	"procorebox plan":               {(*guide).lose, ""},
	"procorebox holds list":         {(*guide).hold, "Documents/Drawings"},
	"procorebox holds undo LINK ID": {(*guide).approve, "waiting"},
	"procorebox history --path Documents/Drawings --result approved": {nil, "approved"},
	"procorebox history --path Documents/Drawings --op delete":       {(*guide).approved, "done"},
	"procorebox sync LINK --confirm EVIDENCE":                        {(*guide).empty, "writes"},
	`procorebox backup "/backups/procorebox-$(date +%F).tar.gz"`:     {nil, "backup of link bridge"},
	"procorebox restore BACKUP":                                      {(*guide).otherMachine, "link bridge put back"},
	"procorebox link release LINK":                                   {nil, "deletes flow again"},
	"procorebox restore --replace BACKUP":                            {(*guide).backUp, "what was there before is in"},
	"procorebox restore --current move.tar.gz":                       {(*guide).otherMachine, "link bridge put back"},
}

func TestTheCommandsOfOperationsAreCarriedOut(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("BROWSER", self) // see actAsBrowser
	g := &guide{t: t, root: t.TempDir()}
	g.env, g.pc, g.bx = connected(t)
	g.env["BROWSER"] = self
	g.env["PROCOREBOX_DATA"] = filepath.Join(g.root, "var", "lib", "procorebox")
	for _, dir := range []string{g.env["PROCOREBOX_DATA"], filepath.Join(g.root, "etc", "procorebox"), filepath.Join(g.root, "backups")} {
		require.NoError(t, os.MkdirAll(dir, 0o700))
	}
	require.NoError(t, os.WriteFile(filepath.Join(g.root, "etc", "procorebox", "env"), []byte("PROCOREBOX_LOG_LEVEL=info\n"), 0o600))
	backup := filepath.Join(g.root, "backups", "procorebox-$(date +%F).tar.gz")
	g.stands = map[string]string{"LINK": "bridge", "COMMAND": "status", "SERVICE": "box", "BACKUP": backup}
	all := commandsOf(t, filepath.Join(root, "internal", "docs", "operations.md"))
	require.Greater(t, len(all), 40)
	met := map[string]bool{}
	t.Chdir(t.TempDir()) // for the files that they write
	for _, line := range all {
		met[line] = true
		if notHere[line] == "" {
			g.carryOut(line)
		}
	}
	for line := range notHere {
		require.True(t, met[line], "%q is in the document no more", line)
	}
	for line := range steps {
		require.True(t, met[line], "%q is in the document no more", line)
	}
}

var (
	named  = regexp.MustCompile("`((?:procorebox|systemctl|sudo|scp)(?: [^`]*)?)`")
	ofUnit = regexp.MustCompile(`^Exec\w+=(.*)$`)
)

// commandsOf returns the command lines of a document, from top to bottom: those of its blocks without a language,
// those that a unit of systemd names, and those in sentences and tables that begin with the name of a program.
func commandsOf(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []string
	inside, fence := false, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		language, isFence := strings.CutPrefix(line, "```")
		unit := ofUnit.FindStringSubmatch(line)
		switch {
		case isFence:
			inside, fence = !inside, language
		case inside && fence == "":
			line, _, _ = strings.Cut(line, " #")
			all = append(all, strings.TrimSpace(line))
		case inside && unit != nil:
			all = append(all, unit[1])
		case !inside:
			for _, code := range named.FindAllStringSubmatch(line, -1) {
				all = append(all, code[1])
			}
		}
	}
	return all
}

// carryOut does what a line of the document says.
func (g *guide) carryOut(line string) {
	g.t.Helper()
	s := steps[line]
	if s.before != nil {
		s.before(g)
	}
	words := arguments(line)
	require.Contains(g.t, []string{"procorebox", "/usr/local/bin/procorebox"}, words[0], "%s: it is neither ours, nor said why it is left out", line)
	words = filledIn(g.env, words[1:])
	for i, word := range words {
		for _, dir := range []string{"/etc/", "/var/", "/backups/"} {
			if strings.HasPrefix(word, dir) {
				words[i] = filepath.Join(g.root, word)
			}
		}
		if g.stands[word] != "" {
			words[i] = g.stands[word]
		}
		if word == "--listen" {
			words[i+1] = "127.0.0.1:0" // that of the document may be somebody else's
		}
	}
	if slices.Equal(words, []string{"connect", "procore"}) {
		words = append(words, "--client-credentials")
	}
	if slices.Contains(endless, words[0]) {
		code, said := carryOut(g.t, g.env, words)
		require.Equal(g.t, exitSettled, code, "%s: %s", line, said)
		return
	}
	code, stdout, stderr := run(g.t, g.env, words...)
	require.NotEqual(g.t, exitFailed, code, "%s: %s", line, stderr)
	require.Contains(g.t, stdout, s.says, "%s", line)
}

// do runs a command and wants an exit code.
func (g *guide) do(code int, line string) string {
	g.t.Helper()
	got, stdout, stderr := run(g.t, g.env, strings.Fields(line)...)
	require.Equal(g.t, code, got, "%s: %s", line, stderr)
	return stdout
}

// connect makes the data directory, without which no watch begins.
func (g *guide) connect() { g.do(exitSettled, "connect procore --client-credentials") }

// draw puts a drawing into both sides.
func (g *guide) draw() {
	folder, err := g.pc.Home().CreateFolder(g.pc.Project().RootID, "Drawings")
	require.NoError(g.t, err)
	_, err = g.pc.Home().Upload(folder.ID, "A-101.pdf", []byte("first issue"))
	require.NoError(g.t, err)
	g.do(exitSettled, "sync")
}

// lose deletes the drawings in Box.
func (g *guide) lose() {
	g.do(exitSettled, "link edit bridge --delete-limit 0")
	it, err := g.bx.Home().Find("other/Documents/Drawings")
	require.NoError(g.t, err)
	require.NoError(g.t, g.bx.Home().Trash(it))
}

func (g *guide) hold() { g.do(exitWaits, "sync") }

// approve lets the delete happen, and names it.
func (g *guide) approve() {
	var holds office.Holds
	require.NoError(g.t, json.Unmarshal([]byte(g.do(exitWaits, "holds list --json")), &holds))
	for _, h := range holds.Items {
		if h.Kind == "folder" {
			g.stands["ID"] = string(h.ID)
		}
	}
	g.do(exitSettled, "holds approve bridge "+g.stands["ID"])
}

func (g *guide) approved() {
	g.do(exitSettled, "holds approve bridge "+g.stands["ID"])
	g.do(exitSettled, "sync")
}

// empty takes all out of the folder in Box, at which a sync halts.
func (g *guide) empty() {
	it, err := g.bx.Home().Find("other/Documents/a.txt")
	require.NoError(g.t, err)
	require.NoError(g.t, g.bx.Home().Trash(it))
	g.do(exitWaits, "sync")
	for line := range strings.Lines(g.do(exitWaits, "errors --json")) {
		var trouble office.Trouble
		require.NoError(g.t, json.Unmarshal([]byte(line), &trouble))
		g.stands["EVIDENCE"] = trouble.Confirm
	}
}

// backUp makes a backup with the key that there is now.
func (g *guide) backUp() {
	g.stands["BACKUP"] = "later.tar.gz"
	g.do(exitSettled, "backup later.tar.gz")
}

// otherMachine has nothing of ours, not even the key.
func (g *guide) otherMachine() { g.env["PROCOREBOX_DATA"] = g.t.TempDir() }
