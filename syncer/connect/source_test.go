package connect_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// authority is a service that gives tokens. A refresh token is good for one use.
type authority struct {
	mu    sync.Mutex
	given int            // how many tokens
	good  string         // the refresh token that is good now
	sent  map[string]int // how often each was presented
	life  time.Duration
	// fault is asked before and after each exchange; an error is what the client gets.
	fault func(n int, done bool) error
}

func newAuthority() *authority {
	return &authority{sent: map[string]int{}, good: "r0", life: time.Hour}
}

// first is the Token of a person who has signed in, used up.
func (a *authority) first() connect.Token {
	return connect.Token{Access: "a0", Refresh: "r0", Expiry: time.Now(), Since: time.Now().Add(-time.Hour)}
}

func (a *authority) Refresh(ctx context.Context, old connect.Token) (connect.Token, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent[old.Refresh]++
	n := 0
	for _, times := range a.sent {
		n += times
	}
	if err := a.strike(n, false); err != nil {
		return connect.Token{}, err
	}
	if old.Refresh != a.good {
		return connect.Token{}, &connect.GrantError{Status: 400, Code: "invalid_grant", Description: "Invalid refresh token"}
	}
	a.given++
	next := connect.Token{Access: fmt.Sprint("a", a.given), Refresh: fmt.Sprint("r", a.given), Expiry: time.Now().Add(a.life)}
	a.good = next.Refresh
	if err := a.strike(n, true); err != nil {
		return connect.Token{}, err
	}
	return next, ctx.Err()
}

func (a *authority) strike(n int, done bool) error {
	if a.fault == nil {
		return nil
	}
	return a.fault(n, done)
}

// signedIn returns a Source whose Token has run out, its store and its authority.
func signedIn(t *testing.T, set ...func(o *connect.SourceOptions)) (*connect.Source, *memory.Tokens, *authority) {
	t.Helper()
	store, a := memory.NewTokens(memory.Options{}), newAuthority()
	s := another(t, store, a, set...)
	require.NoError(t, s.SignIn(t.Context(), a.first()))
	return s, store, a
}

// another returns a Source on the same store, as another process has it.
func another(t *testing.T, store connect.TokenStore, a *authority, set ...func(o *connect.SourceOptions)) *connect.Source {
	t.Helper()
	o := connect.SourceOptions{Store: store, Credential: "anna", Refresh: a.Refresh}
	for _, f := range set {
		f(&o)
	}
	s, err := connect.NewSource(o)
	require.NoError(t, err)
	return s
}

func once(o *connect.SourceOptions) { o.Once = true }

func TestATokenIsStoredBeforeItIsGivenOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, _ := signedIn(t)
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a1", access)
		stored, err := store.Load(t.Context(), "anna")
		require.NoError(t, err)
		require.Equal(t, "r1", stored.Refresh)
		require.Zero(t, stored.Asked)
		require.Equal(t, time.Now().UTC(), stored.Since.UTC())
	})
}

func TestATokenIsReplacedShortlyBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, a := signedIn(t)
		start := time.Now()
		for time.Since(start) < 59*time.Minute {
			_, err := s.Token(t.Context())
			require.NoError(t, err)
			if a.given == 2 {
				break
			}
			time.Sleep(time.Second)
		}
		require.Equal(t, 58*time.Minute, time.Since(start))
	})
}

func TestATokenThatStillLastsIsUsedWhileItCannotBeReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		_, err := s.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(58*time.Minute + time.Second)
		a.fault = func(_ int, done bool) error {
			if done {
				return nil
			}
			return &connect.GrantError{Status: 429}
		}
		tries := a.sent["r1"]
		for range 20 {
			for _, source := range []*connect.Source{s, another(t, store, a)} {
				access, err := source.Token(t.Context())
				require.NoError(t, err)
				require.Equal(t, "a1", access)
			}
			time.Sleep(time.Second)
		}
		require.Equal(t, 22, a.sent["r1"]-tries, "a Source tries every 10 seconds, and each new one once")
		require.NoError(t, s.Refused(t.Context(), "a1"))
		_, err = s.Token(t.Context())
		require.ErrorIs(t, err, syncer.ErrBusy, "nobody takes it")
		time.Sleep(2 * time.Minute)
		_, err = another(t, store, a).Token(t.Context())
		require.ErrorIs(t, err, syncer.ErrBusy, "it has ended")
	})
}

func TestATokenThatLivesShortlyIsUsedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, a := signedIn(t)
		a.life = 10 * time.Second
		for range 80 {
			_, err := s.Token(t.Context())
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		require.Equal(t, 10, a.given, "every 8 seconds")
	})
}

func TestOneOfManyRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		var wg sync.WaitGroup
		for i := range 40 {
			source := s
			if i%2 == 1 {
				source = another(t, store, a)
			}
			wg.Go(func() {
				access, err := source.Token(t.Context())
				if err != nil || access != "a1" {
					t.Errorf("%s %v", access, err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, map[string]int{"r0": 1}, a.sent)
	})
}

func TestATokenThatSomebodyElseHasReplacedIsTakenFromTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		other := another(t, store, a)
		for _, source := range []*connect.Source{s, other} {
			access, err := source.Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, "a1", access)
		}
		require.NoError(t, s.Refused(t.Context(), "a1"))
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a2", access)

		require.NoError(t, other.Refused(t.Context(), "a1"))
		access, err = other.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a2", access)
		require.Equal(t, 2, a.given)
	})
}

func TestSigningInAgainMakesAnEndGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		a.good = "gone"
		_, err := s.Token(t.Context())
		require.EqualError(t, err, `token of "anna": sign in again: the service no longer takes the refresh token`)
		a.good = "r9"
		require.NoError(t, another(t, store, a).SignIn(t.Context(), connect.Token{Access: "a9", Refresh: "r9", Expiry: time.Now().Add(time.Hour), Ended: "x", Asked: time.Now()}))
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a9", access)
	})
}

func TestACredentialThatGivesNoRefreshTokenIsAskedEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		var fails error
		s := another(t, memory.NewTokens(memory.Options{}), newAuthority(), once, func(o *connect.SourceOptions) {
			o.Refresh = func(_ context.Context, old connect.Token) (connect.Token, error) {
				n++
				return connect.Token{Access: fmt.Sprint("m", n), Expiry: time.Now().Add(time.Hour)}, fails
			}
		})
		for range 3 {
			access, err := s.Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, "m1", access)
		}
		time.Sleep(time.Hour)
		fails = io.ErrUnexpectedEOF
		_, err := s.Token(t.Context())
		require.ErrorIs(t, err, syncer.ErrBusy)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		fails = nil
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "m3", access)
	})
}

func TestAServiceMayKeepARefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, _ := signedIn(t, func(o *connect.SourceOptions) {
			o.Refresh = func(context.Context, connect.Token) (connect.Token, error) {
				return connect.Token{Access: "a1", Expiry: time.Now().Add(time.Hour)}, nil
			}
		})
		_, err := s.Token(t.Context())
		require.NoError(t, err)
		stored, err := store.Load(t.Context(), "anna")
		require.NoError(t, err)
		require.Equal(t, "r0", stored.Refresh)
	})
}

func TestAStoreThatCannotBeReadIsNotTakenForAnEmptyOne(t *testing.T) {
	gone := errors.New("disk is gone")
	a := newAuthority()
	s := another(t, memory.NewTokens(memory.Options{Fail: func(memory.Op, bool) error { return gone }}), a)
	_, err := s.Token(t.Context())
	require.ErrorIs(t, err, gone)
	require.NotErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, s.SignIn(t.Context(), a.first()), gone)
	require.Empty(t, a.sent)
}

func TestSourceOptionsThatMakeNoSenseNameTheField(t *testing.T) {
	good := connect.SourceOptions{Store: memory.NewTokens(memory.Options{}), Credential: "x", Refresh: newAuthority().Refresh}
	for field, set := range map[string]func(o *connect.SourceOptions){
		"Store":      func(o *connect.SourceOptions) { o.Store = nil },
		"Credential": func(o *connect.SourceOptions) { o.Credential = "" },
		"Refresh":    func(o *connect.SourceOptions) { o.Refresh = nil },
		"Early":      func(o *connect.SourceOptions) { o.Early = -1 },
		"Settle":     func(o *connect.SourceOptions) { o.Settle = -1 },
		"Timeout":    func(o *connect.SourceOptions) { o.Timeout = -1 },
	} {
		o := good
		set(&o)
		_, err := connect.NewSource(o)
		require.ErrorIs(t, err, syncer.ErrInvalid)
		require.ErrorContains(t, err, field)
	}
}

func TestNobodyWaitsForTheReplacementOfATokenThatStillLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, a := signedIn(t)
		_, err := s.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(58*time.Minute + time.Second)
		answer := make(chan struct{})
		a.fault = func(int, bool) error { <-answer; return nil }
		replaced := make(chan string)
		go func() {
			access, _ := s.Token(t.Context())
			replaced <- access
		}()
		synctest.Wait()
		start := time.Now()
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a1", access)
		require.Zero(t, time.Since(start))
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = s.Token(cancelled)
		require.ErrorIs(t, err, context.Canceled)
		close(answer)
		require.Equal(t, "a2", <-replaced)
	})
}

func TestATokenThatWasRefusedOrHasEndedIsNotGivenOutWhileItIsReplaced(t *testing.T) {
	for name, spoil := range map[string]func(s *connect.Source){
		"ended":   func(*connect.Source) { time.Sleep(3 * time.Minute) },
		"refused": func(s *connect.Source) { go s.Refused(context.Background(), "a1") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _, a := signedIn(t, func(o *connect.SourceOptions) { o.Timeout = time.Hour })
				_, err := s.Token(t.Context())
				require.NoError(t, err)
				time.Sleep(58*time.Minute + time.Second)
				answer := make(chan struct{})
				a.fault = func(int, bool) error { <-answer; return nil }
				got := make(chan string, 2)
				ask := func() {
					access, _ := s.Token(t.Context())
					got <- access
				}
				go ask()
				synctest.Wait()
				spoil(s)
				synctest.Wait()
				go ask()
				synctest.Wait()
				require.Empty(t, got)
				close(answer)
				require.Equal(t, "a2", <-got)
				require.Equal(t, "a2", <-got)
			})
		})
	}
}

func TestHoweverASourceIsPrintedItsTokenIsNotShown(t *testing.T) {
	s, _, _ := signedIn(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		text := fmt.Sprintf(verb, s)
		require.Equal(t, `source of the token of "anna"`, text)
	}
}
