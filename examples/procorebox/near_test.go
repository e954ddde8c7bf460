package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOfNamesTheNearestIsMeantAndNoneThatIsFar(t *testing.T) {
	words := []string{"sync", "status", "show", "holds", "history"}
	for typed, want := range map[string]string{
		"synch": "sync", "snyc": "sync", "Sync": "sync", "syn": "sync", "hold": "holds", "statsu": "status", "stauts": "status", "histroy": "history",
		"hi": "history", "s": "", "": "", "x": "", "watch": "", "--": "", "nonsense": "",
	} {
		require.Equal(t, want, near(typed, words), "%q", typed)
	}
	require.Equal(t, "Brücke", near("bruecke", []string{"Brücke", "tower"}))
	require.Equal(t, "a1", near("a3", []string{"a2", "a1"}), "of two that are as near the first by name")
	require.Empty(t, near("tower", nil))
}

func TestWhatIsMistypedIsToldWithWhatIsNear(t *testing.T) {
	env, _, _ := connected(t)
	for _, c := range []struct {
		line []string
		says string
	}{
		{[]string{"synch"}, `unknown command "synch" for "procorebox"; did you mean "procorebox sync"?`},
		{[]string{"link", "sow", "tower"}, `unknown command "sow" for "procorebox link"; did you mean "procorebox link show"?`},
		{[]string{"link", "lsit"}, `unknown command "lsit" for "procorebox link"; did you mean "procorebox link list"?`},
		{[]string{"connect", "bx"}, `unknown command "bx" for "procorebox connect"; did you mean "procorebox connect box"?`},
		{[]string{"export", "file"}, `unknown command "file" for "procorebox export"; did you mean "procorebox export files"?`},
		{[]string{"holds", "aprove", "tower"}, `unknown command "aprove" for "procorebox holds"; did you mean "procorebox holds approve"?`},
		{[]string{"holds", "tower", "tower"}, `"tower" is too much`},
		{[]string{"holds", "lst"}, `link "lst" does not exist; did you mean "procorebox holds list"? "procorebox link list" shows those that there are`},
		{[]string{"conflicts", "chose", "tower"}, `unknown command "chose" for "procorebox conflicts"; did you mean "procorebox conflicts choose"?`},
		{[]string{"status", "towr"}, `link "towr" does not exist; did you mean "tower"? "procorebox link list" shows those that there are`},
		{[]string{"link", "pause", "towers"}, `link "towers" does not exist; did you mean "tower"?`},
		{[]string{"status", "--jsn"}, `unknown flag: --jsn; did you mean --json?`},
	} {
		code, stdout, stderr := run(t, env, c.line...)
		require.Equal(t, exitFailed, code, c.line)
		require.Empty(t, stdout, c.line)
		require.Contains(t, stderr, "procorebox: "+c.says, c.line)
	}
}
