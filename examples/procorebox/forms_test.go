package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// find returns the command that words lead to.
func find(t *testing.T, words ...string) *cobra.Command {
	t.Helper()
	c := &console{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }}
	cmd, rest, err := c.command().Find(words)
	require.NoError(t, err)
	require.Empty(t, rest, "%v", words)
	return cmd
}

func TestTheFormsOfCommandsThatOthersRelyOn(t *testing.T) {
	for _, c := range []struct {
		command string
		flags   string
	}{
		{"connect procore", "client-credentials client-id client-secret no-browser redirect refresh-token json"},
		{"connect box", "client-credentials client-id client-secret enterprise jwt no-browser redirect refresh-token user json"},
		{"companies", "json"},
		{"projects", "company inactive json"},
		{"folders", "levels json"},
		{"link add", "company project company-documents tools box-folder name json " + ruleNames},
		{"link list", "json"},
		{"link show", "json"},
		{"link edit", "name tools json " + ruleNames},
		{"link remove", ""},
		{"link pause", ""},
		{"link resume", ""},
		{"plan", "out full confirm json"},
		{"apply", "list json"},
		{"sync", "once full level file confirm list json"},
		{"watch", "every json"},
		{"status", "json"},
		{"files", "links json"},
		{"holds list", "json"},
		{"holds approve", "folder run all"},
		{"holds reject", "folder run all"},
		{"holds undo", "folder run all"},
		{"conflicts list", "open json"},
		{"conflicts choose", "drop-copy"},
		{"doctor", "settle-facts write box-folder procore-folder json"},
		{"demo", "keep"},
		{"fakes", "box procore tree limits fault-rate seed switch json"},
	} {
		t.Run(c.command, func(t *testing.T) {
			cmd := find(t, strings.Fields(c.command)...)
			require.NotEmpty(t, cmd.Short)
			for name := range strings.FieldsSeq(c.flags) {
				require.NotNil(t, cmd.Flags().Lookup(name), "--%s", name)
			}
			require.NotNil(t, cmd.InheritedFlags().Lookup("data"))
		})
	}
}

const ruleNames = "deletes delete-limit photo-deletes names conflict direction include exclude adopt"

func TestTheDefaultsOfALink(t *testing.T) {
	for name, want := range map[string]string{
		"deletes": "on", "delete-limit": "1000", "photo-deletes": "off", "names": "lossless", "conflict": "both", "adopt": "verify",
		"direction": "[]", "include": "[]", "exclude": "[]",
	} {
		require.Equal(t, want, find(t, "link", "add").Flags().Lookup(name).DefValue, name)
		// What is not named when a link is edited stays as it is, so the help names no default.
		require.Contains(t, []string{"", "0", "[]"}, find(t, "link", "edit").Flags().Lookup(name).DefValue, name)
	}
}

func TestSyncEndsWithOneObjectOfTheseKeys(t *testing.T) {
	var out bytes.Buffer
	c := &console{stdout: &out}
	p := c.printer(true, false)
	p.totals(office.Totals{})
	require.NoError(t, p.err)
	require.Equal(t, `{"writes":0,"uploads":0,"moves":0,"deletes":0,"conflicts":0,"held":0,"skipped":0,"failed":0,"bytes":0,"calls":{"box":0,"procore":0}}`+"\n", out.String())
}

func TestTheExitCodesAreInTheHelp(t *testing.T) {
	var out bytes.Buffer
	c := &console{stdout: &out, stderr: &out, getenv: func(string) string { return "" }}
	require.Equal(t, exitSettled, c.run(context.Background(), []string{"--help"}))
	for _, line := range []string{
		"  0  all settled", "  1  something waits for a person or for a retry", "  2  it could not run", "PROCOREBOX_DATA", "BOX_TOKEN", "PROCORE_TOKEN",
	} {
		require.Contains(t, out.String(), line)
	}
	require.Equal(t, []int{0, 1, 2}, []int{exitSettled, exitWaits, exitFailed})
}

func TestEveryReadingCommandHasJSON(t *testing.T) {
	// These write, and print a line or two of what they did; sync and apply, which write too, have JSON. An
	// export has a format of its own, and with it lines of JSON.
	writing := []string{
		"connect procore", "connect box", "link add", "link edit", "link remove", "link pause", "link resume", "link release",
		"holds approve", "holds reject", "holds undo", "conflicts choose", "demo", "fakes",
	}
	for path, cmd := range commands() {
		if !slices.Contains(writing, path) && !strings.HasPrefix(path, "completion") && !strings.HasPrefix(path, "export ") && path != "help" {
			require.NotNil(t, cmd.Flags().Lookup("json"), path)
		}
	}
}

func TestWhatIsHostileToATerminalIsShownByItsNumber(t *testing.T) {
	for name, want := range map[string]string{
		"A-101.pdf":          "A-101.pdf",
		"Möbel 家具 🏗.pdf":     "Möbel 家具 🏗.pdf",
		"red\x1b[31m":        `red\u001b[31m`,
		"two\nlines":         `two\u000alines`,
		"fdp.\u202egpj":      `fdp.\u202egpj`,
		"bad\xffbyte":        `bad\xffbyte`,
		"end\u2028paragraph": `end\u2028paragraph`,
	} {
		require.Equal(t, want, readable(name))
	}
}

func TestAConnectionShowsNoSecretHoweverItIsPrinted(t *testing.T) {
	c := office.Connection{Service: office.BoxService, Way: office.JWT, ClientSecret: "hush", Config: []byte("hush")}
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, strings.ToLower(format(form, c)), "hush")
	}
	text, err := json.Marshal(c)
	require.NoError(t, err)
	require.NotContains(t, string(text), "hush")
}

func format(form string, v any) string {
	var b bytes.Buffer
	c := &console{stdout: &b}
	_ = c.print(form, v)
	return b.String()
}
