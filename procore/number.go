package procore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strconv"
)

// ID is the number of something at Procore: above zero, and beyond 2^31 and 2^53 too. REST v1 writes
// numbers, REST v2 strings; both are read. 0 means none.
type ID int64

// String returns the number in digits.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// UnmarshalJSON reads a whole number, plain or in quotes. A null or an empty string leaves the value
// as it was. It never goes by way of a float, so what stands in the text is what arrives.
func (id *ID) UnmarshalJSON(data []byte) error {
	v, err := whole(data, int64(*id))
	*id = ID(v)
	return err
}

// Number is a whole number, a size or a count, that is read like an ID.
type Number int64

// UnmarshalJSON reads a whole number, plain or in quotes.
func (n *Number) UnmarshalJSON(data []byte) error {
	v, err := whole(data, int64(*n))
	*n = Number(v)
	return err
}

func whole(data []byte, old int64) (int64, error) {
	text := string(bytes.Trim(data, `"`))
	if text == "null" || text == "" {
		return old, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return old, fmt.Errorf("%.40q is not a whole number", text)
	}
	return v, nil
}

// Text is a word that Procore writes in quotes, or without them where it looks like a number.
type Text string

// UnmarshalJSON reads a string, or takes a number or a truth value as it is written. Anything else
// leaves the value as it was.
func (t *Text) UnmarshalJSON(data []byte) error {
	var s string
	switch {
	case json.Unmarshal(data, &s) == nil && string(data) != "null":
		*t = Text(s)
	case len(data) > 0 && !bytes.ContainsAny(data[:1], "n{["):
		*t = Text(data)
	}
	return nil
}

// Link is where Procore gives contents away: a URL that is opaque, lasts for a while and may itself be
// a secret. It is read from an item just before it is used, and never stored. However it is printed,
// logged or encoded, only its host is shown.
type Link struct {
	at *string // behind a pointer, which no verb follows here
}

// NewLink returns a Link to a URL.
func NewLink(url string) Link {
	if url == "" {
		return Link{}
	}
	return Link{&url}
}

// URL is where the link leads, empty if there is none. It is a secret.
func (l Link) URL() string {
	if l.at == nil {
		return ""
	}
	return *l.at
}

// IsZero reports whether there is no link.
func (l Link) IsZero() bool { return l.at == nil }

// Format writes what String returns, for every verb.
func (l Link) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, l.String()) }

// String names the host, empty if there is no link.
func (l Link) String() string {
	u, err := url.Parse(l.URL())
	if l.at == nil || err != nil {
		return ""
	}
	return "(link to " + u.Host + ")"
}

// LogValue returns what String returns.
func (l Link) LogValue() slog.Value { return slog.StringValue(l.String()) }

// MarshalText returns what String returns, so that no document that a Link finds its way into holds a
// secret.
func (l Link) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalJSON reads the URL. What is no string is no link.
func (l *Link) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*l = NewLink(s)
	}
	return nil
}
