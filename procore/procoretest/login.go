package procoretest

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Code returns an authorization code for a user, as if that person had let the app in. It is good for
// ten minutes and one use. It panics if the Procore has no such user.
func (p *Procore) Code(u User, redirectURI string) string {
	p.lock()
	defer p.unlock()
	return p.newCode(p.who(u), redirectURI)
}

func (p *Procore) newCode(u *user, redirect string) string {
	value := rand.Text()
	p.keys.codes[value] = &code{user: u, redirect: redirect, expires: p.clock.Now().Add(codeLife)}
	return value
}

// client looks at the app's credentials: in the body or in an Authorization header (section 1.2).
func (c *call) client() error {
	id, secret := c.params.text("client_id"), c.params.text("client_secret")
	if user, password, ok := c.request.BasicAuth(); ok {
		id, secret = user, password
		if plain, err := url.QueryUnescape(user); err == nil {
			id = plain
		}
		if plain, err := url.QueryUnescape(password); err == nil {
			secret = plain
		}
	}
	if id != c.procore.options.ClientID || secret != c.procore.options.ClientSecret {
		return grant(401, "invalid_client", "Client authentication failed due to unknown client, "+
			"no client authentication included, or unsupported authentication method.")
	}
	return nil
}

// redeem turns a code into a login.
func (c *call) redeem() (*login, error) {
	keys, value := c.procore.keys, c.params.text("code")
	code := keys.codes[value]
	delete(keys.codes, value)
	if code == nil || !c.procore.clock.Now().Before(code.expires) || code.redirect != c.params.text("redirect_uri") {
		return nil, keys.invalidGrant("The provided authorization grant is invalid, expired, revoked, " +
			"does not match the redirection URI used in the authorization request, or was issued to another client.")
	}
	return keys.open(code.user), nil
}

// access is an access token as the token endpoint shows it.
func (c *call) access(t *token) object {
	kind := "Bearer"
	if c.procore.options.Switches.BearerLower {
		kind = "bearer"
	}
	return object{
		"access_token": t.value, "token_type": kind, "expires_in": left(t, c.procore.clock.Now()),
		"created_at": t.created.Unix(),
	}
}

// left is how many seconds a token has to live.
func left(t *token, now time.Time) int64 {
	if t.expires.IsZero() {
		return int64((365 * 24 * time.Hour).Seconds())
	}
	return int64((t.expires.Sub(now) + time.Second - 1) / time.Second)
}

// registered says whether the app has registered an address to return to. It must be the same to the
// letter (section 1.2).
func (o Options) registered(redirect string) bool {
	if redirect == "" {
		return false
	}
	if slices.Contains(o.RedirectURIs, redirect) {
		return true
	}
	return len(o.RedirectURIs) == 0 && (strings.Contains(redirect, "://") || strings.HasPrefix(redirect, "urn:"))
}
