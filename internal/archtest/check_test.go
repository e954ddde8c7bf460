package archtest

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// check returns what is wrong with the sources, one sentence each, in the order of the sources.
func check(all []source) []string {
	var found []string
	for _, s := range all {
		found = append(found, s.imports()...)
		found = append(found, s.testing()...)
		found = append(found, s.inits()...)
		found = append(found, s.signatures(all)...)
	}
	return found
}

// imports holds a source to its layer.
func (s source) imports() []string {
	at := slices.IndexFunc(layers, func(l layer) bool { return fits(l.of, s.pkg) })
	if at < 0 {
		return []string{s.wrong(1, "%s has no place in the map: add a layer that says what it may import", s.pkg)}
	}
	var found []string
	for _, e := range s.edges() {
		if why := layers[at].refuses(e.to, s.test); why != "" {
			found = append(found, s.wrong(e.line, "%s imports %s: %s", s.pkg, e.to, why))
		}
	}
	return found
}

// refuses returns why packages of the layer must not import another, or "" if they may.
func (l layer) refuses(to string, test bool) string {
	for _, b := range l.never {
		if fits(b.to, to) && (b.tests || !test) {
			return b.why
		}
	}
	if test || standard(to) || fitsAny(l.may, to) {
		return ""
	}
	return l.why
}

// testing keeps test helpers out of programs.
func (s source) testing() []string {
	if s.test || strings.HasSuffix(s.name, "test") {
		return nil
	}
	helpers := []string{"testing/...", "github.com/stretchr/testify/...", "pgregory.net/rapid"}
	var found []string
	for _, e := range s.edges() {
		if fitsAny(helpers, e.to) {
			found = append(found, s.wrong(e.line, "%s imports %s: only tests and packages whose name "+
				"ends in test may, since programs would compile it and get its flags", s.pkg, e.to))
		}
	}
	return found
}

// inits finds what would run unasked.
func (s source) inits() []string {
	var found []string
	for _, d := range s.tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && !s.test && f.Recv == nil && f.Name.Name == "init" {
			found = append(found, s.wrong(s.line(f), "%s has an init function: importing a package "+
				"must do nothing that the program did not ask for", s.pkg))
		}
	}
	return found
}

// compiled follows what an embedding program compiles to modules that it must not be made to take.
// Where every package keeps to its layer it finds nothing; it is here so that a change of the map
// cannot break the promise by accident.
func compiled(all []source) []string {
	var found []string
	for _, start := range embeds {
		via := map[string]string{start: start}
		for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
			for _, e := range edgesOf(all, queue[0]) {
				if via[e.to] != "" || standard(e.to) {
					continue
				}
				via[e.to] = via[queue[0]] + " > " + e.to
				if strings.HasPrefix(e.to, "./") {
					queue = append(queue, e.to)
				} else if !fitsAny(light, e.to) {
					found = append(found, fmt.Sprintf("a program that embeds %s compiles %s (%s): "+
						"it must not be made to take a driver or a framework", start, e.to, via[e.to]))
				}
			}
		}
	}
	return found
}

// edgesOf returns what a package imports outside its tests.
func edgesOf(all []source, pkg string) []edge {
	var list []edge
	for _, s := range all {
		if s.pkg == pkg && !s.test {
			list = append(list, s.edges()...)
		}
	}
	return list
}

// wrong is a violation, with the place where it stands.
func (s source) wrong(line int, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", s.file, line, fmt.Sprintf(format, args...))
}
