package box

import (
	"context"
	"net/url"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/procorebox/procorebox/syncer/connect"
)

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
