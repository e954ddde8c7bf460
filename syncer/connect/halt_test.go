package connect_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// endedCredential returns the error of a credential whose refresh token was lost.
func endedCredential(t *testing.T) error {
	t.Helper()
	s := another(t, memory.NewTokens(memory.Options{}), newAuthority(), func(o *connect.SourceOptions) {
		o.Refresh = func(context.Context, connect.Token) (connect.Token, error) {
			return connect.Token{}, &connect.GrantError{Status: 400, Code: "invalid_grant"}
		}
	})
	require.NoError(t, s.SignIn(t.Context(), connect.Token{Refresh: "lost"}))
	_, err := s.Token(t.Context())
	require.ErrorIs(t, err, connect.ErrSignIn)
	return fmt.Errorf("list folder: %w", err)
}

func TestACredentialThatHasEndedTouchesNoFile(t *testing.T) {
	dead := endedCredential(t)
	for name, share := range map[string]float64{"before a run": 1, "in the middle of one": 0.2} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				synctest.Test(t, func(t *testing.T) {
					endAndGoOn(t, syncertest.Faults{Rand: rand.New(rand.NewPCG(seed, 1)), Refuse: share, Refusals: []error{dead}})
				})
			}
		})
	}
}

// endAndGoOn syncs, lets the source's credential end for some runs while somebody works on the other
// side, and signs in again.
func endAndGoOn(t *testing.T, faults syncertest.Faults) {
	t.Helper()
	site := syncertest.New(syncertest.Options{}, syncertest.Tree{"A/1.pdf": "one", "A/2.pdf": "two", "B/3.pdf": "three"})
	office := syncertest.New(syncertest.Options{}, syncertest.Tree{})
	source := site.Connect()
	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "pair",
		Source:      syncer.Endpoint{FS: source.FileSystem(), Root: site.Root()},
		Destination: syncer.Endpoint{FS: office.Connect().FileSystem(), Root: office.Root()},
	}, nil)
	require.NoError(t, err)
	run := func() error {
		time.Sleep(time.Hour) // what failed is tried again later
		_, err := engine.Run(t.Context(), &syncer.RunOptions{Full: true})
		return err
	}
	require.NoError(t, run())
	before := office.Tree()
	require.Equal(t, site.Tree(), before)

	source.Inject(faults)
	office.User("bob").Write("C/4.pdf", "four")
	for range 3 {
		if err := run(); err != nil {
			require.ErrorIs(t, err, connect.ErrSignIn)
		}
		for path, contents := range before {
			require.Equal(t, contents, office.Tree()[path], path)
			require.Equal(t, contents, site.Tree()[path], path)
		}
	}

	source.Inject(syncertest.Faults{})
	require.NoError(t, run())
	require.Equal(t, "four", site.Tree()["C/4.pdf"])
	require.Equal(t, office.Tree(), site.Tree())
}
