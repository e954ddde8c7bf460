package policy_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

var (
	// strict is a side like a desktop computer's.
	strict = syncer.Names{
		Forbidden: `\:*?"<>|`, Controls: true, Leading: " ", Trailing: " .",
		Reserved: []string{"CON", "NUL", "desktop.ini"}, Unit: syncer.UTF16,
	}
	// short is a side with little room.
	short = syncer.Names{MaxLength: 20, Trailing: " "}
	// raw is a side whose names are bytes.
	raw = syncer.Names{RawBytes: true}
)

func TestReplaceChangesOnlyWhatTheOtherSideRefuses(t *testing.T) {
	t.Parallel()
	const file, folder = syncer.File, syncer.Folder
	for _, c := range []struct {
		why, name string
		kind      syncer.Kind
		to        syncer.Names
		want      string
	}{
		{"an allowed name stays", "Plan 1.pdf", file, strict, "Plan 1.pdf"},
		{"an allowed name stays as its user composed it", "Cafe\u0301.pdf", file, strict, "Cafe\u0301.pdf"},
		{"characters that are not allowed become dashes", "a:b*c?.pdf", file, strict, "a-b-c-.pdf"},
		{"a slash becomes a dash", "1/2 inch.pdf", file, syncer.Names{}, "1-2 inch.pdf"},
		{"a backslash becomes a dash", `a\b`, file, strict, "a-b"},
		{"a control character becomes a dash", "a\tb", file, strict, "a-b"},
		{"bytes that are no text become a dash", "a\xffb", file, strict, "a-b"},
		{"bytes may stay where names are bytes", "a\xffb", file, raw, "a\xffb"},
		{"spaces at the ends are taken off", "  plan.pdf  ", file, strict, "plan.pdf"},
		{"dots at the end are taken off", "plan...", file, strict, "plan"},
		{"a reserved name gets a dash", "con", file, strict, "con-"},
		{"a reserved name keeps its extension", "Desktop.ini", file, strict, "Desktop-.ini"},
		{"a dot becomes a dash", ".", folder, strict, "-"},
		{"two dots become two dashes", "..", folder, strict, "--"},
		{"only spaces become an item", "   ", file, strict, "item-0aad7d"},
		{"other spaces become another item", "  ", file, strict, "item-6c179f"},
		{"an empty name becomes an item", "", file, strict, "item-e3b0c4"},
		{"emoji are kept", "👷🏽 site.pdf", file, strict, "👷🏽 site.pdf"},
		{"emoji become a dash where they are refused", "👷 site.pdf", file, syncer.Names{BasicPlane: true}, "- site.pdf"},
		{"marks for writing direction are kept", "\u200fשלום.pdf", file, strict, "\u200fשלום.pdf"},
		{"a long name is cut before its extension", "a very long name of a plan.pdf", file, short, "a very (e19929).pdf"},
		{"a long name of a folder has no extension", "v1.2 of the plans of level 2", folder, short, "v1.2 of the (883c2d)"},
		{"a long ending is no extension", "minutes.of the meeting on site", file, short, "minutes.of (746af0)"},
		{"a name is not cut inside a character", "ööööööööööööööö.pdf", file, short, "ööö (6102a6).pdf"},
		{"a name is not cut between letter and accent", "abcde" + "x\u0301\u0302" + "yyyyyyyyyyyyy.pdf", file, short, "abcde (1e140e).pdf"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			got := policy.Replace{}.Name(c.name, c.kind, syncer.Names{}, c.to)
			require.NoError(t, c.to.Check(got))
			require.Equal(t, c.want, got)
		})
	}
}

func TestHyphensReplaceWhatTheCommercialProductReplaces(t *testing.T) {
	t.Parallel()
	const file, folder = syncer.File, syncer.Folder
	for _, c := range []struct {
		why, name string
		kind      syncer.Kind
		to        syncer.Names
		want      string
	}{
		{"each of the twelve", `a#b%c*d:e<f>g?h/i\j|k~l"m`, file, plain, "a-b-c-d-e-f-g-h-i-j-k-l-m"},
		{"several in a row", "100%~.pdf", file, plain, "100--.pdf"},
		{"nothing else", "a & b, c; d = e + f (g) [h] {i} 'j' $k @l !m ^n `o.pdf", file, plain, "a & b, c; d = e + f (g) [h] {i} 'j' $k @l !m ^n `o.pdf"},
		{"a folder", "Level #2", folder, plain, "Level -2"},
		{"what the other side refuses besides", "#1 plan. ", file, strict, "-1 plan"},
		{"a reserved name", "con", file, strict, "con-"},
		{"nothing, if all is well", "Level 2", folder, strict, "Level 2"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			got := policy.Hyphens().Name(c.name, c.kind, syncer.Names{}, c.to)
			require.NoError(t, c.to.Check(got))
			require.Equal(t, c.want, got)
			require.Equal(t, got, policy.Hyphens().Name(got, c.kind, syncer.Names{}, c.to), "and never again")
		})
	}
	require.NotEqual(t, policy.Hyphens().Fingerprint(), policy.Replace{}.Fingerprint())
}

func TestReplaceKeepsDifferentLongNamesApart(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	a := policy.Replace{}.Name(long+"a.pdf", syncer.File, raw, strict)
	b := policy.Replace{}.Name(long+"b.pdf", syncer.File, raw, strict)
	require.NotEqual(t, a, b)
	require.Len(t, a, 255)
	require.True(t, strings.HasSuffix(a, ".pdf"))
}

func TestAVeryLongNameIsCutInNoTime(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("⟦‛", 1<<20) + strings.Repeat("x", 1<<20)
	for _, namer := range []syncer.Namer{policy.Replace{}, policy.Lossless{}} {
		got := namer.Name(long, syncer.Folder, raw, short)
		require.NoError(t, short.Check(got))
		require.Regexp(t, `^⟦‛.* \([0-9a-f]{6}\)$`, got)
	}
}

func TestReplaceAlwaysMakesANameThatTheSideCanHoldAndNeverChangesItAgain(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{
		"a", "B", "é", "e\u0301", " ", ".", "-", "_", "+", "x", "/", "\\", ":", "*", "\x00", "\t", "\x7f", "\xff",
		"👷🏽", "👨\u200d👩\u200d👧", "ß", "İ", "~", "(", ")", "con", ".pdf", "\u200f", "日本", "\ufe0f",
	}
	pick := func(n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		return b.String()
	}
	keep := func(s string, drop string) string {
		return strings.Map(func(c rune) rune {
			if c == utf8.RuneError || strings.ContainsRune(drop, c) {
				return -1
			}
			return c
		}, s)
	}
	for range 4_000 {
		const needed = "itemabcdef0123456789x"
		to := syncer.Names{
			MaxLength: r.IntN(40), Unit: syncer.Unit(r.IntN(3)), Controls: r.IntN(2) == 0, RawBytes: r.IntN(4) == 0,
			Forbidden: keep(pick(6), needed), Leading: keep(pick(4), needed), Trailing: keep(pick(4), needed),
			Reserved: []string{"con", "-", "a"},
		}
		name, kind := pick(40), syncer.Kind(1+r.IntN(2))
		got := policy.Replace{}.Name(name, kind, syncer.Names{}, to)
		require.NoError(t, to.Check(got), "%q under %+v", name, to)
		require.Equal(t, got, policy.Replace{}.Name(got, kind, syncer.Names{}, to))
		require.Equal(t, got, policy.Replace{}.Name(name, kind, raw, to), "the same name again")
	}
}
