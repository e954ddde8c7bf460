package fake

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// Client returns a client that reaches handlers without a network, each at its host and port as [Host]
// writes them. What it sends goes through memory, so it works inside of a testing/synctest bubble. It
// follows redirects like any client, and reaches no other host. It ends with the life.
func (l *Life) Client(hosts map[string]http.Handler) *http.Client {
	listeners := map[string]*memory{}
	for host, h := range hosts {
		listeners[host] = l.host(host, h)
	}
	transport := &http.Transport{DisableCompression: true}
	transport.DialContext = func(ctx context.Context, _, addr string) (net.Conn, error) {
		host := listeners[addr]
		if host == nil {
			return nil, fmt.Errorf("dial %s: the fake is not there", addr)
		}
		return host.dial(ctx)
	}
	l.Behind(func() {
		<-l.ctx.Done()
		transport.CloseIdleConnections()
	})
	return &http.Client{Transport: transport}
}

// Host is the host and port of a URL, "" if it has none.
func Host(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return ""
	}
	port := parsed.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[parsed.Scheme]
	}
	return net.JoinHostPort(parsed.Hostname(), port)
}

// host serves a handler on a listener in memory, until the life ends.
func (l *Life) host(name string, h http.Handler) *memory {
	m := &memory{name: name, conns: make(chan net.Conn), done: l.ctx.Done()}
	server := Server(h)
	l.Behind(func() { _ = server.Serve(m) })
	l.Behind(func() {
		<-l.ctx.Done()
		_ = server.Close()
	})
	return m
}

// A memory is a listener whose connections are pipes.
type memory struct {
	name  string
	conns chan net.Conn
	done  <-chan struct{}
}

func (m *memory) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case m.conns <- far:
		return near, nil
	case <-m.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept returns the next connection that somebody dialled.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

// Close does nothing: the listener ends with its life.
func (m *memory) Close() error { return nil }

// Addr returns the host that the listener stands for.
func (m *memory) Addr() net.Addr { return m }

// Network returns the name of a network that is none.
func (m *memory) Network() string { return "memory" }

func (m *memory) String() string { return m.name }
