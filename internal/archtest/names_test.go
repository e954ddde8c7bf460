package archtest

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Names of Go code stand in `marks` in README, in the guides and in the design paper. Whoever renames
// something is told here where it is spoken of.
func TestEveryNameOfCodeInTheDocumentsIsInTheCode(t *testing.T) {
	known := namesOf(project(t))
	documents, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	documents = append(documents, "../../README.md", "../../CONTRIBUTING.md") // CHANGELOG may name what was once
	asked := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, mark := range marked.FindAllStringSubmatch(fenced.ReplaceAllString(string(text), ""), -1) {
			name := strings.TrimSuffix(mark[1], "()")
			if !looksLikeCode.MatchString(name) || ofGo.MatchString(name) || slices.Contains(ofOthers, name) {
				continue
			}
			require.True(t, known.have(name), "%s: nothing is called %s", document, mark[0])
			asked++
		}
	}
	require.Greater(t, asked, 500)
}

var (
	fenced = regexp.MustCompile("(?s)```.*?```")
	marked = regexp.MustCompile("`([^`\n]+)`")
	// looksLikeCode: a file of Go, or a name with a capital and a small letter, a package before it or not.
	looksLikeCode = regexp.MustCompile(`^([\w./*-]+\.go|([a-z]\w*\.)?\w*([a-z]\w*[A-Z]|[A-Z]\w*[a-z])\w*(\.\w+)*)$`)
	// ofGo begins a name of the standard library.
	ofGo = regexp.MustCompile(`^(errors|fs|http|httptest|net|syscall|testing|time)\.`)
	// ofOthers are names of what others have made, and words that only look like names.
	ofOthers = []string{
		"ChangeNotify", "False", "FileIsCheckedOut", "FsChangeNotify", "FsDirMove", "TimeoutStopSec", "fID",
		"validateMessage", "withCustomBaseUrls",
	}
)

// names are what the code calls things: by package, "" for all of them together, and files with "/" in front.
type names map[string]map[string]bool

func namesOf(project []source) names {
	n := names{"": {}, "/": {}}
	for _, s := range project {
		n["/"]["/"+s.file] = true
		pkg := strings.TrimSuffix(s.name, "_test")
		ast.Inspect(s.tree, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				n.add(pkg, node.Name)
			case *ast.TypeSpec:
				n.add(pkg, node.Name)
			case *ast.ValueSpec:
				n.add(pkg, node.Names...)
			case *ast.Field:
				n.add(pkg, node.Names...)
			}
			return true
		})
	}
	return n
}

func (n names) add(pkg string, all ...*ast.Ident) {
	if n[pkg] == nil {
		n[pkg] = map[string]bool{}
	}
	for _, name := range all {
		n[pkg][name.Name], n[""][name.Name] = true, true
	}
}

// have says whether there is a file of that name, or each part of a name in the package before it.
func (n names) have(name string) bool {
	if strings.HasSuffix(name, ".go") {
		for file := range n["/"] {
			// A name without a folder stands for a file anywhere.
			tail := "/" + strings.Join(lastOf(strings.Split(file, "/"), strings.Count(name, "/")+1), "/")
			if ok, _ := path.Match("/"+name, tail); ok {
				return true
			}
		}
		return false
	}
	pkg, parts := "", strings.Split(name, ".")
	if len(parts) > 1 && n[parts[0]] != nil {
		pkg, parts = parts[0], parts[1:]
	}
	return n[pkg][parts[0]] && !slices.ContainsFunc(parts, func(p string) bool { return !n[""][p] })
}

func lastOf(all []string, n int) []string { return all[max(0, len(all)-n):] }

// Who looks for a file of the core or of mapping finds in the design paper what it is for.
func TestTheDesignPaperTellsWhatEachFileIsFor(t *testing.T) {
	text, err := os.ReadFile("../docs/design.md")
	require.NoError(t, err)
	for heading, dir := range map[string]string{"## 2. The map": "syncer", "## 23. Mapping": "mapping"} {
		_, section, found := strings.Cut(string(text), "\n"+heading+"\n")
		require.True(t, found, "there is no section %s", heading)
		section, _, _ = strings.Cut(section, "\n## ")
		files, err := filepath.Glob("../../" + dir + "/*.go")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			name := filepath.Base(file)
			if name == "doc.go" || strings.HasSuffix(name, "_test.go") {
				continue
			}
			told := strings.Contains(section, "`"+name+"`")
			require.True(t, told, "the section %q of internal/docs/design.md does not tell what %s/%s is for", heading, dir, name)
		}
	}
}
