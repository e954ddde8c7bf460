package procoretest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// login posts to the token endpoint with the app's credentials in the body.
func (w *world) login(values url.Values) result {
	w.Helper()
	id, secret := w.procore.Client()
	values.Set("client_id", id)
	values.Set("client_secret", secret)
	return w.form(w.procore.URLs().Login+"/oauth/token", values)
}

func (w *world) refresh(token string) result {
	w.Helper()
	return w.login(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

func TestARefreshTokenIsGoodOnce(t *testing.T) { // section 1.2
	w := newWorld(t, Options{})
	first := w.procore.RefreshToken()
	pair := w.refresh(first)
	w.status(http.StatusOK, pair)
	require.Equal(t, "Bearer", pair.at("token_type"))
	require.Equal(t, "5400", pair.at("expires_in"))
	require.NotEqual(t, first, pair.at("refresh_token"))

	again := w.refresh(first)
	w.status(http.StatusUnauthorized, again)
	require.Equal(t, "invalid_grant", again.at("error"))
	w.token = pair.at("access_token")
	w.status(http.StatusOK, w.get("/rest/v1.0/me"))
	w.status(http.StatusOK, w.refresh(pair.at("refresh_token")))
}

func TestAnAccessTokenDiesOfAge(t *testing.T) { // section 1.2
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	w.token = w.refresh(w.procore.RefreshToken()).at("access_token")
	clock.Advance(5399 * time.Second)
	w.status(http.StatusOK, w.get("/rest/v1.0/me"))
	info := w.get("/oauth/token/info")
	require.Equal(t, "1", info.at("expires_in_seconds"))
	clock.Advance(time.Second)
	r := w.get("/rest/v1.0/me")
	w.status(http.StatusUnauthorized, r)
	require.Equal(t, "The access token is invalid", r.at("errors"))
	w.status(http.StatusUnauthorized, w.get("/oauth/token/info"))
}

func TestTheTokenEndpointTakesEveryEncodingAndBothHosts(t *testing.T) { // section 1.2
	w := newWorld(t, Options{})
	id, secret := w.procore.Client()
	urls := w.procore.URLs()
	w.token = ""
	for _, host := range []string{urls.Login, urls.API} {
		body := object{"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
		w.status(http.StatusOK, w.post(host+"/oauth/token", body))
		w.status(http.StatusOK, w.multipart("POST", host+"/oauth/token",
			field{name: "grant_type", value: "client_credentials"}, field{name: "client_id", value: id}, field{name: "client_secret", value: secret}))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, host+"/oauth/token", strings.NewReader("grant_type=client_credentials"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(id, secret)
		answer, err := w.client.Do(r)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, http.StatusOK, answer.StatusCode)
	}
	bad := w.post(urls.Login+"/oauth/token", object{"grant_type": "client_credentials", "client_id": id, "client_secret": "wrong"})
	w.status(http.StatusUnauthorized, bad)
	require.Contains(t, bad.at("error_description"), "Client authentication failed")
}

func TestAClientCredentialsTokenHasNoRefreshTokenAndNeedsTheHeaderEverywhere(t *testing.T) { // sections 1.2 and 1.4
	w := newWorld(t, Options{})
	made := w.login(url.Values{"grant_type": {"client_credentials"}})
	require.Empty(t, made.at("refresh_token"))
	w.token = made.at("access_token")
	w.status(http.StatusOK, w.get("/rest/v1.0/me"))
	bare := w.with("Procore-Company-Id", "")
	w.status(http.StatusNotFound, bare.get("/rest/v1.0/me"))
	bare.token = w.procore.Token()
	w.status(http.StatusOK, bare.get("/rest/v1.0/me"))
}

func TestAnAuthorizationLeadsToACodeThatIsGoodOnceAndForTenMinutes(t *testing.T) { // section 1.2
	const back = "http://localhost:9000/back"
	clock := newClock()
	w := newWorld(t, Options{Clock: clock, RedirectURIs: []string{back}})
	id, _ := w.procore.Client()
	query := url.Values{"response_type": {"code"}, "client_id": {id}, "redirect_uri": {back}, "state": {"S1"}}
	page := w.procore.URLs().Login + "/oauth/authorize?" + query.Encode()
	require.Contains(t, string(w.get(page).body), "Let "+id+" work with Procore")

	code := func() string {
		done := w.form(page, url.Values{"allow": {"yes"}})
		w.status(http.StatusFound, done)
		to, err := url.Parse(done.header.Get("Location"))
		require.NoError(t, err)
		require.Equal(t, "S1", to.Query().Get("state"))
		return to.Query().Get("code")
	}
	redeem := func(code, to string) result {
		return w.login(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {to}})
	}
	one := code()
	pair := redeem(one, back)
	w.status(http.StatusOK, pair)
	require.NotEmpty(t, pair.at("refresh_token"))
	w.status(http.StatusUnauthorized, redeem(one, back))
	w.status(http.StatusUnauthorized, redeem(code(), back+"/"))
	late := code()
	clock.Advance(10 * time.Minute)
	w.status(http.StatusUnauthorized, redeem(late, back))
	w.status(http.StatusOK, redeem(w.procore.Code(w.procore.Home().User, back), back))

	w.procore.options.RedirectURIs = append(w.procore.options.RedirectURIs, "urn:ietf:wg:oauth:2.0:oob")
	query.Set("redirect_uri", "urn:ietf:wg:oauth:2.0:oob")
	shown := w.form(w.procore.URLs().Login+"/oauth/authorize?"+query.Encode(), url.Values{})
	w.status(http.StatusOK, redeem(string(shown.body), "urn:ietf:wg:oauth:2.0:oob"))

	query.Set("redirect_uri", "http://localhost:9000/other")
	w.status(http.StatusUnauthorized, w.get(w.procore.URLs().Login+"/oauth/authorize?"+query.Encode()))
	denied := w.form(page, url.Values{"allow": {"no"}})
	require.Contains(t, denied.header.Get("Location"), "error=access_denied")
}

func TestRevokingEndsAPairAndIsAlwaysAnsweredWithJSON(t *testing.T) { // sections 1.2 and 14
	w := newWorld(t, Options{})
	id, secret := w.procore.Client()
	revoke := func(token string) {
		r := w.post("/oauth/revoke", object{"token": token, "client_id": id, "client_secret": secret})
		w.status(http.StatusOK, r)
		require.JSONEq(t, `{}`, string(r.body))
	}
	pair := w.refresh(w.procore.RefreshToken())
	revoke(pair.at("access_token"))
	w.status(http.StatusUnauthorized, w.refresh(pair.at("refresh_token")))
	pair = w.refresh(w.procore.RefreshToken())
	revoke(pair.at("refresh_token"))
	w.token = pair.at("access_token")
	w.status(http.StatusUnauthorized, w.get("/rest/v1.0/me"))
	revoke("nobody knows this one")
}
