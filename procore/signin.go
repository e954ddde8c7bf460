package procore

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/syncer/connect"
)

// SignIn is a person's signing in, under way. It belongs to the browser session of that person and is
// kept there or on the server, never in a link.
type SignIn struct {
	// URL is where to send the browser.
	URL string
	// State comes back with the answer, and proves that the answer belongs to this SignIn.
	State string
	// Redirect is where the answer comes to. Procore wants to hear it again with the code.
	Redirect string
}

// SignIn begins to sign a person in. redirect must be registered with the app, letter by letter;
// http://localhost is one that Procore takes.
func (a App) SignIn(redirect string) (*SignIn, error) {
	config, err := a.config(redirect)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(redirect); err != nil || u.Scheme == "" || u.Host == "" {
		return nil, invalid("sign in: redirect %q is no URL", redirect)
	}
	state := rand.Text()
	return &SignIn{URL: config.AuthCodeURL(state), State: state, Redirect: redirect}, nil
}

// Finish takes what Procore sent the browser back with, and exchanges the code in it for a token. A
// code is good for one use within ten minutes. An answer with another state is refused: somebody may
// want to slip another account in. One that says that the person declined wraps connect.ErrSignIn.
func (a App) Finish(ctx context.Context, begun *SignIn, answer url.Values) (connect.Token, error) {
	if begun == nil {
		return connect.Token{}, invalid("finish sign in: nothing was begun")
	}
	config, err := a.config(begun.Redirect)
	if err != nil {
		return connect.Token{}, err
	}
	switch code, word := answer.Get("code"), answer.Get("error"); {
	case begun.State == "" || subtle.ConstantTimeCompare([]byte(begun.State), []byte(answer.Get("state"))) != 1:
		return connect.Token{}, fmt.Errorf("sign in at Procore: the answer has another state than the question: %w", connect.ErrSignIn)
	case word != "":
		return connect.Token{}, fmt.Errorf("sign in at Procore: %.100q: %w", word, connect.ErrSignIn)
	case code == "":
		return connect.Token{}, fmt.Errorf("sign in at Procore: the answer has no code: %w", connect.ErrSignIn)
	default:
		ask := connect.OAuth2(a.HTTP, func(ctx context.Context, _ connect.Token) (*oauth2.Token, error) {
			return config.Exchange(ctx, code)
		})
		return ask(ctx, connect.Token{})
	}
}

// Refresh is for a connect.Source whose tokens come from signing in. A refresh token of Procore is good
// for one use, and if the answer to it is lost the person must sign in again; the Source sees to it that
// it is used once, by one of all processes that share its store.
func (a App) Refresh() (connect.Refresh, error) {
	config, err := a.config("")
	if err != nil {
		return nil, err
	}
	return connect.RefreshGrant(config, a.HTTP)
}

func (a App) config(redirect string) (*oauth2.Config, error) {
	bases, err := a.check()
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, RedirectURL: redirect,
		Endpoint: oauth2.Endpoint{
			AuthURL: bases.Login + "/oauth/authorize", TokenURL: bases.token(), AuthStyle: oauth2.AuthStyleInParams,
		},
	}, nil
}
