package office

import (
	"context"
	"net/url"
)

// handed is the refresh token of the environment, for a sign-in that happened elsewhere.
func (o *Office) handed(c Connection) string {
	switch {
	case c.Way != Browser:
		return ""
	case c.Service == BoxService:
		return o.settings.Box.RefreshToken
	}
	return o.settings.Procore.RefreshToken
}

// A SignIn is a person's signing in, under way.
type SignIn struct {
	// URL is where to send the browser.
	URL string
	// Finish takes what the browser was sent back with. An answer to another question is refused.
	Finish func(ctx context.Context, answer url.Values) (*Connection, error)
}
