package sqlite_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/rpc"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/connect/connecttest"
)

func tokenKey(tb testing.TB, n byte) connect.TokenKey {
	tb.Helper()
	key, err := connect.NewTokenKey(bytes.Repeat([]byte{n}, connect.TokenKeySize))
	require.NoError(tb, err)
	return key
}

// tokensAt opens the tokens of a path as a process does.
func tokensAt(t *testing.T, path string, key connect.TokenKey) *sqlite.Tokens {
	t.Helper()
	tokens, err := sqlite.OpenTokens(t.Context(), path, sqlite.TokenOptions{Key: key})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tokens.Close()) })
	return tokens
}

func TestTokenStore(t *testing.T) {
	connecttest.TestTokenStore(t, func(t *testing.T) *connecttest.TokenHarness {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "tokens.db")
		open := func(context.Context) (connect.TokenStore, error) { return tokensAt(t, path, tokenKey(t, 1)), nil }
		return &connecttest.TokenHarness{Store: tokensAt(t, path, tokenKey(t, 1)), Other: open, Reopen: open}
	})
}

func TestTheTokensOfAFileAreATokenStore(t *testing.T) {
	connecttest.TestTokenStore(t, func(t *testing.T) *connecttest.TokenHarness {
		t.Parallel()
		f := openFile(t)
		return &connecttest.TokenHarness{
			Store: f.Tokens,
			Other: func(context.Context) (connect.TokenStore, error) { return f.beside(t).Tokens, nil },
			Reopen: func(ctx context.Context) (connect.TokenStore, error) {
				err := f.open(ctx, "one")
				return f.Tokens, err
			},
			Close: func() { require.NoError(t, f.Close()) },
		}
	})
}

func saveToken(ctx context.Context, store connect.TokenStore, credential string, t connect.Token) error {
	return store.Update(ctx, credential, func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
		return save(ctx, t)
	})
}

func TestNobodyReadsATokenInTheFileOrBesideIt(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	tokens, err := sqlite.OpenTokens(t.Context(), filepath.Join(folder, "tokens.db"), sqlite.TokenOptions{Key: tokenKey(t, 1)})
	require.NoError(t, err)
	search := func() {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(folder, "*"))
		require.NoError(t, err)
		named := false
		for _, path := range found {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			named = named || bytes.Contains(data, []byte("credential of the office"))
			for _, secret := range []string{"first-secret", "second-secret", "Access", "Refresh"} {
				require.False(t, bytes.Contains(data, []byte(secret)), "%s shows %s", path, secret)
			}
		}
		require.True(t, named, "what is no secret is found")
	}
	for _, secret := range []string{"first-secret", "second-secret"} {
		token := connect.Token{Access: secret + " a", Refresh: secret + " b", Expiry: someDay}
		require.NoError(t, saveToken(t.Context(), tokens, "credential of the office", token))
		search()
	}
	require.NoError(t, tokens.Close())
	search()
}

func TestTokensOfAnotherKeyAreSaidToBeSuchAndStayAsTheyAre(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.db")
	right, wrong := tokensAt(t, path, tokenKey(t, 1)), tokensAt(t, path, tokenKey(t, 2))
	require.NoError(t, saveToken(t.Context(), right, "box", connect.Token{Access: "a"}))

	_, err := wrong.Load(t.Context(), "box")
	require.ErrorIs(t, err, connect.ErrOtherKey)
	require.NotErrorIs(t, err, syncer.ErrDamaged)
	err = wrong.Update(t.Context(), "box", func(context.Context, connect.Token, connect.SaveToken) error {
		t.Error("nobody knows what to change")
		return nil
	})
	require.ErrorIs(t, err, connect.ErrOtherKey)
	require.NoError(t, saveToken(t.Context(), wrong, "procore", connect.Token{Access: "b"}), "other credentials are not concerned")
	token, err := right.Load(t.Context(), "box")
	require.NoError(t, err)
	require.Equal(t, connect.Token{Access: "a"}, token)

	require.NoError(t, wrong.Forget(t.Context(), "box"))
	_, err = wrong.Load(t.Context(), "box")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, saveToken(t.Context(), wrong, "box", connect.Token{Access: "c"}), "a person can sign in again")
}

func TestWithoutAKeyNoTokenIsStored(t *testing.T) {
	t.Parallel()
	_, err := sqlite.OpenTokens(t.Context(), filepath.Join(t.TempDir(), "tokens.db"), sqlite.TokenOptions{})
	require.ErrorIs(t, err, syncer.ErrInvalid)
	require.ErrorContains(t, err, "Key is not set")

	f := openFile(t)
	defer f.Close()
	none := (&oneFile{path: f.path, clock: f.clock}).beside(t).Tokens
	_, err = none.Load(t.Context(), "box")
	require.ErrorIs(t, err, fs.ErrNotExist)
	err = saveToken(t.Context(), none, "box", connect.Token{Access: "a"})
	require.ErrorIs(t, err, syncer.ErrInvalid)
	require.ErrorContains(t, err, "no key")
	require.NoError(t, saveToken(t.Context(), f.Tokens, "box", connect.Token{Access: "a"}))
	_, err = none.Load(t.Context(), "box")
	require.ErrorIs(t, err, syncer.ErrInvalid)
}

// Waiter is the parent of a child that is in the middle of something.
type Waiter struct{ there chan struct{} }

// There is told that the child is there. The child stays until it is killed.
func (w *Waiter) There(struct{}, *struct{}) error {
	w.there <- struct{}{}
	return nil
}

// stay lets a child tell its parent that it is there, and stay.
func stay(parent *rpc.Client) error {
	if err := parent.Call("Parent.There", struct{}{}, &struct{}{}); err != nil {
		return err
	}
	select {}
}

// refresh marks a token as one that is being refreshed, and never comes back.
func refresh(parent *rpc.Client, path string) error {
	ctx := context.Background()
	key, err := connect.ParseTokenKey(strings.Repeat("01", connect.TokenKeySize))
	if err != nil {
		return err
	}
	tokens, err := sqlite.OpenTokens(ctx, path, sqlite.TokenOptions{Key: key})
	if err != nil {
		return err
	}
	return tokens.Update(ctx, "box", func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
		now.Asked = someDay
		if err := save(ctx, now); err != nil {
			return err
		}
		return stay(parent)
	})
}

func TestTheTurnOfAProcessThatDiesIsFreeAtOnceAndWhatItSavedStays(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens.db")
	tokens := tokensAt(t, path, tokenKey(t, 1))
	require.NoError(t, saveToken(t.Context(), tokens, "box", connect.Token{Refresh: "once"}))
	waiter := &Waiter{there: make(chan struct{}, 1)}
	c := start(t, "refresh", path, waiter)
	<-waiter.there

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, saveToken(ctx, tokens, "box", connect.Token{}), context.DeadlineExceeded, "it lives")
	token, err := tokens.Load(t.Context(), "box")
	require.NoError(t, err, "whoever reads does not wait")
	require.True(t, token.Asked.Equal(someDay))
	require.NoError(t, saveToken(t.Context(), tokens, "procore", connect.Token{}), "nor does another credential")

	c.kill()
	require.Error(t, c.wait())
	err = tokens.Update(t.Context(), "box", func(_ context.Context, now connect.Token, _ connect.SaveToken) error {
		require.Equal(t, "once", now.Refresh)
		require.True(t, now.Asked.Equal(someDay), "the next one knows that it was asked for")
		return nil
	})
	require.NoError(t, err)
	left, err := filepath.Glob(path + "-token-*")
	require.NoError(t, err)
	require.Empty(t, left)
}
