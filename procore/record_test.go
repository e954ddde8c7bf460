package procore

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNamesOfRecordsFitEverywhere(t *testing.T) {
	for text, want := range map[string]string{
		"Slab edge":                        "Slab edge",
		`a/b\c<d>e:f"g?h*i|j`:              "a-b-c-d-e-f-g-h-i-j",
		"  two\tspaces \n and an end. ":    "two spaces and an end",
		"\x00\x1f":                         "otherwise",
		"...":                              "otherwise",
		"":                                 "otherwise",
		"bad \xff bytes":                   "bad bytes",
		strings.Repeat("ä", 200) + ".pdf":  strings.Repeat("ä", 88) + ".pdf",
		strings.Repeat("a", 200):           strings.Repeat("a", longestName),
		strings.Repeat("a", 179) + "👍b":    strings.Repeat("a", 179),
		strings.Repeat("a ", 100) + ".x y": strings.TrimSpace(strings.Repeat("a ", 90)),
	} {
		require.Equal(t, want, fitting(text, "otherwise"), "%q", text)
	}
}

func FuzzNamesOfRecords(f *testing.F) {
	for _, seed := range []string{"Slab edge", "a/b", "CON", ". .", strings.Repeat("👍", 99), "x.\xff\xfe", "a\u2028b", ".pdf"} {
		f.Add(seed, "1", "0")
	}
	f.Fuzz(func(t *testing.T, title, number, revision string) {
		r := &record{id: 7, number: number, revision: revision, title: title, files: []attached{{id: 9, name: title}}}
		for _, e := range append(r.entries(), r.folder()) {
			require.NoError(t, recordNames.Check(e.Name), "%q", e.Name)
			require.True(t, utf8.ValidString(e.Name))
			_, _, err := recordID(e.ID)
			require.NoError(t, err)
		}
	})
}
