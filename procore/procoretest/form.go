package procoretest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/internal/fake"
)

// longestBody is how long the JSON or a field of a request may be.
const longestBody = 8 << 20

// A part is a file in a form.
type part struct {
	name string
	kind string // media type
	blob *fake.Blob
	kept bool // somebody took it
}

// supply is the file as contents to keep.
func (f *part) supply() *supply {
	return &supply{name: f.name, kind: f.kind, blob: f.blob, used: func() { f.kept = true }}
}

// readParams reads the body of a request. Files are kept in the vault, also when there is an error.
func readParams(r *http.Request, v *fake.Vault) (params, []*part, error) {
	kind, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	switch kind {
	case "multipart/form-data":
		return readForm(multipart.NewReader(r.Body, more["boundary"]), v)
	case "application/json", "application/x-www-form-urlencoded", "":
	default:
		return nil, nil, refuse(http.StatusNotAcceptable, "Not acceptable: %s", kind)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	switch {
	case err != nil:
		return nil, nil, refuse(http.StatusBadRequest, "the body cannot be read: %v", err)
	case len(body) > longestBody:
		return nil, nil, refuse(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	case kind == "application/x-www-form-urlencoded":
		return readFields(string(body))
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		return params{}, nil, nil
	}
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	all := params{}
	if err := decoder.Decode(&all); err != nil {
		return nil, nil, refuse(http.StatusBadRequest, "There was a problem in the JSON you submitted: %v", err)
	}
	return all, nil, nil
}

func readFields(body string) (params, []*part, error) {
	fields, err := url.ParseQuery(body)
	if err != nil {
		return nil, nil, refuse(http.StatusBadRequest, "no form: %v", err)
	}
	all := params{}
	for _, name := range slices.Sorted(slices.Values(keys(fields))) {
		if err := checkDepth(name); err != nil {
			return nil, nil, err
		}
		for _, value := range fields[name] {
			all.put(name, value)
		}
	}
	return all, nil, nil
}

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for name := range m {
		list = append(list, name)
	}
	return list
}

func readForm(form *multipart.Reader, v *fake.Vault) (params, []*part, error) {
	all := params{}
	var parts []*part
	for {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return all, parts, nil
		}
		if err != nil {
			return nil, parts, refuse(http.StatusBadRequest, "the form breaks off: %v", err)
		}
		if err := checkDepth(p.FormName()); err != nil {
			return nil, parts, err
		}
		if p.FileName() == "" && p.Header.Get("Content-Type") == "" {
			value, err := io.ReadAll(io.LimitReader(p, longestBody))
			if err != nil {
				return nil, parts, refuse(http.StatusBadRequest, "the form breaks off: %v", err)
			}
			all.put(p.FormName(), string(value))
			continue
		}
		blob, err := v.Store(p)
		if err != nil {
			return nil, parts, refuse(http.StatusBadRequest, "the form breaks off: %v", err)
		}
		file := &part{name: p.FileName(), kind: p.Header.Get("Content-Type"), blob: blob}
		parts = append(parts, file)
		all.put(p.FormName(), file)
	}
}
