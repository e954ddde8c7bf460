package procore_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const (
	tokenURL  = "POST login.procore.com/oauth/token"
	revokeURL = "POST login.procore.com/oauth/revoke"
	tokenPair = `{"access_token":"AT2","token_type":"Bearer","expires_in":5400,"refresh_token":"RT2","created_at":1767225600}`
	single    = `{"access_token":"AT2","token_type":"bearer","expires_in":5400,"created_at":1767225600}`
)

// withApp runs a test with an app and a service with these routes.
func withApp(t *testing.T, r routes, test func(t *testing.T, a procore.App, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, r)
		test(t, procore.App{ClientID: "CID", ClientSecret: "SEC", HTTP: s.transport()}, s)
	})
}

// form is what a request for a token said.
func form(t *testing.T, r request) map[string]string {
	t.Helper()
	require.Empty(t, r.Header.Get("Authorization"))
	require.Equal(t, "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
	values, err := url.ParseQuery(r.body)
	require.NoError(t, err)
	flat := map[string]string{}
	for name, list := range values {
		require.Len(t, list, 1, name)
		flat[name] = list[0]
	}
	return flat
}

func TestAPersonSignsIn(t *testing.T) {
	withApp(t, routes{tokenURL: always(200, tokenPair)}, func(t *testing.T, a procore.App, s *service) {
		begun, err := a.SignIn("https://x.example/cb")
		require.NoError(t, err)
		u, err := url.Parse(begun.URL)
		require.NoError(t, err)
		require.Equal(t, "https://login.procore.com/oauth/authorize", "https://"+u.Host+u.Path)
		require.Equal(t, url.Values{
			"response_type": {"code"}, "client_id": {"CID"}, "redirect_uri": {"https://x.example/cb"}, "state": {begun.State},
		}, u.Query())
		require.Greater(t, len(begun.State), 20)

		token, err := a.Finish(t.Context(), begun, url.Values{"code": {"AUTHCODE"}, "state": {begun.State}})
		require.NoError(t, err)
		require.Equal(t, []string{"AT2", "RT2"}, []string{token.Access, token.Refresh})
		require.WithinDuration(t, time.Now().Add(5400*time.Second), token.Expiry, time.Second)
		require.Equal(t, map[string]string{
			"grant_type": "authorization_code", "code": "AUTHCODE", "client_id": "CID", "client_secret": "SEC", "redirect_uri": "https://x.example/cb",
		}, form(t, s.last()))
	})
}

func TestAnAnswerToAnotherSignInIsRefused(t *testing.T) {
	withApp(t, routes{}, func(t *testing.T, a procore.App, s *service) {
		begun, err := a.SignIn("http://localhost")
		require.NoError(t, err)
		again, err := a.SignIn("http://localhost")
		require.NoError(t, err)
		require.NotEqual(t, begun.State, again.State)
		for name, answer := range map[string]url.Values{
			"of another sign-in": {"code": {"AUTHCODE"}, "state": {again.State}},
			"without a state":    {"code": {"AUTHCODE"}},
			"without a code":     {"state": {begun.State}},
			"that declines":      {"error": {"access_denied"}, "state": {begun.State}},
		} {
			_, err := a.Finish(t.Context(), begun, answer)
			require.ErrorIs(t, err, connect.ErrSignIn, name)
		}
		_, err = a.Finish(t.Context(), &procore.SignIn{}, url.Values{"code": {"AUTHCODE"}})
		require.ErrorIs(t, err, connect.ErrSignIn, "no state is no proof")
		_, err = a.Finish(t.Context(), nil, nil)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.Empty(t, s.calls())
	})
}

// source is a connect.Source on a store in memory.
func source(t *testing.T, refresh connect.Refresh) *connect.Source {
	t.Helper()
	src, err := connect.NewSource(connect.SourceOptions{Store: memory.NewTokens(memory.Options{}), Credential: "procore", Refresh: refresh})
	require.NoError(t, err)
	return src
}

func TestATokenIsRefreshedInTimeAndStoredBeforeItIsUsed(t *testing.T) {
	withApp(t, routes{tokenURL: always(200, tokenPair)}, func(t *testing.T, a procore.App, s *service) {
		refresh, err := a.Refresh()
		require.NoError(t, err)
		src := source(t, refresh)
		require.NoError(t, src.SignIn(t.Context(), connect.Token{Access: "AT1", Refresh: "RT1", Expiry: time.Now().Add(time.Hour)}))
		access, err := src.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "AT1", access)
		time.Sleep(59 * time.Minute)
		access, err = src.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "AT2", access)
		require.Equal(t, map[string]string{"grant_type": "refresh_token", "refresh_token": "RT1", "client_id": "CID", "client_secret": "SEC"}, form(t, s.last()))
		require.Len(t, s.calls(), 1)
	})
}

func TestARefreshTokenThatIsDeadAsksForAPerson(t *testing.T) {
	for _, status := range []int{400, 401} { // Procore's sources name both
		withApp(t, routes{tokenURL: always(status, `{"error":"invalid_grant","error_description":"The refresh token is invalid RT1"}`)}, func(t *testing.T, a procore.App, s *service) {
			refresh, err := a.Refresh()
			require.NoError(t, err)
			src := source(t, refresh)
			require.NoError(t, src.SignIn(t.Context(), connect.Token{Access: "AT1", Refresh: "RT1", Expiry: time.Now()}))
			for range 2 {
				_, err = src.Token(t.Context())
				require.ErrorIs(t, err, connect.ErrSignIn)
				require.ErrorIs(t, err, syncer.ErrBusy, "an engine leaves the side in peace")
				require.NotContains(t, err.Error(), "RT1")
			}
			require.Len(t, s.calls(), 1, "it is dead for all, and nobody asks again")
		})
	}
}

func TestAServiceAccountSignsInWithTheAppsSecret(t *testing.T) {
	withApp(t, routes{tokenURL: always(200, single)}, func(t *testing.T, a procore.App, s *service) {
		refresh, err := a.ClientCredentials()
		require.NoError(t, err)
		access, err := source(t, refresh).Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "AT2", access)
		require.Equal(t, map[string]string{"grant_type": "client_credentials", "client_id": "CID", "client_secret": "SEC"}, form(t, s.last()))
	})
}

func TestACallWhoseTokenDiedEarlyIsMadeWithTheNextOne(t *testing.T) {
	withApp(t, routes{
		tokenURL:             always(200, single),
		"GET " + api + "/me": {reply(401, `{"error":"The access token is invalid"}`), reply(200, `{"id":8675309,"login":"sync@example.com","name":"Sync Robot"}`)},
	}, func(t *testing.T, a procore.App, s *service) {
		refresh, err := a.ClientCredentials()
		require.NoError(t, err)
		src := source(t, refresh)
		require.NoError(t, src.SignIn(t.Context(), connect.Token{Access: "AT1", Expiry: time.Now().Add(time.Hour)}))
		c, err := procore.New(procore.Options{Tokens: src, HTTP: a.HTTP, CompanyID: company})
		require.NoError(t, err)
		me, err := c.GetMe(t.Context())
		require.NoError(t, err)
		require.Equal(t, &procore.Person{ID: 8675309, Login: "sync@example.com", Name: "Sync Robot"}, me)
		require.Equal(t, "Bearer AT2", s.last().Header.Get("Authorization"))
		require.Equal(t, "company_id=4281379", s.last().query())
	})
}

func TestATokenTellsWhoseItIs(t *testing.T) {
	withApp(t, routes{"GET login.procore.com/oauth/token/info": {
		reply(200, `{"resource_owner_id":8675309,"scopes":[],"expires_in_seconds":4210,"application":{"uid":"CID"},"created_at":1767225600}`),
		reply(401, `{"error":"The access token is invalid"}`),
	}}, func(t *testing.T, a procore.App, s *service) {
		info, err := a.Info(t.Context(), "AT1")
		require.NoError(t, err)
		require.Equal(t, &procore.TokenInfo{UserID: 8675309, ExpiresIn: 4210 * time.Second, ClientID: "CID"}, info)
		require.Equal(t, "Bearer AT1", s.last().Header.Get("Authorization"))
		_, err = a.Info(t.Context(), "AT1")
		require.ErrorIs(t, err, connect.ErrSignIn)
		_, err = a.Info(t.Context(), "")
		require.ErrorIs(t, err, syncer.ErrInvalid)
	})
}

func TestATokenIsRevoked(t *testing.T) {
	withApp(t, routes{revokeURL: {lost, reply(200, `{}`)}}, func(t *testing.T, a procore.App, s *service) {
		require.NoError(t, a.Revoke(t.Context(), "RT1"))
		require.Equal(t, map[string]string{"token": "RT1", "client_id": "CID", "client_secret": "SEC"}, form(t, s.last()))
		require.ErrorIs(t, a.Revoke(t.Context(), ""), syncer.ErrInvalid)
	})
}

func TestAnAppWithoutItsSecretIsRefused(t *testing.T) {
	for _, a := range []procore.App{{ClientID: "CID"}, {ClientSecret: "SEC"}, {ClientID: "CID", ClientSecret: "SEC", Bases: procore.Bases{Login: "login"}}} {
		_, err := a.ClientCredentials()
		require.ErrorIs(t, err, syncer.ErrInvalid)
		_, err = a.Refresh()
		require.ErrorIs(t, err, syncer.ErrInvalid)
		_, err = a.SignIn("http://localhost")
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorIs(t, a.Revoke(t.Context(), "x"), syncer.ErrInvalid)
	}
	_, err := procore.App{ClientID: "CID", ClientSecret: "SEC"}.SignIn("localhost")
	require.ErrorIs(t, err, syncer.ErrInvalid)
}

func TestAnAppAndATokenShowNoSecret(t *testing.T) {
	a := procore.App{ClientID: "CID", ClientSecret: "SECRET"}
	o := procore.Options{Tokens: procore.Fixed("SECRET")}
	part := struct{ App procore.App }{a}
	encoded, err := json.Marshal(map[string]any{"app": a, "part": part})
	require.NoError(t, err)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "app", a, "options", fmt.Sprint(o))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		require.NotContains(t, fmt.Sprintf(verb, a), "SECRET")
		require.NotContains(t, fmt.Sprintf(verb, &a), "SECRET")
		require.NotContains(t, fmt.Sprintf(verb, part), "SECRET")
		require.NotContains(t, fmt.Sprintf(verb, o), "SECRET")
	}
	require.NotContains(t, log.String()+string(encoded), "SECRET")
}

func TestAnEmptyTokenIsNotSent(t *testing.T) {
	withOptions(t, routes{}, procore.Options{Tokens: procore.Fixed("")}, func(t *testing.T, c *procore.Client, s *service) {
		_, err := c.GetMe(t.Context())
		require.ErrorIs(t, err, connect.ErrSignIn)
		require.NotErrorIs(t, err, fs.ErrPermission)
		require.Empty(t, s.calls())
	})
}
