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
)

// Clash reports whether two names cannot stand in one folder.
func (u Uniqueness) Clash(a, b string) bool {
	switch u {
	case UniqueNone:
		return false
	case UniqueExact:
		return a == b
	default:
		return a == b || NameKey(a) == NameKey(b)
	}
}
