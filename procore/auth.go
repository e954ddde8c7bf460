package procore

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/procorebox/procorebox/syncer/connect"
)

// App is a program as it is registered at Procore, in one environment. However it is printed or logged, by
// itself or in an exported field, the secret is not shown.
type App struct {
	ClientID     string
	ClientSecret string
	Bases        Bases
	// HTTP carries the requests for tokens; nil means a transport of its own.
	HTTP http.RoundTripper
}

// Format writes what String returns, for every verb.
func (a App) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, a.String()) }

// String names the app by its client ID.
func (a App) String() string { return "Procore app " + a.ClientID }

// LogValue returns what String returns.
func (a App) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText returns what String returns, so that no document that an App finds its way into holds
// the secret.
func (a App) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a App) check() (Bases, error) {
	if a.ClientID == "" || a.ClientSecret == "" {
		return a.Bases, invalid("App.ClientID or App.ClientSecret is empty")
	}
	return a.Bases.complete()
}

// token is where tokens are given.
func (b Bases) token() string { return b.Login + "/oauth/token" }

// ClientCredentials is for a connect.Source of a service account: the app acts as itself, in the
// projects that a company's administrator has permitted. Such tokens have no refresh token, so none
// can be lost. After the app was installed anew the projects must be permitted anew; until then they
// look as if they were gone.
func (a App) ClientCredentials() (connect.Refresh, error) {
	bases, err := a.check()
	if err != nil {
		return nil, err
	}
	return connect.OAuth2(a.HTTP, func(ctx context.Context, _ connect.Token) (*oauth2.Token, error) {
		config := clientcredentials.Config{
			ClientID: a.ClientID, ClientSecret: a.ClientSecret, TokenURL: bases.token(), AuthStyle: oauth2.AuthStyleInParams,
		}
		return config.Token(ctx)
	}), nil
}

// TokenInfo is what Procore says about an access token.
type TokenInfo struct {
	// UserID is the user whose token it is.
	UserID ID
	// ExpiresIn is how long it lasts.
	ExpiresIn time.Duration
	// ClientID is that of the app which got it.
	ClientID string
}

// Info returns what an access token is. One that is not good any more is fs.ErrPermission.
func (a App) Info(ctx context.Context, access string) (*TokenInfo, error) {
	bases, err := a.Bases.complete()
	if err != nil {
		return nil, err
	}
	if access == "" {
		return nil, invalid("token info: token is empty")
	}
	conn, err := connect.New(connect.Options{Base: bases.Login, HTTP: a.HTTP, Tokens: Fixed(access), Decode: decodeAnswer})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var wire struct {
		UserID      ID     `json:"resource_owner_id"`
		Seconds     Number `json:"expires_in_seconds"`
		Application struct {
			UID string `json:"uid"`
		} `json:"application"`
	}
	if err := conn.JSON(ctx, connect.Call{Op: "read token info", Path: "/oauth/token/info"}, &wire); err != nil {
		return nil, err
	}
	return &TokenInfo{UserID: wire.UserID, ExpiresIn: time.Duration(wire.Seconds) * time.Second, ClientID: wire.Application.UID}, nil
}

// Revoke ends a token: an access token or a refresh token. Procore's sources disagree whether the other
// of the two ends with it, so revoke both. It succeeds for a token that Procore does not know, too.
func (a App) Revoke(ctx context.Context, token string) error {
	bases, err := a.check()
	if err != nil {
		return err
	}
	if token == "" {
		return invalid("revoke: token is empty")
	}
	conn, err := connect.New(connect.Options{Base: bases.Login, HTTP: a.HTTP, Decode: decodeAnswer})
	if err != nil {
		return err
	}
	defer conn.Close()
	form := url.Values{"client_id": {a.ClientID}, "client_secret": {a.ClientSecret}, "token": {token}}
	return conn.JSON(ctx, connect.Call{
		Op: "revoke token", Method: http.MethodPost, Path: "/oauth/revoke", Body: connect.Form(form), Repeat: connect.Again,
	}, nil)
}

// Fixed returns an access token that somebody else takes care of, for tests and short programs. It is
// not renewed. However it is printed, logged or encoded, alone or in what it is a part of, the token is
// not shown.
func Fixed(token string) connect.Tokens { return connect.Fixed(token) }
