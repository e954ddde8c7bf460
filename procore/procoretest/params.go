package procoretest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// params are what a request says in its body: JSON, or a form whose names have brackets, such as
// file[parent_id] and attachments[]. Values are params, []any, string, json.Number, bool, nil and
// *part. Real clients are loose about numbers and flags, and Procore takes that (section 2).
type params map[string]any

// deepest is how many brackets the name of a field may have.
const deepest = 32

func checkDepth(name string) error {
	if strings.Count(name, "[") > deepest {
		return refuse(http.StatusBadRequest, "a field is nested too deeply")
	}
	return nil
}

// put files a value under a name with brackets: a[b], a[], a[][b].
func (p params) put(name string, value any) {
	head, rest, nested := strings.Cut(name, "[")
	if !nested {
		p[head] = value
		return
	}
	rest = "[" + rest
	switch {
	case rest == "[]":
		list, _ := p[head].([]any)
		p[head] = append(list, value)
	case strings.HasPrefix(rest, "[]["):
		p.putInList(head, unbracket(rest[2:]), value)
	default:
		inner, ok := p[head].(params)
		if !ok {
			inner = params{}
			p[head] = inner
		}
		inner.put(unbracket(rest), value)
	}
}

// putInList files a field of one of a list of objects. A field that the last one has already begins
// the next.
func (p params) putInList(head, field string, value any) {
	list, _ := p[head].([]any)
	if len(list) > 0 {
		last, _ := list[len(list)-1].(params)
		if _, taken := last[field]; last != nil && !taken {
			last.put(field, value)
			return
		}
	}
	next := params{}
	next.put(field, value)
	p[head] = append(list, next)
}

// unbracket turns [b][c] into b[c].
func unbracket(name string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(name, "["), "]")
	return first + rest
}

// in is the object under a name, empty if there is none.
func (p params) in(name string) params { return asParams(p[name]) }

func asParams(value any) params {
	switch v := value.(type) {
	case params:
		return v
	case map[string]any:
		return v
	}
	return nil
}

// has says whether a name is there, null or not.
func (p params) has(name string) bool {
	_, ok := p[name]
	return ok
}

// text is a value as text, "" for none and for null.
func (p params) text(name string) string { return asText(p[name]) }

func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return fmt.Sprint(value)
}

// pointer is a text that may be missing.
func (p params) pointer(name string) *string {
	if !p.has(name) || p[name] == nil {
		return nil
	}
	value := p.text(name)
	return &value
}

// id is a number, written as one or as text; 0 if it is missing or empty.
func (p params) id(name string) (int64, error) {
	text := p.text(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, badField(name, "is not a number")
	}
	return n, nil
}

// flag is true or false, nil if it is missing. Words of other languages count, too.
func (p params) flag(name string) (*bool, error) {
	text := p.text(name)
	if text == "" {
		return nil, nil //nolint:nilnil // not given
	}
	yes, err := asFlag(text)
	if err != nil {
		return nil, badField(name, "is not true or false")
	}
	return &yes, nil
}

func asFlag(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "1", "t", "yes":
		return true, nil
	case "false", "0", "f", "no":
		return false, nil
	}
	return false, fmt.Errorf("no flag: %q", text)
}

// time is a date, the zero time if it is missing or null. One in the wrong format is stored as none
// (section 2).
func (p params) time(name string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, p.text(name)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// list is an array, or the one value that stands there instead.
func (p params) list(name string) []any {
	switch v := p[name].(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// ids is an array of numbers.
func (p params) ids(name string) ([]int64, error) {
	var all []int64
	for _, value := range p.list(name) {
		n, err := strconv.ParseInt(asText(value), 10, 64)
		if err != nil {
			return nil, badField(name, "is not a list of numbers")
		}
		all = append(all, n)
	}
	return all, nil
}

// texts is an array of texts.
func (p params) texts(name string) []string {
	var all []string
	for _, value := range p.list(name) {
		all = append(all, asText(value))
	}
	return all
}

// part is a file under a name, nil for none.
func (p params) part(name string) *part {
	file, _ := p[name].(*part)
	return file
}

// files are those of a list of files.
func (p params) files(name string) []*part {
	var all []*part
	for _, value := range p.list(name) {
		if file, ok := value.(*part); ok {
			all = append(all, file)
		}
	}
	return all
}
