package policy

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/procorebox/procorebox/syncer"
)

// The signs that escaped names are written with. No normal form of Unicode and no folding of case
// touches any of them or makes one out of others, so that no service can confuse an escaped name
// with another one.
const (
	mark      = '‛' // stands before a stand-in, or before what it stands for, that is meant itself
	shield    = '•' // stands before a whole name that would be reserved
	opening   = '⟦' // a character by its number: ⟦58⟧, a byte that is no text: ⟦0255⟧
	closing   = '⟧'
	digits    = "0123456789"
	firstByte = utf8.MaxRune + 1

	longestNumber = len("⟦1114111⟧")
)

// lookalikes are the stand-ins that people can read. Control characters have theirs in the block of
// control pictures; all others are written by their number.
const lookalikes = "/∕\\⧵:꞉*∗?⸮\"ʺ<˂>˃|⏐#⌗%⁒~⁓ ␠.∙\x7f␡"

// symbol is a character, or firstByte plus a byte that is no part of one.
type symbol rune

func (s symbol) text() string {
	if s >= firstByte {
		return string([]byte{byte((s - firstByte) & 0xff)})
	}
	return string(rune(s))
}

// rune returns what rules for names compare: a byte that is no text counts as U+FFFD.
func (s symbol) rune() rune {
	if s >= firstByte {
		return utf8.RuneError
	}
	return rune(s)
}

// next returns the first symbol of a text that is not empty, and how many bytes it takes.
func next(text string) (symbol, int) {
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 {
		return firstByte + symbol(text[0]), 1
	}
	return symbol(r), size
}

// class says in which forms a symbol can stand at a place of a name. The forms are the symbol itself
// and its stand-in, each behind any number of marks.
type class uint8

const (
	free   class = iota // in all forms
	led                 // in all but the bare symbol, which must not stand first
	barred              // as its stand-in only
)

// classOf returns the class of a symbol in names of a side.
func classOf(s symbol, first, last bool, n syncer.Names) class {
	r := s.rune()
	switch {
	case s >= firstByte && !n.RawBytes, r == '/', r == 0, strings.ContainsRune(n.Forbidden, r),
		n.Controls && (r < 0x20 || r == 0x7f), n.BasicPlane && r > 0xffff, last && strings.ContainsRune(n.Trailing, r):
		return barred
	case first && strings.ContainsRune(n.Leading, r):
		return led
	}
	return free
}

// form is how a symbol is written: behind so many marks, as itself or as its stand-in.
type form struct {
	marks    int
	standsIn bool
}

// index numbers the forms that a class allows, without gaps. Names of two sides are translated into
// each other by giving each symbol the form of equal number: that is why no name is lost, and why
// the way back is the same. A form that the class does not allow counts as if the symbol were free.
func (f form) index(c class) int {
	switch {
	case f.standsIn && c == barred:
		return f.marks
	case f.standsIn && c == led:
		return max(2*f.marks-1, 0)
	case f.standsIn:
		return 2*f.marks + 1
	}
	return 2 * f.marks
}

// formOf is the form with a number.
func formOf(index int, c class) form {
	switch {
	case c == barred:
		return form{index, true}
	case c == led && index == 0:
		return form{0, true}
	case c == led && index%2 == 1:
		return form{(index + 1) / 2, true}
	}
	return form{index / 2, index%2 == 1}
}

// script is how names are written for two sides. It is the same whichever way they go.
type script struct{ sides [2]syncer.Names }

// newScript returns the script of two sides, and whether both can hold its signs.
func newScript(a, b syncer.Names) (script, bool) {
	s := script{[2]syncer.Names{a, b}}
	return s, s.everywhere(string(mark) + string(shield) + string(opening) + string(closing) + digits)
}

// everywhere reports whether all of these characters can stand anywhere on both sides.
func (s script) everywhere(characters string) bool {
	for _, r := range characters {
		if s.refused(symbol(r)) {
			return false
		}
	}
	return true
}

// refused reports whether a side refuses the symbol somewhere.
func (s script) refused(c symbol) bool {
	return slices.ContainsFunc(s.sides[:], func(n syncer.Names) bool { return classOf(c, true, true, n) != free })
}

// standIn returns what is written in the place of a symbol.
func (s script) standIn(c symbol) string {
	if c >= 0 && c < 0x20 {
		if picture := string('␀' + rune(c)); s.everywhere(picture) {
			return picture
		}
	}
	if like, found := beside(rune(c), 0); found && s.everywhere(like) {
		return like
	}
	number := strconv.Itoa(int(c))
	if c >= firstByte {
		number = "0" + strconv.Itoa(int(c-firstByte))
	}
	return string(opening) + number + string(closing)
}

// beside looks r up among the first (0) or the second (1) of each pair of lookalikes, and returns
// the other one.
func beside(r rune, at int) (string, bool) {
	for rest := lookalikes; rest != ""; {
		bare, n := utf8.DecodeRuneInString(rest)
		like, m := utf8.DecodeRuneInString(rest[n:])
		switch {
		case at == 0 && r == bare:
			return rest[n : n+m], true
		case at == 1 && r == like:
			return rest[:n], true
		}
		rest = rest[n+m:]
	}
	return "", false
}

// stoodFor returns the symbol whose stand-in text begins with, and how long that is; 0 if with none.
func (s script) stoodFor(text string) (symbol, int) {
	r, size := utf8.DecodeRuneInString(text)
	c := symbol(-1)
	switch plain, found := beside(r, 1); {
	case found:
		c, _ = next(plain)
	case '␀' <= r && r < '␀'+0x20:
		c = symbol(r - '␀')
	case r == opening:
		end := strings.IndexRune(text[:min(len(text), longestNumber)], closing)
		if end < 0 {
			return 0, 0
		}
		number := text[size:end]
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n > utf8.MaxRune {
			return 0, 0
		}
		if c, size = symbol(n), end+utf8.RuneLen(closing); number[0] == '0' && n > 0 {
			c += firstByte
		}
	}
	if c < 0 || !s.refused(c) || s.standIn(c) != text[:size] {
		return 0, 0
	}
	return c, size
}
