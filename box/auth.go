package box

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

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

// token is where tokens are given.
func (b Bases) token() string { return b.API + "/oauth2/token" }

// Subject is whom a server acts as without anybody signing in: exactly one of the two.
type Subject struct {
	// EnterpriseID means the app's own account in that enterprise. It sees what it was invited to.
	EnterpriseID string
	// UserID means a user of the enterprise; the app needs the right to do so.
	UserID string
}

func (s Subject) split() (kind, id string, err error) {
	switch {
	case s.EnterpriseID != "" && s.UserID != "":
		return "", "", invalid("Subject has both EnterpriseID and UserID")
	case s.EnterpriseID != "":
		return "enterprise", s.EnterpriseID, nil
	case s.UserID != "":
		return "user", s.UserID, checkID("user", s.UserID)
	}
	return "", "", invalid("Subject has neither EnterpriseID nor UserID")
}

// ClientCredentials is for a connect.Source of a server that signs in with the app's secret. Such
// tokens have no refresh token, so none can be lost.
func (a App) ClientCredentials(s Subject) (connect.Refresh, error) {
	bases, err := a.check()
	if err != nil {
		return nil, err
	}
	kind, id, err := s.split()
	if err != nil {
		return nil, err
	}
	return connect.OAuth2(a.HTTP, func(ctx context.Context, _ connect.Token) (*oauth2.Token, error) {
		return a.grant(ctx, bases, url.Values{"box_subject_type": {kind}, "box_subject_id": {id}})
	}), nil
}

// grant asks for a token without anybody signing in. form may name another grant_type.
func (a App) grant(ctx context.Context, bases Bases, form url.Values) (*oauth2.Token, error) {
	config := clientcredentials.Config{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, TokenURL: bases.token(),
		EndpointParams: form, AuthStyle: oauth2.AuthStyleInParams,
	}
	return config.Token(ctx)
}

// Downscope says what a token that is given away may do.
type Downscope struct {
	// Scopes are names such as "base_picker", "item_upload", "item_download".
	Scopes []string
	// FileID or FolderID, at most one of them, is what the token is good for; without either it is good
	// for everything that the user sees.
	FileID, FolderID string
}

// Downscope exchanges an access token for one that may do less, for a browser for instance. It lasts
// as long as it says, whatever becomes of the first.
func (a App) Downscope(ctx context.Context, access string, d Downscope) (connect.Token, error) {
	bases, err := a.Bases.complete()
	if err != nil {
		return connect.Token{}, err
	}
	form := url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"subject_token":      {access},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"scope":              {strings.Join(d.Scopes, " ")},
	}
	switch {
	case access == "" || len(d.Scopes) == 0 || slices.Contains(d.Scopes, ""):
		return connect.Token{}, invalid("downscope: no access token, or no Scopes")
	case d.FileID != "" && d.FolderID != "":
		return connect.Token{}, invalid("downscope: both FileID and FolderID are set")
	case d.FileID != "":
		err = checkID("file", d.FileID)
		form.Set("resource", realAPI+version+path(TypeFile, d.FileID))
	case d.FolderID != "":
		err = checkID("folder", d.FolderID)
		form.Set("resource", realAPI+version+path(TypeFolder, d.FolderID))
	}
	if err != nil {
		return connect.Token{}, err
	}
	ask := connect.OAuth2(a.HTTP, func(ctx context.Context, _ connect.Token) (*oauth2.Token, error) {
		return App{}.grant(ctx, bases, form) // the token itself is the proof, no secret is needed
	})
	return ask(ctx, connect.Token{})
}

// Revoke ends a token: an access token or a refresh token, and the other of the two with it. The
// webhooks of the app go with the last token of their user.
func (a App) Revoke(ctx context.Context, token string) error {
	bases, err := a.check()
	if err != nil {
		return err
	}
	if token == "" {
		return invalid("revoke: token is empty")
	}
	conn, err := connect.New(connect.Options{Base: bases.API, HTTP: a.HTTP})
	if err != nil {
		return err
	}
	defer conn.Close()
	form := url.Values{"client_id": {a.ClientID}, "client_secret": {a.ClientSecret}, "token": {token}}
	return conn.JSON(ctx, connect.Call{
		Op: "revoke token", Method: http.MethodPost, Path: "/oauth2/revoke", Body: connect.Form(form), Repeat: connect.Again,
	}, nil)
}

// Fixed is an access token that somebody else takes care of, for tests and short programs. It is not
// renewed.
type Fixed string

// Token returns the token.
func (f Fixed) Token(context.Context) (string, error) {
	if f == "" {
		return "", fmt.Errorf("fixed token is empty: %w", connect.ErrSignIn)
	}
	return string(f), nil
}

// Refused always fails: there is no other token.
func (f Fixed) Refused(context.Context, string) error {
	return errors.Join(connect.ErrSignIn, errors.New("box no longer takes the fixed token"))
}

// Format writes no token, for every verb.
func (f Fixed) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "fixed token") }

// LogValue returns no token either.
func (f Fixed) LogValue() slog.Value { return slog.StringValue("fixed token") }
