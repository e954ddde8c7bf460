package boxtest

import (
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// longestName is how many characters a name may have (section 5).
const longestName = 255

// raceWindow is how long a new folder's name is not seen by other creates, with the switch
// RacyCreates.
const raceWindow = 100 * time.Millisecond

// checkName says what is wrong with a name, if anything (section 5). It returns the name as Box
// would store it.
func (s Switches) checkName(k kind, name string) (string, error) {
	if k == fileKind && s.SanitisedNames {
		name = s.sanitise(name)
	}
	switch {
	case name == "" || !utf8.ValidString(name):
		return "", badName("the name is empty or no UTF-8")
	case s.length(name) > longestName:
		return "", refuse(http.StatusBadRequest, "item_name_too_long", "Item name too long")
	case name == "." || name == "..":
		return "", badName("the name is . or ..")
	case strings.HasSuffix(name, " "):
		return "", badName("the name ends in a space")
	case s.LeadingSpaceRefused && strings.HasPrefix(name, " "):
		return "", badName("the name begins with a space")
	case strings.ContainsFunc(name, s.unfit):
		return "", badName("the name has a character that cannot be stored")
	}
	return name, nil
}

func badName(message string) *problem {
	p := refuse(http.StatusBadRequest, "item_name_invalid", "Item name invalid")
	return because(p, "name_invalid", "name", "%s", message)
}

func (s Switches) length(name string) int {
	switch {
	case s.NameLengthInBytes:
		return len(name)
	case s.NameLengthInCodePoints:
		return utf8.RuneCountInString(name)
	}
	return len(utf16.Encode([]rune(name)))
}

func (s Switches) unfit(r rune) bool {
	switch {
	case r < 0x20 || r == 0x7F || r == '/' || r == '\\':
		return true
	case r > 0xFFFF:
		return s.EmojiRefused
	case strings.ContainsRune(`<>:"?*|`, r):
		return s.ReservedCharactersRefused
	}
	return false
}

// sanitise takes out what cannot be stored.
func (s Switches) sanitise(name string) string {
	name = strings.Map(func(r rune) rune {
		if s.unfit(r) {
			return -1
		}
		return r
	}, name)
	return strings.TrimRight(name, " ")
}

// fold returns what names have in common that count as the same.
func (s Switches) fold(name string) string {
	switch {
	case s.FoldASCIIOnly:
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, name)
	case s.FoldFully:
		return cases.Fold().String(name)
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

// A check says how a name is compared with those that are there: the calls of Box differ in it.
type check struct {
	except *item // the item that is to have the name
	skewed bool  // folder create and preflight look for the NFKC form as well
	racy   bool  // folder create does not see what was created a moment ago
}

// holder returns who holds a name in a folder, nil if nobody does.
func (d *drive) holder(folder *item, k kind, name string, c check) *item {
	forms := []string{name}
	if c.skewed && d.rules.NFKCSkew {
		forms = append(forms, norm.NFKC.String(name))
	}
	for _, form := range forms {
		for _, it := range folder.shelf.names[d.rules.fold(form)] {
			switch {
			case it == c.except:
			case d.rules.WebLinksApart && (k == webLinkKind) != (it.kind == webLinkKind):
			case c.racy && d.rules.RacyCreates && d.now().Sub(it.born) < raceWindow:
			default:
				return it
			}
		}
	}
	return nil
}
