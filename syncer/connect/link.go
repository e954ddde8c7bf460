package connect

import (
	"iter"
	"strings"
)

// links yields the targets of a Link header with each of their relations. What does not look like a
// link ends it.
func links(value string) iter.Seq2[string, string] {
	return func(yield func(target, rel string) bool) {
		for {
			_, after, found := strings.Cut(value, "<")
			target, rest, closed := strings.Cut(after, ">")
			if !found || !closed {
				return
			}
			params, next := parameters(rest)
			for rel := range strings.FieldsSeq(params["rel"]) {
				if !yield(target, rel) {
					return
				}
			}
			value = next
		}
	}
}

// parameters reads what follows a target up to the comma that ends it, and returns what is behind.
func parameters(text string) (params map[string]string, rest string) {
	params = map[string]string{}
	for {
		text = strings.TrimLeft(text, " \t")
		after, more := strings.CutPrefix(text, ";")
		if !more {
			_, rest, _ = strings.Cut(text, ",")
			return params, rest
		}
		name, value, rest := parameter(strings.TrimLeft(after, " \t"))
		if _, twice := params[name]; !twice {
			params[name] = value
		}
		text = rest
	}
}

// parameter reads `name`, `name=token` or `name="quoted string"`.
func parameter(text string) (name, value, rest string) {
	end := strings.IndexAny(text, "=;,")
	if end < 0 || text[end] != '=' {
		if end < 0 {
			end = len(text)
		}
		return strings.ToLower(strings.TrimSpace(text[:end])), "", text[end:]
	}
	name = strings.ToLower(strings.TrimSpace(text[:end]))
	text = strings.TrimLeft(text[end+1:], " \t")
	if !strings.HasPrefix(text, `"`) {
		end = strings.IndexAny(text, ";,")
		if end < 0 {
			end = len(text)
		}
		return name, strings.TrimSpace(text[:end]), text[end:]
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return name, b.String(), text[i+1:]
		case text[i] == '\\' && i+1 < len(text):
			i++
		}
		b.WriteByte(text[i])
	}
	return name, b.String(), ""
}
