package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer/connect"
)

// A gate stands before a service, and keeps all waiting who come before it is opened.
type gate struct {
	first   sync.Once
	arrived chan struct{} // closed when the first has come

	once   sync.Once
	opened chan struct{}
	turned bool // away are those who waited; set before opened is closed
}

// gateKey is where a script keeps its gate.
type gateKey struct{}

func newGate() *gate { return &gate{arrived: make(chan struct{}), opened: make(chan struct{})} }

// open lets those through who wait, or turns them away, and lets through who comes later.
func (g *gate) open(turn bool) {
	g.once.Do(func() {
		g.turned = turn
		close(g.opened)
	})
}

// before returns a handler that passes requests on to an address.
func (g *gate) before(address *url.URL) http.Handler {
	service := httputil.NewSingleHostReverseProxy(address)
	service.ErrorLog = log.New(io.Discard, "", 0)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-g.opened:
		default:
			g.first.Do(func() { close(g.arrived) })
			if <-g.opened; g.turned {
				panic(http.ErrAbortHandler)
			}
		}
		service.ServeHTTP(w, r)
	})
}

// gateInScript is "gate VARIABLE": it puts a gate before the service whose address the variable holds. "gate
// await" waits until somebody stands before it, "gate open" opens it, and "gate turn" does so but turns those
// away who stand there.
func gateInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gate VARIABLE | await | open | turn")
	}
	g := ts.Value(gateKey{}).(*gate)
	switch args[0] {
	case "await":
		<-g.arrived
	case "open":
		g.open(false)
	case "turn":
		g.open(true)
	default:
		address, err := url.Parse(ts.Getenv(args[0]))
		ts.Check(err)
		server := httptest.NewServer(g.before(address))
		ts.Defer(func() {
			g.open(true)
			server.Close()
		})
		ts.Setenv(args[0], server.URL)
	}
}

// storedToken is the access token of a connection.
func storedToken(data, credential string) (token string, err error) {
	key, err := connect.TokenKeyFile(filepath.Join(data, "procorebox.key"))
	if err != nil {
		return "", err
	}
	file, err := sqlite.OpenFile(context.Background(), filepath.Join(data, "procorebox.db"), sqlite.FileOptions{Key: key})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	stored, err := file.Tokens.Load(context.Background(), credential)
	return stored.Access, err
}

// revokeInScript is "revoke box|procore": it takes the sign-in away from the program, as an administrator does: that which is
// stored in the data directory, or else the token of the variable.
func revokeInScript(ts *testscript.TestScript, neg bool, args []string) {
	path, known := map[string]string{"box": "/oauth2/revoke", "procore": "/oauth/revoke"}[strings.Join(args, " ")]
	if neg || !known {
		ts.Fatalf("usage: revoke box|procore")
	}
	of := strings.ToUpper(args[0])
	token, err := storedToken(ts.Getenv("PROCOREBOX_DATA"), args[0])
	if errors.Is(err, fs.ErrNotExist) {
		token, err = ts.Getenv(of+"_TOKEN"), nil
	}
	ts.Check(err)
	form := url.Values{"client_id": {ts.Getenv(of + "_CLIENT_ID")}, "client_secret": {ts.Getenv(of + "_CLIENT_SECRET")}, "token": {token}}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, ts.Getenv(of+"_LOGIN_BASE")+path, strings.NewReader(form.Encode()))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(r)
	ts.Check(err)
	ts.Check(response.Body.Close())
	if response.StatusCode != http.StatusOK {
		ts.Fatalf("revoke: %s", response.Status)
	}
}
