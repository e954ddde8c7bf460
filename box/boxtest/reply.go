package boxtest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/internal/fake"
)

// worthCompressing is the size above which an answer is compressed for clients that take it
// (section 1).
const worthCompressing = 4 << 10

// A reply is what a handler answers: JSON, contents, or nothing.
type reply struct {
	status  int
	header  http.Header
	body    any
	content io.ReadSeekCloser // sent instead of JSON
	length  int64
	html    string
}

func answer(status int, body any) *reply {
	return &reply{status: status, header: http.Header{}, body: body}
}

// later answers 202 or the like: ask again after that time.
func later(status int, d time.Duration) *reply {
	r := answer(status, nil)
	r.header.Set("Retry-After", seconds(d))
	return r
}

// seconds writes a Retry-After: whole seconds, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}

// reply turns a problem into an answer, in the shape that its endpoint uses (sections 2.5 and 8.1).
func (p *problem) reply(requestID string) *reply {
	r := answer(p.status, nil)
	maps.Copy(r.header, p.header)
	if p.retry > 0 {
		r.header.Set("Retry-After", seconds(p.retry))
	}
	switch {
	case p.empty:
	case p.html:
		r.html = "<html><body><h1>" + http.StatusText(p.status) + "</h1></body></html>"
	case p.oauth:
		r.body = object{"error": p.code, "error_description": p.message}
	default:
		body := object{
			"type": "error", "status": p.status, "code": p.code, "message": p.message,
			"help_url": "http://developers.box.com/docs/#errors", "request_id": requestID,
		}
		if p.context != nil {
			body["context_info"] = p.context
		}
		r.body = body
	}
	return r
}

// send writes an answer, or as much of it as a fault lets through.
func (b *Box) send(w http.ResponseWriter, request *http.Request, r *reply, f *fake.Fault) {
	if r.content == nil {
		if err := r.render(strings.Contains(request.Header.Get("Accept-Encoding"), "gzip")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
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
	_, _ = io.CopyN(w, r.content, length)
	if length < r.length && f.Short == 0 {
		_ = http.NewResponseController(w).Flush() // what was written arrives before the end does
		panic(http.ErrAbortHandler)
	}
}

// render turns an answer other than contents into bytes.
func (r *reply) render(compressed bool) error {
	var text []byte
	switch {
	case r.html != "":
		r.header.Set("Content-Type", "text/html; charset=utf-8")
		text = []byte(r.html)
	case r.body != nil:
		var err error
		if text, err = json.Marshal(r.body); err != nil {
			return err
		}
		r.header.Set("Content-Type", "application/json")
	default:
		return nil
	}
	if compressed && len(text) > worthCompressing {
		r.header.Set("Content-Encoding", "gzip")
		var err error
		if text, err = compress(text); err != nil {
			return err
		}
	}
	r.content, r.length = fake.Reader(text), int64(len(text))
	return nil
}

func compress(text []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
