package connect_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/connect"
)

// step is what becomes of one try.
type step func(req *http.Request) (*http.Response, error)

// wire is a service without a network: it takes its steps in order, and the last one again and again.
type wire struct {
	mu     sync.Mutex
	steps  []step
	seen   []*http.Request
	bodies []string
}

func wired(steps ...step) *wire { return &wire{steps: steps} }

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	next := w.steps[min(len(w.seen), len(w.steps)-1)]
	w.seen = append(w.seen, req)
	w.mu.Unlock()
	body, err := "", error(nil)
	if req.Body != nil {
		var data []byte
		data, err = io.ReadAll(req.Body)
		body = string(data)
		req.Body.Close()
	}
	w.mu.Lock()
	w.bodies = append(w.bodies, body)
	w.mu.Unlock()
	if err != nil {
		return nil, err // as net/http does when it cannot send the body whole
	}
	resp, err := next(req)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// reply answers with a status, a body, and header fields "Name: value".
func reply(status int, body string, fields ...string) step {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{}
		for _, f := range fields {
			name, value, _ := strings.Cut(f, ": ")
			h.Add(name, value)
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

// lost carries the request out, perhaps, and brings no answer.
func lost(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// unreached never gets a connection.
func unreached(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
}

// cut answers 200 and breaks off in the middle.
func cut(part string) step {
	return func(*http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(part), brokenReader{})
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body)}, nil
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// fails returns the error of a call that must not have an answer.
func fails(resp *http.Response, err error) error {
	if err == nil {
		resp.Body.Close()
	}
	return err
}

// client returns a Client that speaks to w and draws no lots.
func client(t *testing.T, w http.RoundTripper, set ...func(o *connect.Options)) *connect.Client {
	t.Helper()
	o := connect.Options{Base: "https://api.example.com/2.0", HTTP: w, Random: func() float64 { return 0.5 }}
	for _, f := range set {
		f(&o)
	}
	c, err := connect.New(o)
	require.NoError(t, err)
	return c
}

// inMemory returns a server that is yet to be started, and what reaches it, through memory: both work
// inside of a testing/synctest bubble, where time passes only when everybody waits.
func inMemory(t *testing.T, h http.HandlerFunc) (*httptest.Server, *http.Transport) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	require.NoError(t, s.Listener.Close())
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	s.Listener = l
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	wire := connect.NewTransport()
	wire.DialContext = l.dial
	t.Cleanup(func() {
		wire.CloseIdleConnections()
		s.CloseClientConnections()
		s.Close()
	})
	return s, wire
}

// plainly lets a Client speak to a server that has no certificate.
func plainly(o *connect.Options) { o.Base = "http://api.example.com/2.0" }

// pipes is a listener whose connections are pipes.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept is that of net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close is that of net.Listener.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr is that of net.Listener.
func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }
