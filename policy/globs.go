package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"

	"github.com/procorebox/procorebox/syncer"
)

// GlobOptions say which paths are in scope. The zero value takes everything.
//
// A pattern is compared with the whole path below the pair's root: "*" stands for anything but a
// slash, "?" for one character but a slash, "**" between slashes for any number of folders, "[a-f]"
// for one of a range and "{pdf,dwg}" for one of several words. A pattern that matches a folder holds
// for all that is in it. Unicode composition never counts.
type GlobOptions struct {
	// Include, when not empty, are the only items in scope. A folder in which one of them could
	// stand is in scope itself, so that "**/*.pdf" carries over all folders.
	Include []string
	// Exclude are out of scope, also if Include names them.
	Exclude []string
	// Fold says that upper and lower case are the same.
	Fold bool
}

// Globs is a [syncer.Filter] by patterns.
type Globs struct {
	options          GlobOptions
	include, exclude []glob
}

type glob struct {
	text    string // as a person wrote it
	pattern string
	folders []string // the pattern's elements up to the first that may stand for several
	deep    bool     // after those, anything may follow
}

var _ syncer.Filter = (*Globs)(nil)

// NewGlobs returns a Filter by patterns.
func NewGlobs(o GlobOptions) (*Globs, error) {
	g := &Globs{options: GlobOptions{slices.Clone(o.Include), slices.Clone(o.Exclude), o.Fold}}
	for _, list := range []struct {
		patterns []string
		globs    *[]glob
	}{{o.Include, &g.include}, {o.Exclude, &g.exclude}} {
		for _, text := range list.patterns {
			pattern := g.fold(strings.Trim(text, "/"))
			if pattern == "" || !doublestar.ValidatePattern(pattern) {
				return nil, fmt.Errorf("pattern %q: %w", text, syncer.ErrInvalid)
			}
			*list.globs = append(*list.globs, newGlob(text, pattern))
		}
	}
	return g, nil
}

func newGlob(text, pattern string) glob {
	g := glob{text: text, pattern: pattern}
	if strings.ContainsAny(pattern, `{\`) {
		// Alternatives may hold slashes. To keep too many folders does no harm.
		g.deep = true
		return g
	}
	for element := range strings.SplitSeq(pattern, "/") {
		if element == "**" {
			g.deep = true
			break
		}
		g.folders = append(g.folders, element)
	}
	return g
}

// Filter implements [syncer.Filter].
func (g *Globs) Filter(i syncer.Item) string {
	path := g.fold(strings.Trim(i.Path, "/"))
	if path == "" {
		return ""
	}
	for _, p := range g.exclude {
		if p.holds(path) {
			return fmt.Sprintf("excluded by %q", p.text)
		}
	}
	if len(g.include) == 0 {
		return ""
	}
	for _, p := range g.include {
		if p.holds(path) || i.Entry.Kind == syncer.Folder && p.below(path) {
			return ""
		}
	}
	return "not included by any pattern"
}

// Fingerprint implements [syncer.Filter].
func (g *Globs) Fingerprint() string {
	return fmt.Sprintf("globs/1 %q %q %t", g.options.Include, g.options.Exclude, g.options.Fold)
}

// fold makes equal what shall count as equal. It never touches a slash, "*" or "?".
func (g *Globs) fold(s string) string {
	if g.options.Fold {
		return string(syncer.NameKey(s))
	}
	return norm.NFC.String(s)
}

// holds reports whether the pattern matches path or a folder that path is in.
func (g glob) holds(path string) bool {
	for end := range len(path) {
		if path[end] == '/' && doublestar.MatchUnvalidated(g.pattern, path[:end]) {
			return true
		}
	}
	return doublestar.MatchUnvalidated(g.pattern, path)
}

// below reports whether something in the folder path could match.
func (g glob) below(path string) bool {
	rest := g.folders
	for element := range strings.SplitSeq(path, "/") {
		if len(rest) == 0 {
			return g.deep
		}
		if !doublestar.MatchUnvalidated(rest[0], element) {
			return false
		}
		rest = rest[1:]
	}
	return g.deep || len(rest) > 0
}
