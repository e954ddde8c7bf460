package box

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Number is a whole number as Box writes it: plain, or with an exponent where it is large
// ("size":1.0034576983313e+14), or now and then in quotes. It is never decoded by way of a float, so
// what stands in the text is what arrives, beyond 2^53 too. What is above the largest int64 becomes
// the largest int64; Box says "no limit" that way. A null leaves the value as it was.
type Number int64

// UnmarshalJSON reads a number or a string that holds one. Anything else, and a number with a
// fraction, is an error that quotes it.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	text := string(bytes.Trim(data, `"`))
	value, err := parseWhole(text)
	if err != nil {
		return err
	}
	*n = Number(value)
	return nil
}

// parseWhole reads a JSON number without rounding it.
func parseWhole(text string) (int64, error) {
	if v, err := strconv.ParseInt(text, 10, 64); err == nil && text[0] != '+' {
		return v, nil
	}
	fail := func() (int64, error) { return 0, fmt.Errorf("%.40q is not a whole number", text) }
	if !json.Valid([]byte(text)) || strings.Trim(text, "+-.0123456789eE") != "" {
		return fail()
	}
	digits, negative := strings.CutPrefix(text, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(digits), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	shift := 0
	if exponent != "" {
		e, err := strconv.ParseInt(exponent, 10, 32)
		switch {
		case err == nil:
			shift = int(e)
		case exponent[0] == '-': // beyond what an int32 holds: far below everything
			shift = math.MinInt32
		default:
			shift = math.MaxInt32
		}
	}
	value, ok := movePoint(whole+fraction, len(whole), shift)
	if !ok {
		return fail()
	}
	if negative {
		value = -value
	}
	return value, nil
}

// movePoint returns the whole number that digits make when their point, which stands behind the
// first point of them, is moved to the right by shift. It is not ok if a digit is left behind it.
func movePoint(digits string, point, shift int) (int64, bool) {
	lead := len(digits) - len(strings.TrimLeft(digits, "0"))
	digits, point = digits[lead:], point-lead
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return 0, true
	}
	const most = 19 // digits of the largest int64
	switch end := point + shift; {
	case end < len(digits):
		return 0, false
	case end > most:
		return math.MaxInt64, true
	default:
		v, err := strconv.ParseInt(digits+strings.Repeat("0", end-len(digits)), 10, 64)
		if err != nil {
			v = math.MaxInt64
		}
		return v, true
	}
}

// Position is a place in a stream of events. It is stored and sent back as it came, and never
// calculated with: Box gives numbers beyond 2^53 and reserves the right to give text.
type Position string

// Now is the Position behind everything that has happened so far.
const Now Position = "now"

// UnmarshalJSON reads a number or a string. A number keeps its digits; with an exponent it is
// written out.
func (p *Position) UnmarshalJSON(data []byte) error {
	switch {
	case string(data) == "null":
		return nil
	case len(data) > 0 && data[0] == '"':
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*p = Position(s)
		return nil
	case !bytes.ContainsAny(data, ".eE"):
		if len(data) == 0 || len(bytes.Trim(data, "-0123456789")) != 0 {
			return fmt.Errorf("%.40q is no position in a stream", data)
		}
		*p = Position(data)
		return nil
	}
	v, err := parseWhole(string(data))
	if err != nil {
		return err
	}
	*p = Position(strconv.FormatInt(v, 10))
	return nil
}
