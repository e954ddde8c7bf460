package connect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

var secretToken = connect.Token{
	Access: "s3cret-access", Refresh: "s3cret-refresh", Expiry: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
}

func TestHoweverATokenIsPrintedItsSecretsAreNotShown(t *testing.T) {
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "token", secretToken, "pointer", &secretToken, "inside", struct{ T connect.Token }{secretToken})
	}
	texts := []string{log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%T", "%08.3f", "%!"} {
		texts = append(texts, fmt.Sprintf(verb, secretToken), fmt.Sprintf(verb, &secretToken),
			fmt.Sprintf(verb, []connect.Token{secretToken}), fmt.Sprintf(verb, struct{ T *connect.Token }{&secretToken}))
	}
	for _, text := range texts {
		require.NotContains(t, text, "s3cret")
		require.NotContains(t, text, fmt.Sprintf("%x", "s3cret"))
	}
	require.Equal(t, "token until 2026-03-01T09:00:00Z", secretToken.String())
	require.Equal(t, "no token", connect.Token{}.String())
	require.Equal(t, "token", connect.Token{Access: "x"}.String())
	require.Equal(t, "token (ended)", connect.Token{Access: "x", Ended: "y"}.String())
}

func TestATokenCannotBeWrittenInClearByAccident(t *testing.T) {
	_, err := json.Marshal(map[string]any{"token": secretToken})
	require.ErrorContains(t, err, "not written in clear")
	require.NotContains(t, err.Error(), "s3cret")
	var read connect.Token
	require.ErrorContains(t, json.Unmarshal([]byte(`"s3cret"`), &read), "not read in clear")
}

func TestATokenIsReadAsItWasEncoded(t *testing.T) {
	for _, want := range []connect.Token{{}, secretToken, {Access: "a", Asked: time.Unix(7, 8).UTC(), Since: time.Unix(1, 0).UTC(), Ended: "why"}} {
		data, err := want.Encode()
		require.NoError(t, err)
		got, err := connect.DecodeToken(data)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestWhatIsNoTokenIsDamaged(t *testing.T) {
	for _, data := range []string{"", "{", `"s3cret"`, `{"access":"s3cret","expiry":"s3cret"}`, "null", "{} {}"} {
		_, err := connect.DecodeToken([]byte(data))
		require.ErrorIs(t, err, syncer.ErrDamaged, data)
		require.NotContains(t, err.Error(), "s3cret")
	}
}

func FuzzATokenIsReadOrDamaged(f *testing.F) {
	for _, token := range []connect.Token{{}, secretToken} {
		data, err := token.Encode()
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"access":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		token, err := connect.DecodeToken(data)
		if err != nil {
			require.ErrorIs(t, err, syncer.ErrDamaged)
			return
		}
		again, err := token.Encode()
		require.NoError(t, err)
		same, err := connect.DecodeToken(again)
		require.NoError(t, err)
		require.Equal(t, token.Access, same.Access)
		require.True(t, token.Expiry.Equal(same.Expiry))
	})
}
