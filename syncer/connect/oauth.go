package connect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"

	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/syncer"
)

// RefreshGrant returns the Refresh of a service that gives a refresh token: the grant of that name,
// sent once through transport, nil for one of its own. The config must say how the client's ID and
// secret are sent (Endpoint.AuthStyle): finding it out by trying would use a refresh token twice.
func RefreshGrant(config *oauth2.Config, transport http.RoundTripper) (Refresh, error) {
	switch {
	case config == nil || config.Endpoint.TokenURL == "":
		return nil, fmt.Errorf("connect: Endpoint.TokenURL is empty: %w", syncer.ErrInvalid)
	case config.Endpoint.AuthStyle == oauth2.AuthStyleAutoDetect:
		return nil, fmt.Errorf("connect: Endpoint.AuthStyle is not set: %w", syncer.ErrInvalid)
	}
	return OAuth2(transport, func(ctx context.Context, old Token) (*oauth2.Token, error) {
		if old.Refresh == "" {
			return nil, signIn("nobody has signed in yet", nil)
		}
		return config.TokenSource(ctx, &oauth2.Token{RefreshToken: old.Refresh}).Token()
	}), nil
}

// OAuth2 makes a Refresh of a request that package oauth2 or one below it sends: ask gets a context
// whose client uses transport, nil for one of its own, follows no redirect, and knows whether
// anything was sent. The errors of the Refresh are *GrantError or say that the service was not
// reached, and are what Refresh asks for.
func OAuth2(transport http.RoundTripper, ask func(ctx context.Context, old Token) (*oauth2.Token, error)) Refresh {
	if transport == nil {
		transport = NewTransport()
	}
	return func(ctx context.Context, old Token) (Token, error) {
		watched := &watched{base: transport}
		client := &http.Client{Transport: watched, CheckRedirect: leaveRedirects}
		given, err := ask(context.WithValue(ctx, oauth2.HTTPClient, client), old)
		if err != nil {
			return Token{}, grantError(err, watched, old)
		}
		return Token{Access: given.AccessToken, Refresh: given.RefreshToken, Expiry: given.Expiry}, nil
	}
}

// GrantError is the answer of a service that gave no token. It wraps ErrSignIn for invalid_grant,
// ErrClient for invalid_client, unauthorized_client and unsupported_grant_type, and syncer.ErrBusy
// wherever it proves that nothing was exchanged.
type GrantError struct {
	Status int
	// Code is OAuth's word, "invalid_client", empty if the service told none.
	Code string
	// Description is the service's, for people.
	Description string
}

// Error returns status, code and description.
func (e *GrantError) Error() string {
	text := fmt.Sprintf("token request failed with status %d", e.Status)
	if e.Code != "" {
		text += ": " + e.Code
	}
	if e.Description != "" {
		text += fmt.Sprintf(" (%s)", e.Description)
	}
	return text
}

// Is makes a GrantError match the sentinels it stands for.
func (e *GrantError) Is(target error) bool {
	refused := e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout || e.Code != ""
	switch target {
	case ErrSignIn:
		return e.Code == "invalid_grant"
	case ErrClient:
		return e.Code == "invalid_client" || e.Code == "unauthorized_client" || e.Code == "unsupported_grant_type"
	case syncer.ErrBusy:
		return refused
	}
	return false
}

// grantError tells the three kinds of failure apart that a Refresh must tell apart, without the
// request, the answer and the URL that other errors carry.
func grantError(err error, w *watched, old Token) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return &GrantError{
			Status:      refused.Response.StatusCode,
			Code:        printable(without(refused.ErrorCode, old)),
			Description: OneLine(without(refused.ErrorDescription, old), 200),
		}
	}
	if errors.Is(err, ErrSignIn) {
		return err
	}
	err = cause(err)
	if !w.sent(err) {
		return unreached{&busy{"token request was not sent", err}}
	}
	return fmt.Errorf("token request was not answered: %w", err)
}

// without returns what a service wrote without the token that it was sent, which some repeat.
func without(text string, t Token) string {
	for _, secret := range []string{t.Refresh, t.Access} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "(hidden)")
		}
	}
	return text
}

// watched is a transport that notes whether anything was sent.
type watched struct {
	base  http.RoundTripper
	lines []*line
}

// RoundTrip implements http.RoundTripper.
func (w *watched) RoundTrip(req *http.Request) (*http.Response, error) {
	l := &line{timeout: noTimeout, cancel: func(error) {}}
	defer l.stop()
	w.lines = append(w.lines, l)
	return w.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), l.trace())))
}

func (w *watched) sent(err error) bool {
	for _, l := range w.lines {
		if l.sent(err) {
			return true
		}
	}
	return false
}
