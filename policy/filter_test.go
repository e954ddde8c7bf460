package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// sized returns a file of so many bytes.
func sized(path string, size int64) syncer.Item {
	return syncer.Item{Path: path, Entry: syncer.Entry{Kind: syncer.File, Size: size}}
}

func TestFiltersSayWhyAnItemIsLeftOut(t *testing.T) {
	t.Parallel()
	const file, folder = syncer.File, syncer.Folder
	tools, err := policy.NewTools("Documents", "Photos")
	require.NoError(t, err)
	files := func(o policy.FileOptions) policy.Files {
		f, err := policy.NewFiles(o)
		require.NoError(t, err)
		return f
	}
	small := files(policy.FileOptions{Largest: 1000})
	filled := files(policy.FileOptions{Smallest: 1})
	drawings := files(policy.FileOptions{Types: []string{".pdf", "DWG", ""}})
	noVideos := files(policy.FileOptions{NoTypes: []string{"mp4", ".MOV"}})
	globs, err := policy.NewGlobs(policy.GlobOptions{Exclude: []string{"**/~$*"}})
	require.NoError(t, err)
	all := policy.All{tools, globs, small}

	for _, c := range []struct {
		name   string
		filter syncer.Filter
		item   syncer.Item
		reason string
	}{
		{"the root is always in", tools, at("", folder), ""},
		{"a chosen tool is in", tools, at("Documents", folder), ""},
		{"what is in a chosen tool is in", tools, at("Documents/a/b.pdf", file), ""},
		{"a chosen tool in another case is in", tools, at("PHOTOS/1.jpg", file), ""},
		{"another tool is out", tools, at("RFIs", folder), `tool "RFIs" is not chosen`},
		{"what is in another tool is out", tools, at("RFIs/Documents/1.pdf", file), `tool "RFIs" is not chosen`},
		{"what only begins like a tool is out", tools, at("Documents 2", folder), `tool "Documents 2" is not chosen`},
		{"a system folder is out", tools, at("Recycle Bin", folder), `tool "Recycle Bin" is not chosen`},
		{"a file outside of any tool is out", tools, at("Documents", file), "stands in no tool"},
		{"without a choice everything is in", policy.Tools{}, at("RFIs/1.pdf", file), ""},
		{"a file of just that size is in", small, sized("a.pdf", 1000), ""},
		{"a larger file is out", small, sized("a.pdf", 1001), "larger than 1000 bytes"},
		{"a file of unknown size is in", small, sized("a.pdf", syncer.UnknownSize), ""},
		{"a folder has no size", filled, at("a", folder), ""},
		{"an empty file may be left out", filled, sized("a.pdf", 0), "smaller than 1 bytes"},
		{"an empty file is in unless told otherwise", small, sized("a.pdf", 0), ""},
		{"a chosen type is in", drawings, at("x/a.pdf", file), ""},
		{"a chosen type in another case is in", drawings, at("a.dwg", file), ""},
		{"a file without a type may be chosen", drawings, at("v1.2 plans/README", file), ""},
		{"another type is out", drawings, at("a.docx", file), `files of type "docx" are left out`},
		{"a folder has no type", drawings, at("a.docx", folder), ""},
		{"a type may be left out", noVideos, at("a.MP4", file), `files of type "mp4" are left out`},
		{"the other types are in", noVideos, at("a.mp3", file), ""},
		{"what all filters take is in", all, sized("Photos/a.jpg", 5), ""},
		{"the first that objects gives the reason", all, sized("RFIs/~$a.docx", 5000), `tool "RFIs" is not chosen`},
		{"the last that objects is enough", all, sized("Photos/a.jpg", 5000), "larger than 1000 bytes"},
		{"no filters take everything", policy.All{}, at("a", file), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.reason, c.filter.Filter(c.item))
		})
	}
}

func TestFiltersRefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{}, {""}, {"/"}, {"Documents/Private"}} {
		_, err := policy.NewTools(names...)
		require.ErrorIs(t, err, syncer.ErrInvalid, "%q", names)
	}
	for _, o := range []policy.FileOptions{
		{Largest: -1}, {Smallest: -1}, {Smallest: 2, Largest: 1}, {Types: []string{"*.pdf"}}, {NoTypes: []string{"tar.gz"}},
	} {
		_, err := policy.NewFiles(o)
		require.ErrorIs(t, err, syncer.ErrInvalid, "%v", o)
	}
}

func TestFiltersHaveAnotherFingerprintForEachSettingAndTheSameForTheSame(t *testing.T) {
	t.Parallel()
	tools := func(names ...string) syncer.Filter {
		f, err := policy.NewTools(names...)
		require.NoError(t, err)
		return f
	}
	files := func(o policy.FileOptions) syncer.Filter {
		f, err := policy.NewFiles(o)
		require.NoError(t, err)
		return f
	}
	seen := map[string]int{}
	for i, alike := range [][]syncer.Filter{
		{tools("a", "b"), tools("B", "a", "A/")},
		{tools("a b")},
		{files(policy.FileOptions{})},
		{files(policy.FileOptions{Largest: 5})},
		{files(policy.FileOptions{Smallest: 5})},
		{files(policy.FileOptions{Types: []string{"pdf", "dwg"}}), files(policy.FileOptions{Types: []string{".DWG", ".pdf", "pdf"}})},
		{files(policy.FileOptions{NoTypes: []string{"pdf", "dwg"}})},
		{policy.All{tools("a"), files(policy.FileOptions{})}, policy.All{files(policy.FileOptions{}), tools("a")}},
		{policy.All{tools("a")}},
	} {
		for _, f := range alike {
			other, met := seen[f.Fingerprint()]
			require.True(t, !met || other == i, "%d and %d are alike: %s", i, other, f.Fingerprint())
			seen[f.Fingerprint()] = i
		}
	}
	require.Len(t, seen, 9)
}

func TestAFileThatGrowsOutOfScopeIsLeftAloneAndComparedWhenTheLimitIsRaised(t *testing.T) {
	t.Parallel()
	largest := func(bytes int64) syncer.Policies {
		f, err := policy.NewFiles(policy.FileOptions{Largest: bytes})
		require.NoError(t, err)
		return syncer.Policies{Filter: f}
	}
	w := newPair(t, syncertest.Tree{"grows": "1", "keeps": "1"}, largest(5))
	w.Ann.Write("grows", "1234567890")
	w.Ann.Write("big", "1234567890")
	for range 2 {
		_, err := run(t, w, syncer.RunOptions{Full: true})
		require.NoError(t, err)
		require.Equal(t, syncertest.Tree{"grows": "1", "keeps": "1"}, w.Destination.Tree())
	}
	w.Options.Policies = largest(10)
	for range 2 {
		_, err := run(t, w, syncer.RunOptions{})
		require.NoError(t, err)
	}
	require.Equal(t, "1234567890", w.Destination.Tree()["big"])
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Equal(t, "1234567890", w.Destination.Tree()["grows"])
}
