package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readable shows what is hostile to a terminal as \x.. or \u....: bytes that are no UTF-8, controls, and
// marks that turn the direction of the text. Names come from services, and anybody can give one.
func readable(name string) string {
	if utf8.ValidString(name) && !strings.ContainsFunc(name, hostile) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, name[i])
		case hostile(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(name[i : i+n])
		}
		i += n
	}
	return b.String()
}

func hostile(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
