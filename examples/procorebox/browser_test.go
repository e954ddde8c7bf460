package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// actAsBrowser is what the test program does when it is started as the BROWSER of a script: it opens the
// address and presses the button. CONSENT says which: grant (the default), deny, or forge to send an
// answer to a question that nobody asked.
func actAsBrowser(address string) error {
	ctx := context.Background()
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	consent := os.Getenv("CONSENT")
	if consent == "" {
		consent = "grant"
	}
	if consent == "forge" {
		back := u.Query().Get("redirect_uri") + "?code=stolen&state=made-up"
		return send(ctx, http.MethodGet, back, "")
	}
	form := url.Values{"consent": {consent}, "allow": {"yes"}} // Box's word and Procore's
	if consent == "deny" {
		form.Set("allow", "no")
	}
	return send(ctx, http.MethodPost, address, form.Encode())
}

// send follows redirects as a browser does.
func send(ctx context.Context, method, address, form string) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return err
}
