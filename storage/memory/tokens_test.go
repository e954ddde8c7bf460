package memory_test

import (
	"context"
	"testing"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/connect/connecttest"
)

func TestTokensKeepWhatATokenStorePromises(t *testing.T) {
	connecttest.TestTokenStore(t, func(*testing.T) *connecttest.TokenHarness {
		store := memory.NewTokens(memory.Options{})
		same := func(context.Context) (connect.TokenStore, error) { return store, nil }
		return &connecttest.TokenHarness{Store: store, Other: same, Reopen: same}
	})
}
