package boxtest

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func loginRoutes() []route {
	login := apiOrigin | loginOrigin
	return []route{
		streamed(newRoute("POST /oauth2/token", login, needNothing, tokenEndpoint)),
		streamed(newRoute("POST /oauth2/revoke", login, needNothing, revokeEndpoint)),
		streamed(newRoute("GET /oauth2/authorize", loginOrigin, needNothing, authorizePage)),
		streamed(newRoute("POST /oauth2/authorize", loginOrigin, needNothing, authorizeDecision)),
	}
}

// form reads the form of a request and looks at the app's credentials in it (section 2.1).
func (c *call) form() (url.Values, error) {
	if err := c.request.ParseForm(); err != nil {
		return nil, grant("invalid_request", err.Error())
	}
	f := c.request.PostForm
	id, secret := f.Get("client_id"), f.Get("client_secret")
	if user, password, ok := c.request.BasicAuth(); ok && !c.box.options.Switches.BasicRefused {
		id, secret = user, password
	}
	exchange := f.Get("grant_type") == grantExchange
	if exchange && id == "" {
		return f, nil
	}
	if id != c.box.options.ClientID || secret != c.box.options.ClientSecret {
		return nil, grant("invalid_client", "The client credentials are invalid")
	}
	return f, nil
}

// Kinds of grants.
const (
	grantCode        = "authorization_code"
	grantRefresh     = "refresh_token"
	grantCredentials = "client_credentials"
	grantServer      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	grantExchange    = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// tokenEndpoint is section 2.
func tokenEndpoint(c *call) (*reply, error) {
	f, err := c.form()
	if err != nil {
		return nil, err
	}
	c.box.lock()
	defer c.box.unlock()
	switch f.Get("grant_type") {
	case grantCode:
		return c.redeem(f)
	case grantRefresh:
		l, err := c.box.keys.rotate(f.Get("refresh_token"))
		if err != nil {
			return nil, err
		}
		return c.pair(l), nil
	case grantCredentials:
		return c.credentials(f.Get("box_subject_type"), f.Get("box_subject_id"), "Grant credentials are invalid")
	case grantServer:
		claims, err := c.box.assertion(f.Get("assertion"))
		if err != nil {
			return nil, err
		}
		return c.credentials(claims.SubjectType, claims.Subject, "Please check the 'sub' claim.")
	case grantExchange:
		return c.exchange(f)
	}
	return nil, grant("invalid_request", "Invalid grant_type parameter or parameter missing")
}

// redeem turns a code into a login.
func (c *call) redeem(f url.Values) (*reply, error) {
	keys := c.box.keys
	code := keys.codes[f.Get("code")]
	delete(keys.codes, f.Get("code"))
	switch {
	case code == nil:
		return nil, grant("invalid_grant", "Auth code doesn't exist or is invalid for the client")
	case !c.box.clock.Now().Before(code.expires):
		return nil, grant("invalid_grant", "The authorization code has expired")
	case f.Get("redirect_uri") != "" && f.Get("redirect_uri") != code.redirect:
		return nil, grant("redirect_uri_mismatch", "The redirect_uri is another than that of the code")
	}
	return c.pair(keys.open(code.user, code.scopes)), nil
}

// pair answers with both tokens of a login.
func (c *call) pair(l *login) *reply {
	o := c.access(l.access)
	o["refresh_token"] = l.refresh.value
	return answer(http.StatusOK, o)
}

func (c *call) access(t *token) object {
	return object{
		"access_token": t.value, "expires_in": int64((t.expires.Sub(c.box.clock.Now()) + time.Second - 1) / time.Second),
		"restricted_to": []any{}, "token_type": "bearer",
	}
}

// credentials makes a token without a login (sections 2.3 and 2.4).
func (c *call) credentials(kind, subject, complaint string) (*reply, error) {
	var u *user
	switch {
	case kind == "enterprise" && subject == c.box.options.EnterpriseID:
		u = c.box.home
	case kind == "user":
		u = c.box.drive.users[subject]
	}
	if u == nil {
		return nil, grant("invalid_grant", complaint)
	}
	return answer(http.StatusOK, c.access(c.box.keys.issue(u, c.box.options.Scopes, c.box.options.TokenLife))), nil
}

// revokeEndpoint ends a token. When a user has none left, the webhooks of the app go too
// (section 2.6).
func revokeEndpoint(c *call) (*reply, error) {
	f, err := c.form()
	if err != nil {
		return nil, err
	}
	c.box.lock()
	defer c.box.unlock()
	if u := c.box.keys.revoke(f.Get("token")); u != nil && !c.box.keys.holds(u) {
		c.box.drive.dropHooks(u)
	}
	return answer(http.StatusOK, nil), nil
}

// authorizePage is what a person sees who is asked to let the app in (section 2.1). Who it is can be
// chosen there.
func authorizePage(c *call) (*reply, error) {
	if _, err := c.redirect(c.query); err != nil {
		return nil, err
	}
	c.box.lock()
	defer c.box.unlock()
	var page strings.Builder
	err := authorizeTemplate().Execute(&page, map[string]any{"Users": c.box.drive.order, "App": c.box.options.ClientID})
	if err != nil {
		return nil, err
	}
	r := answer(http.StatusOK, nil)
	r.html = page.String()
	return r, nil
}

func authorizeTemplate() *template.Template {
	return template.Must(template.New("authorize").Parse(`<!doctype html>
<html lang="en"><head><title>Fake Box: grant access</title></head><body>
<h1>Grant {{.App}} access to Box</h1>
<form method="post">
<p><label>As <select name="user">{{range .Users}}<option value="{{.ID}}">{{.Name}}</option>{{end}}</select></label></p>
<p><button name="consent" value="grant">Grant access to Box</button> <button name="consent" value="deny">Deny</button></p>
</form></body></html>
`))
}

// authorizeDecision sends the browser back to the app, with a code or with access_denied.
func authorizeDecision(c *call) (*reply, error) {
	back, err := c.redirect(c.query)
	if err != nil {
		return nil, err
	}
	if err := c.request.ParseForm(); err != nil {
		return nil, badField("form", "%v", err)
	}
	values := back.Query()
	if state := c.query.Get("state"); state != "" {
		values.Set("state", state)
	}
	c.box.lock()
	defer c.box.unlock()
	if c.request.PostForm.Get("consent") == "grant" {
		code, err := c.box.newCode(c.request.PostForm.Get("user"), c.query)
		if err != nil {
			return nil, err
		}
		values.Set("code", code)
	} else {
		values.Set("error", "access_denied")
		values.Set("error_description", "The user denied access to your application")
	}
	back.RawQuery = values.Encode()
	r := answer(http.StatusFound, nil)
	r.header.Set("Location", back.String())
	return r, nil
}

// redirect checks the query of the authorize page and says where the browser is to go afterwards.
func (c *call) redirect(q url.Values) (*url.URL, error) {
	o := c.box.options
	if q.Get("client_id") != o.ClientID {
		return nil, badField("client_id", "no such app")
	}
	if q.Get("response_type") != "code" {
		return nil, badField("response_type", "must be code")
	}
	want := q.Get("redirect_uri")
	if want == "" && len(o.RedirectURIs) == 1 {
		want = o.RedirectURIs[0]
	}
	if want == "" {
		return nil, refuse(http.StatusBadRequest, "redirect_uri_missing", "The redirect_uri is missing")
	}
	back, err := url.Parse(want)
	if err != nil || back.Host == "" {
		return nil, refuse(http.StatusBadRequest, "redirect_uri_mismatch", "The redirect_uri is no URL")
	}
	local := back.Hostname() == "localhost" || back.Hostname() == "127.0.0.1"
	if len(o.RedirectURIs) > 0 && !slices.ContainsFunc(o.RedirectURIs, func(known string) bool { return sameURI(known, back, local) }) {
		return nil, refuse(http.StatusBadRequest, "redirect_uri_mismatch", "The redirect_uri is not registered")
	}
	if back.Scheme != "https" && !local {
		return nil, refuse(http.StatusBadRequest, "redirect_uri_mismatch", "The redirect_uri must be https")
	}
	return back, nil
}

// sameURI compares a registered URI; on this machine any port is good.
func sameURI(known string, back *url.URL, local bool) bool {
	if known == back.String() {
		return true
	}
	k, err := url.Parse(known)
	return err == nil && local && k.Hostname() == back.Hostname() && k.Path == back.Path
}
