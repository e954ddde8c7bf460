package fake

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Server returns a server of a handler, with the patience that all fakes have.
func Server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
}

// Listen returns n listeners on neighbouring ports, the first of which is that of addr. With port 0
// they are any that are free. The context is for the listening only.
func Listen(ctx context.Context, addr string, n int) ([]net.Listener, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", addr, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: no port %q", addr, text)
	}
	var all []net.Listener
	for i := range n {
		at := net.JoinHostPort(host, "0")
		if port != 0 {
			at = net.JoinHostPort(host, strconv.Itoa(port+i))
		}
		var config net.ListenConfig
		l, err := config.Listen(ctx, "tcp", at)
		if err != nil {
			CloseAll(all)
			return nil, fmt.Errorf("listen for a fake: %w", err)
		}
		all = append(all, l)
	}
	return all, nil
}

// CloseAll closes listeners that have accepted nothing.
func CloseAll(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close() //nolint:errcheck // nothing was accepted
	}
}

// Origin is the URL of a listener, without a slash at the end. One that listens everywhere is reached
// on this machine.
func Origin(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
