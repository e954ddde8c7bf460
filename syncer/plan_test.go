package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestAPlanIsAppliedAsItIsOrNotAtAll(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "q": "1"}, syncertest.WorldOptions{})
	e, err := w.Engine()
	require.NoError(t, err)
	plan := func() *syncer.Plan {
		p, err := e.Plan(t.Context(), &syncer.RunOptions{Full: true})
		require.NoError(t, err)
		return p
	}
	w.Ann.Write("p", "2")
	old := plan()
	require.Equal(t, 1, old.Writes())
	w.Right.Clear()

	w.Ann.Write("q", "2") // the plan could still be carried out, but it is not what a person saw
	_, err = e.Apply(t.Context(), old)
	require.ErrorIs(t, err, syncer.ErrStale)
	require.Empty(t, w.Right.Writes())
	require.Equal(t, syncertest.Tree{"p": "1", "q": "1"}, w.Destination.Tree())

	_, err = e.Apply(t.Context(), plan())
	require.NoError(t, err)
	require.Equal(t, syncertest.Tree{"p": "2", "q": "2"}, w.Destination.Tree())
}
