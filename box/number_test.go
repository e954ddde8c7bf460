package box_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
)

func TestNumbersArriveAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]box.Number{
		"0": 0, "-0": 0, "7": 7, "-7": -7,
		"1.0034576983313e+14":       100345769833130,
		"1e+18":                     1_000_000_000_000_000_000,
		"1E3":                       1000,
		"12.50e1":                   125,
		"1500e-2":                   15,
		"9007199254740993":          9007199254740993, // 2^53 + 1, which a float cannot hold
		"9.007199254740993e15":      9007199254740993,
		"1152922976252290886":       1152922976252290886,
		"9223372036854775807":       math.MaxInt64,
		"9223372036854775808":       math.MaxInt64,
		"1e+30":                     math.MaxInt64,
		"1e999999999999999999999":   math.MaxInt64,
		"0e999999999999999999999":   0,
		"0.000e-99999999999999":     0,
		`"42"`:                      42,
		`"1e3"`:                     1000,
		"100000000000000000000e-19": 10,
	} {
		t.Run(text, func(t *testing.T) {
			var n box.Number
			require.NoError(t, json.Unmarshal([]byte(text), &n))
			require.Equal(t, want, n)
		})
	}
}

func TestWhatIsNoWholeNumberIsAnErrorThatQuotesIt(t *testing.T) {
	for _, text := range []string{`1.5`, `1e-1`, `1e-99999999999999999999`, `"x"`, `""`, `" 1"`, `"1 "`, `"0x10"`, `"+1"`, `true`, `{}`, `[1]`} {
		t.Run(text, func(t *testing.T) {
			n := box.Number(5)
			err := json.Unmarshal([]byte(text), &n)
			require.ErrorContains(t, err, "is not a whole number")
			require.EqualValues(t, 5, n)
		})
	}
}

func TestANumberThatIsNullStaysAsItWas(t *testing.T) {
	n := box.Number(5)
	require.NoError(t, json.Unmarshal([]byte("null"), &n))
	require.EqualValues(t, 5, n)
}

func TestPositionsAreKeptAsTheyCame(t *testing.T) {
	for text, want := range map[string]box.Position{
		"1408838928446360":      "1408838928446360",
		"1152922976252290886":   "1152922976252290886",
		"99999999999999999999":  "99999999999999999999",
		"1.40883892844636e+15":  "1408838928446360",
		`"1152922976252290886"`: "1152922976252290886",
		`"now"`:                 "now",
		`"opaque/1=="`:          "opaque/1==",
		"null":                  "",
	} {
		t.Run(text, func(t *testing.T) {
			var p box.Position
			require.NoError(t, json.Unmarshal([]byte(text), &p))
			require.Equal(t, want, p)
		})
	}
	for _, text := range []string{"true", "{}", "[1]", "1.5"} {
		var p box.Position
		require.Error(t, json.Unmarshal([]byte(text), &p), text)
	}
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{"0", "12", "-1.50e1", "1e18", "1.0034576983313e+14", `"7"`, "1e-3", "9223372036854775808"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var n box.Number
		err := json.Unmarshal([]byte(text), &n)
		var p box.Position
		_ = json.Unmarshal([]byte(text), &p)
		var plain json.Number
		if json.Unmarshal([]byte(text), &plain) != nil || len(plain) == 0 || len(plain) > 60 {
			return
		}
		if f, ferr := plain.Float64(); ferr != nil || f > 1e40 || f < -1e40 || f != 0 && f < 1e-40 && f > -1e-40 {
			return // too large for the oracle
		}
		exact, ok := new(big.Rat).SetString(plain.String())
		if !ok {
			return
		}
		if !exact.IsInt() {
			require.Error(t, err, "%s has a fraction", plain)
			return
		}
		require.NoError(t, err, "%s", plain)
		if exact.Num().IsInt64() {
			require.Equal(t, exact.Num().Int64(), int64(n))
		}
	})
}
