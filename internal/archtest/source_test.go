package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the path of the root module. Those nested in it are named after their folders.
const module = "github.com/procorebox/procorebox"

// A source is one file of Go.
type source struct {
	file string // from the root of the project, with slashes
	pkg  string // the folder as a pattern names it: ".", "./syncer"
	name string // what the package clause says
	test bool
	tree *ast.File
	set  *token.FileSet
}

// An edge is one import of a source.
type edge struct {
	to    string // "./syncer" if it is a package of the project, else the import path
	alias string // the name given to it in the source, if any
	line  int
}

// read parses all sources of the project at root, apart from modules under internal.
func read(root fs.FS) ([]source, error) {
	var all []source
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && outside(root, name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		s, err := parse(root, name)
		if err != nil {
			return err
		}
		if !generator(s.tree) {
			all = append(all, s)
		}
		return nil
	})
	return all, err
}

// outside says that a folder holds no package of the project's modules.
func outside(root fs.FS, dir string) bool {
	base := path.Base(dir)
	if dir == "." {
		return false
	}
	if base[0] == '.' || base[0] == '_' || base == "testdata" || base == "vendor" {
		return true
	}
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	return err == nil && strings.HasPrefix(dir, "internal/")
}

func parse(root fs.FS, name string) (source, error) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return source{}, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, fmt.Errorf("parse %s: %w", name, err)
	}
	return source{
		file: name,
		pkg:  pattern(path.Dir(name)),
		name: tree.Name.Name,
		test: strings.HasSuffix(name, "_test.go"),
		tree: tree,
		set:  set,
	}, nil
}

// generator says that a file is run by hand and belongs to no package.
func generator(f *ast.File) bool {
	for _, group := range f.Comments {
		if group.Pos() > f.Package {
			break
		}
		if slices.ContainsFunc(group.List, func(c *ast.Comment) bool { return c.Text == "//go:build ignore" }) {
			return true
		}
	}
	return false
}

// pattern names a folder of the project the way layers do.
func pattern(dir string) string {
	if dir == "." {
		return dir
	}
	return "./" + dir
}

// edges returns the imports of a source in their order.
func (s source) edges() []edge {
	var list []edge
	for _, spec := range s.tree.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err) // the parser let it through
		}
		if to == module {
			to = "."
		} else if rest, ok := strings.CutPrefix(to, module+"/"); ok {
			to = pattern(rest)
		}
		e := edge{to: to, line: s.line(spec)}
		if spec.Name != nil {
			e.alias = spec.Name.Name
		}
		list = append(list, e)
	}
	return list
}

// line is where a node of the source begins.
func (s source) line(n ast.Node) int { return s.set.Position(n.Pos()).Line }

// fits says that a package is what the pattern means.
func fits(pattern, pkg string) bool {
	tree, ok := strings.CutSuffix(pattern, "...")
	if !ok {
		return pkg == pattern
	}
	return tree == "" || pkg+"/" == tree || strings.HasPrefix(pkg, tree)
}

func fitsAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, pkg) })
}

// standard says that a package comes with Go.
func standard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".")
}
