package syncer

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Key is a name folded so that names which some service takes for the same have equal Keys: Unicode
// composition and case do not count. Equal Keys are a possible clash; the service has the last word.
type Key string

// NameKey returns the Key of one path element.
func NameKey(name string) Key {
	lower := true
	for i := range len(name) {
		c := name[i]
		if c >= 0x80 {
			return foldKey(name)
		}
		if 'A' <= c && c <= 'Z' {
			lower = false
		}
	}
	if lower {
		return Key(name)
	}
	return Key(strings.ToLower(name))
}

func foldKey(name string) Key {
	return Key(norm.NFC.String(cases.Fold().String(norm.NFC.String(name))))
}

// Uniqueness says which names a folder of a side refuses to hold side by side.
type Uniqueness uint8

const (
	// UniqueFolded refuses names with equal Keys: case and composition do not tell names apart.
	UniqueFolded Uniqueness = iota
	// UniqueExact refuses only names that are equal byte by byte.
	UniqueExact
	// UniqueNone allows any number of items of one name.
	UniqueNone
	// UniqueFolders refuses folders with equal Keys, and allows any number of files of one name.
	UniqueFolders
)

// Clash reports whether two items of these kinds and names cannot stand in one folder.
func (u Uniqueness) Clash(a string, of Kind, b string, with Kind) bool {
	switch {
	case u == UniqueNone, u == UniqueFolders && (of != Folder || with != Folder):
		return false
	case u == UniqueExact:
		return a == b
	}
	return a == b || NameKey(a) == NameKey(b)
}

// Twins reports whether several items of a kind may have one name.
func (u Uniqueness) Twins(k Kind) bool { return u == UniqueNone || u == UniqueFolders && k != Folder }
