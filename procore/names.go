package procore

import (
	"golang.org/x/text/unicode/norm"

	"github.com/procorebox/procorebox/syncer"
)

// Procore documents of names only that a folder does not hold two of one. Whether case counts is not
// known. The recycle bin stands in the top folder under a name of its own.
var plainNames = syncer.Names{
	Unique:    syncer.UniqueFolded,
	MaxLength: 255, Unit: syncer.Runes,
	Controls: true, Reserved: []string{binName},
}

// What Procore replaces itself when it gives documents to Windows, and spaces around names, may be
// refused, or be stored otherwise; the length is counted in the unit that allows least. A name that
// keeps to these rules is taken whatever of that is true.
var strictNames = syncer.Names{
	Unique:    syncer.UniqueFolded,
	MaxLength: 255, Unit: syncer.Bytes,
	Forbidden: `\<>:"?*|`, Controls: true, Leading: blanks, Trailing: blanks, BasicPlane: true, Reserved: []string{binName},
}

// blanks are all that a service may take for spaces and cut off, beside control characters.
const blanks = " \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

// binName is what the recycle bin is called.
const binName = "Recycle Bin"

// StrictNames returns the rules that a file system goes by unless it is told otherwise. Procore does
// not document its own; these hold whether or not it refuses < > : " / \ | ? *, spaces around
// names, characters beyond U+FFFF, and names of more than 255 bytes.
func StrictNames() syncer.Names { return strictNames }

// PlainNames returns rules for accounts at which the others were tried and are known not to hold. If
// they do hold after all, names that break them are refused one by one, each with its reason.
func PlainNames() syncer.Names { return plainNames }

// spelled is how a name is sent. Whether Procore takes the composed and the decomposed form of one name
// for the same is not known; where they are to be the same we send one form only, and never make such
// twins.
func (t *tool) spelled(name string) string {
	if t.info.Names.Unique == syncer.UniqueFolded {
		return norm.NFC.String(name)
	}
	return name
}
