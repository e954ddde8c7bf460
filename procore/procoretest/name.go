package procoretest

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName is how many characters a name may have, with the switch NamesLimited.
const longestName = 255

// checkName says what is wrong with a name, if anything. Of Procore's rules only that names are not
// taken twice is known (section 4.9); the rest are switches. It returns the name as it is stored.
func (s Switches) checkName(name string) (string, error) {
	if s.NamesTrimmed {
		name = strings.TrimSpace(name)
	}
	switch {
	case name == "" || !utf8.ValidString(name):
		return "", badField("name", "can't be blank")
	case s.NamesLimited && utf8.RuneCountInString(name) > longestName:
		return "", badField("name", "is too long (maximum is %d characters)", longestName)
	case s.CharactersRefused && strings.ContainsAny(name, `<>:"/\|?*`):
		return "", badField("name", "contains invalid characters")
	}
	return name, nil
}

// fold returns what names have in common that count as the same.
func (s Switches) fold(name string) string {
	if !s.NamesFolded {
		return name
	}
	return strings.Map(smallest, name)
}

// smallest is the least of the runes that strings.EqualFold takes for one.
func smallest(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

// holderOf is who has a name in a folder, nil if nobody has.
func (d *drive) holderOf(folder *item, k kind, name string, except *item) *item {
	for _, it := range folder.shelf.names[d.rules.fold(name)] {
		if it != except && (it.kind == k || !d.rules.KindsApart) {
			return it
		}
	}
	return nil
}

// free says whether a name can be had in a folder (section 4.9).
func (d *drive) free(folder *item, k kind, name string, except *item) error {
	if d.holderOf(folder, k, name, except) == nil {
		return nil
	}
	switch {
	case d.rules.DuplicateAsBase:
		return badField("base", "Name has already been taken")
	case d.rules.DuplicateAsText:
		return refuse(400, "Name has already been taken")
	}
	return badField("name", "has already been taken")
}

// distinct is the name, or one like it that is free (section 4.5, unique_name).
func (d *drive) distinct(folder *item, k kind, name string) string {
	extension := path.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	for n := 1; d.holderOf(folder, k, name, nil) != nil; n++ {
		name = fmt.Sprintf("%s (%d)%s", stem, n, extension)
	}
	return name
}

// fileType is the upper-case extension (section 4.5).
func fileType(name string) string {
	return strings.ToUpper(strings.TrimPrefix(path.Ext(name), "."))
}
