package box

import (
	"path/filepath"

	"golang.org/x/text/unicode/norm"

	"github.com/procorebox/procorebox/syncer"
)

// What Box refuses in a name by all its sources: a backslash beside what no service holds, control
// characters, a space at the end. Names are one space for files, folders and bookmarks, in which case
// does not count.
var plainNames = syncer.Names{
	Unique:    syncer.UniqueFolded,
	MaxLength: 255, Unit: syncer.UTF16,
	Forbidden: `\`, Controls: true, Trailing: " ",
}

// What only some of the sources say is refused too, and the length is counted in the unit that allows
// least. A name that keeps to these rules is taken whichever of them is right.
var strictNames = syncer.Names{
	Unique:    syncer.UniqueFolded,
	MaxLength: 255, Unit: syncer.Bytes,
	Forbidden: `\<>:"?*|`, Controls: true, Leading: " ", Trailing: " ", BasicPlane: true,
}

// StrictNames returns the rules that a FileSystem goes by unless it is told otherwise: they hold
// whichever of the sources of Box is right about leading spaces, about < > : " ? * and |, about
// characters beyond U+FFFF such as emoji, and about the unit of the 255 that a name may be long.
func StrictNames() syncer.Names { return strictNames }

// PlainNames returns the rules that no source of Box disputes, for accounts at which the others were
// tried and are known not to hold. If they do hold after all, names that break them are refused one by
// one, each with its reason.
func PlainNames() syncer.Names { return plainNames }

// stored is how a name is sent. Box keeps names as they come, and lets the composed and the decomposed
// form of one name stand side by side; by sending one form only we never make such twins.
func stored(name string) string { return norm.NFC.String(name) }

// extension is what a name has behind its last dot, with the dot.
func extension(name string) string { return filepath.Ext(name) }

// ownDocuments of Box and of what it embeds look like files. What a download of them brings is no
// file that anybody else could open.
var ownDocuments = map[string]string{
	".boxnote": "a Box Note is a document of Box itself, not a file", ".gdoc": notOurs, ".gsheet": notOurs, ".gslides": notOurs,
}

const notOurs = "a document of Google that Box only points to"
