package boxtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A Server is a Box on real ports: one for each of the origins that its URLs name.
type Server struct {
	*Box

	servers []*http.Server
}

// Start serves a new Box on three neighbouring ports, the first of which is that of addr: for the
// API, for uploads and downloads, for the login. With port 0 they are any three that are free. The
// URLs of the options are set to the listeners' if they are zero. The context is for the listening:
// the server goes on until it is closed.
func Start(ctx context.Context, addr string, o Options) (*Server, error) {
	listeners, err := listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	if o.URLs == (URLs{}) {
		o.URLs = URLs{API: base(listeners[0]), Upload: base(listeners[1]), Login: base(listeners[2])}
	}
	b, err := New(o)
	if err != nil {
		closeAll(listeners)
		return nil, err
	}
	s := &Server{Box: b}
	for i, at := range []origin{apiOrigin | realtimeOrigin, uploadOrigin | downloadOrigin, loginOrigin} {
		one := &http.Server{Handler: b.at(at), ReadHeaderTimeout: time.Minute}
		s.servers = append(s.servers, one)
		b.behind(func() { _ = one.Serve(listeners[i]) })
	}
	return s, nil
}

// Close ends the servers with all their connections, and then the Box.
func (s *Server) Close() error {
	s.end()
	var errs []error
	for _, one := range s.servers {
		errs = append(errs, one.Close())
	}
	return errors.Join(append(errs, s.Box.Close())...)
}

func listen(ctx context.Context, addr string) ([]net.Listener, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", addr, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: no port %q", addr, text)
	}
	var all []net.Listener
	for i := range 3 {
		at := net.JoinHostPort(host, "0")
		if port != 0 {
			at = net.JoinHostPort(host, strconv.Itoa(port+i))
		}
		var config net.ListenConfig
		l, err := config.Listen(ctx, "tcp", at)
		if err != nil {
			closeAll(all)
			return nil, fmt.Errorf("listen for a fake box: %w", err)
		}
		all = append(all, l)
	}
	return all, nil
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close() //nolint:errcheck // nothing was accepted
	}
}

// base is the URL of a listener. One that listens everywhere is reached on this machine.
func base(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
