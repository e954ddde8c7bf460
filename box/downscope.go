package box

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/syncer/connect"
)

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
