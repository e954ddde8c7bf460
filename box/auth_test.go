package box_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const (
	tokenURL  = "POST api.box.com/oauth2/token"
	revokeURL = "POST api.box.com/oauth2/revoke"
	pair      = `{"access_token":"AT2","expires_in":3982,"restricted_to":[],"refresh_token":"RT2","token_type":"bearer"}`
	single    = `{"access_token":"AT2","expires_in":4123,"restricted_to":[],"issued_token_type":"bearer"}`
)

// withApp runs a test with an app and a service with these routes.
func withApp(t *testing.T, r routes, test func(t *testing.T, a box.App, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newService(t, r)
		test(t, box.App{ClientID: "CID", ClientSecret: "SEC", HTTP: s.transport()}, s)
	})
}

// form is what a request for a token said. It must be in the body: Box has been seen to refuse the
// header.
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
	withApp(t, routes{tokenURL: always(200, pair)}, func(t *testing.T, a box.App, s *service) {
		begun, err := a.SignIn("https://x.example/cb", box.ScopeReadWrite, box.ScopeWebhooks)
		require.NoError(t, err)
		u, err := url.Parse(begun.URL)
		require.NoError(t, err)
		require.Equal(t, "https://account.box.com/api/oauth2/authorize", "https://"+u.Host+u.Path)
		require.Equal(t, url.Values{
			"response_type": {"code"}, "client_id": {"CID"}, "redirect_uri": {"https://x.example/cb"},
			"state": {begun.State}, "scope": {"root_readwrite manage_webhook"},
		}, u.Query())
		require.Greater(t, len(begun.State), 20)

		token, err := a.Finish(t.Context(), begun, url.Values{"code": {"AUTHCODE"}, "state": {begun.State}})
		require.NoError(t, err)
		require.Equal(t, []string{"AT2", "RT2"}, []string{token.Access, token.Refresh})
		require.WithinDuration(t, time.Now().Add(3982*time.Second), token.Expiry, time.Second)
		require.Equal(t, map[string]string{
			"grant_type": "authorization_code", "code": "AUTHCODE", "client_id": "CID", "client_secret": "SEC",
		}, form(t, s.last()))
	})
}

func TestAnAnswerToAnotherSignInIsRefused(t *testing.T) {
	withApp(t, routes{}, func(t *testing.T, a box.App, s *service) {
		begun, err := a.SignIn("http://127.0.0.1:5555/cb")
		require.NoError(t, err)
		again, err := a.SignIn("http://127.0.0.1:5555/cb")
		require.NoError(t, err)
		require.NotEqual(t, begun.State, again.State)
		for name, answer := range map[string]url.Values{
			"of another sign-in":       {"code": {"AUTHCODE"}, "state": {again.State}},
			"without a state":          {"code": {"AUTHCODE"}},
			"without a code":           {"state": {begun.State}},
			"that declines":            {"error": {"access_denied"}, "state": {begun.State}},
			"that declines, elsewhere": {"error": {"access_denied"}},
		} {
			_, err := a.Finish(t.Context(), begun, answer)
			require.ErrorIs(t, err, connect.ErrSignIn, name)
		}
		_, err = a.Finish(t.Context(), &box.SignIn{}, url.Values{"code": {"AUTHCODE"}})
		require.ErrorIs(t, err, connect.ErrSignIn, "no state is no proof")
		require.Empty(t, s.calls())
	})
}

func TestACodeThatIsTooOldEndsTheSignIn(t *testing.T) {
	withApp(t, routes{tokenURL: always(400, `{"error":"invalid_grant","error_description":"The authorization code has expired"}`)}, func(t *testing.T, a box.App, s *service) {
		begun, err := a.SignIn("https://x.example/cb")
		require.NoError(t, err)
		_, err = a.Finish(t.Context(), begun, url.Values{"code": {"AUTHCODE"}, "state": {begun.State}})
		require.ErrorIs(t, err, connect.ErrSignIn)
		require.ErrorContains(t, err, "expired")
		require.Len(t, s.calls(), 1, "a code is good for one use")
	})
}

// source is a connect.Source on a store in memory.
func source(t *testing.T, refresh connect.Refresh) *connect.Source {
	t.Helper()
	src, err := connect.NewSource(connect.SourceOptions{Store: memory.NewTokens(memory.Options{}), Credential: "box", Refresh: refresh})
	require.NoError(t, err)
	return src
}

func TestATokenIsRefreshedInTimeAndStoredBeforeItIsUsed(t *testing.T) {
	withApp(t, routes{tokenURL: always(200, pair)}, func(t *testing.T, a box.App, s *service) {
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

func TestACallWhoseTokenDiedEarlyIsMadeWithTheNextOne(t *testing.T) {
	withApp(t, routes{
		tokenURL: always(200, pair),
		"GET api.box.com/2.0/users/me": {
			reply(401, "", "WWW-Authenticate", `Bearer realm="Service", error="invalid_token", error_description="The access token provided is invalid."`),
			reply(200, `{"type":"user","id":"22"}`),
		},
	}, func(t *testing.T, a box.App, s *service) {
		refresh, err := a.Refresh()
		require.NoError(t, err)
		src := source(t, refresh)
		require.NoError(t, src.SignIn(t.Context(), connect.Token{Access: "AT1", Refresh: "RT1", Expiry: time.Now().Add(time.Hour)}))
		c, err := box.New(box.Options{Tokens: src, HTTP: a.HTTP})
		require.NoError(t, err)
		me, err := c.GetUsersMe(t.Context())
		require.NoError(t, err)
		require.Equal(t, "22", me.ID)
		require.Equal(t, "Bearer AT2", s.last().Header.Get("Authorization"))
	})
}

func TestAServerSignsInWithTheAppsSecret(t *testing.T) {
	for kind, subject := range map[string]box.Subject{"enterprise": {EnterpriseID: "77"}, "user": {UserID: "22"}} {
		withApp(t, routes{tokenURL: always(200, single)}, func(t *testing.T, a box.App, s *service) {
			refresh, err := a.ClientCredentials(subject)
			require.NoError(t, err)
			access, err := source(t, refresh).Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, "AT2", access)
			require.Equal(t, map[string]string{
				"grant_type": "client_credentials", "client_id": "CID", "client_secret": "SEC",
				"box_subject_type": kind, "box_subject_id": subject.EnterpriseID + subject.UserID,
			}, form(t, s.last()))
		})
	}
}

// key is made once: it takes a while.
func key(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return k
}

// opened verifies an assertion and returns its header and claims.
func opened(t *testing.T, k *rsa.PrivateKey, assertion string) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(assertion, ".")
	require.Len(t, parts, 3)
	for i, into := range []*map[string]any{&header, &claims} {
		data, err := base64.RawURLEncoding.DecodeString(parts[i])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, into))
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	text := []byte(parts[0] + "." + parts[1])
	if header["alg"] == "RS512" {
		sum := sha512.Sum512(text)
		require.NoError(t, rsa.VerifyPKCS1v15(&k.PublicKey, crypto.SHA512, sum[:], signature))
		return header, claims
	}
	sum := sha256.Sum256(text)
	require.NoError(t, rsa.VerifyPKCS1v15(&k.PublicKey, crypto.SHA256, sum[:], signature))
	return header, claims
}

func TestAServerSignsInWithAKey(t *testing.T) {
	private := key(t)
	for alg, hash := range map[string]crypto.Hash{"RS256": 0, "RS512": crypto.SHA512} {
		withApp(t, routes{tokenURL: always(200, single)}, func(t *testing.T, a box.App, s *service) {
			a.Bases.API = "https://api.box.com" // wherever requests go, the audience stays the same
			refresh, err := a.JWT(box.Key{ID: "kid1", Private: private, Hash: hash}, box.Subject{EnterpriseID: "77"})
			require.NoError(t, err)
			access, err := source(t, refresh).Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, "AT2", access)
			f := form(t, s.last())
			require.Equal(t, "urn:ietf:params:oauth:grant-type:jwt-bearer", f["grant_type"])
			require.Equal(t, []string{"CID", "SEC"}, []string{f["client_id"], f["client_secret"]})
			header, claims := opened(t, private, f["assertion"])
			require.Equal(t, map[string]any{"alg": alg, "typ": "JWT", "kid": "kid1"}, header)
			require.Equal(t, "CID", claims["iss"])
			require.Equal(t, "77", claims["sub"])
			require.Equal(t, "enterprise", claims["box_sub_type"])
			require.Equal(t, "https://api.box.com/oauth2/token", claims["aud"], "a text and no list")
			require.GreaterOrEqual(t, len(claims["jti"].(string)), 16)
			require.LessOrEqual(t, len(claims["jti"].(string)), 128)
			left := time.Until(time.Unix(int64(claims["exp"].(float64)), 0))
			require.Positive(t, left)
			require.LessOrEqual(t, left, time.Minute)
		})
	}
}

func TestAnAssertionIsMadeAgainByTheClockOfBox(t *testing.T) {
	private := key(t)
	at := func(skew time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(skew).UTC().Format(http.TimeFormat))
			reply(400, `{"error":"invalid_grant","error_description":"Current date/time MUST be before the expiration date/time listed in the 'exp' claim"}`)(w, r)
		}
	}
	t.Run("our clock is wrong", func(t *testing.T) {
		withApp(t, routes{tokenURL: {at(time.Hour), reply(200, single)}}, func(t *testing.T, a box.App, s *service) {
			refresh, err := a.JWT(box.Key{ID: "kid1", Private: private}, box.Subject{UserID: "22"})
			require.NoError(t, err)
			_, err = source(t, refresh).Token(t.Context())
			require.NoError(t, err)
			_, first := opened(t, private, form(t, s.requests()[0])["assertion"])
			_, second := opened(t, private, form(t, s.requests()[1])["assertion"])
			require.NotEqual(t, first["jti"], second["jti"])
			require.InDelta(t, 3600, second["exp"].(float64)-first["exp"].(float64), 2)
		})
	})
	t.Run("our clock is right", func(t *testing.T) {
		withApp(t, routes{tokenURL: {at(0)}}, func(t *testing.T, a box.App, s *service) {
			refresh, err := a.JWT(box.Key{ID: "kid1", Private: private}, box.Subject{UserID: "22"})
			require.NoError(t, err)
			_, err = source(t, refresh).Token(t.Context())
			require.ErrorIs(t, err, connect.ErrSignIn)
			require.Len(t, s.calls(), 1)
		})
	})
}

func TestATokenIsMadeWeakerToBeGivenAway(t *testing.T) {
	withApp(t, routes{tokenURL: always(200, `{"access_token":"1!Dgs","expires_in":4175,"token_type":"bearer","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","restricted_to":[{"scope":"base_picker"}]}`)},
		func(t *testing.T, a box.App, s *service) {
			weak, err := a.Downscope(t.Context(), "AT", box.Downscope{Scopes: []string{"base_picker", "item_upload"}, FolderID: "987"})
			require.NoError(t, err)
			require.Equal(t, "1!Dgs", weak.Access)
			require.Equal(t, map[string]string{
				"grant_type":    "urn:ietf:params:oauth:grant-type:token-exchange",
				"subject_token": "AT", "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
				"scope": "base_picker item_upload", "resource": "https://api.box.com/2.0/folders/987",
			}, form(t, s.last()))
			_, err = a.Downscope(t.Context(), "AT", box.Downscope{Scopes: []string{"base_preview"}})
			require.NoError(t, err)
			require.NotContains(t, form(t, s.last()), "resource")
			for _, d := range []box.Downscope{{}, {Scopes: []string{""}}, {Scopes: []string{"a"}, FileID: "1", FolderID: "2"}, {Scopes: []string{"a"}, FileID: "../1"}} {
				_, err := a.Downscope(t.Context(), "AT", d)
				require.ErrorIs(t, err, syncer.ErrInvalid)
			}
		})
}

func TestATokenIsRevoked(t *testing.T) {
	withApp(t, routes{revokeURL: {reply(200, ""), lost, reply(200, ""), reply(400, `{"error":"invalid_client"}`)}}, func(t *testing.T, a box.App, s *service) {
		require.NoError(t, a.Revoke(t.Context(), "RT1"))
		require.Equal(t, map[string]string{"client_id": "CID", "client_secret": "SEC", "token": "RT1"}, form(t, s.last()))
		require.NoError(t, a.Revoke(t.Context(), "RT1"), "it is asked again if the answer is lost")
		err := a.Revoke(t.Context(), "RT1")
		require.Error(t, err)
		require.NotContains(t, err.Error(), "RT1")
		require.ErrorIs(t, a.Revoke(t.Context(), ""), syncer.ErrInvalid)
	})
}

func TestAnAppThatIsNotCompleteSaysSo(t *testing.T) {
	good := box.App{ClientID: "CID", ClientSecret: "SEC"}
	for name, err := range map[string]error{
		"App.ClientID":  second(box.App{ClientSecret: "SEC"}.Refresh()),
		"Bases.API":     second(box.App{ClientID: "CID", ClientSecret: "SEC", Bases: box.Bases{API: "api.box.com"}}.Refresh()),
		"Bases.Login":   second(box.App{ClientID: "CID", ClientSecret: "SEC", Bases: box.Bases{Login: "ftp://x"}}.SignIn("https://x/")),
		"redirect":      second(good.SignIn("/cb")),
		"neither":       second(good.ClientCredentials(box.Subject{})),
		"both":          second(good.ClientCredentials(box.Subject{EnterpriseID: "1", UserID: "2"})),
		"user ID":       second(good.ClientCredentials(box.Subject{UserID: "ann"})),
		"Key.ID":        second(good.JWT(box.Key{}, box.Subject{UserID: "2"})),
		"Key.Hash":      second(good.JWT(box.Key{ID: "a", Private: &rsa.PrivateKey{}, Hash: crypto.MD5}, box.Subject{UserID: "2"})),
		"Tokens is nil": second(box.New(box.Options{})),
		"Bases.Upload":  second(box.New(box.Options{Tokens: box.Fixed("AT"), Bases: box.Bases{Upload: "://"}})),
		"has a user":    second(box.New(box.Options{Tokens: box.Fixed("AT"), Bases: box.Bases{Upload: "https://ann:secret@x.example"}})),
		"has a query":   second(box.New(box.Options{Tokens: box.Fixed("AT"), Bases: box.Bases{API: "https://x.example?key=secret"}})),
		"Login has a":   second(box.New(box.Options{Tokens: box.Fixed("AT"), Bases: box.Bases{Login: "https://x.example#top"}})),
		"AsUser":        second(box.New(box.Options{Tokens: box.Fixed("AT"), AsUser: "ann"})),
		"Attempts":      second(box.New(box.Options{Tokens: box.Fixed("AT"), Attempts: -1})),
	} {
		require.ErrorIs(t, err, syncer.ErrInvalid, name)
		require.ErrorContains(t, err, name)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestAClientThatIsPrintedDoesNotShowItsFixedToken(t *testing.T) {
	c, err := box.New(box.Options{Tokens: box.Fixed("SECRET")})
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", c, c, c), "SECRET")
}

func TestSecretsAreNotShown(t *testing.T) {
	var log strings.Builder
	logger, asJSON := slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))
	for _, v := range []any{
		box.App{ClientID: "CID", ClientSecret: "SECRET"},
		&box.App{ClientID: "CID", ClientSecret: "SECRET"},
		box.Fixed("SECRET"),
		box.Key{ID: "kid1", Private: &rsa.PrivateKey{}},
		box.SharedLink{URL: "SECRET"},
		box.RealtimeServer{},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := fmt.Sprintf(verb, v)
			require.NotContains(t, text, "SECRET")
			require.NotContains(t, text, "Private")
		}
		logger.Info("x", "v", v)
		asJSON.Info("x", "v", v)
		if _, is := v.(box.SharedLink); is {
			continue // whoever encodes one means its URL
		}
		encoded, err := json.Marshal(map[string]any{"in": v})
		require.NoError(t, err)
		require.NotContains(t, string(encoded), "SECRET")
		require.NotContains(t, string(encoded), "Primes")
	}
	require.NotContains(t, log.String(), "SECRET")
	require.Contains(t, log.String(), "CID")
}
