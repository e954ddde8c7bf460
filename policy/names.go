package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/procorebox/procorebox/syncer"
)

// Replace is a [syncer.Namer] that changes a name only if the other side cannot hold it, and then as
// little as it can: each character that is not allowed becomes a "-", those that may not stand first
// or last are taken off, a reserved name gets a "-" at its end, and a name that is too long is cut
// before its extension and tagged with six characters that depend on the whole name. The extension
// of a file stays. A name of which nothing would be left becomes "item" with such a tag.
//
// The side can hold every name that Replace makes, unless its rules allow neither letters nor
// digits. A name that it made is never changed again. Different names may become one; then the
// engine keeps them apart with tags.
type Replace struct {
	// Always are characters that are replaced although the other side can hold them.
	Always string
}

var _ syncer.Namer = Replace{}

// Hyphens returns the rule that products for this purpose are known by: each of
//
//	# % * : < > ? / \ | ~ "
//
// becomes a "-", whatever the other side can hold.
func Hyphens() Replace { return Replace{Always: `#%*:<>?/\|~"`} }

// Fingerprint implements [syncer.Namer].
func (r Replace) Fingerprint() string { return fmt.Sprintf("replace/1 %q", r.Always) }

// Name implements [syncer.Namer].
func (r Replace) Name(name string, kind syncer.Kind, _, to syncer.Names) string {
	to.Forbidden += strings.ReplaceAll(r.Always, filler(to), "")
	if to.Check(name) == nil {
		return name
	}
	return mend(name, name, kind, to, false)
}

// mend makes a name that the side can hold. The tag, if it needs one or must have one, depends on
// what the name was.
func mend(name, was string, kind syncer.Kind, to syncer.Names, tagged bool) string {
	stem, ext := replace(name, to), ""
	if kind != syncer.Folder {
		stem, ext = split(stem)
	}
	sum := sha256.Sum256([]byte(was))
	with, tag := filler(to), hex.EncodeToString(sum[:])[:6]
	candidates := []string{
		shorten(stem, ext, to, false),
		shorten(stem, with+ext, to, false),
		shorten(stem, " ("+tag+")"+ext, to, true),
		shorten(stem, with+tag+ext, to, true),
		shorten("item", with+tag, to, true),
		shorten("item", "", to, true),
	}
	if tagged {
		candidates = candidates[2:]
	}
	for _, made := range candidates {
		if to.Check(made) == nil {
			return made
		}
	}
	return candidates[len(candidates)-1]
}

// replace returns name without characters that the side refuses, be it anywhere or at an end.
func replace(name string, to syncer.Names) string {
	with := filler(to)
	if !to.RawBytes {
		name = strings.ToValidUTF8(name, with)
	}
	name = norm.NFC.String(name)
	if name == "." || name == ".." {
		return strings.Repeat(with, len(name))
	}
	var b strings.Builder
	for rest := name; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if refused(r, to) {
			b.WriteString(with)
		} else {
			b.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return strings.TrimRight(strings.TrimLeft(b.String(), to.Leading), to.Trailing)
}

func refused(r rune, to syncer.Names) bool {
	return r == '/' || r == 0 || strings.ContainsRune(to.Forbidden, r) ||
		to.Controls && (r < 0x20 || r == 0x7f) || to.BasicPlane && r > 0xffff
}

// filler returns what stands for a refused character: a "-", if the side has nothing against it.
func filler(to syncer.Names) string {
	for _, with := range []string{"-", "_", "+"} {
		if !strings.Contains(to.Forbidden+to.Leading+to.Trailing, with) {
			return with
		}
	}
	return "x"
}

// split parts a file's extension from its name. What is longer than sixteen bytes or holds a space
// is no extension.
func split(name string) (stem, ext string) {
	ext = path.Ext(name)
	if len(ext) < 2 || len(ext) > 16 || len(ext) == len(name) || strings.Contains(ext, " ") {
		return name, ""
	}
	return name[:len(name)-len(ext)], ext
}

// shorten puts end behind stem. If that is over the limit and may be cut, it cuts stem: neither
// inside a character nor between one and the marks that belong to it. It returns "" if nothing of
// stem is left.
func shorten(stem, end string, to syncer.Names, cut bool) string {
	if cut {
		stem = beginning(stem, to.Limit()+longestCharacter)
	}
	for cut && to.Unit.Length(stem+end) > to.Limit() && stem != "" {
		stem = strings.TrimRight(stem[:lastCharacter(stem)], " ")
	}
	if stem == "" {
		return ""
	}
	return stem + end
}

// longestCharacter is how many runes one character with its marks may have before it is cut in two.
const longestCharacter = 64

// beginning returns at most the first n runes of s, so that the rest of a very long name costs nothing.
func beginning(s string, n int) string {
	for at := range s {
		if n == 0 {
			return s[:at]
		}
		n--
	}
	return s
}

// lastCharacter returns where the last character of s, with its marks, begins.
func lastCharacter(s string) int {
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
		before, _ := utf8.DecodeLastRuneInString(s)
		if !unicode.IsMark(r) && r != joiner && before != joiner && !isSkinTone(r) {
			break
		}
	}
	return len(s)
}

// joiner is the zero-width joiner, which makes one sign of two emoji.
const joiner = '\u200d'

func isSkinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }
