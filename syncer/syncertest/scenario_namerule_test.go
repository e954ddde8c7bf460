package syncertest_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func nameRuleScenarios() []scenario {
	return []scenario{
		{"forbidden-characters", both(forbiddenCharacters)},
		{"sanitize-collision", both(sanitizeCollision)},
		{"sanitized-name-edited", both(sanitizedNameEdited)},
		{"sanitized-name-renamed", both(sanitizedNameRenamed)},
		{"reserved-and-edge-names", both(edgeNames)},
		{"name-too-long", both(nameTooLong)},
		{"extension-kept", both(extensionKept)},
		{"conflict-of-conflict", both(conflictOfConflict)},
		{"name-taken-by-folder", both(nameTakenByFolder)},
	}
}

// again returns a stage of its own that runs the same way.
func (s *stage) again(t *testing.T) *stage { return newStage(t, s.way, s.mirrored) }

// strictB makes B refuse the names that a desktop computer refuses.
var strictB = onB(func(o *syncertest.Options) {
	o.Info.Names = syncer.Names{
		Forbidden: `\:*?"<>|`, Controls: true, Leading: " ", Trailing: " .", Reserved: []string{"CON", "NUL"},
	}
})

// renaming makes names that the other side can hold.
func renaming(c *config) { c.engine.Policies.Namer = policy.Replace{} }

// contents returns the paths of the files of a side by what they hold, which must be unique.
func (e *end) byContents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for at, body := range e.Tree() {
		if strings.HasSuffix(at, "/") || strings.HasSuffix(at, "@") {
			continue
		}
		require.NotContains(t, out, body, "%q and %q hold the same", at, out[body])
		out[body] = at
	}
	return out
}

func forbiddenCharacters(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"keep": "k"}, strictB, renaming)
	onA := syncertest.Tree{"keep": "k", "a:b*c?.pdf": "1", "tab\there": "2", `d:"1"/in<side>|.txt`: "3", "fine.txt": "4"}
	for _, at := range []string{"a:b*c?.pdf", "tab\there", `d:"1"/in<side>|.txt`, "fine.txt"} {
		s.a.Write(at, onA[at])
	}
	s.run()
	s.requireTree(s.a, onA)
	s.requireTree(s.b, syncertest.Tree{"keep": "k", "a-b-c-.pdf": "1", "tab-here": "2", "d--1-/in-side--.txt": "3", "fine.txt": "4"})
	s.requireWrites(s.a)
	s.requireWrites(s.b, "CreateFile", "CreateFile", "CreateFile", "CreateFile", "CreateFolder")
	s.requireSettled()

	t.Run("without-a-namer-it-is-reported", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"keep": "k"}, strictB)
		s.a.Write("a:b.pdf", "1")
		s.a.Write("d:1/inner", "2")
		s.a.Write("fine.txt", "3")
		s.run()
		s.requireTree(s.a, syncertest.Tree{"keep": "k", "a:b.pdf": "1", "d:1/inner": "2", "fine.txt": "3"})
		s.requireTree(s.b, syncertest.Tree{"keep": "k", "fine.txt": "3"})
		s.requireSkips("a:b.pdf", "d:1", "d:1/inner")
		s.requireFailures()
		s.requireWrites(s.a)
		s.requireWrites(s.b, "CreateFile")
		s.requireIdle()

		s.a.Rename("a:b.pdf", "a-b.pdf")
		s.a.Rename("d:1", "d1")
		s.run()
		s.requireTrees(syncertest.Tree{"keep": "k", "a-b.pdf": "1", "d1/inner": "2", "fine.txt": "3"})
		s.requireSettled()
	})
}

func sanitizeCollision(t *testing.T, s *stage) {
	// The same two items, listed by ID or by name, whoever was made first.
	for _, names := range [][]string{{"a:b.txt", "a*b.txt"}, {"a*b.txt", "a:b.txt"}} {
		t.Run(names[0]+" first", func(t *testing.T) {
			var first map[string]string
			for _, byName := range []bool{false, true} {
				s := s.again(t)
				s.given(nil, strictB, renaming, onA(func(o *syncertest.Options) { o.ByName = byName }))
				for _, name := range names {
					s.a.Write(name, name)
				}
				s.run()
				s.requireTree(s.a, syncertest.Tree{"a:b.txt": "a:b.txt", "a*b.txt": "a*b.txt"})
				s.requireWrites(s.a)
				s.requireWrites(s.b, "CreateFile", "CreateFile")
				s.requireNoConflict()
				got := s.b.byContents(t)
				require.Len(t, got, 2)
				for _, at := range got {
					require.True(t, strings.HasPrefix(at, "a-b") && strings.HasSuffix(at, ".txt"), at)
				}
				if first == nil {
					first = got
				}
				require.Equal(t, first, got, "depends on the order of the listing")
				s.requireSettled()

				s.a.Write("a?b.txt", "third")
				s.run()
				later := s.b.byContents(t)
				require.Len(t, later, 3)
				for body, at := range got {
					require.Equal(t, at, later[body], "a name that was given away has changed")
				}
				s.requireSettled()
			}
		})
	}
	t.Run("edits-find-their-way-back", func(t *testing.T) {
		s := s.again(t)
		s.given(nil, strictB, renaming)
		s.a.Write("a:b.txt", "1")
		s.a.Write("a*b.txt", "2")
		s.run()
		at := s.b.byContents(t)
		s.b.Write(at["1"], "1 edited")
		s.b.Write(at["2"], "2 edited")
		s.run()
		s.requireTree(s.a, syncertest.Tree{"a:b.txt": "1 edited", "a*b.txt": "2 edited"})
		s.requireWrites(s.b)
		s.requireSettled()
	})
}

func sanitizedNameEdited(_ *testing.T, s *stage) {
	s.given(nil, strictB, renaming)
	s.a.Write("d:/a:b.txt", "1")
	s.run()
	s.requireTree(s.b, syncertest.Tree{"d-/a-b.txt": "1"})
	a, b := s.a.ID("d:/a:b.txt"), s.b.ID("d-/a-b.txt")
	s.b.Write("d-/a-b.txt", "2")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"d:/a:b.txt": "2"})
	s.requireTree(s.b, syncertest.Tree{"d-/a-b.txt": "2"})
	s.requireSame(s.a, a, "d:/a:b.txt")
	s.requireSame(s.b, b, "d-/a-b.txt")
	s.requireWrites(s.a, "UpdateFile")
	s.requireWrites(s.b)
	s.requireSettled()
}

func sanitizedNameRenamed(t *testing.T, s *stage) {
	s.given(nil, strictB, renaming)
	s.a.Write("a:b.txt", "1")
	s.a.Write("d:/in", "2")
	s.run()
	a, d := s.a.ID("a:b.txt"), s.a.ID("d:")
	s.b.Rename("a-b.txt", "better.txt")
	s.b.Rename("d-", "folder")
	s.run()
	s.requireTrees(syncertest.Tree{"better.txt": "1", "folder/in": "2"})
	s.requireSame(s.a, a, "better.txt")
	s.requireSame(s.a, d, "folder")
	s.requireWrites(s.a, "Move", "Move")
	s.requireWrites(s.b)
	s.requireNoBytes()
	s.requireSettled()
	records, err := s.Records(t.Context())
	require.NoError(t, err)
	for _, r := range records {
		if r.ID != syncer.RootRecord {
			require.Equal(t, r.Source.Name, r.Destination.Name, "the mapping is still there")
		}
	}

	s.a.Rename("better.txt", "c?d.txt")
	s.run()
	s.requireTree(s.a, syncertest.Tree{"c?d.txt": "1", "folder/in": "2"})
	s.requireTree(s.b, syncertest.Tree{"c-d.txt": "1", "folder/in": "2"})
	s.requireWrites(s.a)
	s.requireWrites(s.b, "Move")
	s.requireSettled()
}

func nameTooLong(t *testing.T, s *stage) {
	roomy := onA(func(o *syncertest.Options) { o.Info.Names.MaxLength = 4000 })
	letters, tools := strings.Repeat("ö", 300), strings.Repeat("\U0001f477\U0001f3fd", 200)
	for _, unit := range []syncer.Unit{syncer.Bytes, syncer.Runes, syncer.UTF16} {
		t.Run(fmt.Sprintf("unit-%d", unit), func(t *testing.T) {
			s := s.again(t)
			s.given(nil, roomy, renaming, onB(func(o *syncertest.Options) { o.Info.Names.Unit = unit }))
			onA := syncertest.Tree{
				letters + " 1.pdf": "1", letters + " 2.pdf": "2", tools + ".pdf": "3", "short.pdf": "4",
				letters + " folder/in": "5",
			}
			for at, body := range onA {
				s.a.Write(at, body)
			}
			s.run()
			s.requireTree(s.a, onA)
			s.requireWrites(s.a)
			s.requireSkips()
			got := s.b.byContents(t)
			require.Len(t, got, 5)
			require.Equal(t, "short.pdf", got["4"])
			for _, body := range []string{"1", "2", "3"} {
				require.Equal(t, ".pdf", path.Ext(got[body]))
				require.True(t, utf8.ValidString(got[body]))
				require.LessOrEqual(t, unit.Length(got[body]), 255)
			}
			require.NotContains(t, strings.TrimSuffix(got["3"], "\U0001f3fd"), "\U0001f477 ", "cut inside a character")
			s.requireSettled()

			s.b.Write(got["1"], "1 edited")
			s.run()
			require.Equal(t, "1 edited", s.a.Tree()[letters+" 1.pdf"])
			s.requireWrites(s.a, "UpdateFile")
			s.requireWrites(s.b)
			s.requireSettled()
		})
	}
	t.Run("without-a-namer-it-is-reported", func(t *testing.T) {
		s := s.again(t)
		s.given(nil, roomy)
		s.a.Write(letters, "1")
		s.a.Write("short", "2")
		s.run()
		s.requireTree(s.a, syncertest.Tree{letters: "1", "short": "2"})
		s.requireTree(s.b, syncertest.Tree{"short": "2"})
		s.requireSkips(letters)
		s.requireIdle()
	})
	t.Run("a-path-above-the-limit-is-reported", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"d/": ""})
		s.b.conn.OnCall(func(c syncertest.Call) error {
			if c.Phase == syncertest.Before && c.Op == "CreateFile" && c.Name == "deep" {
				return fmt.Errorf("path is too long: %w", syncer.ErrName)
			}
			return nil
		})
		s.a.Write("d/deep", "1")
		s.a.Write("d/short", "2")
		s.run()
		s.requireTree(s.a, syncertest.Tree{"d/deep": "1", "d/short": "2"})
		s.requireTree(s.b, syncertest.Tree{"d/short": "2"})
		s.requireFailures("d/deep")
		s.requireWrites(s.b, "CreateFile", "CreateFile")
		s.run()
		s.requireNoWrites()
		s.requireFailures("d/deep")
	})
}

func extensionKept(t *testing.T, s *stage) {
	exact := onA(func(o *syncertest.Options) {
		o.Info.Names = syncer.Names{Unique: syncer.UniqueExact, MaxLength: 4000}
	})
	s.given(syncertest.Tree{"plan.pdf": "0", "no extension": "0", "v1.2 drawings/x.tar.gz": "0"}, exact, strictB, renaming)
	s.a.Write("plan.pdf", "plan of a")
	s.b.Write("plan.pdf", "plan of b")
	s.a.Write("no extension", "none of a")
	s.b.Write("no extension", "none of b")
	s.a.Write("v1.2 drawings/x.tar.gz", "archive of a")
	s.b.Write("v1.2 drawings/x.tar.gz", "archive of b")
	s.a.Write("a:b.DWG", "mapped")
	s.a.Write(strings.Repeat("long ", 80)+".xlsx", "shortened")
	s.a.Write("twin.txt", "twin")
	s.a.Write("Twin.TXT", "Twin")
	s.run()
	for _, e := range s.ends() {
		got := e.byContents(t)
		for body, ext := range map[string]string{
			"plan of a": ".pdf", "plan of b": ".pdf", "none of a": "", "none of b": "", "archive of a": ".gz", "archive of b": ".gz",
			"mapped": ".DWG", "shortened": ".xlsx", "twin": ".txt", "Twin": ".TXT",
		} {
			require.Contains(t, got, body, "%s\n%s", e.side, s.report)
			require.Equal(t, ext, path.Ext(got[body]), "%s: %s", e.side, got[body])
		}
	}
	require.Len(t, s.report.Conflicts, 3)
	s.requireSettled()
}

func conflictOfConflict(t *testing.T, s *stage) {
	s.given(syncertest.Tree{"d/plan.pdf": "0"})
	at := "d/plan.pdf"
	var all []string
	for round := range 6 {
		a, b := fmt.Sprintf("a in round %d", round), fmt.Sprintf("b in round %d", round)
		s.a.Write(at, a)
		s.b.Write(at, b)
		s.run()
		require.Len(t, s.report.Conflicts, 1)
		s.requireEqualTrees()
		got := s.a.byContents(t)
		require.Len(t, got, round+2, "nothing is lost, nothing comes twice")
		require.Contains(t, got, a)
		require.Contains(t, got, b)
		for _, name := range got {
			all = append(all, name)
			require.LessOrEqual(t, len(name), len("d/plan (conflict 0123456789abcdef).pdf"), "names grow")
			require.LessOrEqual(t, strings.Count(name, "conflict"), 1, "tags are stacked")
			require.True(t, strings.HasPrefix(name, "d/plan") && strings.HasSuffix(name, ".pdf"), name)
		}
		s.requireSettled()
		at = "d/" + path.Base(s.report.Conflicts[0].Copy)
	}
	slices.Sort(all)
	require.Len(t, slices.Compact(all), 7)
}

func nameTakenByFolder(t *testing.T, s *stage) {
	check := func(s *stage) {
		s.requireEqualTrees()
		tree := s.a.Tree()
		file, folder := "", ""
		for at, body := range tree {
			switch body {
			case "file":
				file = at
			case "inner":
				folder = path.Dir(at)
			}
		}
		require.Len(t, tree, 3, s.report)
		require.NotEqual(t, file, folder)
		require.True(t, file == "x.d" || folder == "x.d", "one of the two keeps the name")
		require.True(t, strings.HasPrefix(file, "x") && strings.HasPrefix(folder, "x"))
		renamed := file
		if file == "x.d" {
			renamed = folder
		}
		journal, err := s.Journal(t.Context())
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(journal, func(o syncer.Outcome) bool {
			return o.Result == syncer.Done && o.Op.Writes() && o.Path == renamed && o.Reason != ""
		}), "nothing reports why %q has another name: %v", renamed, journal)
		s.requireFailures()
		require.Zero(t, s.report.Totals.Deletes)
		s.requireSettled()
	}
	s.given(nil)
	s.a.Write("x.d", "file")
	s.b.Write("x.d/in", "inner")
	s.run()
	check(s)

	t.Run("by-a-rename", func(t *testing.T) {
		s := s.again(t)
		s.given(syncertest.Tree{"p.d": "file"})
		s.a.Rename("p.d", "x.d")
		s.b.Write("x.d/in", "inner")
		s.run()
		check(s)
	})
}

// requireReported demands that the last report names, among its holds, skips and failures, exactly
// these items, each with a reason. Paths with "|" between them are those of one item on both sides.
func (s *stage) requireReported(paths ...string) {
	s.t.Helper()
	got := map[string]bool{}
	for _, h := range s.report.Holds {
		require.NotEmpty(s.t, h.Reason)
		got[h.Path] = true
	}
	for _, k := range s.report.Skips {
		require.NotEmpty(s.t, k.Reason)
		got[k.Path] = true
	}
	for _, f := range s.report.Failures {
		require.NotEmpty(s.t, f.Err+f.Reason)
		got[f.Path] = true
	}
	for _, alternatives := range paths {
		found := false
		for at := range strings.SplitSeq(alternatives, "|") {
			found = found || got[at]
			delete(got, at)
		}
		require.True(s.t, found, "%q is not reported\n%s", alternatives, s.report)
	}
	require.Empty(s.t, got, "is reported and should not be\n%s", s.report)
}
