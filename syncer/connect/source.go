package connect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Refresh asks a service for the Token that follows old. A Refresh of the zero Token, or one without
// Refresh, either needs none (client credentials) or fails with ErrSignIn.
//
// Its errors decide what becomes of old.Refresh, which is good for one use: if the error wraps
// ErrSignIn the service no longer takes it; if syncer.NotDone is true it was not used; after any
// other error it may have been. [OAuth2] and [RefreshGrant] make such functions.
type Refresh func(ctx context.Context, old Token) (Token, error)

// SourceOptions say where a Source keeps its Token and how it gets the next one. Store, Credential
// and Refresh must be set.
type SourceOptions struct {
	Store      TokenStore
	Credential string
	Refresh    Refresh
	// Early is how long before its end a Token is replaced; 0 means 2 minutes. It is never more than
	// a fifth of the time that the Token was given for.
	Early time.Duration
	// Timeout is how long one Refresh may take; 0 means 30 seconds. A Refresh is not broken off when
	// the caller's context ends: the answer would be lost.
	Timeout time.Duration
	// Settle is how long after a Refresh without an answer the same refresh token is sent again, so
	// that the two cannot overtake each other; 0 means 5 seconds.
	Settle time.Duration
	// Once is for services that take the second use of a refresh token for theft: after a Refresh
	// without an answer it is never sent again, and a person must sign in, also after a process
	// was killed that was only about to send it. Without it the same refresh token is sent again:
	// if the request was lost, or never sent, that is its first use, and if the answer was lost the
	// service says so. Then a person must sign in only if the service has really exchanged it.
	Once bool
	// Log is told of every Refresh and of every end; nil means nobody is.
	Log *slog.Logger
}

// Source gives out the access token of a credential and replaces it in time. Any number of Sources,
// in any number of processes, may share a credential through its store: one of them refreshes, all
// others take what it has stored. It is safe for use by many goroutines.
type Source struct {
	options SourceOptions
	given   atomic.Pointer[Token] // what is given out while somebody else has the place, nil if nothing may be
	place   chan struct{}         // holds one while a goroutine works on what is below
	token   Token
	later   time.Time // when a refresh that failed is tried again, if token lasts that long
	refused string    // an access token that the service has not taken
	rotten  string    // a refresh token that the service has not taken
	lost    bool      // it had been sent before, without an answer
	unsaved Token     // a Token that could not be stored yet
	from    string    // the refresh token that unsaved was given for
}

var _ Tokens = (*Source)(nil)

// NewSource returns a Source. It asks nobody anything yet. An error wraps syncer.ErrInvalid and
// names the field.
func NewSource(o SourceOptions) (*Source, error) {
	switch {
	case o.Store == nil:
		return nil, fmt.Errorf("connect: Store is nil: %w", syncer.ErrInvalid)
	case o.Credential == "":
		return nil, fmt.Errorf("connect: Credential is empty: %w", syncer.ErrInvalid)
	case o.Refresh == nil:
		return nil, fmt.Errorf("connect: Refresh is nil: %w", syncer.ErrInvalid)
	case o.Early < 0 || o.Timeout < 0 || o.Settle < 0:
		return nil, fmt.Errorf("connect: Early, Timeout or Settle is negative: %w", syncer.ErrInvalid)
	}
	if o.Early == 0 {
		o.Early = 2 * time.Minute
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Settle == 0 {
		o.Settle = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Source{options: o, place: make(chan struct{}, 1)}, nil
}

// Token returns an access token that is good as far as is known. What it returns is stored durably.
// An error that wraps ErrSignIn means that a person must sign in again, and says why; one that wraps
// ErrClient that the program must be set right before it can go on with what it has; any other one wraps syncer.ErrBusy, an error of the store, or that of ctx. As long as a token lasts that cannot be
// replaced yet it is given out, and so it is to all others while one call sees to its replacement.
func (s *Source) Token(ctx context.Context) (string, error) {
	if access, ok := s.meanwhile(); ok && ctx.Err() == nil {
		return access, nil
	}
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer s.leave()
	if s.good(s.token) || s.lasts(s.token) && time.Now().Before(s.later) {
		return s.token.Access, nil
	}
	err := s.reload(ctx)
	switch {
	case err == nil:
		return s.token.Access, nil
	case s.lasts(s.token) && !errors.Is(err, ErrSignIn) && ctx.Err() == nil:
		// It was to be replaced early just so that there is time to try again.
		s.later = time.Now().Add(retryLater)
		s.options.Log.WarnContext(ctx, "token could not be replaced yet", "credential", s.options.Credential, "until", s.token.Expiry, "error", err)
		return s.token.Access, nil
	}
	return "", fmt.Errorf("token of %q: %w", s.options.Credential, err)
}

// retryLater is how long a token that still lasts is used before its replacement is tried again.
const retryLater = 10 * time.Second

// Refused tells that the service has not taken an access token. The next Token is another one: what
// somebody else has stored meanwhile, or else a new one.
func (s *Source) Refused(ctx context.Context, token string) error {
	if given := s.given.Load(); given != nil && given.Access == token {
		s.given.CompareAndSwap(given, nil) // whoever has the place may have it for long
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	s.refused = token
	return nil
}

// SignIn stores the Token that a person's signing in has given, in place of whatever was there.
func (s *Source) SignIn(ctx context.Context, t Token) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	t = received(t)
	err := s.options.Store.Update(ctx, s.options.Credential, func(ctx context.Context, _ Token, save SaveToken) error {
		return save(ctx, t)
	})
	if err != nil {
		return fmt.Errorf("store the token of %q: %w", s.options.Credential, err)
	}
	s.token, s.refused, s.rotten, s.unsaved, s.from = t, "", "", Token{}, ""
	return nil
}

func (s *Source) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.place <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Source) leave() {
	s.given.Store(nil)
	if s.lasts(s.token) {
		token := s.token
		s.given.Store(&token)
	}
	<-s.place
}

// meanwhile returns the access token that lasts while somebody else has the place.
func (s *Source) meanwhile() (string, bool) {
	given := s.given.Load()
	if len(s.place) == 0 || given == nil || !given.Expiry.IsZero() && !time.Now().Before(given.Expiry) {
		return "", false
	}
	return given.Access, true
}

// Format names the credential and shows no token, for every verb.
func (s *Source) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "source of the token of %q", s.options.Credential) // fmt has nobody to tell
}

// good reports whether t can be given out and need not be replaced.
func (s *Source) good(t Token) bool {
	early := s.options.Early
	if !t.Since.IsZero() {
		early = min(early, t.Expiry.Sub(t.Since)/5)
	}
	return s.until(t, early)
}

// lasts reports whether t can be given out if it cannot be replaced.
func (s *Source) lasts(t Token) bool { return s.until(t, 0) }

// until reports whether t is good until some time before its end.
func (s *Source) until(t Token, early time.Duration) bool {
	if t.Access == "" || t.Access == s.refused || t.Ended != "" {
		return false
	}
	return t.Expiry.IsZero() || time.Now().Before(t.Expiry.Add(-early))
}

// reload takes what the store has, if it is good, and refreshes it if it is not.
func (s *Source) reload(ctx context.Context) error {
	stored, err := s.options.Store.Load(ctx, s.options.Credential)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if s.lasts(stored) {
		s.token = stored
	}
	if s.good(stored) {
		return nil
	}
	const rounds = 3
	for round := 1; ; round++ {
		err := s.options.Store.Update(ctx, s.options.Credential, s.refresh)
		if !errors.Is(err, errAgain) {
			return err
		}
		if round == rounds {
			return fmt.Errorf("%w: %w", err, syncer.ErrBusy)
		}
	}
}

// received notes when a Token came.
func received(t Token) Token {
	t.Asked, t.Ended = time.Time{}, ""
	if t.Since.IsZero() {
		t.Since = time.Now()
	}
	return t
}
