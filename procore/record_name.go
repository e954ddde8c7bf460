package procore

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// called is what a record's folder is called: number, revision and title.
func (r *record) called() string {
	name := r.number
	if r.revision != "" {
		name += " rev " + r.revision
	}
	return fitting(name+" "+r.title, "record "+r.id.String())
}

// longestName is how many bytes of a name are kept: with an extension and a tag it must stay below 255.
const longestName = 180

// fitting makes a name of a text that people wrote: without what file systems refuse, and not too long.
// An extension is kept. Where nothing is left it is the other one.
func fitting(text, otherwise string) string {
	name := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return -1
		case strings.ContainsRune(`/\<>:"?*|`, r):
			return '-'
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)), " ")
	name = strings.TrimRight(name, ". ")
	if len(name) > longestName {
		ext := path.Ext(name)
		if len(ext) > 16 || strings.Contains(ext, " ") {
			ext = ""
		}
		cut := name[:longestName-len(ext)]
		for !utf8.ValidString(cut) {
			cut = cut[:len(cut)-1]
		}
		name = strings.TrimRight(cut, ". ") + ext
	}
	if name == "" {
		return otherwise
	}
	return name
}

// recordID takes an ID apart: the number of a record, 0 for the root, and what stands behind it.
func recordID(id string) (number ID, mark string, err error) {
	digits, rest, inside := strings.Cut(id, "/")
	if inside {
		mark = "/" + rest
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	ok := err == nil && n >= 0 && strconv.FormatInt(n, 10) == digits && (n != 0 || !inside)
	if inside && mark != pdfMark && mark != fieldsMark {
		a, err := strconv.ParseInt(rest, 10, 64)
		ok = ok && err == nil && a > 0 && strconv.FormatInt(a, 10) == rest
	}
	if !ok {
		return 0, "", fmt.Errorf("no record of Procore has the ID %.40q: %w", id, fs.ErrNotExist)
	}
	return ID(n), mark, nil
}
