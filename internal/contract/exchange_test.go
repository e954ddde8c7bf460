package contract

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// An exchange is a request and its answer.
type exchange struct {
	server string // that the host stands for
	method string
	path   string
	query  string
	header http.Header
	body   []byte

	status  int
	replied http.Header
	answer  []byte
}

// transport records what goes through it.
type transport struct {
	next    http.RoundTripper
	origins map[string]string // from host to the server it stands for; others are let through

	mu   sync.Mutex
	seen []exchange
}

// RoundTrip implements http.RoundTripper.
func (tr *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	server, ok := tr.origins[req.URL.Host]
	if !ok {
		return tr.next.RoundTrip(req)
	}
	body, err := drain(&req.Body)
	if err != nil {
		return nil, err
	}
	resp, err := tr.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	answer, err := drain(&resp.Body)
	if err != nil {
		return nil, err
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.seen = append(tr.seen, exchange{
		server, req.Method, req.URL.Path, req.URL.RawQuery, req.Header.Clone(), body, resp.StatusCode, resp.Header.Clone(), answer,
	})
	return resp, nil
}

// drain reads a body and leaves another one like it.
func drain(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(*body)
	if closed := (*body).Close(); err == nil {
		err = closed
	}
	*body = io.NopCloser(bytes.NewReader(data))
	return data, err
}

// request is the request of an exchange as it is looked up in a document.
func (x exchange) request(ctx context.Context) (*http.Request, error) {
	path := strings.TrimPrefix(x.path, "/2.0")
	req, err := http.NewRequestWithContext(ctx, x.method, anywhere+path+"?"+x.query, bytes.NewReader(x.body))
	if err != nil {
		return nil, err
	}
	req.Header = x.header
	return req, nil
}

func (x exchange) values() url.Values {
	values, _ := url.ParseQuery(x.query) // a client of ours has encoded it
	return values
}
