package boxtest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (w *world) login(values url.Values) result {
	w.Helper()
	id, secret := w.box.Client()
	values.Set("client_id", id)
	values.Set("client_secret", secret)
	return w.form("/oauth2/token", values)
}

func (w *world) refresh(token string) result {
	w.Helper()
	return w.login(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// using is the same world with an access token.
func (w *world) using(token string) *world {
	other := *w
	other.token = token
	return &other
}

func TestARefreshTokenIsGoodForOneUse(t *testing.T) { // section 2.2
	w := newWorld(t, Options{})
	first := w.box.RefreshToken()
	r := w.refresh(first)
	w.status(http.StatusOK, r)
	require.Equal(t, "bearer", r.at("token_type"))
	require.Equal(t, "3982", r.at("expires_in"))
	require.NotEqual(t, first, r.at("refresh_token"))
	require.Equal(t, w.box.Home().ID, w.using(r.at("access_token")).get("/2.0/users/me").at("id"))

	again := w.refresh(first)
	w.status(http.StatusBadRequest, again)
	require.Equal(t, "invalid_grant", again.at("error"))
	require.Equal(t, "Invalid refresh token", again.at("error_description"))
	w.status(http.StatusOK, w.refresh(r.at("refresh_token")))
}

func TestInTheGraceAUsedRefreshTokenYieldsTheSamePair(t *testing.T) { // section 2.2, section 14 item 1
	w := newWorld(t, Options{Switches: Switches{RefreshGrace: true}})
	first := w.box.RefreshToken()
	r := w.refresh(first)
	again := w.refresh(first)
	require.Equal(t, r.at("access_token"), again.at("access_token"))
	require.Equal(t, r.at("refresh_token"), again.at("refresh_token"))
	w.status(http.StatusOK, w.using(r.at("access_token")).get("/2.0/users/me"))
	w.status(http.StatusBadRequest, w.refresh(first))
}

func TestTheFirstUseOfAnAccessTokenEndsTheOneBefore(t *testing.T) { // section 2.2
	w := newWorld(t, Options{})
	one := w.refresh(w.box.RefreshToken())
	two := w.refresh(one.at("refresh_token"))
	w.status(http.StatusOK, w.using(one.at("access_token")).get("/2.0/users/me"))
	w.status(http.StatusOK, w.using(two.at("access_token")).get("/2.0/users/me"))
	w.status(http.StatusUnauthorized, w.using(one.at("access_token")).get("/2.0/users/me"))
}

func TestTokensAgeByTheClock(t *testing.T) { // section 2
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	refresh := w.box.RefreshToken()
	r := w.refresh(w.box.RefreshToken())
	clock.Advance(3982 * time.Second)
	denied := w.using(r.at("access_token")).get("/2.0/users/me")
	w.status(http.StatusUnauthorized, denied)
	require.Contains(t, denied.header.Get("WWW-Authenticate"), `error="invalid_token"`)
	require.Empty(t, denied.body)
	clock.Advance(60 * 24 * time.Hour)
	require.Equal(t, "Refresh token has expired", w.refresh(refresh).at("error_description"))
}

func TestClientCredentialsMakeATokenWithoutARefreshToken(t *testing.T) { // section 2.3
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	for subject, want := range map[[2]string]string{
		{"enterprise", "777"}: w.box.Home().ID, {"user", ann.ID}: ann.ID,
	} {
		r := w.login(url.Values{
			"grant_type": {"client_credentials"}, "box_subject_type": {subject[0]}, "box_subject_id": {subject[1]},
		})
		w.status(http.StatusOK, r)
		require.Empty(t, r.at("refresh_token"))
		require.Equal(t, want, w.using(r.at("access_token")).get("/2.0/users/me").at("id"))
	}
	r := w.login(url.Values{"grant_type": {"client_credentials"}, "box_subject_type": {"user"}, "box_subject_id": {"1"}})
	require.Equal(t, "Grant credentials are invalid", r.at("error_description"))
}

func TestTheLoginRefusesWhatIsWrong(t *testing.T) { // section 2.5
	w := newWorld(t, Options{})
	w.header = http.Header{}
	r := w.form("/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {"x"}, "client_secret": {"y"}})
	w.status(http.StatusBadRequest, r)
	require.Equal(t, "invalid_client", r.at("error"))
	require.Equal(t, "invalid_request", w.login(url.Values{"grant_type": {"magic"}}).at("error"))
	require.Equal(t, "invalid_grant", w.login(url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}).at("error"))
}

func TestBasicCredentialsCountUnlessTheSwitchSaysOtherwise(t *testing.T) { // section 2.1
	for refused, want := range map[bool]int{false: http.StatusOK, true: http.StatusBadRequest} {
		w := newWorld(t, Options{Switches: Switches{BasicRefused: refused}})
		w.token = ""
		r := w.with("Authorization", "Basic Ym94dGVzdC1jbGllbnQ6Ym94dGVzdC1zZWNyZXQ=").form("/oauth2/token",
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {w.box.RefreshToken()}})
		w.status(want, r)
	}
}

func TestAPersonLetsTheAppIn(t *testing.T) { // section 2.1
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock, RedirectURIs: []string{"https://x.example/cb", "http://localhost:80/cb"}})
	w.token = ""
	ann := w.box.AddUser("Ann", "ann@x.example")
	page := w.box.URLs().Login + "/api/oauth2/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {"boxtest-client"}, "redirect_uri": {"https://x.example/cb"}, "state": {"S1"},
	}.Encode()
	require.Contains(t, string(w.get(page).body), "Grant boxtest-client access to Box")
	r := w.form(page, url.Values{"consent": {"grant"}, "user": {ann.ID}})
	w.status(http.StatusFound, r)
	back, err := url.Parse(r.header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "S1", back.Query().Get("state"))
	code := url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}}
	r = w.login(code)
	w.status(http.StatusOK, r)
	require.Equal(t, ann.ID, w.using(r.at("access_token")).get("/2.0/users/me").at("id"))
	require.Equal(t, "invalid_grant", w.login(code).at("error"), "a code is good for one use")

	late := w.box.Code(ann.User, "https://x.example/cb")
	clock.Advance(30 * time.Second)
	r = w.login(url.Values{"grant_type": {"authorization_code"}, "code": {late}})
	require.Equal(t, "The authorization code has expired", r.at("error_description"))

	denied := w.form(page, url.Values{"consent": {"deny"}}).header.Get("Location")
	require.Contains(t, denied, "error=access_denied")
	query := url.Values{"response_type": {"code"}, "client_id": {"boxtest-client"}}
	at := w.box.URLs().Login + "/oauth2/authorize?"
	w.refused(w.get(at+query.Encode()), 400, "redirect_uri_missing")
	query.Set("redirect_uri", "https://y.example/cb")
	w.refused(w.get(at+query.Encode()), 400, "redirect_uri_mismatch")
	query.Set("redirect_uri", "http://localhost:9999/cb")
	w.status(http.StatusOK, w.get(at+query.Encode()))
}

func TestRevokingOneTokenEndsThePair(t *testing.T) { // section 2.6
	w := newWorld(t, Options{})
	r := w.refresh(w.box.RefreshToken())
	id, secret := w.box.Client()
	gone := w.form("/oauth2/revoke", url.Values{"client_id": {id}, "client_secret": {secret}, "token": {r.at("refresh_token")}})
	w.status(http.StatusOK, gone)
	require.Empty(t, gone.body)
	w.status(http.StatusUnauthorized, w.using(r.at("access_token")).get("/2.0/users/me"))
	require.Equal(t, "invalid_grant", w.refresh(r.at("refresh_token")).at("error"))
}

func TestAnAdministratorActsForAUser(t *testing.T) { // section 2.6
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	require.Equal(t, ann.ID, w.with("As-User", ann.ID).get("/2.0/users/me").at("id"))
	r := w.with("As-User", "4711").get("/2.0/users/me")
	w.refused(r, 404, "not_found")
	require.Equal(t, "On-Behalf-Of User not found", r.at("message"))
	require.Equal(t, "4711", r.at("context_info.invalid_user_id.id"))
}

func TestADownscopedTokenReachesNoFurtherThanItsFolder(t *testing.T) { // section 10
	w := newWorld(t, Options{})
	inside, outside := w.folder("0", "A"), w.folder("0", "B")
	file := w.file(inside, "a.txt", "hello")
	r := w.form("/oauth2/token", url.Values{
		"grant_type": {grantExchange}, "subject_token": {w.token},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"scope":              {"base_picker item_upload"}, "resource": {"https://api.box.com/2.0/folders/" + inside},
	})
	w.status(http.StatusOK, r)
	require.Equal(t, inside, r.at("restricted_to.0.object.id"))
	narrow := w.using(r.at("access_token"))
	w.status(http.StatusOK, narrow.get("/2.0/folders/"+inside+"/items"))
	w.status(http.StatusCreated, narrow.upload(inside, "b.txt", "b"))
	w.refused(narrow.get("/2.0/folders/"+outside+"/items"), 404, "not_found")
	w.refused(narrow.upload(outside, "b.txt", "b"), 404, "not_found")
	w.refused(narrow.upload("", "b.txt", "b"), 400, "bad_request")
	w.refused(narrow.remove("/2.0/files/"+file), 403, "insufficient_scope")
	w.refused(narrow.get("/2.0/files/"+file+"/content"), 403, "insufficient_scope")
}

func TestATokenIsNotWidenedByAnExchange(t *testing.T) { // section 10
	w := newWorld(t, Options{Scopes: []string{"root_readonly"}})
	exchange := func(scope string) result {
		return w.form("/oauth2/token", url.Values{
			"grant_type": {grantExchange}, "subject_token": {w.token},
			"subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "scope": {scope},
		})
	}
	w.status(http.StatusOK, exchange("base_picker item_download"))
	w.status(http.StatusUnauthorized, exchange("base_picker item_upload"))
}

func TestAnAppWithoutAScopeIsRefused(t *testing.T) { // section 2.1
	w := newWorld(t, Options{Scopes: []string{"root_readonly"}})
	w.status(http.StatusOK, w.get("/2.0/folders/0/items"))
	w.refused(w.makeFolder("A"), 403, "insufficient_scope")
	w.refused(w.upload("0", "a", "x"), 403, "insufficient_scope")
	w.refused(w.get("/2.0/webhooks"), 403, "insufficient_scope")
	require.Empty(t, w.names())
}

// assertion is a JWT with claims, signed by nobody in particular.
func assertion(algorithm string, claims object) string {
	segment := func(o object) string {
		text, err := json.Marshal(o)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return segment(object{"alg": algorithm, "kid": "key1", "typ": "JWT"}) + "." + segment(claims) + ".c2ln"
}

func TestAServerTokenNeedsTheClaimsOfBox(t *testing.T) { // section 2.4
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock})
	good := func() object {
		return object{
			"iss": "boxtest-client", "sub": "777", "box_sub_type": "enterprise", "aud": boxAudience,
			"jti": "0123456789abcdef", "exp": clock.Now().Unix() + 45,
		}
	}
	ask := func(text string) result {
		return w.login(url.Values{"grant_type": {grantServer}, "assertion": {text}})
	}
	r := ask(assertion("RS512", good()))
	w.status(http.StatusOK, r)
	require.Equal(t, w.box.Home().ID, w.using(r.at("access_token")).get("/2.0/users/me").at("id"))
	for says, change := range map[string]object{
		"'jti'": {}, // the same one again
		"'aud'": {"jti": "0123456789abcde1", "aud": []string{boxAudience}},
		"'exp'": {"jti": "0123456789abcde2", "exp": clock.Now().Unix() + 90},
		"'iss'": {"jti": "0123456789abcde3", "iss": "other"},
		"'sub'": {"jti": "0123456789abcde4", "sub": "778"},
	} {
		claims := good()
		maps.Copy(claims, change)
		r := ask(assertion("RS256", claims))
		w.status(http.StatusBadRequest, r)
		require.Contains(t, r.at("error_description"), says)
	}
	require.Contains(t, ask(assertion("none", good())).at("error_description"), "'alg'")
	require.Equal(t, "invalid_grant", ask("nonsense").at("error"))
	claims := good()
	claims["jti"], claims["exp"] = "0123456789abcde5", clock.Now().Unix()
	require.Contains(t, ask(assertion("RS256", claims)).at("error_description"), "'exp'")
}
