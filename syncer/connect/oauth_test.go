package connect_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// granted returns a Refresh of a token service.
func granted(t *testing.T, h http.HandlerFunc) (connect.Refresh, *httptest.Server) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	transport := connect.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	refresh, err := connect.RefreshGrant(&oauth2.Config{
		ClientID: "us", ClientSecret: "s3cret-client",
		Endpoint: oauth2.Endpoint{TokenURL: s.URL + "/oauth2/token", AuthStyle: oauth2.AuthStyleInParams},
	}, transport)
	require.NoError(t, err)
	return refresh, s
}

var oldToken = connect.Token{Access: "a0", Refresh: "s3cret-r0"}

func TestARefreshTokenIsExchanged(t *testing.T) {
	var form string
	refresh, _ := granted(t, func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		form = string(data)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"a1","refresh_token":"r1","token_type":"bearer","expires_in":3982,"restricted_to":[]}`)
	})
	got, err := refresh(t.Context(), oldToken)
	require.NoError(t, err)
	require.Equal(t, "client_id=us&client_secret=s3cret-client&grant_type=refresh_token&refresh_token=s3cret-r0", form)
	require.Equal(t, "a1", got.Access)
	require.Equal(t, "r1", got.Refresh)
	require.WithinDuration(t, time.Now().Add(3982*time.Second), got.Expiry, 10*time.Second)
}

func TestTheAnswerOfATokenServiceSaysWhatBecameOfTheRefreshToken(t *testing.T) {
	for _, c := range []struct {
		name    string
		answer  http.HandlerFunc
		signIn  bool
		notDone bool
		says    string
	}{
		{"it is no longer taken", answers(400, `{"error":"invalid_grant","error_description":"Invalid refresh token"}`), true, true, "status 400: invalid_grant (Invalid refresh token)"},
		{"and the status does not matter", answers(401, `{"error":"invalid_grant"}`), true, true, "invalid_grant"},
		{"the client is not known", answers(401, `{"error":"invalid_client"}`), false, true, "invalid_client"},
		{"there were too many requests", answers(429, `slow down`), false, true, "status 429"},
		{"the service has failed", answers(500, `{"message":"s3cret"}`), false, false, "status 500"},
		{"a gateway has failed", answers(502, `<html>s3cret</html>`), false, false, "status 502"},
		{"it was too slow", answers(408, ``), false, false, "status 408"},
		{"the answer is no token", answers(200, `{"access_token":""}`), false, false, "not answered"},
		{"the answer is cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"access_token":"a1"`)
		}, false, false, "not answered"},
		{"the connection broke", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, false, "not answered"},
		{"an error hides behind success", answers(200, `{"error":"invalid_grant"}`), true, true, "invalid_grant"},
		{"the answer repeats what was sent", answers(400, `{"error":"s3cret-r0","error_description":"s3cret-r0 is no token"}`), false, true, "(hidden) is no token"},
		{"the description tries to be a line of a log", answers(400, `{"error":"x\ny","error_description":"a\nlevel=ERROR"}`), false, true, "xy (a level=ERROR)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int32
			refresh, _ := granted(t, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				c.answer(w, r)
			})
			_, err := refresh(t.Context(), oldToken)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), "s3cret")
			require.Equal(t, c.signIn, errors.Is(err, connect.ErrSignIn))
			require.Equal(t, c.notDone, syncer.NotDone(err))
			require.EqualValues(t, 1, asked.Load(), "it is good for one use")
		})
	}
}

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestATokenServiceThatIsNotReachedHasUsedNothingUp(t *testing.T) {
	refresh, s := granted(t, answers(200, ""))
	s.Close()
	_, err := refresh(t.Context(), oldToken)
	require.ErrorIs(t, err, syncer.ErrBusy)
	require.NotContains(t, err.Error(), "s3cret")
}

func TestSecretsDoNotFollowARedirect(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	refresh, _ := granted(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	_, err := refresh(t.Context(), oldToken)
	require.ErrorContains(t, err, "status 307")
	require.False(t, reached)
}

func TestWithoutARefreshTokenAPersonMustSignIn(t *testing.T) {
	refresh, _ := granted(t, answers(200, `{"access_token":"a1"}`))
	_, err := refresh(t.Context(), connect.Token{})
	require.ErrorIs(t, err, connect.ErrSignIn)
	require.ErrorContains(t, err, "nobody has signed in yet")
}

func TestOtherGrantsAreMadeWithTheSameCare(t *testing.T) {
	s := httptest.NewServer(answers(200, `{"access_token":"a1","expires_in":60}`))
	defer s.Close()
	transport := connect.NewTransport()
	defer transport.CloseIdleConnections()
	config := &oauth2.Config{Endpoint: oauth2.Endpoint{TokenURL: s.URL, AuthStyle: oauth2.AuthStyleInParams}}
	refresh := connect.OAuth2(transport, func(ctx context.Context, _ connect.Token) (*oauth2.Token, error) {
		return config.Exchange(ctx, "code")
	})
	got, err := refresh(t.Context(), connect.Token{})
	require.NoError(t, err)
	require.Equal(t, "a1", got.Access)
}

func TestAGrantMustSayHowTheClientTellsWhoItIs(t *testing.T) {
	for field, config := range map[string]*oauth2.Config{
		"TokenURL":  {},
		"AuthStyle": {Endpoint: oauth2.Endpoint{TokenURL: "https://api.example.com/oauth2/token"}},
	} {
		_, err := connect.RefreshGrant(config, nil)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, field)
	}
	_, err := connect.RefreshGrant(nil, nil)
	require.ErrorIs(t, err, syncer.ErrInvalid)
}
