package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"time"

	"github.com/procorebox/procorebox/examples/internal/office"
)

// patience is how long a person may take to sign in.
const patience = 10 * time.Minute

// signIn lets a person sign in with a browser, whose answer comes back to a port of this machine.
func (c *console) signIn(ctx context.Context, f connectFlags, begin func(redirect string) (*office.SignIn, error)) error {
	back, err := url.Parse(f.redirect)
	if err != nil || back.Scheme != "http" || !loopback(back.Hostname()) {
		return usage("--redirect must be an http URL of this machine, such as http://localhost:8917/callback, not %q", f.redirect)
	}
	var config net.ListenConfig
	port := back.Port()
	if port == "" {
		port = "0"
	}
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(back.Hostname(), port))
	if err != nil {
		return fmt.Errorf("wait for the browser: %w", err)
	}
	if back.Port() == "" {
		_, port, err = net.SplitHostPort(listener.Addr().String())
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		back.Host = net.JoinHostPort(back.Hostname(), port)
	}
	sign, err := begin(back.String())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	c.send(ctx, sign.URL, f.noBrowser)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	made, err := await(ctx, listener, back.Path, sign)
	if err != nil {
		return err
	}
	return c.connected(made, f.json)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// send opens a browser, or says where to go.
func (c *console) send(ctx context.Context, address string, show bool) {
	if !show {
		if err := c.browse(ctx, address); err == nil {
			c.say("a browser opens; sign in there. If none does, open\n\n  %s\n", address)
			return
		}
	}
	c.say("open this address in a browser of this machine, and sign in:\n\n  %s\n", address)
}

// browse starts the browser that BROWSER names, or else the system's.
func (c *console) browse(ctx context.Context, address string) error {
	name, args := c.getenv("BROWSER"), []string{address}
	if name == "" {
		switch runtime.GOOS {
		case "darwin":
			name = "open"
		case "windows":
			name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
		default:
			name = "xdg-open"
		}
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...) //nolint:gosec // the user's own browser
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // it outlives us, or ends at once
	return nil
}

// await serves the redirect until an answer has come or ctx ends.
func await(ctx context.Context, l net.Listener, path string, sign *office.SignIn) (*office.Connection, error) {
	done := make(chan *office.Connection, 1)
	refused := make(chan error, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+orRoot(path), func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != orRoot(path) {
			http.NotFound(w, r)
			return
		}
		made, err := sign.Finish(ctx, r.URL.Query()) // the browser may leave; the code is good once
		if err != nil {
			page(w, http.StatusBadRequest, "That did not work. The terminal says why.")
			select {
			case refused <- err:
			default:
			}
			return
		}
		page(w, http.StatusOK, "You are signed in. This window may be closed.")
		select {
		case done <- made:
		default:
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l) // until Shutdown
	}()
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(last) // lets the browser have its page
		<-ended
	}()
	select {
	case made := <-done:
		return made, nil
	case err := <-refused:
		return nil, err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the browser: %w", ctx.Err())
	}
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// page answers the browser. Nothing of the request is in it.
func page(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!doctype html><html lang=\"en\"><title>procorebox</title><p>"+text+"</p></html>\n")
}
