package policy

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/procorebox/procorebox/syncer"
)

// Lossless is a [syncer.Namer] that can be undone: what it makes of a name for the other side tells
// what the name was, and no two names become one.
//
// A character that one side can hold and the other cannot is written there as one that looks like
// it: "1/2 inch: door?" becomes "1∕2 inch꞉ door⸮", a space at the end "␠", a control character
// its picture, and what has no lookalike its number, "⟦167⟧". A name that is reserved there gets a
// "•" before it. Whoever uses these signs himself gets a "‛" before them, so that nothing is taken
// for what it is not: where ":" is refused, a file called "a꞉b" is there "a‛꞉b". A name that both
// sides can hold, and that holds none of these signs, stays as it is.
//
// For every name that the side from can hold, and whose translation is not too long for the side to:
//
//   - the side to can hold the translation;
//   - translated back it is the name again, byte by byte;
//   - it differs from the translation of every other name.
//
// What is too long is cut before its extension and tagged as [Replace] does it, and the engine
// remembers what it was. So it does with the very few names that cannot be written otherwise: if a
// side refuses the signs themselves, and if a name for a side whose names are bytes spells out bytes
// that make a character together. Names that only a service with "." or a slash in its names could
// show are translated too, but not back.
//
// Names that differ on one side and are the same to the other, by case or by Unicode composition,
// are kept apart by the engine.
type Lossless struct{}

var _ syncer.Namer = Lossless{}

// Fingerprint implements [syncer.Namer].
func (Lossless) Fingerprint() string { return "lossless/1" }

// Name implements [syncer.Namer].
func (Lossless) Name(name string, kind syncer.Kind, from, to syncer.Names) string {
	valid, fits := from.Check(name) == nil, to.Check(name) == nil
	if fits && valid && isASCII(name) {
		return name // no sign in it, and nothing to write otherwise
	}
	s, able := newScript(from, to)
	switch {
	case !able && fits:
		return name
	case !able:
		return mend(name, name, kind, to, true)
	}
	made := s.translate(name, from, to)
	if to.Check(made) == nil && (!valid || s.translate(made, to, from) == name) {
		return made
	}
	return mend(made, name, kind, to, true)
}

func isASCII(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf })
}

// translate writes a name of one side as the other side can hold it, whatever its length.
func (s script) translate(name string, from, to syncer.Names) string {
	name = lower(name, from)
	var b strings.Builder
	for at := 0; at < len(name); {
		marks, c, f, size := s.read(name[at:])
		first, last := at == 0, at+size == len(name)
		at += size
		if f == nil {
			b.WriteString(strings.Repeat(string(mark), marks))
			b.WriteString(c.text())
			continue
		}
		s.write(&b, c, formOf(f.index(classOf(c, first, last, from)), classOf(c, first, last, to)))
	}
	return raise(b.String(), to)
}

// read takes one symbol off a name, with the marks before it and the form that it is written in. The
// form is nil for a symbol that both sides can hold: marks before it mean nothing. A name of marks
// alone is read as marks before the last of them.
func (s script) read(text string) (marks int, c symbol, f *form, size int) {
	rest := strings.TrimLeft(text, string(mark))
	marks = (len(text) - len(rest)) / utf8.RuneLen(mark)
	if rest == "" {
		return marks - 1, mark, nil, len(text)
	}
	c, size = s.stoodFor(rest)
	if size > 0 {
		return marks, c, &form{marks, true}, len(text) - len(rest) + size
	}
	c, size = next(rest)
	size += len(text) - len(rest)
	if s.refused(c) {
		return marks, c, &form{marks, false}, size
	}
	return marks, c, nil, size
}

func (s script) write(b *strings.Builder, c symbol, f form) {
	b.WriteString(strings.Repeat(string(mark), f.marks))
	if f.standsIn {
		b.WriteString(s.standIn(c))
		return
	}
	b.WriteString(c.text())
}

// raise puts a shield before a reserved name, however many it has already; lower takes one away.
func raise(name string, n syncer.Names) string {
	if isReserved(strings.TrimLeft(name, string(shield)), n) {
		return string(shield) + name
	}
	return name
}

func lower(name string, n syncer.Names) string {
	rest, shielded := strings.CutPrefix(name, string(shield))
	if shielded && isReserved(strings.TrimLeft(rest, string(shield)), n) {
		return rest
	}
	return name
}

// isReserved reports whether a side refuses a name for no other reason than that it is reserved.
func isReserved(name string, n syncer.Names) bool {
	key := syncer.NameKey(name)
	if name != "." && name != ".." && !slices.ContainsFunc(n.Reserved, func(r string) bool { return syncer.NameKey(r) == key }) {
		return false
	}
	for rest := name; rest != ""; {
		c, size := next(rest)
		if classOf(c, len(rest) == len(name), size == len(rest), n) != free {
			return false
		}
		rest = rest[size:]
	}
	return name != ""
}
