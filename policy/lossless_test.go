package policy_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

var (
	// plain is a side that refuses only what none can hold.
	plain = syncer.Names{Unit: syncer.UTF16}
	// box is a side with the rules of Box.
	box = syncer.Names{Forbidden: `\`, Controls: true, Trailing: " ", Unit: syncer.UTF16}
	// shared is a side with the rules of a web server's document library.
	shared = syncer.Names{Forbidden: `#%*:<>?/\|~"`, Leading: " .", Trailing: " .", Unit: syncer.UTF16, MaxLength: 128}
)

// signs are all that Lossless writes with, besides digits.
const signs = "‛•⟦⟧∕⧵꞉∗⸮ʺ˂˃⏐⌗⁒⁓␠∙␡␀␁␉␊␍␛␟"

func TestLosslessWritesWhatTheOtherSideRefusesSoThatItCanBeReadAndUndone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why, name string
		from, to  syncer.Names
		want      string
	}{
		{"a name that both can hold stays", "Plan 1 (final).pdf", plain, strict, "Plan 1 (final).pdf"},
		{"a name of any script stays", "Grundriß 1. Stock 日本 👷🏽.pdf", plain, strict, "Grundriß 1. Stock 日本 👷🏽.pdf"},
		{"a name stays as its user composed it", "Cafe\u0301.pdf", plain, strict, "Cafe\u0301.pdf"},
		{"a colon", "RFI 12: door.pdf", plain, strict, "RFI 12꞉ door.pdf"},
		{"all that a desktop computer refuses", `a\b:c*d?e"f<g>h|i`, plain, strict, "a⧵b꞉c∗d⸮eʺf˂g˃h⏐i"},
		{"all that a document library refuses besides", "#1 at 50%~", plain, shared, "⌗1 at 50⁒⁓"},
		{"what is refused on one side only, back again", "a꞉b", strict, plain, "a:b"},
		{"the sign itself where it would mislead", "a꞉b", plain, strict, "a‛꞉b"},
		{"the sign behind a mark", "a‛꞉b", plain, strict, "a‛‛‛꞉b"},
		{"what is refused behind a mark", "a‛:b", plain, strict, "a‛‛꞉b"},
		{"the sign itself where both sides refuse what it stands for", "a꞉b", strict, shared, "a꞉b"},
		{"a mark that stands before nothing special", "‛quoted’ ‛", plain, strict, "‛quoted’ ‛"},
		{"a character without a lookalike", "a§b", plain, syncer.Names{Forbidden: "§"}, "a⟦167⟧b"},
		{"a character whose lookalike is refused as well", "a:b", plain, syncer.Names{Forbidden: ":꞉"}, "a⟦58⟧b"},
		{"a number in brackets that stands for nothing", "a⟦167⟧b", plain, strict, "a⟦167⟧b"},
		{"a number in brackets that would mislead", "a⟦167⟧b", plain, syncer.Names{Forbidden: "§"}, "a‛⟦167⟧b"},
		{"a tab and a line feed", "a\tb\nc", plain, strict, "a␉b␊c"},
		{"a space at the end", "plan.pdf ", plain, box, "plan.pdf␠"},
		{"emoji where they are refused", "👷.pdf", plain, syncer.Names{BasicPlane: true}, "⟦128119⟧.pdf"},
		{"only the last of several spaces at the end", "plan   ", plain, box, "plan  ␠"},
		{"a space at the beginning", " plan", plain, strict, "␠plan"},
		{"a space behind a mark is not the beginning", "‛ plan", plain, strict, "‛ plan"},
		{"dots at the end", "etc...", plain, strict, "etc..∙"},
		{"a dot at the beginning", ".hidden", plain, shared, "∙hidden"},
		{"only spaces", "   ", plain, strict, "␠ ␠"},
		{"a single space", " ", plain, strict, "␠"},
		{"a reserved name", "CON", plain, strict, "•CON"},
		{"a reserved name in another case", "nul", plain, strict, "•nul"},
		{"a reserved name keeps its extension", "Desktop.ini", plain, strict, "•Desktop.ini"},
		{"a name that looks like a shielded one", "•CON", plain, strict, "••CON"},
		{"a shielded name, back again", "•CON", strict, plain, "CON"},
		{"a bullet before any other name", "•first", plain, strict, "•first"},
		{"a name that begins like a reserved one", "CONcrete", plain, strict, "CONcrete"},
		{"a name that is reserved on both sides", "•CON", strict, strict, "•CON"},
		{"a reserved name that a forbidden character made harmless", "a꞉b", strict, syncer.Names{Reserved: []string{"a:b"}}, "•a:b"},
		{"bytes that are no text", "a\xff\xfeb", raw, plain, "a⟦0255⟧⟦0254⟧b"},
		{"bytes that are no text, back again", "a⟦0255⟧b", plain, raw, "a\xffb"},
		{"a number that stands for a byte to nobody", "a⟦0255⟧b", plain, box, "a⟦0255⟧b"},
		{"a sign for a slash stays where it is", "1∕2", plain, box, "1∕2"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			got := policy.Lossless{}.Name(c.name, syncer.File, c.from, c.to)
			require.Equal(t, c.want, got)
			require.NoError(t, c.to.Check(got))
			require.Equal(t, c.name, policy.Lossless{}.Name(got, syncer.File, c.to, c.from), "and back")
		})
	}
}

func TestLosslessMakesSomethingOfNamesThatCannotBeTranslated(t *testing.T) {
	t.Parallel()
	const file, folder = syncer.File, syncer.Folder
	ascii := syncer.Names{Forbidden: ":" + signs}
	for _, c := range []struct {
		why, name string
		kind      syncer.Kind
		from, to  syncer.Names
		want      string
	}{
		{"a name that is too long is cut before its extension", "a very long: name of a plan.pdf", file, plain, short, "a very (8cd486).pdf"},
		{"a name that is too long for its signs only", "12345678901234?.pdf", file, plain, syncer.Names{Forbidden: "?", MaxLength: 20}, "1234567 (fdabda).pdf"},
		{"a folder has no extension", "v1.2 of the plans of level 2", folder, plain, short, "v1.2 of the (883c2d)"},
		{"a name is not cut inside a character", "ööööööööööööööö.pdf", file, plain, short, "ööö (6102a6).pdf"},
		{"a side refuses the signs", "a:b", file, plain, ascii, "a-b (6783a3)"},
		{"a side refuses the signs, and nothing else is wrong", "a-b", file, plain, ascii, "a-b"},
		{"bytes spelled out that make a character", "⟦0195⟧⟦0169⟧.pdf", file, plain, raw, "é (342fe9).pdf"},
		{"a slash that only its service allows", "1/2", file, plain, box, "1∕2"},
		{"a name of a dot", ".", folder, plain, box, "•."},
		{"a name of two dots", "..", folder, plain, shared, "∙∙"},
		{"no name at all", "", file, plain, box, "item-e3b0c4"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			got := policy.Lossless{}.Name(c.name, c.kind, c.from, c.to)
			require.NoError(t, c.to.Check(got))
			require.Equal(t, c.want, got)
		})
	}
}

func TestTheSignsOfLosslessAreConfusedWithNothing(t *testing.T) {
	t.Parallel()
	for _, r := range signs {
		sign := string(r)
		require.Equal(t, sign, norm.NFKC.String(sign), "%U", r)
		require.Equal(t, sign, norm.NFD.String(sign), "%U", r)
		require.Equal(t, syncer.Key(sign), syncer.NameKey(sign), "%U", r)
		for _, table := range unicode.Mn.R16 {
			for c := rune(table.Lo); c <= rune(table.Hi); c += rune(table.Stride) {
				require.Equal(t, sign, norm.NFC.String(sign + string(c))[:len(sign)], "%U and %U make one character", r, c)
			}
		}
	}
	for c := range rune(0x30000) { // no case and no composition beyond
		if key := string(syncer.NameKey(string(c))); strings.ContainsAny(key, signs) {
			require.Contains(t, signs, string(c), "%U folds to %q", c, key)
		}
	}
}

// TestNoTwoNamesMergeAndEachComesBack tries all short names that can be made of what is dangerous.
func TestNoTwoNamesMergeAndEachComesBack(t *testing.T) {
	t.Parallel()
	pieces := []string{":", "꞉", "‛", "•", ".", "∙", "⟦58⟧", "con", "\xff", "⟦0255⟧"}
	names := []string{""}
	for length, begin := 1, 0; length <= 3; length++ {
		end := len(names)
		for _, stem := range names[begin:end] {
			for _, piece := range pieces {
				names = append(names, stem+piece)
			}
		}
		begin = end
	}
	sides := map[string]syncer.Names{
		"plain": plain, "strict": strict, "shared": shared, "raw": raw,
		"no colon":           {Forbidden: ":"},
		"no colon at first":  {Leading: ":"},
		"no colon at last":   {Trailing: ":."},
		"no colon, no sign":  {Forbidden: ":꞉"},
		"reserved":           {Reserved: []string{"con", ":", "con.con", "꞉:"}, Forbidden: "."},
		"reserved, and raw":  {Reserved: []string{"CON", ".:"}, Leading: ".", Trailing: ":", RawBytes: true},
		"no dot, no lookout": {Leading: ".", Trailing: "∙"},
	}
	for nameA, a := range sides {
		for nameB, b := range sides {
			t.Run(nameA+" to "+nameB, func(t *testing.T) {
				t.Parallel()
				whose := map[string]string{}
				for _, name := range names {
					if a.Check(name) != nil || !reversible(name, a, b) {
						continue
					}
					got := policy.Lossless{}.Name(name, syncer.File, a, b)
					if err := b.Check(got); err != nil {
						t.Fatalf("%q: %v", name, err)
					}
					if back := (policy.Lossless{}).Name(got, syncer.File, b, a); back != name {
						t.Fatalf("%q becomes %q and comes back as %q", name, got, back)
					}
					if other, taken := whose[got]; taken {
						t.Fatalf("%q and %q both become %q", name, other, got)
					}
					whose[got] = name
				}
			})
		}
	}
}

// FuzzLossless holds Lossless to its promises for any two names and any two sides.
//
//	go test ./policy -run FuzzLossless -fuzz FuzzLossless -fuzztime 5m
func FuzzLossless(f *testing.F) {
	for _, x := range []string{"RFI 12: door?.pdf", "a‛꞉b", "CON", "••CON", "⟦0195⟧⟦0169⟧", " . ", "\xff\xc3\xa9"} {
		f.Add(x, "a꞉b", `:?\`, " ", ". ", "CON", "", "", "", "", uint16(0))
		f.Add("a:b", x, "", ".", "", "a:b", `:`, "x", "꞉", "con", uint16(0xffff))
	}
	f.Fuzz(func(t *testing.T, x, y, forbiddenA, leadingA, trailingA, reservedA, forbiddenB, leadingB, trailingB, reservedB string, flags uint16) {
		a := rulesFrom(forbiddenA, leadingA, trailingA, reservedA, flags)
		b := rulesFrom(forbiddenB, leadingB, trailingB, reservedB, flags>>8)
		var l policy.Lossless
		kind := syncer.File
		if flags&0x80 != 0 {
			kind = syncer.Folder
		}
		for _, name := range []string{x, y} {
			there := l.Name(name, kind, a, b)
			require.NoError(t, b.Check(there), "of %q", name)
			require.Equal(t, there, l.Name(name, kind, a, b), "the same name again")
			back := l.Name(there, kind, b, a)
			require.NoError(t, a.Check(back), "back from %q, of %q", there, name)
			if a.Check(name) == nil && reversible(name, a, b) {
				require.Equal(t, name, back, "by way of %q", there)
			}
		}
		if a.Check(x) != nil || a.Check(y) != nil || x == y {
			return
		}
		fx, fy := l.Name(x, kind, a, b), l.Name(y, kind, a, b)
		require.NotEqual(t, fx, fy, "%q and %q merge", x, y)
		if uncased(forbiddenA+leadingA+trailingA+forbiddenB+leadingB+trailingB) && syncer.NameKey(x) != syncer.NameKey(y) {
			require.NotEqual(t, syncer.NameKey(fx), syncer.NameKey(fy), "%q and %q merge where case does not count: %q and %q", x, y, fx, fy)
		}
	})
}

// rulesFrom makes rules of a side that can hold the signs, and what tags are made of.
func rulesFrom(forbidden, leading, trailing, reserved string, flags uint16) syncer.Names {
	legal := func(s string) string {
		return strings.Map(func(c rune) rune {
			if c == unicode.ReplacementChar || strings.ContainsRune("-itemabcdef0123456789"+signs, c) {
				return -1
			}
			return c
		}, s)
	}
	n := syncer.Names{
		Forbidden: legal(forbidden), Leading: legal(leading), Trailing: legal(trailing), Reserved: strings.Fields(reserved),
		Controls: flags&1 != 0, RawBytes: flags&2 != 0, Unit: syncer.Unit(flags >> 2 & 3 % 3), MaxLength: 100_000,
	}
	if flags&16 != 0 {
		n.MaxLength = 20 + int(flags>>5&3)*50
	}
	return n
}

// reversible reports whether a name is promised to come back: it is translated at its full length,
// and does not spell out bytes.
func reversible(name string, a, b syncer.Names) bool {
	room := b
	room.MaxLength = 100_000
	full := policy.Lossless{}.Name(name, syncer.File, a, room)
	spelled := b.RawBytes && !a.RawBytes && strings.Contains(name, "⟦0")
	return b.Unit.Length(full) <= b.Limit() && !spelled
}

// uncased reports whether none of the characters is the same as another one by case or composition.
func uncased(characters string) bool {
	return !strings.ContainsFunc(characters, func(r rune) bool {
		return r >= unicode.MaxASCII || unicode.IsLetter(r) || strings.ContainsRune(";`", r)
	})
}
