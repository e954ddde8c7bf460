package procoretest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// filter is the values of a filter of the query, nil for none. Arrays come with brackets, as repeated
// keys, and for some as a list with commas (section 2).
func (c *call) filter(name string) []string {
	var all []string
	for _, key := range []string{"filters[" + name + "]", "filters[" + name + "][]"} {
		for _, value := range c.query[key] {
			for one := range strings.SplitSeq(value, ",") {
				if one = strings.TrimSpace(one); one != "" {
					all = append(all, one)
				}
			}
		}
	}
	return all
}

// filterIDs is a filter of ids, nil for none.
func (c *call) filterIDs(name string) ([]int64, error) {
	var all []int64
	for _, text := range c.filter(name) {
		n, err := strconv.ParseInt(strings.Trim(text, "[]"), 10, 64)
		if err != nil {
			return nil, badField("filters["+name+"]", "is not a number")
		}
		all = append(all, n)
	}
	return all, nil
}

// filterFlag is a filter of true or false, nil for none.
func (c *call) filterFlag(name string) (*bool, error) {
	values := c.filter(name)
	if len(values) == 0 {
		return nil, nil //nolint:nilnil // not given
	}
	yes, err := asFlag(values[0])
	if err != nil {
		return nil, badField("filters["+name+"]", "is not true or false")
	}
	return &yes, nil
}

// A span is a range of times, both ends included. The zero value is all of time.
type span struct{ from, to time.Time }

// holds compares with a precision of one second, which is all that Procore tells (section 2).
func (s span) holds(t time.Time) bool {
	t = t.Truncate(time.Second)
	return (s.from.IsZero() || !t.Before(s.from)) && (s.to.IsZero() || !t.After(s.to))
}

// filterSpan is a filter of a range of times: two joined by three dots, in double quotes or without.
// Whether a range can be open at an end is not known.
func (c *call) filterSpan(name string) (span, error) {
	field := "filters[" + name + "]"
	text := c.query.Get(field)
	if text == "" {
		return span{}, nil
	}
	if bare, quoted := strings.CutPrefix(text, `"`); quoted && !c.procore.options.Switches.QuotesRefused {
		text = strings.TrimSuffix(bare, `"`)
	}
	first, last, ok := strings.Cut(text, "...")
	open := c.procore.options.Switches.OpenRanges
	if !ok || (first == "" || last == "") && !open {
		return span{}, badField(field, "is not a range of two times")
	}
	from, err := moment(first, false)
	if err != nil {
		return span{}, badField(field, "%v", err)
	}
	to, err := moment(last, true)
	if err != nil {
		return span{}, badField(field, "%v", err)
	}
	return span{from, to}, nil
}

// moment reads a time or a date. A date at the end of a range means the end of that day.
func moment(text string, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Truncate(time.Second), nil
		}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err == nil && end {
		t = t.Add(24*time.Hour - time.Second)
	}
	if err != nil {
		return t, badField("time", "is not ISO 8601: %s", text)
	}
	return t, nil
}

// among says whether a filter is not set or has the value.
func among[T comparable](all []T, value T) bool {
	return len(all) == 0 || slices.Contains(all, value)
}

// matches says whether a flag is not asked for or is as asked.
func matches(asked *bool, is bool) bool { return asked == nil || *asked == is }

// stamp writes a time as Procore does: UTC, whole seconds, null for none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// filtered returns those of all that are taken, in an order that leaves nothing open.
func filtered[T any](all map[int64]T, takes func(T) bool, order func(a, b T) int) []T {
	var out []T
	for _, one := range all {
		if takes(one) {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, order)
	return out
}
