package procoretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A world is a Procore with a client that knows nothing but HTTP.
type world struct {
	*testing.T

	procore *Procore
	project Project
	client  *http.Client
	token   string
	header  http.Header
}

// A result is an answer with its JSON.
type result struct {
	status int
	header http.Header
	json   any
	body   []byte
}

func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	if o.Limits == RealLimits && o.SpikeCalls == 0 {
		o.Limits = NoLimits // tests of the limits set them
	}
	p, err := New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	client := p.HTTPClient()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w := &world{T: t, procore: p, client: client, token: p.Token(), project: p.Project()}
	return w.with("Procore-Company-Id", strconv.FormatInt(w.project.CompanyID, 10))
}

// newClock is a clock that stands at nine o'clock.
func newClock() *Clock { return NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)) }

// as is the same world with another user's token.
func (w *world) as(p *Person) *world {
	other := *w
	other.token = w.procore.TokenFor(p.User, 0)
	return &other
}

// with is the same world with a header on each request, or without it if it is empty.
func (w *world) with(name, value string) *world {
	other := *w
	other.header = maps.Clone(w.header)
	if other.header == nil {
		other.header = http.Header{}
	}
	other.header.Set(name, value)
	if value == "" {
		other.header.Del(name)
	}
	return &other
}

// try sends a request and returns the error of the transport, if any.
func (w *world) try(method, address, kind string, body io.Reader) (result, error) {
	w.Helper()
	if strings.HasPrefix(address, "/") {
		address = w.procore.URLs().API + address
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

func (w *world) patch(address string, body any) result {
	w.Helper()
	return w.send("PATCH", address, body)
}

func (w *world) remove(address string) result { w.Helper(); return w.send("DELETE", address, nil) }

// form posts a form, as to the login.
func (w *world) form(address string, values url.Values) result {
	w.Helper()
	out, err := w.try("POST", address, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	require.NoError(w, err)
	return out
}

// A field is one part of a multipart form: a file if it has a file name.
type field struct{ name, file, value string }

// multipart sends a multipart form.
func (w *world) multipart(method, address string, fields ...field) result {
	w.Helper()
	body := &bytes.Buffer{}
	m := multipart.NewWriter(body)
	for _, f := range fields {
		if f.file == "" {
			require.NoError(w, m.WriteField(f.name, f.value))
			continue
		}
		part, err := m.CreateFormFile(f.name, f.file)
		require.NoError(w, err)
		_, err = io.WriteString(part, f.value)
		require.NoError(w, err)
	}
	require.NoError(w, m.Close())
	out, err := w.try(method, address, m.FormDataContentType(), body)
	require.NoError(w, err)
	return out
}

// inProject is a path of v1.0 with the project in the query.
func (w *world) inProject(path string) string {
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	return "/rest/v1.0" + path + joint + "project_id=" + strconv.FormatInt(w.project.ID, 10)
}

// at is a path with the project in it.
func (w *world) at(path string) string {
	return fmt.Sprintf("/rest/v1.0/projects/%d%s", w.project.ID, path)
}

// upload sends contents to the storage and returns the uuid.
func (w *world) upload(name, content string) string {
	w.Helper()
	made := w.post(fmt.Sprintf("/rest/v1.1/projects/%d/uploads", w.project.ID), object{
		"response_filename": name, "response_content_type": "text/plain", "size": len(content),
	})
	w.status(http.StatusCreated, made)
	w.status(http.StatusNoContent, w.toStorage(made, content))
	return made.at("uuid")
}

// toStorage sends contents to where an upload says.
func (w *world) toStorage(made result, content string) result {
	w.Helper()
	var fields []field
	all, _ := made.value("fields")
	for name, value := range all.(map[string]any) {
		fields = append(fields, field{name: name, value: value.(string)})
	}
	fields = append(fields, field{name: "file", file: "blob", value: content})
	bare := *w
	bare.token, bare.header = "", nil
	return bare.multipart("POST", made.at("url"), fields...)
}

// folder makes a folder by HTTP and returns its id.
func (w *world) folder(parent int64, name string) int64 {
	w.Helper()
	r := w.post(w.inProject("/folders"), object{"folder": object{"parent_id": parent, "name": name}})
	w.status(http.StatusCreated, r)
	return r.id("id")
}

// createFile stores a file by HTTP.
func (w *world) createFile(parent int64, name, content string) result {
	w.Helper()
	return w.post(w.inProject("/files"), object{"file": object{
		"parent_id": parent, "name": name, "upload_uuid": w.upload(name, content),
	}})
}

// file stores a file by HTTP and returns its id.
func (w *world) file(parent int64, name, content string) int64 {
	w.Helper()
	r := w.createFile(parent, name, content)
	w.status(http.StatusCreated, r)
	return r.id("id")
}

func (w *world) status(want int, r result) {
	w.Helper()
	require.Equal(w, want, r.status, "%s", r.body)
}

// download follows the link of a file to its contents, as the sheet says: the token on the first hop
// only.
func (w *world) download(link string) result {
	w.Helper()
	hop := w.get(link)
	w.status(http.StatusFound, hop)
	bare := *w
	bare.token, bare.header = "", nil
	return bare.get(hop.header.Get("Location"))
}

// names are those of the entries of a list.
func (r result) names() []string {
	var all []string
	for i := range r.entries() {
		all = append(all, r.at(fmt.Sprintf("%d.name", i)))
	}
	return all
}

func (r result) entries() []any {
	list, _ := r.json.([]any)
	return list
}

// at is the value at a path such as 0.file.size, as text. What is not there is "".
func (r result) at(path string) string {
	value, ok := r.value(path)
	if !ok || value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

func (r result) id(path string) int64 {
	n, _ := strconv.ParseInt(r.at(path), 10, 64)
	return n
}

func (r result) value(path string) (any, bool) {
	value := r.json
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			next, ok := v[name]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}
