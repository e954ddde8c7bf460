package connecttest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// TokenHarness is a TokenStore under test. Only Store is needed; what else is left out skips the
// cases that need it.
type TokenHarness struct {
	// Store is empty.
	Store connect.TokenStore
	// Other returns the same store as another process would have it beside this one.
	Other func(ctx context.Context) (connect.TokenStore, error)
	// Reopen returns the store as it is found after this process was killed. Store is not used any
	// more.
	Reopen func(ctx context.Context) (connect.TokenStore, error)
	// Close is called after each case.
	Close func()
}

// TestTokenStore holds a TokenStore to every promise of connect.TokenStore. Each case gets a harness
// of its own from open.
func TestTokenStore(t *testing.T, open func(t *testing.T) *TokenHarness) {
	t.Helper()
	for _, c := range tokenCases {
		t.Run(c.name, func(t *testing.T) {
			skipped, err := c.check(t.Context(), open(t))
			if err != nil {
				t.Fatal(err)
			}
			if skipped != "" {
				t.Skip(skipped)
			}
		})
	}
}

// CheckTokenStore does what TestTokenStore does without a testing.T. It returns nil or the joined
// errors of the cases, each of which begins with the name of its case.
func CheckTokenStore(ctx context.Context, open func(ctx context.Context) (*TokenHarness, error)) error {
	var failures []error
	for _, c := range tokenCases {
		h, err := open(ctx)
		if err != nil {
			return fmt.Errorf("open harness for %q: %w", c.name, err)
		}
		if _, err := c.check(ctx, h); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// tokenCase is one promise.
type tokenCase struct {
	name string
	why  string
	run  func(c *tokenCheck)
}

// tokenStop ends a case early.
type tokenStop struct{ skip string }

func (p tokenCase) check(ctx context.Context, h *TokenHarness) (skipped string, err error) {
	if h.Close != nil {
		defer h.Close()
	}
	// A store that makes somebody wait for ever fails, and does not hang.
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c := &tokenCheck{ctx: ctx, h: h, store: h.Store}
	defer func() {
		if r := recover(); r != nil {
			early, ours := r.(tokenStop)
			if !ours {
				panic(r)
			}
			skipped = early.skip
		}
		if len(c.errs) > 0 {
			err = fmt.Errorf("%s: %w\n(%s)", p.name, errors.Join(c.errs...), p.why)
		}
	}()
	p.run(c)
	return "", nil
}

// tokenCheck is what a case works with. Its methods are called on the case's own goroutine only.
type tokenCheck struct {
	ctx   context.Context //nolint:containedctx // it lives exactly as long as its case
	h     *TokenHarness
	store connect.TokenStore
	errs  []error
}

func (c *tokenCheck) expect(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

// must ends the case if err is not nil.
func (c *tokenCheck) must(err error, what string) {
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %w", what, err))
		panic(tokenStop{})
	}
}

// another returns the store as another process has it.
func (c *tokenCheck) another(open func(ctx context.Context) (connect.TokenStore, error), what string) connect.TokenStore {
	if open == nil {
		panic(tokenStop{skip: "harness has no " + what})
	}
	store, err := open(c.ctx)
	c.must(err, what)
	return store
}

// save stores a Token under a credential.
func (c *tokenCheck) save(store connect.TokenStore, credential string, t connect.Token) {
	err := store.Update(c.ctx, credential, func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
		return save(ctx, t)
	})
	c.must(err, "save")
}

// holds notes a failure unless want is stored, to every way of reading.
func (c *tokenCheck) holds(store connect.TokenStore, credential string, want connect.Token) {
	got, err := store.Load(c.ctx, credential)
	c.must(err, "load")
	c.expect(same(got, want), "Load returns another token than the one that was saved last")
	err = store.Update(c.ctx, credential, func(_ context.Context, now connect.Token, _ connect.SaveToken) error {
		got = now
		return nil
	})
	c.must(err, "update without a save")
	c.expect(same(got, want), "Update hands over another token than the one that was saved last")
}

func same(a, b connect.Token) bool {
	return a.Access == b.Access && a.Refresh == b.Refresh && a.Ended == b.Ended &&
		a.Expiry.Equal(b.Expiry) && a.Since.Equal(b.Since) && a.Asked.Equal(b.Asked)
}
