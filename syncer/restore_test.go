package syncer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// twoStep is a service that brings an item back and then to its place, as Box does. Between the two
// somebody may edit it, and what it tells in the end is of after that.
type twoStep struct {
	*syncertest.Handle
	between func()
}

func (s twoStep) Restore(ctx context.Context, t syncer.Trashed, parent syncer.Entry, name string) (syncer.Entry, error) {
	e, err := s.Handle.Restore(ctx, t, parent, name)
	if err != nil {
		return e, err
	}
	s.between()
	return s.Look(ctx, e.ID)
}

func TestAnEditOfAFileThatIsJustBeingRestoredIsCarriedOver(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{})
	w.Ann.Remove("p")
	full(t, w)
	require.Equal(t, syncertest.Tree{"k": "k"}, w.Destination.Tree())
	w.Ann.Restore("p")
	restored := 0
	w.Pair.Destination.FS = twoStep{w.Right, func() {
		restored++
		w.Bob.Write("p", "by bob")
	}}
	full(t, w)
	require.Equal(t, 1, restored)
	require.True(t, full(t, w).Settled())
	require.Equal(t, syncertest.Tree{"k": "k", "p": "by bob"}, w.Source.Tree())
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
}
