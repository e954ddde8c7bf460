package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

func at(path string, kind syncer.Kind) syncer.Item {
	return syncer.Item{Path: path, Entry: syncer.Entry{Kind: kind}}
}

func TestGlobsSayWhatIsInScope(t *testing.T) {
	t.Parallel()
	none := policy.GlobOptions{}
	drawings := policy.GlobOptions{Include: []string{"Drawings"}}
	pdfs := policy.GlobOptions{Include: []string{"**/*.pdf"}}
	topPDFs := policy.GlobOptions{Include: []string{"*.pdf"}}
	deep := policy.GlobOptions{Include: []string{"Site/2*/Photos/*.jpg"}}
	noTemp := policy.GlobOptions{Exclude: []string{"**/~$*", "**/*.tmp", "Private/"}}
	both := policy.GlobOptions{Include: []string{"Drawings/**"}, Exclude: []string{"Drawings/Old"}}
	types := policy.GlobOptions{Include: []string{"**/*.{pdf,dwg}"}}
	numbered := policy.GlobOptions{Include: []string{"Level [0-3]/plan?.pdf"}}
	folded := policy.GlobOptions{Include: []string{"drawings/*.PDF"}, Fold: true}
	accent := policy.GlobOptions{Include: []string{"Caf\u00e9/*"}}

	const file, folder = syncer.File, syncer.Folder
	for _, c := range []struct {
		name    string
		options policy.GlobOptions
		path    string
		kind    syncer.Kind
		reason  string
	}{
		{"without patterns everything is in", none, "a/b.pdf", file, ""},
		{"the root is always in", drawings, "", folder, ""},
		{"an included folder is in", drawings, "Drawings", folder, ""},
		{"what is in an included folder is in", drawings, "Drawings/A/a1.pdf", file, ""},
		{"what only begins like an included folder is out", drawings, "Drawings 2/a.pdf", file, "not included by any pattern"},
		{"case counts unless told otherwise", drawings, "drawings", folder, "not included by any pattern"},
		{"a pattern for any depth matches at the top", pdfs, "a.pdf", file, ""},
		{"a pattern for any depth matches below", pdfs, "x/y/a.pdf", file, ""},
		{"a pattern for any depth keeps every folder", pdfs, "x/y", folder, ""},
		{"another type is out", pdfs, "x/y/a.txt", file, "not included by any pattern"},
		{"a pattern without a slash is for the top only", topPDFs, "x/a.pdf", file, "not included by any pattern"},
		{"a pattern for the top only keeps no folder", topPDFs, "x", folder, "not included by any pattern"},
		{"a folder on the way to a match is in", deep, "Site", folder, ""},
		{"a folder on the way to a match is in, by its wildcard", deep, "Site/2024", folder, ""},
		{"a folder off the way is out", deep, "Site/1999", folder, "not included by any pattern"},
		{"a folder deeper than the pattern is out", deep, "Site/2024/Photos/more", folder, "not included by any pattern"},
		{"a file on the way is out", deep, "Site/2024", file, "not included by any pattern"},
		{"the match itself is in", deep, "Site/2024/Photos/a.jpg", file, ""},
		{"an excluded file is out", noTemp, "a/~$plan.docx", file, `excluded by "**/~$*"`},
		{"an excluded type is out", noTemp, "a.tmp", file, `excluded by "**/*.tmp"`},
		{"an excluded folder is out", noTemp, "Private", folder, `excluded by "Private/"`},
		{"what is in an excluded folder is out", noTemp, "Private/a.pdf", file, `excluded by "Private/"`},
		{"what no pattern excludes is in", noTemp, "a/plan.docx", file, ""},
		{"exclusion beats inclusion", both, "Drawings/Old/a.pdf", file, `excluded by "Drawings/Old"`},
		{"the rest of the included folder stays in", both, "Drawings/New/a.pdf", file, ""},
		{"one of several words matches", types, "x/a.dwg", file, ""},
		{"none of several words matches", types, "x/a.doc", file, "not included by any pattern"},
		{"a range and a single character match", numbered, "Level 2/planA.pdf", file, ""},
		{"a character out of the range does not", numbered, "Level 7/planA.pdf", file, "not included by any pattern"},
		{"a single character is not two", numbered, "Level 2/planAB.pdf", file, "not included by any pattern"},
		{"with Fold case does not count", folded, "DRAWINGS/a.pdf", file, ""},
		{"composition never counts", accent, "Cafe\u0301/a", file, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			globs, err := policy.NewGlobs(c.options)
			require.NoError(t, err)
			require.Equal(t, c.reason, globs.Filter(at(c.path, c.kind)))
		})
	}
}

func TestGlobsRefuseAPatternThatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"", "/", "[a", "{a,b", `a\`} {
		_, err := policy.NewGlobs(policy.GlobOptions{Exclude: []string{pattern}})
		require.ErrorIs(t, err, syncer.ErrInvalid, "%q", pattern)
	}
}

func TestGlobsHaveAnotherFingerprintForEachSetting(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, o := range []policy.GlobOptions{
		{},
		{Include: []string{"a"}},
		{Exclude: []string{"a"}},
		{Include: []string{"a", "b"}},
		{Include: []string{"a b"}},
		{Include: []string{"a"}, Fold: true},
	} {
		globs, err := policy.NewGlobs(o)
		require.NoError(t, err)
		again, err := policy.NewGlobs(o)
		require.NoError(t, err)
		require.Equal(t, globs.Fingerprint(), again.Fingerprint())
		require.False(t, seen[globs.Fingerprint()], "%v", o)
		seen[globs.Fingerprint()] = true
	}
}

func TestWhateverIsInScopeStandsInFoldersThatAre(t *testing.T) {
	t.Parallel()
	paths := []string{"a/b/c/d.pdf", "a/d.pdf", "x/b/c/d.txt", "a/b/plan.dwg"}
	for _, pattern := range []string{"a", "a/*", "**/d.*", "*/b/**", "a/**/c/*", "{a/b,x}/**", "?/b/c", "**", `a\/b/*`} {
		globs, err := policy.NewGlobs(policy.GlobOptions{Include: []string{pattern}})
		require.NoError(t, err)
		for _, path := range paths {
			if globs.Filter(at(path, syncer.File)) != "" {
				continue
			}
			for i := range path {
				if path[i] == '/' {
					require.Empty(t, globs.Filter(at(path[:i], syncer.Folder)), "%s is in by %s", path, pattern)
				}
			}
		}
	}
}
