package connect

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// cause takes the url.Error away, which repeats the whole URL.
func cause(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return cause(outer.Err)
	}
	return err
}

// hide returns err without the token and the URL of the call in its text.
func (s *sending) hide(err error) error {
	err = cause(err)
	text := err.Error()
	for _, secret := range s.secrets() {
		text = strings.ReplaceAll(text, secret, "(hidden)")
	}
	if text == err.Error() {
		return err
	}
	return &hidden{text, err}
}

// secrets lists what must not be shown, the longest first.
func (s *sending) secrets() []string {
	list := []string{s.url}
	if u, err := url.Parse(s.url); err == nil {
		if s.call.Plain && len(u.Path) > 1 {
			list = append(list, u.RequestURI(), u.EscapedPath())
		}
		if u.RawQuery != "" {
			list = append(list, u.RawQuery)
		}
	}
	if s.token != "" {
		list = append(list, s.token)
	}
	return list
}

// hidden is an error whose text had something to hide. It is still what it was to errors.Is, but does
// not give the error away that shows it.
type hidden struct {
	text string
	err  error
}

func (h *hidden) Error() string        { return h.text }
func (h *hidden) Is(target error) bool { return errors.Is(h.err, target) }

// requestID returns the service's name for a request, without anything that could forge a line of a
// log.
func (c *Client) requestID(h http.Header) string {
	for _, name := range c.options.RequestID {
		if id := h.Get(name); id != "" {
			return printable(id)
		}
	}
	return ""
}

func printable(text string) string {
	clean := strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
	return clean[:min(len(clean), 128)]
}

// OneLine returns what a service wrote for people on one line, so that it can forge none of a log: what
// cannot be printed becomes a space. Of a text of more than most bytes it returns the beginning, and "...".
func OneLine(text string, most int) string {
	end := ""
	if most = max(most, 0); len(text) > most {
		text, end = strings.ToValidUTF8(text[:most], ""), "..."
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text) + end
}
