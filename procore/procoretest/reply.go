package procoretest

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// A reply is what a handler answers: JSON, contents, or nothing.
type reply struct {
	status  int
	header  http.Header
	body    any
	content io.ReadSeekCloser // sent instead of JSON
	length  int64
	kind    string // of content, "" for what the header says
}

func answer(status int, body any) *reply {
	return &reply{status: status, header: http.Header{}, body: body}
}

// redirect is a 302.
func redirect(to string) *reply {
	r := answer(http.StatusFound, nil)
	r.header.Set("Location", to)
	return r
}

// text is an answer that is not JSON.
func text(status int, kind, words string) *reply {
	r := answer(status, nil)
	r.content, r.length, r.kind = fake.Reader([]byte(words)), int64(len(words)), kind
	return r
}

// seconds writes a Retry-After: whole seconds, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}

// reply turns a problem into an answer.
func (p *problem) reply(s Switches, version int) *reply {
	var r *reply
	switch {
	case p.html:
		r = text(p.status, "text/html; charset=utf-8", "<html><body><h1>"+http.StatusText(p.status)+"</h1></body></html>")
	case p.plain:
		r = text(p.status, "text/plain; charset=utf-8", p.message)
	case p.storage != "":
		r = text(p.status, "application/xml", storageError(p.storage, p.message))
	default:
		r = answer(p.status, p.body(s, version))
	}
	maps.Copy(r.header, p.header)
	if p.retry > 0 {
		r.header.Set("Retry-After", seconds(p.retry))
	}
	return r
}

func storageError(code, message string) string {
	body, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}{Code: code, Message: message})
	if err != nil {
		return "<Error/>"
	}
	return xml.Header + string(body)
}

// send writes an answer, or as much of it as a fault lets through.
func (p *Procore) send(w http.ResponseWriter, request *http.Request, r *reply, f *fake.Fault) {
	if err := r.render(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	maps.Copy(w.Header(), r.header)
	if r.content == nil {
		w.WriteHeader(r.status)
		return
	}
	defer r.content.Close()
	length := r.length
	switch {
	case f == nil:
	case f.Short > 0:
		length = min(length, f.Short)
	case f.Cut > 0:
		length = min(length, f.Cut)
	}
	if f == nil || f.Short == 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(r.length, 10))
	}
	w.WriteHeader(r.status)
	if request.Method == http.MethodHead {
		return
	}
	if f != nil && f.Short > 0 {
		_ = http.NewResponseController(w).Flush() // or the server counts the bytes itself, and tells
	}
	_, _ = io.CopyN(w, r.content, length)
	if length < r.length && (f == nil || f.Short == 0) {
		_ = http.NewResponseController(w).Flush() // what was written arrives before the end does
		panic(http.ErrAbortHandler)
	}
}

// render turns an answer other than contents into bytes.
func (r *reply) render() error {
	if r.kind != "" {
		r.header.Set("Content-Type", r.kind)
	}
	if r.content != nil || r.body == nil {
		return nil
	}
	text, err := json.Marshal(r.body)
	if err != nil {
		return err
	}
	r.header.Set("Content-Type", "application/json; charset=utf-8")
	r.content, r.length = fake.Reader(text), int64(len(text))
	return nil
}
