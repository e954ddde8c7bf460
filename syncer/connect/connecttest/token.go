package connecttest

import (
	"context"
	"testing"

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
	tokenSuite().test(t, open)
}

// CheckTokenStore does what TestTokenStore does without a testing.T. It returns nil or the joined
// errors of the cases, each of which begins with the name of its case.
func CheckTokenStore(ctx context.Context, open func(ctx context.Context) (*TokenHarness, error)) error {
	return tokenSuite().check(ctx, open)
}

func tokenSuite() suite[*TokenHarness, *tokenCheck] {
	return suite[*TokenHarness, *tokenCheck]{
		cases: tokenCases,
		begin: func(h *TokenHarness, c *check) *tokenCheck { return &tokenCheck{check: c, h: h, store: h.Store} },
		end:   func(h *TokenHarness) func() { return h.Close },
	}
}

// tokenCheck is what a case works with.
type tokenCheck struct {
	*check
	h     *TokenHarness
	store connect.TokenStore
}

// another returns the store as another process has it.
func (c *tokenCheck) another(open func(ctx context.Context) (connect.TokenStore, error), what string) connect.TokenStore {
	return another(c.check, open, what)
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
