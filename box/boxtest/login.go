package boxtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Code returns an authorization code for a user, as if that person had let the app in. It is good for
// 30 seconds and one use. It panics if the Box has no such user.
func (b *Box) Code(u User, redirectURI string) string {
	b.lock()
	defer b.unlock()
	value, _ := b.newCode(b.who(u).ID, url.Values{"redirect_uri": {redirectURI}})
	return value
}

func (b *Box) newCode(userID string, q url.Values) (string, error) {
	u := b.home
	if userID != "" {
		if u = b.drive.users[userID]; u == nil {
			return "", badField("user", "no user %q", userID)
		}
	}
	scopes := b.options.Scopes
	if asked := strings.Fields(q.Get("scope")); len(asked) > 0 {
		for _, s := range asked {
			if !slices.Contains(scopes, s) {
				return "", badField("scope", "the app has no scope %q", s)
			}
		}
		scopes = asked
	}
	value := rand.Text()
	b.keys.codes[value] = &code{
		user: u, redirect: q.Get("redirect_uri"), scopes: scopes, expires: b.clock.Now().Add(codeLife),
	}
	return value, nil
}

// claims are those of a server token's assertion (section 2.4).
type claims struct {
	Issuer      string          `json:"iss"`
	Subject     string          `json:"sub"`
	SubjectType string          `json:"box_sub_type"`
	Audience    json.RawMessage `json:"aud"`
	ID          string          `json:"jti"`
	Expires     float64         `json:"exp"`
}

// boxAudience is the audience of assertions. Box's SDKs send it whatever their base URL is.
const boxAudience = "https://api.box.com/oauth2/token"

// assertion checks the claims of a JWT. Its signature counts as good: the fake has no key of the
// app, and a client that signs badly is found out by the real Box only.
func (b *Box) assertion(text string) (*claims, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || parts[2] == "" {
		return nil, grant("invalid_grant", "Please check the assertion.")
	}
	var head struct {
		Algorithm string `json:"alg"`
		Key       string `json:"kid"`
	}
	var c claims
	if !decodeSegment(parts[0], &head) || !decodeSegment(parts[1], &c) {
		return nil, grant("invalid_grant", "Please check the assertion.")
	}
	now := b.clock.Now()
	expires := time.Unix(int64(c.Expires), 0)
	var audience string
	known := json.Unmarshal(c.Audience, &audience) == nil &&
		(audience == boxAudience || audience == b.options.URLs.API+"/oauth2/token")
	switch {
	case !slices.Contains([]string{"RS256", "RS384", "RS512"}, head.Algorithm):
		return nil, grant("invalid_grant", "Please check the 'alg' header.")
	case head.Key == "":
		return nil, grant("invalid_grant", "Please check the 'kid' header.")
	case c.Issuer != b.options.ClientID:
		return nil, grant("invalid_client", "Please check the 'iss' claim.")
	case !known:
		return nil, grant("invalid_grant", "Please check the 'aud' claim. Should be a string")
	case len(c.ID) < 16 || len(c.ID) > 128 || b.keys.jtis[c.ID]:
		return nil, grant("invalid_grant", "Please check the 'jti' claim.")
	case !now.Before(expires) || expires.Sub(now) > time.Minute+time.Second:
		return nil, grant("invalid_grant",
			"Current date/time MUST be before the expiration date/time listed in the 'exp' claim")
	}
	b.keys.jtis[c.ID] = true
	return &c, nil
}

func decodeSegment(text string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(raw, into) == nil
}

// exchange makes a downscoped token of another (section 10).
func (c *call) exchange(f url.Values) (*reply, error) {
	parent := c.box.keys.use(f.Get("subject_token"))
	if parent == nil || f.Get("subject_token_type") != "urn:ietf:params:oauth:token-type:access_token" {
		return nil, grant("invalid_grant", "The subject token is invalid")
	}
	scopes := strings.Fields(strings.ReplaceAll(f.Get("scope"), ",", " "))
	if len(scopes) == 0 {
		return nil, grant("invalid_request", "The scope is missing")
	}
	for _, s := range scopes {
		if !parent.allows(needOf(s)) {
			return nil, c.box.unauthorized()
		}
	}
	t := c.box.keys.issue(parent.user, scopes, c.box.options.TokenLife)
	t.resource = parent.resource
	if resource := f.Get("resource"); resource != "" {
		it, err := c.resource(parent.user, resource)
		if err != nil {
			return nil, err
		}
		t.resource = it
	}
	o := c.access(t)
	o["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token"
	if t.resource != nil {
		var to []any
		for _, s := range scopes {
			to = append(to, object{"scope": s, "object": viewer{c.box.drive, parent.user}.mini(t.resource)})
		}
		o["restricted_to"] = to
	}
	return answer(http.StatusOK, o), nil
}

// resource finds the item that a URL such as https://api.box.com/2.0/folders/987 names.
func (c *call) resource(u *user, text string) (*item, error) {
	parts := strings.Split(strings.Trim(text, "/"), "/")
	if len(parts) < 2 {
		return nil, grant("invalid_resource", "The resource is no item")
	}
	k := kind(strings.TrimSuffix(parts[len(parts)-2], "s"))
	it, err := c.box.drive.active(u, k, parts[len(parts)-1])
	if err != nil {
		return nil, grant("invalid_resource", "The resource does not exist")
	}
	return it, nil
}
