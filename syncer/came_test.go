package syncer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A folder that is moved into the root is one event. Whoever dies when the folder is recorded, and what is in
// it not yet, must not leave that to the next full scan.
func TestWhatCameInWithAFolderIsNotForgottenByARunThatDies(t *testing.T) {
	for name, c := range map[string]struct {
		op    string
		phase syncertest.Phase
	}{
		"after the folder was recorded":     {"CreateFile", syncertest.Before},
		"before the folder was recorded":    {"CreateFolder", syncertest.After},
		"before the folder was made at all": {"CreateFolder", syncertest.Before},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, syncertest.WorldOptions{SourceTree: syncertest.Tree{"k": "k"}, DestinationTree: syncertest.Tree{"k": "k"}})
			w.Ann.Write("../outside/p", "p")
			w.Ann.Write("../outside/deep/q", "q")
			for range 2 {
				_, err := w.Hinted(t.Context())
				require.NoError(t, err)
			}
			w.Ann.MoveIn("outside", "d")
			store, died := w.Store.(*memory.Store), false
			require.NoError(t, w.Poll(t.Context()))
			w.Right.OnCall(func(call syncertest.Call) error {
				if call.Op == c.op && call.Phase == c.phase && !died {
					died = true
					w.Store = store.Clone() // what a new process finds
				}
				if died && call.Phase == syncertest.Before {
					return errReset // what the dead do has no effect
				}
				return nil
			})
			_, _ = w.Run(t.Context(), nil)
			require.True(t, died)
			w.Right.OnCall(nil)
			for range 2 {
				w.Later(2 * time.Minute)
				report, err := w.Hinted(t.Context())
				require.NoError(t, err)
				require.False(t, report.Full)
			}
			require.Equal(t, syncertest.Tree{"k": "k", "d/": "", "d/p": "p", "d/deep/": "", "d/deep/q": "q"}, w.Destination.Tree())
			report, err := w.Hinted(t.Context())
			require.NoError(t, err)
			require.True(t, report.Settled(), report)
			require.Zero(t, report.Totals.Writes)
		})
	}
}
