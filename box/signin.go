package box

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/syncer/connect"
)

// Scopes that matter here. Without any a token has all that are set on the app.
const (
	ScopeReadOnly  = "root_readonly"
	ScopeReadWrite = "root_readwrite"
	ScopeWebhooks  = "manage_webhook"
)

// SignIn is a person's signing in, under way. It belongs to the browser session of that person and is
// kept there or on the server, never in a link.
type SignIn struct {
	// URL is where to send the browser.
	URL string
	// State comes back with the answer, and proves that the answer belongs to this SignIn.
	State string
}

// SignIn begins to sign a person in. redirect must be registered with the app, letter by letter; one
// on the own machine may have any port. Without scopes the token has all that are set on the app.
func (a App) SignIn(redirect string, scopes ...string) (*SignIn, error) {
	config, err := a.config(redirect, scopes)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(redirect); err != nil || u.Scheme == "" || u.Host == "" {
		return nil, invalid("sign in: redirect %q is no URL", redirect)
	}
	state := rand.Text()
	return &SignIn{URL: config.AuthCodeURL(state), State: state}, nil
}

// Finish takes what Box sent the browser back with, and exchanges the code in it for a token. A code
// is good for one use within 30 seconds. An answer with another state is refused: somebody may want
// to slip another account in. One that says that the person declined wraps connect.ErrSignIn.
func (a App) Finish(ctx context.Context, begun *SignIn, answer url.Values) (connect.Token, error) {
	config, err := a.config("", nil) // where the answer came to was said with the question
	if err != nil {
		return connect.Token{}, err
	}
	switch code, word := answer.Get("code"), answer.Get("error"); {
	case begun.State == "" || subtle.ConstantTimeCompare([]byte(begun.State), []byte(answer.Get("state"))) != 1:
		return connect.Token{}, fmt.Errorf("sign in at Box: the answer has another state than the question: %w", connect.ErrSignIn)
	case word != "":
		return connect.Token{}, fmt.Errorf("sign in at Box: %.100q: %w", word, connect.ErrSignIn)
	case code == "":
		return connect.Token{}, fmt.Errorf("sign in at Box: the answer has no code: %w", connect.ErrSignIn)
	default:
		ask := connect.OAuth2(a.HTTP, func(ctx context.Context, _ connect.Token) (*oauth2.Token, error) {
			return config.Exchange(ctx, code)
		})
		return ask(ctx, connect.Token{})
	}
}

// Refresh is for a connect.Source whose tokens come from signing in. A refresh token of Box is good
// for one use, within 60 days; the Source sees to it that it is used once.
func (a App) Refresh() (connect.Refresh, error) {
	config, err := a.config("", nil)
	if err != nil {
		return nil, err
	}
	return connect.RefreshGrant(config, a.HTTP)
}

func (a App) config(redirect string, scopes []string) (*oauth2.Config, error) {
	bases, err := a.check()
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, RedirectURL: redirect, Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: bases.Login + "/oauth2/authorize", TokenURL: bases.token(),
			AuthStyle: oauth2.AuthStyleInParams, // Box has been seen to refuse the header
		},
	}, nil
}
