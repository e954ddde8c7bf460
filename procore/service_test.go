package procore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// company and project are where everything of these tests is.
const (
	company procore.ID = 4281379
	project procore.ID = 598134325988700 // beyond 2^32
)

// service is a few routes of Procore under its real hosts, without a network: connections are pipes, so
// that time is that of synctest. Requests without a route fail the test, and so do those to Procore
// without the company or the token, and those to others with either.
type service struct {
	t      *testing.T
	routes routes
	conns  chan net.Conn
	closed chan struct{}
	own    []string // hosts that may get the token beside those of Procore, and need not get the company

	mu   sync.Mutex
	seen []request
}

// routes maps "GET api.procore.com/rest/v1.0/me" to its answers. The last one is given for ever.
type routes map[string][]http.HandlerFunc

// request is what came in, with its body read.
type request struct {
	*http.Request
	body string
}

// with runs a test against a service with these routes.
func with(t *testing.T, r routes, test func(t *testing.T, c *procore.Client, s *service)) {
	t.Helper()
	withOptions(t, r, procore.Options{}, test)
}

func withOptions(t *testing.T, r routes, o procore.Options, test func(t *testing.T, c *procore.Client, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, r)
		o.HTTP, o.CompanyID = s.transport(), company
		if o.Tokens == nil {
			o.Tokens = procore.Fixed("AT")
		}
		c, err := procore.New(o)
		require.NoError(t, err)
		test(t, c, s)
	})
}

func newService(t *testing.T, r routes) *service {
	t.Helper()
	s := &service{t: t, routes: maps.Clone(r), conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: s}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(s)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

func (s *service) transport() http.RoundTripper {
	dial := func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case s.conns <- far:
			return near, nil
		case <-s.closed:
			return nil, net.ErrClosed
		}
	}
	t := &http.Transport{DialContext: dial, DialTLSContext: dial}
	s.t.Cleanup(t.CloseIdleConnections)
	return t
}

// Accept is that of net.Listener.
func (s *service) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

// Close is that of net.Listener.
func (s *service) Close() error {
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

// Addr is that of net.Listener.
func (s *service) Addr() net.Addr { return &net.IPAddr{} }

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.Header().Set("Content-Type", "application/json")
	answer := s.next(r, string(body))
	if err != nil {
		panic(http.ErrAbortHandler) // what is cut off has no effect
	}
	answer(w, r)
}

func (s *service) next(r *http.Request, body string) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, request{r, body})
	route := r.Method + " " + r.Host + r.URL.Path
	s.guard(r, route)
	answers := s.routes[route]
	if len(answers) == 0 {
		s.t.Errorf("unexpected call: %s?%s", route, r.URL.RawQuery)
		return reply(http.StatusTeapot, "")
	}
	if len(answers) > 1 {
		s.routes[route] = answers[1:]
	}
	return answers[0]
}

// guard holds every request to what must never go wrong.
func (s *service) guard(r *http.Request, route string) {
	token, of := r.Header.Get("Authorization"), r.Header.Get("Procore-Company-Id")
	switch {
	case strings.HasPrefix(r.Host, "login"), slices.ContainsFunc(s.own, func(host string) bool { return strings.HasSuffix(r.Host, host) }):
	case strings.HasSuffix(r.Host, ".procore.com"):
		if token == "" || of != company.String() {
			s.t.Errorf("%s: token %q, company %q", route, token, of)
		}
	case token != "" || of != "":
		s.t.Errorf("%s: a stranger is sent token %q and company %q", route, token, of)
	}
}

// calls lists the routes that were called, in order.
func (s *service) calls() []string {
	var list []string
	for _, r := range s.requests() {
		list = append(list, r.Method+" "+r.Host+r.URL.Path)
	}
	return list
}

func (s *service) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// last is the latest request.
func (s *service) last() request {
	all := s.requests()
	require.NotEmpty(s.t, all, "nothing was called")
	return all[len(all)-1]
}

// query is that of a request, in order of its names and without its escapes.
func (r request) query() string {
	var all []string
	for name, values := range r.URL.Query() {
		for _, v := range values {
			all = append(all, name+"="+v)
		}
	}
	slices.Sort(all)
	return strings.Join(all, "&")
}

// json is the body of a request.
func (r request) json(t *testing.T) map[string]any {
	t.Helper()
	body := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(r.body), &body), r.body)
	return body
}

// reply answers with a status, a body, and headers: names and values in turn.
func reply(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// always gives one answer for ever.
func always(status int, body string, header ...string) []http.HandlerFunc {
	return []http.HandlerFunc{reply(status, body, header...)}
}

// lost takes the request and breaks the connection before the answer.
func lost(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// collect reads a listing to its end.
func collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// contents is a text as something to be uploaded.
func contents(text string) syncer.Content {
	return syncer.Content{
		Size: int64(len(text)), Digest: syncer.SHA1.Of([]byte(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

const (
	api = "api.procore.com/rest/v1.0"
	// fileLink is where contents are given away, and bucket where that leads to.
	fileLink = "https://storage.procore.com/api/v5/files/01J?sig=SIGNED"
	linked   = "storage.procore.com/api/v5/files/01J"
	bucket   = "bucket.s3.example/01J"
)

// toBucket redirects a link to where the contents really are.
func toBucket() []http.HandlerFunc {
	return always(http.StatusFound, "", "Location", "https://"+bucket+"?X-Amz-Signature=SIGNED")
}

// fileOf is a file of Procore in folder 2 with these versions.
func fileOf(id int, name string, versions ...string) string {
	return fmt.Sprintf(`{"id":%d,"name":%q,"parent_id":2,"updated_at":"2026-01-04T21:27:18Z","is_deleted":false,"file_versions":[%s]}`,
		id, name, strings.Join(versions, ","))
}

// versionOf is a version of file 12.
func versionOf(id, number, size int) string {
	return fmt.Sprintf(`{"id":%d,"file_id":12,"number":%d,"size":%d,"created_at":"2026-01-04T21:27:18Z","url":%q}`, id, number, size, fileLink)
}
