package boxtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A world is a Box with a client that knows nothing but HTTP.
type world struct {
	*testing.T

	box    *Box
	client *http.Client
	token  string
	header http.Header
}

// A result is an answer with its JSON.
type result struct {
	status int
	header http.Header
	json   object
	body   []byte
}

func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	b, err := New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	client := b.HTTPClient()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &world{T: t, box: b, client: client, token: b.Token()}
}

// as is the same world with another user's token.
func (w *world) as(p *Person) *world {
	other := *w
	other.token = w.box.TokenFor(p.User, 0)
	return &other
}

// with is the same world with a header on each request.
func (w *world) with(name, value string) *world {
	other := *w
	other.header = maps.Clone(w.header)
	if other.header == nil {
		other.header = http.Header{}
	}
	other.header.Set(name, value)
	return &other
}

// try sends a request and returns the error of the transport, if any.
func (w *world) try(method, address, kind string, body io.Reader) (result, error) {
	w.Helper()
	if strings.HasPrefix(address, "/") {
		address = w.box.URLs().API + address
	}
	r, err := http.NewRequestWithContext(w.Context(), method, address, body)
	require.NoError(w, err)
	if w.token != "" {
		r.Header.Set("Authorization", "Bearer "+w.token)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	maps.Copy(r.Header, w.header)
	answer, err := w.client.Do(r)
	if err != nil {
		return result{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	out := result{status: answer.StatusCode, header: answer.Header, body: text}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") && err == nil {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		err = decoder.Decode(&out.json)
	}
	return out, err
}

func (w *world) send(method, address string, body any) result {
	w.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(w, err)
		content = bytes.NewReader(text)
	}
	out, err := w.try(method, address, "application/json", content)
	require.NoError(w, err)
	return out
}

func (w *world) get(address string) result { w.Helper(); return w.send("GET", address, nil) }

func (w *world) post(address string, body any) result {
	w.Helper()
	return w.send("POST", address, body)
}

func (w *world) put(address string, body any) result { w.Helper(); return w.send("PUT", address, body) }

func (w *world) remove(address string) result { w.Helper(); return w.send("DELETE", address, nil) }

// form posts a form, as to the login.
func (w *world) form(address string, values url.Values) result {
	w.Helper()
	out, err := w.try("POST", address, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	require.NoError(w, err)
	return out
}

// multipart writes the form of an upload. The content part has the given name.
func form(attributes any, part, content string) (kind string, body *bytes.Buffer) {
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	text, err := json.Marshal(attributes)
	if err != nil {
		panic(err)
	}
	_ = m.WriteField("attributes", string(text))
	p, _ := m.CreateFormFile(part, "file")
	_, _ = io.WriteString(p, content)
	_ = m.Close()
	return m.FormDataContentType(), body
}

// upload stores a file by HTTP.
func (w *world) upload(parent, name, content string) result {
	w.Helper()
	kind, body := form(object{"name": name, "parent": object{"id": parent}}, "file", content)
	out, err := w.try("POST", w.box.URLs().Upload+"/2.0/files/content", kind, body)
	require.NoError(w, err)
	return out
}

// folder makes a folder by HTTP and returns its id.
func (w *world) folder(parent, name string) string {
	w.Helper()
	r := w.post("/2.0/folders", object{"name": name, "parent": object{"id": parent}})
	require.Equal(w, http.StatusCreated, r.status, "%s", r.body)
	return r.at("id")
}

// file stores a file by HTTP and returns its id.
func (w *world) file(parent, name, content string) string {
	w.Helper()
	r := w.upload(parent, name, content)
	require.Equal(w, http.StatusCreated, r.status, "%s", r.body)
	return r.at("entries.0.id")
}

// refused wants an answer with a status and a code.
func (w *world) refused(r result, status int, code string) {
	w.Helper()
	require.Equal(w, status, r.status, "%s", r.body)
	require.Equal(w, code, r.at("code"), "%s", r.body)
}

func (w *world) status(want int, r result) {
	w.Helper()
	require.Equal(w, want, r.status, "%s", r.body)
}

// names are those of the entries of a listing.
func (r result) names() []string {
	var all []string
	for i := range r.entries() {
		all = append(all, r.at(fmt.Sprintf("entries.%d.name", i)))
	}
	return all
}

func (r result) entries() []any {
	list, _ := r.json["entries"].([]any)
	return list
}

// at is the value at a path such as entries.0.id, as text. What is not there is "".
func (r result) at(path string) string {
	value, ok := r.value(path)
	if !ok {
		return ""
	}
	return fmt.Sprint(value)
}

func (r result) value(path string) (any, bool) {
	var value any = map[string]any(r.json)
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			next, ok := v[name]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}
