package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

// A signature walks what one source exports. It works on syntax alone, and sees what is written
// down: types in the signatures of functions and methods, in exported fields, in the methods of
// interfaces, and in variables. What an exported type inherits from an unexported one that it
// embeds goes unseen.
type signature struct {
	source
	internal map[string]string // internal packages by the names that the source gives them
	found    []string
}

// signatures finds exported declarations that name what only this project can name.
func (s source) signatures(all []source) []string {
	if s.test || s.name == "main" || hidden(s.pkg) {
		return nil
	}
	w := signature{source: s, internal: map[string]string{}}
	for _, e := range s.edges() {
		if !hidden(e.to) {
			continue
		}
		if e.alias == "." {
			w.found = append(w.found, s.wrong(e.line, "%s imports %s without a qualifier: what comes "+
				"from an internal package must be visible as such", s.pkg, e.to))
		}
		w.internal[localName(e, all)] = e.to
	}
	if len(w.internal) == 0 {
		return nil
	}
	for _, d := range s.tree.Decls {
		w.decl(d)
	}
	return w.found
}

// hidden says that a package of the project cannot be imported from outside.
func hidden(pkg string) bool {
	return pkg[0] == '.' && slices.Contains(strings.Split(pkg, "/"), "internal")
}

// localName is what a source calls a package that it imports.
func localName(e edge, all []source) string {
	if e.alias != "" {
		return e.alias
	}
	for _, s := range all {
		if s.pkg == e.to && !s.test {
			return s.name
		}
	}
	return path.Base(e.to)
}

func (w *signature) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || receiver(d).IsExported()) {
			w.visit(d.Name, d.Type)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			w.spec(s)
		}
	}
}

// receiver names the type that a method belongs to.
func receiver(f *ast.FuncDecl) *ast.Ident {
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x
		default:
			return ast.NewIdent("_")
		}
	}
}

func (w *signature) spec(s ast.Spec) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() {
			if s.TypeParams != nil {
				w.visit(s.Name, s.TypeParams)
			}
			w.visit(s.Name, s.Type)
		}
	case *ast.ValueSpec:
		w.values(s)
	}
}

// values looks at the types of exported variables and constants. Where none is written down it
// looks at what makes the value: a literal, a conversion or a call shows where its type comes from.
func (w *signature) values(s *ast.ValueSpec) {
	for i, name := range s.Names {
		switch {
		case !name.IsExported():
		case s.Type != nil:
			w.visit(name, s.Type)
		case len(s.Values) == len(s.Names):
			w.value(name, s.Values[i])
		case len(s.Values) == 1:
			w.value(name, s.Values[0])
		}
	}
}

func (w *signature) value(name *ast.Ident, v ast.Expr) {
	switch v := v.(type) {
	case *ast.ParenExpr:
		w.value(name, v.X)
	case *ast.UnaryExpr:
		if v.Op == token.AND {
			w.value(name, v.X)
		}
	case *ast.CompositeLit:
		w.visit(name, v.Type)
	case *ast.FuncLit:
		w.visit(name, v.Type)
	case *ast.CallExpr:
		w.visit(name, v.Fun)
	case *ast.SelectorExpr:
		w.visit(name, v)
	}
}

// visit finds internal types in the type of an exported thing. Fields and methods that are not
// exported themselves are nobody's business.
func (w *signature) visit(name *ast.Ident, t ast.Node) {
	ast.Inspect(t, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructType:
			w.fields(name, n.Fields)
			return false
		case *ast.InterfaceType:
			w.fields(name, n.Methods)
			return false
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && w.internal[x.Name] != "" {
				w.found = append(w.found, w.wrong(w.line(n), "%s exports %s, which names %s.%s of %s: "+
					"nobody outside can write that type down", w.pkg, name.Name, x.Name, n.Sel.Name, w.internal[x.Name]))
			}
		}
		return true
	})
}

// fields visits the exported fields of a struct, or methods of an interface, and what is embedded.
func (w *signature) fields(name *ast.Ident, list *ast.FieldList) {
	for _, f := range list.List {
		if len(f.Names) == 0 || slices.ContainsFunc(f.Names, (*ast.Ident).IsExported) {
			w.visit(name, f.Type)
		}
	}
}
