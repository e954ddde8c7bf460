package boxtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// HTTPClient returns a client that reaches the fake without a network, at the hosts of its URLs, as
// long as those are http. What it sends goes through memory, so it works inside of a testing/synctest
// bubble. It follows redirects like any client, and reaches no other host. It ends with the Box.
func (b *Box) HTTPClient() *http.Client {
	hosts := map[string]*memory{}
	for host, at := range b.options.URLs.hosts() {
		hosts[host] = b.host(host, at)
	}
	transport := &http.Transport{DisableCompression: true}
	transport.DialContext = func(ctx context.Context, _, addr string) (net.Conn, error) {
		host := hosts[addr]
		if host == nil {
			return nil, fmt.Errorf("dial %s: the fake box is not there", addr)
		}
		return host.dial(ctx)
	}
	b.behind(func() {
		<-b.ctx.Done()
		transport.CloseIdleConnections()
	})
	return &http.Client{Transport: transport}
}

// hosts says which origins live at which host and port.
func (u URLs) hosts() map[string]origin {
	all := map[string]origin{}
	for _, at := range []struct {
		url    string
		origin origin
	}{
		{u.API, apiOrigin}, {u.Upload, uploadOrigin}, {u.Login, loginOrigin}, {u.Download, downloadOrigin}, {u.Realtime, realtimeOrigin},
	} {
		parsed, err := url.Parse(at.url)
		if err != nil {
			continue // the options were checked
		}
		port := parsed.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[parsed.Scheme]
		}
		all[net.JoinHostPort(parsed.Hostname(), port)] |= at.origin
	}
	return all
}

// host serves some origins on a listener in memory, until the Box ends.
func (b *Box) host(name string, at origin) *memory {
	m := &memory{name: name, conns: make(chan net.Conn), done: b.ctx.Done()}
	server := &http.Server{Handler: b.at(at), ReadHeaderTimeout: time.Minute}
	b.behind(func() { _ = server.Serve(m) })
	b.behind(func() {
		<-b.ctx.Done()
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

// Close does nothing: the listener ends with its Box.
func (m *memory) Close() error { return nil }

// Addr returns the host that the listener stands for.
func (m *memory) Addr() net.Addr { return m }

// Network returns the name of a network that is none.
func (m *memory) Network() string { return "memory" }

func (m *memory) String() string { return m.name }
