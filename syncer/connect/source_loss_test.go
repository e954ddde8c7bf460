package connect_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// loses makes a fault that strikes at exchange n, before or after it has its effect.
func loses(at int, after bool) func(int, bool) error {
	return func(n int, done bool) error {
		if n == at && done == after {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
}

func TestALostAnswerHaltsWithAReasonAndAsksNobodyAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		a.fault = loses(1, true)
		start := time.Now()
		_, err := s.Token(t.Context())
		require.ErrorIs(t, err, connect.ErrSignIn)
		require.True(t, syncer.NotDone(err), "no call was made, and the side is left in peace")
		require.EqualError(t, err, `token of "anna": sign in again: the service no longer takes the refresh token, and an earlier refresh was not answered`)
		require.Equal(t, 5*time.Second, time.Since(start), "the two requests must not overtake each other")
		for range 10 {
			for _, source := range []*connect.Source{s, another(t, store, a)} {
				_, err = source.Token(t.Context())
				require.ErrorIs(t, err, connect.ErrSignIn)
				require.ErrorContains(t, err, "was not answered")
			}
		}
		require.Equal(t, map[string]int{"r0": 2}, a.sent)
	})
}

func TestALostRequestLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, a := signedIn(t)
		a.fault = loses(1, false)
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a1", access)
	})
}

func TestAServiceThatIsGoneForAWhileIsAskedAgainLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, a := signedIn(t)
		a.fault = func(int, bool) error { return io.ErrUnexpectedEOF }
		_, err := s.Token(t.Context())
		require.NotErrorIs(t, err, connect.ErrSignIn)
		require.ErrorIs(t, err, syncer.ErrBusy)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		a.fault = nil
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a1", access)
	})
}

func TestARefreshTokenIsPresentedOnceIfTheServiceTakesTheSecondTimeForTheft(t *testing.T) {
	for _, after := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s, store, a := signedIn(t, once)
			a.fault = loses(1, after)
			for _, source := range []*connect.Source{s, s, another(t, store, a, once)} {
				_, err := source.Token(t.Context())
				require.ErrorIs(t, err, connect.ErrSignIn)
				require.ErrorContains(t, err, "the answer to a refresh was lost")
			}
			require.Equal(t, map[string]int{"r0": 1}, a.sent)
		})
	}
}

func TestWhoeverComesAfterAProcessThatDiedWaitsAndAsks(t *testing.T) {
	for _, c := range []struct {
		name  string
		asked time.Duration // ago
		waits time.Duration
	}{
		{"just now", 0, 5 * time.Second},
		{"a moment ago", 2 * time.Second, 3 * time.Second},
		{"long ago", time.Hour, 0},
		{"in the future of a clock that was set", -time.Hour, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store, a := memory.NewTokens(memory.Options{}), newAuthority()
				marked := a.first()
				marked.Asked = time.Now().Add(-c.asked)
				require.NoError(t, store.Update(t.Context(), "anna", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
					return save(ctx, marked)
				}))
				start := time.Now()
				access, err := another(t, store, a).Token(t.Context())
				require.NoError(t, err, "it died before the request was sent")
				require.Equal(t, "a1", access)
				require.Equal(t, c.waits, time.Since(start))

				_, err = another(t, store, a, once).Token(t.Context())
				require.NoError(t, err, "the mark went with what it was about")
			})
		})
	}
}

func TestWaitingForADeadProcessesRequestEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, a := signedIn(t)
		a.fault = func(int, bool) error { return io.ErrUnexpectedEOF }
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Token(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestATokenThatIsNoLongerTakenIsReadAnewFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		a.good = "r7" // somebody has refreshed who does not take our lock
		a.fault = func(int, bool) error {
			a.fault = nil
			// He stores what he got just when the service refuses us.
			go func() {
				err := store.Update(t.Context(), "anna", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
					return save(ctx, connect.Token{Access: "a7", Refresh: "r7", Expiry: time.Now().Add(time.Hour)})
				})
				if err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
			return nil
		}
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a7", access)
		require.Equal(t, map[string]int{"r0": 1}, a.sent)
	})
}

func TestARefusalThatUsesNothingUpLeavesTheTokenAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		a.fault = func(_ int, done bool) error {
			if done {
				return nil
			}
			return &connect.GrantError{Status: 429}
		}
		_, err := s.Token(t.Context())
		require.ErrorIs(t, err, syncer.ErrBusy)
		stored, err := store.Load(t.Context(), "anna")
		require.NoError(t, err)
		require.Zero(t, stored.Asked)
		a.fault = nil
		_, err = another(t, store, a, once).Token(t.Context())
		require.NoError(t, err)
	})
}

func TestWhatCannotBeMarkedIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full, broken := errors.New("disk is full"), false
		store := memory.NewTokens(memory.Options{Fail: func(op memory.Op, _ bool) error {
			if broken && op == memory.OpSave {
				return full
			}
			return nil
		}})
		a := newAuthority()
		s := another(t, store, a)
		require.NoError(t, s.SignIn(t.Context(), a.first()))
		broken = true
		_, err := s.Token(t.Context())
		require.ErrorIs(t, err, full)
		require.Empty(t, a.sent)
	})
}

func TestWhatCannotBeStoredIsNotUsedAndNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full, broken := errors.New("disk is full"), false
		store := memory.NewTokens(memory.Options{Fail: func(op memory.Op, done bool) error {
			if broken && op == memory.OpSave && !done {
				return full
			}
			return nil
		}})
		a := newAuthority()
		a.fault = func(_ int, done bool) error {
			broken = done
			return nil
		}
		s := another(t, store, a)
		require.NoError(t, s.SignIn(t.Context(), a.first()))
		for range 3 {
			_, err := s.Token(t.Context())
			require.ErrorIs(t, err, full)
		}
		broken = false
		access, err := s.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "a1", access)
		require.Equal(t, map[string]int{"r0": 1}, a.sent)
	})
}

func TestGivingUpDoesNotBreakARefreshOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store, a := signedIn(t)
		ctx, cancel := context.WithCancel(t.Context())
		a.fault = func(_ int, done bool) error {
			if done {
				cancel()
			}
			return nil
		}
		_, _ = s.Token(ctx) // whether it still gets the token does not matter
		stored, err := store.Load(t.Context(), "anna")
		require.NoError(t, err)
		require.Equal(t, "r1", stored.Refresh)
		_, err = s.Token(ctx)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestAProgramThatIsNotKnownKeepsItsTokenUntilThatIsSetRight(t *testing.T) {
	for _, code := range []string{"invalid_client", "unauthorized_client", "unsupported_grant_type"} {
		synctest.Test(t, func(t *testing.T) {
			s, _, a := signedIn(t, once)
			a.fault = func(int, bool) error { return &connect.GrantError{Status: 401, Code: code} }
			_, err := s.Token(t.Context())
			require.ErrorIs(t, err, connect.ErrClient)
			require.NotErrorIs(t, err, connect.ErrSignIn)
			require.ErrorIs(t, err, syncer.ErrBusy)
			require.ErrorContains(t, err, code)
			a.fault = nil
			access, err := s.Token(t.Context())
			require.NoError(t, err)
			require.Equal(t, "a1", access)
		})
	}
}
