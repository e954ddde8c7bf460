// Package connecttest has the suites for what a connector leaves to a store: TestTokenStore holds a
// [connect.TokenStore] to its promises, and TestBudget a [connect.Budget].
//
//	func TestTokens(t *testing.T) {
//		connecttest.TestTokenStore(t, func(t *testing.T) *connecttest.TokenHarness {
//			return &connecttest.TokenHarness{Store: mystore.New(t.TempDir())}
//		})
//	}
//
// The suites import nothing but the standard library, package syncer and package connect. What they
// cannot prove from within one process is that a place is given up when its process dies; a store
// that promises this to several processes needs a test that kills some.
package connecttest
