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
// address and presses the button, again if the service has failed, since the command waits for an answer as
// long as a person may take. CONSENT says which button: grant (the default), deny, or forge to send an answer
// to a question that nobody asked.
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
		_, err := send(ctx, http.MethodGet, back, "")
		return err
	}
	form := url.Values{"consent": {consent}, "allow": {"yes"}} // Box's word and Procore's
	if consent == "deny" {
		form.Set("allow", "no")
	}
	for range 20 {
		var status int
		status, err = send(ctx, http.MethodPost, address, form.Encode())
		if status != 0 && status < http.StatusInternalServerError {
			break
		}
	}
	return err
}

// send follows redirects as a browser does. Without an answer the status is 0; one other than 200 is an error,
// too.
func send(ctx context.Context, method, address, form string) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return response.StatusCode, err
}
