package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// publicKey is where a script keeps where its public address leads.
type publicKey struct{}

// publicInScript is "public": it sets PUBLIC to an address that stands in public and leads nowhere yet, as a proxy of a
// company does. "public FILE" makes it lead to where a watch takes webhooks, as the watch says in its log.
func publicInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: public [FILE]")
	}
	to := ts.Value(publicKey{}).(*atomic.Pointer[url.URL])
	if len(args) == 1 {
		toldInScript(ts, false, []string{args[0], `taking webhooks .*"at":"`})
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		ts.Check(err)
		at := regexp.MustCompile(`taking webhooks .*"at":"([^"]+)"`).FindSubmatch(text)
		to.Store(&url.URL{Scheme: "http", Host: string(at[1])})
		return
	}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if at := to.Load(); at != nil {
				r.SetURL(at)
			}
		},
		ErrorLog: log.New(io.Discard, "", 0),
	})
	ts.Defer(server.Close)
	ts.Setenv("PUBLIC", server.URL)
}

// postInScript is "post ADDRESS BODY": it sends a message as a stranger would, and prints the status of the answer.
func postInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: post ADDRESS BODY")
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, args[0], strings.NewReader(args[1]))
	ts.Check(err)
	r.Header.Set("Authorization", "Bearer guessed-by-a-stranger")
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	_ = answer.Body.Close()
	_, _ = fmt.Fprintln(ts.Stdout(), answer.StatusCode)
}
