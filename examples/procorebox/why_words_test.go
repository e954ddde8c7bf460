package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// situation is one of the catalogue of scenarios, or beside them, that ends in a skip, a hold, a conflict or a failure, as Why finds it, and
// what a person reads then: what holds, why, and what to do.
type situation struct {
	scenario string
	why      office.Why
	state    string
	reasons  []string
	do       string
}

func (w situation) text() string {
	w.why.Link, w.why.Tool, w.why.Path, w.why.Kind = "tower", mapping.Documents, "Documents/p", syncer.File.String()
	if w.why.State != office.OutsideLinks && w.why.State != office.NotChosen && w.why.State != office.LinkFolder {
		for _, s := range []struct {
			side    **office.WhySide
			service office.Service
		}{{&w.why.Procore, office.ProcoreService}, {&w.why.Box, office.BoxService}} {
			if *s.side == nil {
				*s.side = &office.WhySide{Service: s.service, Where: syncer.Here.String(), Path: "p"}
			}
		}
	}
	return explanation{&w.why}.String()
}

var (
	boxDark  = &office.WhySide{Service: office.BoxService, Where: syncer.Unreachable.String(), Plain: "Box was not reached", Err: "dial tcp"}
	boxTrash = &office.WhySide{Service: office.BoxService, Where: syncer.InTrash.String(), Path: "p"}
	deleteIt = &office.WhyEvent{Op: syncer.OpDelete.String(), On: office.BoxService, Path: "Documents/p"}
)

// left is what Why has of an item in a Condition.
func left(c syncer.Condition, on office.Service, reason string) office.Why {
	return office.Why{State: c.String(), On: on, Reason: reason}
}

// failing is what Why has of a failure of some Cause.
func failing(cause syncer.Cause, reason string) office.Why {
	w := left(syncer.Failing, office.BoxService, reason)
	w.Cause, w.Plain, w.Mend, w.Tries = cause, "plainly so", "mend it; the next sync tries it again", 1
	return w
}

// heldWith is what Why has of a delete that is held.
func heldWith(change func(w *office.Why)) office.Why {
	w := left(syncer.OnHold, office.BoxService, "over the limit of 1 delete in 24 hours")
	w.Action, w.Held, w.Limit = "0123456789abcdef01234567", deleteIt, &office.LimitState{Most: 1, Used: 1}
	change(&w)
	return w
}

func catalogue() []situation {
	const failed = "failed: what was tried in Box did not work"
	mended := "mend it; the next sync tries it again; to try it at once: procorebox sync tower"
	look := "procorebox sync tower"
	rules := "procorebox link show tower shows the rules; link edit changes them"
	choose := "procorebox conflicts choose tower Documents/p with procore, box or both"
	return []situation{
		{"idle-second-run", left(syncer.Settled, "", ""), "in step: both sides agree", nil, ""},
		{"edit-one-side", left(syncer.Due, "", ""), "not in step yet: the next sync does something about it", nil, ""},
		{
			"edit-vs-delete", left(syncer.Due, office.BoxService, "deleted in Box, edited in Procore: the edit is kept"),
			"not in step yet: the next sync does something about it",
			[]string{"deleted in Box, edited in Procore: the edit is kept"},
			"",
		},
		{
			"edit-edit-different", left(syncer.InConflict, "", "changed on both sides: keep both"), "in conflict: changed in Procore and in Box",
			[]string{"changed on both sides: keep both"},
			choose,
		},
		{
			"delete-one-side", func() office.Why {
				w := left(syncer.Deleted, "", "")
				w.Events = []office.WhyEvent{{Op: syncer.OpDelete.String(), On: office.BoxService, Path: "Documents/p", Result: "done", By: &syncer.Author{Name: "Ann"}}}
				return w
			}(), "deleted in Procore (by Ann); carried over to Box " + when(time.Time{}), nil,
			"to have it back: procorebox holds undo tower --folder Documents/p, or restore it from the trash of either side; the next sync brings it to both",
		},
		{
			"delete-delete", left(syncer.Deleted, "", ""), "deleted on both sides", nil,
			"to have it back restore it from the trash of either side; the next sync carries that over",
		},
		{
			"delete-storm-at-once", heldWith(func(w *office.Why) { w.Limit.Room = time.Date(2026, 5, 4, 9, 0, 0, 0, time.Local) }),
			"held: its delete in Box waits for room under the limit on deletes, or for a person",
			[]string{"over the limit of 1 delete in 24 hours"},
			"procorebox holds approve tower 01234567 (or reject)",
		},
		{
			"delete-storm-at-once, with no limit but none", heldWith(func(w *office.Why) { w.Limit.Most = 0 }), "held: its delete in Box waits for a person",
			[]string{"over the limit of 1 delete in 24 hours"},
			"procorebox holds approve tower 01234567 (or reject)",
		},
		{
			"held-delete-approved", heldWith(func(w *office.Why) { w.Decision = "approved" }),
			"held: its delete in Box has waited; a person has approved it, and the next sync heeds that",
			[]string{"over the limit of 1 delete in 24 hours"},
			"",
		},
		{
			"a hold that no run has met yet", heldWith(func(w *office.Why) { w.Action = "" }),
			"held: its delete in Box waits for room under the limit on deletes, or for a person",
			[]string{"over the limit of 1 delete in 24 hours"},
			"procorebox sync tower; then it can be approved",
		},
		{"undeletable", failing(syncer.CauseLocked, "locked"), failed, []string{"plainly so", "locked"}, mended},
		{"locked-or-checked-out", failing(syncer.CauseLocked, "locked by Ann"), failed, []string{"plainly so", "locked by Ann"}, mended},
		{"changed-since-plan", failing(syncer.CauseStale, "item has changed since it was read"), failed, []string{"plainly so", "item has changed since it was read"}, mended},
		{"quota-full", failing(syncer.CauseQuota, "out of space"), failed, []string{"plainly so", "out of space"}, mended},
		{"poison-item", failing(syncer.CauseRefused, "refused by the service"), failed, []string{"plainly so", "refused by the service"}, mended},
		{"maintenance", failing(syncer.CauseBusy, "service is busy"), failed, []string{"plainly so", "service is busy"}, mended},
		{
			"wrong-bytes-arrive, as an older version has stored it", left(syncer.Failing, office.BoxService, "other bytes than were sent"), failed,
			[]string{"other bytes than were sent"},
			"mend what is said above and run procorebox sync tower",
		},
		{
			"root-emptied", func() office.Why {
				w := left(syncer.Stopped, office.ProcoreService, "root of Procore is empty")
				w.Evidence = "0123abcd"
				return w
			}(), "stopped: nothing of the tool is synced until a person has looked",
			[]string{"root of Procore is empty"},
			"look at it, and if it is meant: procorebox sync tower --confirm 0123abcd",
		},
		{
			"root-missing-or-replaced", left(syncer.Stopped, office.BoxService, "root of Box is in the trash"),
			"stopped: nothing of the tool is synced until a person has looked",
			[]string{"root of Box is in the trash"},
			"restore it, or give the account access to it; the next sync goes on by itself",
		},
		{
			"listing-failed-half-way", left(syncer.Unsettled, office.BoxService, "its folder could not be read"),
			"not in step: the next sync looks again",
			[]string{"its folder could not be read"},
			look,
		},
		{
			"permission-lost", left(syncer.Hidden, office.BoxService, "not visible and not in the trash"),
			"not in step: Box does not show it, and nothing proves that it was deleted",
			[]string{"not visible and not in the trash"},
			"give the account of the sync access to it in Box, or restore it there; if it is gone for good there, delete it in Procore, too",
		},
		{"filter-narrowed", left(syncer.LeftOut, "", `excluded by "out"`), "not synced: a rule of the link leaves it out", []string{`excluded by "out"`}, rules},
		{
			"reserved-and-edge-names", left(syncer.Skipped, office.BoxService, "Box cannot hold it"), "left alone: Box does not have it, or not as Procore has",
			[]string{"Box cannot hold it"},
			"",
		},
		{
			"unsupported-kind", left(syncer.Skipped, office.ProcoreService, "is a link"), "left alone: Procore does not have it, or not as Box has",
			[]string{"is a link"},
			"",
		},
		{
			"reply-lost", left(syncer.Interrupted, office.BoxService, "a write to it is not settled yet"),
			"open: a write in Box was begun, and nobody knows yet what became of it",
			[]string{"a write to it is not settled yet"},
			look,
		},
		{
			"server-5xx-flaky", func() office.Why {
				w := left(syncer.Unasked, office.BoxService, "dial tcp")
				w.Box, w.Cause, w.Plain, w.Mend = boxDark, syncer.CauseUnreached, "Box was not reached", "look"
				return w
			}(), "not known: Box could not be asked", nil, "run it again when Box can be reached; nothing is lost meanwhile",
		},
		{
			"rate-storm", func() office.Why {
				w := left(syncer.Unasked, office.BoxService, "429")
				w.Box, w.Cause, w.Plain, w.Mend = boxDark, syncer.CauseBusy, "Box was busy", "wait"
				return w
			}(), "not known: Box could not be asked", nil, "run it again later, when Box serves again; nothing is lost meanwhile",
		},
		{
			"refresh-token-lost", func() office.Why {
				w := left(syncer.Unasked, office.BoxService, "sign in again")
				w.Box, w.Cause, w.Plain, w.Mend = boxDark, syncer.CauseSignIn, "Box no longer takes the sign-in", "sign in again: procorebox connect box; the next sync goes on"
				return w
			}(), "not known: Box could not be asked", nil, "sign in again: procorebox connect box; the next sync goes on",
		},
		{
			"a link that a person has paused",
			office.Why{State: office.PausedLink, ByPerson: true, Item: syncer.Due.String()},
			"paused by a person: nothing of the link is synced for now; the item itself is not in step yet", nil, "procorebox link resume tower",
		},
		{
			"a tool whose folder is away",
			office.Why{State: office.PausedLink, Reason: "its folder in Box is in the trash", Box: boxTrash},
			"paused: nothing of it is synced for now",
			[]string{"its folder in Box is in the trash"},
			"mend what is said above; the next sync goes on by itself",
		},
		{
			"a tool that is not of the link",
			office.Why{State: office.NotChosen, Reason: "the link does not sync documents"},
			"not synced: the tool is not among those of the link",
			[]string{"the link does not sync documents"},
			"procorebox link edit tower --tools with documents among them",
		},
		{
			"event-outside-root",
			office.Why{State: office.OutsideLinks, Reason: "it stands neither in the folder of a tool nor below one"},
			"not synced: it stands outside of the link",
			[]string{"it stands neither in the folder of a tool nor below one"},
			"if an item of the link is meant: its path begins with the tool, as in Documents/Documents/p",
		},
		{
			"the folder of the link",
			office.Why{State: office.LinkFolder, Reason: "each tool has a folder in it"},
			"not synced as a whole: the folders of the tools in it are",
			[]string{"each tool has a folder in it"},
			"",
		},
		{"a tool before its first run", office.Why{State: office.NeverSynced}, "not synced yet: the tool never was", nil, look},
	}
}

// under returns what stands behind a head of an explanation, and in the lines below it that have none.
func under(text, head string) (lines []string) {
	found := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if rest, is := strings.CutPrefix(line, head+":"); is {
			found, line = true, rest
		} else if !strings.HasPrefix(line, "   ") {
			found = false
		}
		if found {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestEverySituationOfTheCatalogueIsToldWithItsReasonAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range catalogue() {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			text := c.text()
			require.Equal(t, []string{c.state}, under(text, "state"), text)
			require.Subset(t, under(text, "why"), c.reasons, text)
			require.Equal(t, c.do, strings.Join(under(text, "do"), "\n"), text)
			require.NotContains(t, text, "\n\n")
			require.NotContains(t, text, "%!")
		})
	}
}

func TestWhatWaitsForSomebodySaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range catalogue() {
		if !c.why.Settled() && c.why.Decision == "" {
			require.NotEmpty(t, c.do, c.scenario)
		}
	}
}

func TestTheTableHasEveryConditionAndEveryStateThatThereIs(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, c := range catalogue() {
		told[c.why.State] = true
	}
	for c := syncer.Settled; int(c) <= constants(t, "../../syncer/condition.go", "Unknown"); c++ { // of what is unknown there is nothing to tell
		require.True(t, told[c.String()], c)
	}
	for _, state := range []string{office.PausedLink, office.NotChosen, office.OutsideLinks, office.LinkFolder, office.NeverSynced} {
		require.True(t, told[state], state)
	}
	require.Equal(t, 5, constants(t, "../internal/office/why.go", "PausedLink")+1, "the states of office")
}

// constants counts those that are declared together with one, without it.
func constants(t *testing.T, path, first string) int {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	require.NoError(t, err)
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if ok && g.Tok == token.CONST && g.Specs[0].(*ast.ValueSpec).Names[0].Name == first {
			return len(g.Specs) - 1
		}
	}
	require.Fail(t, "not there", "%s in %s", first, path)
	return 0
}

// commandIn is one of ours in a sentence, with its flags.
var commandIn = regexp.MustCompile(`procorebox ([a-z]+(?: [a-z]+)?)(?: [A-Z]+\b| tower\b)?((?: --[a-z-]+)*)`)

func TestTheCommandsThatNextStepsNameExist(t *testing.T) {
	t.Parallel()
	var said []string
	for _, path := range []string{"../../syncer/cause.go", "../internal/office/causes.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if ok && text.Kind == token.STRING {
				cause, err := strconv.Unquote(text.Value)
				require.NoError(t, err)
				said = append(said, office.RemedyOf(syncer.Cause(cause)).Next)
			}
			return true
		})
	}
	for _, c := range catalogue() {
		said = append(said, c.do)
	}
	found := 0
	for _, text := range said {
		for _, m := range commandIn.FindAllStringSubmatch(strings.ReplaceAll(text, "SERVICE", "box"), -1) {
			c := &console{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }}
			tree := c.command()
			cmd, rest, err := tree.Find(strings.Fields(m[1]))
			require.NoError(t, err, text)
			require.False(t, cmd == tree || cmd.HasSubCommands() && len(rest) > 0, text)
			for flag := range strings.FieldsSeq(m[2]) {
				require.NotNil(t, cmd.Flags().Lookup(strings.TrimPrefix(flag, "--")), text)
			}
			found++
		}
	}
	require.Greater(t, found, 20)
}
