package box_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
)

// service is a few routes of Box under its real hosts, without a network: connections are pipes, so
// that time is that of synctest. Requests without a route fail the test.
type service struct {
	t      *testing.T
	routes routes
	conns  chan net.Conn
	closed chan struct{}

	mu   sync.Mutex
	seen []request
}

// routes maps "GET api.box.com/2.0/users/me" to its answers. The last one is given for ever.
type routes map[string][]http.HandlerFunc

// request is what came in, with its body read.
type request struct {
	*http.Request
	body string
}

// with runs a test against a service with these routes.
func with(t *testing.T, r routes, test func(t *testing.T, c *box.Client, s *service)) {
	t.Helper()
	withOptions(t, r, box.Options{}, test)
}

func withOptions(t *testing.T, r routes, o box.Options, test func(t *testing.T, c *box.Client, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, r)
		o.HTTP = s.transport()
		if o.Tokens == nil {
			o.Tokens = box.Fixed("AT")
		}
		c, err := box.New(o)
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

// refusal is an error as Box writes it.
func refusal(status int, code string) http.HandlerFunc {
	return reply(status, `{"type":"error","status":`+strings.Repeat("4", 3)+`,"code":"`+code+`","message":"No","request_id":"abc123"}`)
}

// collect reads a listing to its end.
func collect[T any](list func(yield func(T, error) bool)) ([]T, error) {
	var all []T
	for v, err := range list {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}
