package procoretest

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func loginRoutes() []route {
	login := apiOrigin | loginOrigin
	return []route{
		newRoute("POST /oauth/token", open, "", NoAccess, tokenEndpoint).on(login),
		newRoute("POST /oauth/revoke", open, "", NoAccess, revokeEndpoint).on(login),
		newRoute("GET /oauth/token/info", open, "", NoAccess, tokenInfo).on(login),
		newRoute("GET /oauth/authorize", open, "", NoAccess, authorizePage).on(login),
		newRoute("POST /oauth/authorize", open, "", NoAccess, authorizeDecision).on(login),
	}
}

// tokenEndpoint is section 1.2.
func tokenEndpoint(c *call) (*reply, error) {
	if err := c.client(); err != nil {
		return nil, err
	}
	switch c.params.text("grant_type") {
	case "authorization_code":
		l, err := c.redeem()
		return c.pair(l, err)
	case "refresh_token":
		l, err := c.procore.keys.rotate(c.params.text("refresh_token"))
		return c.pair(l, err)
	case "client_credentials":
		t := c.procore.keys.issue(c.procore.home, c.procore.options.TokenLife)
		t.service = true
		return answer(http.StatusOK, c.access(t)), nil
	}
	return nil, grant(http.StatusBadRequest, "unsupported_grant_type",
		"The authorization grant type is not supported by the authorization server.")
}

// pair answers with both tokens of a login.
func (c *call) pair(l *login, err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	o := c.access(l.access)
	o["refresh_token"] = l.refresh.value
	return answer(http.StatusOK, o), nil
}

// revokeEndpoint ends a token. A token that is unknown is revoked already (section 1.2). The official
// SDK reads JSON from it.
func revokeEndpoint(c *call) (*reply, error) {
	if err := c.client(); err != nil {
		return nil, err
	}
	c.procore.keys.revoke(c.params.text("token"))
	return answer(http.StatusOK, object{}), nil
}

func tokenInfo(c *call) (*reply, error) {
	value, _ := strings.CutPrefix(c.request.Header.Get("Authorization"), "Bearer ")
	t := c.procore.keys.use(value)
	if t == nil {
		return nil, grant(http.StatusUnauthorized, "invalid_token", "The access token is invalid")
	}
	return answer(http.StatusOK, object{
		"resource_owner_id": t.user.ID, "scopes": []any{}, "expires_in_seconds": left(t, c.procore.clock.Now()),
		"application": object{"uid": c.procore.options.ClientID}, "created_at": t.created.Unix(),
	}), nil
}

// authorizePage is what a person sees who is asked to let the app in. Who it is can be chosen there.
func authorizePage(c *call) (*reply, error) {
	if err := c.authorization(c.query); err != nil {
		return nil, err
	}
	var page strings.Builder
	err := authorizeTemplate().Execute(&page, map[string]any{"Users": c.drive().order, "App": c.procore.options.ClientID})
	if err != nil {
		return nil, err
	}
	return text(http.StatusOK, "text/html; charset=utf-8", page.String()), nil
}

// authorization checks what an app asks for.
func (c *call) authorization(q url.Values) error {
	switch {
	case q.Get("client_id") != c.procore.options.ClientID:
		return grant(http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client")
	case q.Get("response_type") != "code":
		return grant(http.StatusBadRequest, "unsupported_response_type", "The authorization server does not support this response type.")
	case !c.procore.options.registered(q.Get("redirect_uri")):
		return grant(http.StatusUnauthorized, "invalid_redirect_uri", "The redirect uri included is not valid.")
	}
	return nil
}

func authorizeTemplate() *template.Template {
	return template.Must(template.New("authorize").Parse(`<!doctype html>
<title>Sign in to Procore</title>
<form method="post">
<p>Let {{.App}} work with Procore as</p>
<select name="user">{{range .Users}}<option value="{{.ID}}">{{.Name}} ({{.Login}})</option>{{end}}</select>
<button name="allow" value="yes">Allow</button>
<button name="allow" value="no">Deny</button>
</form>
`))
}

// authorizeDecision sends the person back to the app, with a code or with a refusal.
func authorizeDecision(c *call) (*reply, error) {
	if err := c.authorization(c.query); err != nil {
		return nil, err
	}
	to, err := url.Parse(c.query.Get("redirect_uri"))
	if err != nil {
		return nil, grant(http.StatusUnauthorized, "invalid_redirect_uri", "The redirect uri included is not valid.")
	}
	q := to.Query()
	if c.params.text("allow") == "no" {
		q.Set("error", "access_denied")
	} else {
		who, err := c.decider()
		if err != nil {
			return nil, err
		}
		q.Set("code", c.procore.newCode(who, c.query.Get("redirect_uri")))
	}
	if state := c.query.Get("state"); state != "" {
		q.Set("state", state)
	}
	if to.Scheme == "urn" { // there is no app to go back to, so the person carries the code
		return text(http.StatusOK, "text/plain; charset=utf-8", q.Get("code")), nil
	}
	to.RawQuery = q.Encode()
	return redirect(to.String()), nil
}

// decider is the person who lets the app in, by default the first user.
func (c *call) decider() (*user, error) {
	text := c.params.text("user")
	if text == "" {
		return c.procore.home, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	who := c.drive().users[id]
	if err != nil || who == nil {
		return nil, badField("user", "is nobody")
	}
	return who, nil
}
