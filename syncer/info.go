package syncer

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Info holds the facts about a file system that decide what the engine plans. They are data: a
// connector states them once, and the conformance suite holds it to them. The documentation of
// each field says what a wrong value costs.
type Info struct {
	// Service names the service in messages ("Box").
	Service string
	// Realm is equal for two file systems exactly if the same ID names the same item in both.
	// CheckOverlap compares roots only within one Realm. Empty: equal to nothing.
	Realm string
	// Account is what Facts.Author says of our own writes; empty where the service does not tell.
	Account string
	// Digest is the Algorithm of the digests in listings; empty where listings carry none. A side
	// without one is compared by Content and by what the engine saw pass through.
	Digest Algorithm
	// ReusableIDs says that the ID of a deleted item may name another one later (inodes). Then
	// Entry.Birth must tell the two apart, and a call with the Entry of the old one fails with
	// fs.ErrNotExist or ErrStale.
	ReusableIDs bool
	// Trash says that Delete moves to a trash in which Looker.Look still finds the item. Then an
	// item that Look cannot find is invisible, not deleted. Wrongly true: deletes are held back.
	// Wrongly false: a lost permission looks like a delete.
	Trash bool
	// Guards names the calls that fail with ErrStale by themselves if the item is no longer as
	// Entry.Guard says. Before any other call the engine re-reads the item. Where the service checks
	// nothing a connector may re-read it itself, last of all before the call that changes it: contents
	// may take hours to be sent, and a look of the engine would be as old as that. Wrongly true: a
	// colleague's edit may be overwritten.
	Guards Guards
	// File and Folder say what can be done with each kind.
	File   Abilities
	Folder Abilities
	// Names are the rules for names.
	Names Names
	// CleansNames says that the service may store a name other than the one it was given. Wrongly
	// false: a file whose upload was interrupted may be uploaded again.
	CleansNames bool
	// MaxSize of a file in bytes; 0 means no limit.
	MaxSize int64
	// Extensions, when not empty, are the only ones accepted, lower case with the dot.
	Extensions []string
	// FoldersOnlyAtRoot says that the root holds folders only.
	FoldersOnlyAtRoot bool
	// MaxDepth is the number of folders that may stand inside each other below the root; 0 means
	// no limit, 1 means that the root's folders hold no folders.
	MaxDepth int
	// Settle is how long after a write a listing or a look may still show the old state. Within it
	// nothing that we wrote is taken for changed or missing. Too short: an upload that the listing
	// does not show yet is made twice. Too long: edits made right after ours wait that long.
	Settle time.Duration
	// CallTimeout is how long the connector lets one metadata call take; the engine does not end it,
	// and makes sure that the lease outlives it. 0 means one minute.
	CallTimeout time.Duration
	// Calls says what deeds take, for estimates. Wrong: a plan foretells what a run does not keep.
	Calls Calls
}

// Guards names calls whose precondition the service or the connector checks. Rename is a Move that leaves the
// item in its folder; Move stands for that too.
type Guards struct{ Update, Rename, Move, Delete bool }

// UpdateWay says how new contents get into an existing file.
type UpdateWay uint8

const (
	// UpdateInPlace keeps the ID and adds a version.
	UpdateInPlace UpdateWay = iota
	// UpdateByReplacement gives the file a new ID; the old one is retired.
	UpdateByReplacement
	// UpdateNever means that contents cannot change once written.
	UpdateNever
)

// Abilities says what a side can do with items of one kind. A change that a side cannot make is
// recorded as declined: no call, no error, and no second try until it changes again.
type Abilities struct {
	Create bool
	Rename bool // needs Mover
	Move   bool // to another folder; needs Mover
	Delete bool
	Update UpdateWay // files only
}

// FullAbilities returns what an ordinary file system can do: everything, updates in place.
func FullAbilities() Abilities {
	return Abilities{Create: true, Rename: true, Move: true, Delete: true}
}

// Abilities returns those of a kind; an Other item has none.
func (i Info) Abilities(k Kind) Abilities {
	switch k {
	case File:
		return i.File
	case Folder:
		return i.Folder
	}
	return Abilities{}
}

func (i Info) callTimeout() time.Duration {
	if i.CallTimeout > 0 {
		return i.CallTimeout
	}
	return time.Minute
}

// Unit is what the length of a name is counted in.
type Unit uint8

const (
	Bytes Unit = iota
	Runes
	UTF16
)

// Length counts name in the unit.
func (u Unit) Length(name string) int {
	switch u {
	case Runes:
		return utf8.RuneCountInString(name)
	case UTF16:
		return len(utf16.Encode([]rune(name)))
	}
	return len(name)
}

// Names are a side's rules for names, as data. The zero value refuses only what no service can
// hold: an empty name, ".", "..", a slash, a NUL byte and invalid UTF-8.
type Names struct {
	Unique Uniqueness
	// MaxLength of a name in Unit; 0 means 255.
	MaxLength int
	Unit      Unit
	// Forbidden holds every character that a name may not contain, besides slash and NUL.
	Forbidden string
	// Controls says that control characters below U+0020 and U+007F are refused.
	Controls bool
	// Leading and Trailing hold characters that may not stand first or last.
	Leading, Trailing string
	// Reserved names are refused whole, compared by Key.
	Reserved []string
	// BasicPlane says that characters beyond U+FFFF are refused, emoji for one.
	BasicPlane bool
	// RawBytes says that names are bytes and need not be UTF-8.
	RawBytes bool
}

// Limit returns MaxLength or its default.
func (n Names) Limit() int {
	if n.MaxLength > 0 {
		return n.MaxLength
	}
	return 255
}

// Check returns nil if a side with these rules can hold name, else an error that wraps ErrName and
// says which rule is broken.
func (n Names) Check(name string) error {
	refuse := func(why string) error { return fmt.Errorf("name %q: %s: %w", name, why, ErrName) }
	switch {
	case name == "":
		return refuse("is empty")
	case name == "." || name == "..":
		return refuse("is a relative path")
	case strings.ContainsAny(name, "/\x00"):
		return refuse("holds a slash or NUL")
	case !n.RawBytes && !utf8.ValidString(name):
		return refuse("is not UTF-8")
	case n.Unit.Length(name) > n.Limit():
		return refuse(fmt.Sprintf("is longer than %d", n.Limit()))
	}
	if i := strings.IndexAny(name, n.Forbidden); i >= 0 {
		return refuse("holds a forbidden character")
	}
	first, _ := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	switch {
	case n.Controls && strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		return refuse("holds a control character")
	case n.BasicPlane && strings.ContainsFunc(name, func(r rune) bool { return r > 0xffff }):
		return refuse("holds a character beyond U+FFFF")
	case strings.ContainsRune(n.Leading, first):
		return refuse("begins with a forbidden character")
	case strings.ContainsRune(n.Trailing, last):
		return refuse("ends with a forbidden character")
	}
	for _, r := range n.Reserved {
		if NameKey(r) == NameKey(name) {
			return refuse("is reserved")
		}
	}
	return nil
}
