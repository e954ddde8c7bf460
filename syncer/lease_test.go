package syncer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestTheLeaseOutlivesEveryCallThatIsStarted(t *testing.T) {
	const timeout = 20 * time.Second // of a lease of 30
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{
		Destination: ordinary(func(i *syncer.Info) { i.CallTimeout = timeout }),
	})
	for _, name := range []string{"one", "two", "three"} {
		w.Ann.Write(name, name)
	}
	calls := 0
	w.Right.OnCall(func(c syncertest.Call) error {
		if c.Op == "CreateFile" && c.Phase == syncertest.After {
			calls++
			w.Later(timeout - time.Second)
			_, err := w.Store.Open(t.Context(), w.Pair.Name)
			require.ErrorIs(t, err, syncer.ErrLocked, "another owner came in during call %d", calls)
		}
		return nil
	})
	full(t, w)
	require.Equal(t, 3, calls)
}
