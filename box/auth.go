package box

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// App is a program as it is registered at Box. However it is printed or logged, the secret is not
// shown.
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
func (a App) String() string { return "Box app " + a.ClientID }

// LogValue returns what String returns.
func (a App) LogValue() slog.Value { return slog.StringValue(a.String()) }

func (a App) check() (Bases, error) {
	if a.ClientID == "" || a.ClientSecret == "" {
		return a.Bases, invalid("App.ClientID or App.ClientSecret is empty")
	}
	return a.Bases.complete()
}

// token is where tokens are given.
func (b Bases) token() string { return b.API + "/oauth2/token" }

// Fixed is an access token that somebody else takes care of, for tests and short programs. It is not
// renewed.
type Fixed string

// Token returns the token.
func (f Fixed) Token(context.Context) (string, error) {
	if f == "" {
		return "", fmt.Errorf("fixed token is empty: %w: %w", connect.ErrSignIn, syncer.ErrBusy)
	}
	return string(f), nil
}

// Refused always fails: there is no other token.
func (f Fixed) Refused(context.Context, string) error {
	return fmt.Errorf("box does not take the fixed token: %w: %w", connect.ErrSignIn, syncer.ErrBusy)
}

// Format writes no token, for every verb.
func (f Fixed) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "fixed token") }

// LogValue returns no token either.
func (f Fixed) LogValue() slog.Value { return slog.StringValue("fixed token") }
