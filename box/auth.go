package box

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/procorebox/procorebox/syncer/connect"
)

// App is a program as it is registered at Box. However it is printed or logged, by itself or in an exported
// field, the secret is not shown.
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
func (b Bases) token() string { return b.API + "/oauth2/token" }

// Fixed returns an access token that somebody else takes care of, for tests and short programs. It is
// not renewed. However it is printed, logged or encoded, alone or in what it is a part of, the token is
// not shown.
func Fixed(token string) connect.Tokens { return connect.Fixed(token) }
