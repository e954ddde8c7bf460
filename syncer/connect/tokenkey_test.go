package connect_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func secretOf(n byte) []byte { return bytes.Repeat([]byte{n}, connect.TokenKeySize) }

func keyOf(t *testing.T, n byte) connect.TokenKey {
	t.Helper()
	key, err := connect.NewTokenKey(secretOf(n))
	require.NoError(t, err)
	return key
}

func someToken() connect.Token {
	return connect.Token{
		Access: "access-secret", Refresh: "refresh-secret", Expiry: time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC), Ended: "why",
	}
}

func TestASealedTokenOpensWithItsKeyForItsCredentialOnly(t *testing.T) {
	t.Parallel()
	key := keyOf(t, 1)
	sealed, err := key.Seal("box", someToken())
	require.NoError(t, err)
	for _, secret := range []string{"access", "refresh", "secret", "2026"} {
		require.NotContains(t, string(sealed), secret)
	}
	opened, err := keyOf(t, 1).Open("box", sealed)
	require.NoError(t, err)
	require.Equal(t, someToken(), opened)

	_, err = key.Open("procore", sealed)
	require.ErrorIs(t, err, syncer.ErrDamaged, "nobody passes one credential's token off as another's")
	_, err = keyOf(t, 2).Open("box", sealed)
	require.ErrorIs(t, err, connect.ErrOtherKey)
	require.NotErrorIs(t, err, syncer.ErrDamaged)
	require.ErrorContains(t, err, key.ID(), "it says which key it was")
	require.ErrorContains(t, err, keyOf(t, 2).ID(), "and which this one is")
}

func TestTheSameTokenIsSealedDifferentlyEachTime(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for range 100 {
		sealed, err := keyOf(t, 1).Seal("box", someToken())
		require.NoError(t, err)
		require.False(t, met[string(sealed)])
		met[string(sealed)] = true
	}
}

func TestWhateverIsChangedInASealedTokenIsNoticed(t *testing.T) {
	t.Parallel()
	key := keyOf(t, 1)
	sealed, err := key.Seal("box", someToken())
	require.NoError(t, err)
	for at := range sealed {
		for bit := range 8 {
			harmed := bytes.Clone(sealed)
			harmed[at] ^= 1 << bit
			_, err := key.Open("box", harmed)
			if at >= 1 && at < 9 { // the key's ID
				require.ErrorIs(t, err, connect.ErrOtherKey)
				continue
			}
			require.ErrorIs(t, err, syncer.ErrDamaged)
		}
	}
	for n := range sealed {
		_, err := key.Open("box", sealed[:n])
		require.ErrorIs(t, err, syncer.ErrDamaged)
	}
}

func TestAKeyIsWrittenInBase64OrHexadecimalDigits(t *testing.T) {
	t.Parallel()
	secret := secretOf(0xfb) // has both of the characters in which the alphabets differ
	secret[0] = 0xff
	want, err := connect.NewTokenKey(secret)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"base64":                  base64.StdEncoding.EncodeToString(secret),
		"base64 without its end":  base64.RawStdEncoding.EncodeToString(secret),
		"base64 for addresses":    base64.URLEncoding.EncodeToString(secret),
		"hexadecimal":             hex.EncodeToString(secret),
		"hexadecimal in capitals": strings.ToUpper(hex.EncodeToString(secret)),
		"with blanks around it":   " " + hex.EncodeToString(secret) + "\r\n",
	} {
		key, err := connect.ParseTokenKey(text)
		require.NoError(t, err, name)
		require.Equal(t, want.ID(), key.ID(), name)
	}
}

func TestWhatIsNoKeyIsSaidToBeNoneAndNotShown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, says string }{
		"nothing":                 {"", "empty"},
		"blanks":                  {" \n", "empty"},
		"a password":              {"correct horse battery staple!", "neither base64 nor hexadecimal"},
		"too short":               {hex.EncodeToString(secretOf(7)[1:]), "31 bytes, not 32"},
		"too long":                {base64.StdEncoding.EncodeToString(append(secretOf(7), 7)), "33 bytes, not 32"},
		"half a hexadecimal byte": {hex.EncodeToString(secretOf(7))[1:], "bytes, not 32"},
	} {
		key, err := connect.ParseTokenKey(tc.text)
		require.ErrorIs(t, err, syncer.ErrInvalid, name)
		require.ErrorContains(t, err, tc.says, name)
		if len(tc.text) > 4 {
			require.NotContains(t, err.Error(), tc.text, name)
		}
		require.True(t, key.IsZero(), name)
	}
	_, err := connect.NewTokenKey(nil)
	require.ErrorIs(t, err, syncer.ErrInvalid)
}

func TestWithoutAKeyNothingIsSealedOrOpened(t *testing.T) {
	t.Parallel()
	var none connect.TokenKey
	_, err := none.Seal("box", someToken())
	require.ErrorIs(t, err, syncer.ErrInvalid)
	sealed, err := keyOf(t, 1).Seal("box", someToken())
	require.NoError(t, err)
	_, err = none.Open("box", sealed)
	require.ErrorIs(t, err, syncer.ErrInvalid)
	require.ErrorContains(t, err, "no key")
}

func TestAKeyThatIsPrintedShowsItsIDOnly(t *testing.T) {
	t.Parallel()
	key := keyOf(t, 77)
	holder := struct {
		Name  string
		inner connect.TokenKey
	}{"holder", key}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", key)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("holder", "holder", holder)
	for _, text := range []string{
		fmt.Sprint(key), fmt.Sprintf("%s %v %+v %#v %x %d", key, key, key, key, key, key),
		fmt.Sprintf("%v %+v %#v", holder, holder, holder), log.String(),
	} {
		require.NotContains(t, text, "77 77", "its bytes in decimal digits")
		require.NotContains(t, strings.ToLower(text), "4d4d", "its bytes in hexadecimal digits")
		require.NotContains(t, strings.ToLower(text), "0x4d, 0x4d")
		require.NotContains(t, text, "MMMM", "its bytes as text")
		require.NotContains(t, text, "TU1N", "its bytes in base64")
	}
	require.Equal(t, "token key "+key.ID(), key.String())
	require.Equal(t, "no token key", connect.TokenKey{}.String())
}
