package syncertest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// gatekeeper is what a service does about the tokens of one credential. An access token is good for
// some requests, a refresh token for one use.
type gatekeeper struct {
	t     *testing.T
	store connect.TokenStore
	lasts int

	mu        sync.Mutex
	good      connect.Token
	given     int
	left      int // requests that the access token is still good for
	presented int // refresh tokens
	served    int
	refused   map[string]int // requests that came too late, by what they asked for
}

func newGatekeeper(t *testing.T, store connect.TokenStore, lasts int) *gatekeeper {
	return &gatekeeper{t: t, store: store, lasts: lasts, refused: map[string]int{}}
}

// give returns the next Token; those before it are worth nothing any more.
func (g *gatekeeper) give() connect.Token {
	g.given++
	g.left = g.lasts
	g.good = connect.Token{Access: fmt.Sprint("a", g.given), Refresh: fmt.Sprint("r", g.given), Expiry: time.Now().Add(time.Hour)}
	return g.good
}

// Refresh exchanges a refresh token.
func (g *gatekeeper) Refresh(_ context.Context, old connect.Token) (connect.Token, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.presented++
	if old.Refresh != g.good.Refresh {
		return connect.Token{}, &connect.GrantError{Status: http.StatusBadRequest, Code: "invalid_grant"}
	}
	return g.give(), nil
}

// RoundTrip takes a request if its token is good.
func (g *gatekeeper) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	answer := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Body: http.NoBody, Request: r}
	if g.left == 0 || r.Header.Get("Authorization") != "Bearer "+g.good.Access {
		g.refused[strings.TrimPrefix(r.URL.Path, "/")]++
		return answer, nil
	}
	stored, err := g.store.Load(r.Context(), "robot")
	if err != nil || stored.Refresh != g.good.Refresh {
		g.t.Errorf("a token is used before what follows it is stored: %v", err)
	}
	g.left--
	g.served++
	answer.StatusCode = http.StatusOK
	return answer, nil
}

// admit makes a side ask the gatekeeper before each call, as a new process of a connector does: an
// upload has three parts. dead says that the process has died.
func (g *gatekeeper) admit(e *end, dead func() bool) *connect.Source {
	source, err := connect.NewSource(connect.SourceOptions{Store: g.store, Credential: "robot", Refresh: g.Refresh})
	require.NoError(g.t, err)
	client, err := connect.New(connect.Options{Base: "https://service.example", HTTP: g, Tokens: source})
	require.NoError(g.t, err)
	e.conn.OnCall(func(c syncertest.Call) error {
		if c.Phase != syncertest.Before || c.Op == "Changes" || c.Op == "Now" {
			return nil
		}
		parts := 1
		if c.Op == "CreateFile" || c.Op == "UpdateFile" {
			parts = 3
		}
		for part := range parts {
			if dead() {
				return errDead
			}
			call := connect.Call{Op: c.Op, Method: http.MethodPut, Path: connect.Path(c.Op, fmt.Sprint(part))}
			if err := client.JSON(g.t.Context(), call, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return source
}

func tokenExpiresMidRun(t *testing.T, _ *stage) {
	everyWayInABubble(func(t *testing.T, s *stage) {
		s.given(tree{"keep": "k"})
		const files = 40
		for i := range files {
			s.a.Write(fmt.Sprintf("folder %d/file %d", i%5, i), fmt.Sprint(i))
		}
		g := newGatekeeper(t, memory.NewTokens(memory.Options{}), 7)
		source := g.admit(s.b, func() bool { return false })
		require.NoError(t, source.SignIn(t.Context(), g.give()))
		s.run()
		s.requireEqualTrees()
		require.Equal(t, files, s.b.conn.Count("CreateFile"), "no upload is begun a second time")
		require.LessOrEqual(t, s.b.conn.Count("List"), 1, "no run begins again")
		require.Positive(t, g.refused["CreateFile/1"]+g.refused["CreateFile/2"], "a token ended between two parts")
		require.Equal(t, g.given-1, g.presented, "each refresh token is presented once")
		require.Equal(t, (g.served+g.lasts-1)/g.lasts, g.given, "one refresh for each token that ended")
		s.requireSettled()
	})(t)
}

// writtenBeforeUse kills a process at each write of its token store.
func writtenBeforeUse(t *testing.T) {
	for save := 1; save <= 4; save++ { // two for each refresh: that it is sent, and what it gave
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprintf("save-%d-done-%t", save, done), everyWayInABubble(func(t *testing.T, s *stage) {
				diesAtSave(t, s, save, done)
			}))
		}
	}
}

func diesAtSave(t *testing.T, s *stage, save int, done bool) {
	s.given(diverse, limited(100))
	s.edit()
	var mu sync.Mutex
	saves, armed, dead := 0, false, false
	isDead := func() bool { mu.Lock(); defer mu.Unlock(); return dead }
	store := memory.NewTokens(memory.Options{Fail: func(op memory.Op, after bool) error {
		mu.Lock()
		defer mu.Unlock()
		if op == memory.OpSave && armed && !dead {
			if !after {
				saves++
			}
			dead = saves == save && after == done
		}
		if dead {
			return errDead
		}
		return nil
	}})
	arm := func(a bool) { mu.Lock(); defer mu.Unlock(); armed, dead = a, false }

	g := newGatekeeper(t, store, 3)
	require.NoError(t, g.admit(s.b, isDead).SignIn(t.Context(), g.give()))
	arm(true)
	_ = s.try(syncer.RunOptions{}) // of a process that dies nobody hears what it returns
	require.True(t, isDead())

	arm(false)
	s.Later(time.Hour)
	source := g.admit(s.b, isDead)
	if lost := save%2 == 0 && !done; lost {
		before := s.b.Tree()
		err := s.try(syncer.RunOptions{})
		require.ErrorIs(t, err, connect.ErrSignIn)
		require.ErrorIs(t, err, syncer.ErrBusy, "the side is left in peace")
		s.requireTree(s.b, before)
		require.Empty(t, s.b.Violations())
		require.NoError(t, source.SignIn(t.Context(), g.give()))
		s.Later(time.Hour)
	}
	require.NoError(t, s.try(syncer.RunOptions{}), "no person is needed")
	s.requireEqualTrees()
	s.requireSettled()
}
