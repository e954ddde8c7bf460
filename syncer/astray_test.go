package syncer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// What a call has made may be moved by a user before anybody knows that it was made.
func TestWhatWasMadeWithoutAReplyIsTheSameFileWhereverAUserHasMovedIt(t *testing.T) {
	for _, c := range []struct {
		name string
		acts func(w *syncertest.World)
		want syncertest.Tree
	}{
		{"renamed", func(w *syncertest.World) { w.Bob.Rename("p", "q") }, syncertest.Tree{"k": "k", "q": "new"}},
		{"moved to a new folder", func(w *syncertest.World) { w.Bob.Move("p", "d/q") }, syncertest.Tree{"d/": "", "d/q": "new", "k": "k"}},
		{"its original was edited too", func(w *syncertest.World) {
			w.Bob.Rename("p", "q")
			w.Ann.Write("p", "edited")
		}, syncertest.Tree{"k": "k", "q": "edited"}},
		{"its original was moved too", func(w *syncertest.World) {
			w.Bob.Rename("p", "q")
			w.Ann.Move("p", "d/p")
		}, syncertest.Tree{"d/": "", "d/q": "new", "k": "k"}},
		{"its original was deleted", func(w *syncertest.World) {
			w.Bob.Rename("p", "q")
			w.Ann.Remove("p")
		}, syncertest.Tree{"k": "k"}},
		{"its original was moved, and it was saved again", func(w *syncertest.World) {
			w.Bob.Touch("p")
			w.Ann.Rename("p", "q")
		}, syncertest.Tree{"k": "k", "q": "new"}},
	} {
		for kind, side := range map[string]syncertest.Options{
			"with digests":    ordinary(func(*syncer.Info) {}),
			"without digests": ordinary(func(i *syncer.Info) { i.Digest = "" }),
		} {
			t.Run(c.name+" "+kind, func(t *testing.T) {
				w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{Destination: side})
				require.NoError(t, w.Poll(t.Context()))
				w.Ann.Write("p", "new")
				w.Right.OnCall(breaks("CreateFile", syncertest.After))
				full(t, w)
				require.Len(t, intents(t, w), 1)
				w.Right.OnCall(nil)
				c.acts(w)
				w.Right.Clear()
				w.Left.Clear()
				_, err := w.Hinted(t.Context())
				require.NoError(t, err)
				for _, call := range append(w.Left.Writes(), w.Right.Writes()...) {
					require.NotEqual(t, "CreateFile", call.Op, call.Name)
				}
				require.Empty(t, intents(t, w))
				require.True(t, full(t, w).Settled())
				require.Equal(t, c.want, w.Source.Tree())
				require.Equal(t, c.want, w.Destination.Tree())
			})
		}
	}
}

func TestWhatAUserHasUploadedIsNotTakenForWhatACallDidNotMake(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	require.NoError(t, w.Poll(t.Context()))
	w.Ann.Write("p", "new")
	w.Right.OnCall(breaks("CreateFile", syncertest.Before))
	full(t, w)
	w.Right.OnCall(nil)
	w.Bob.Write("q", "new")
	_, err := w.Hinted(t.Context())
	require.NoError(t, err)
	want := syncertest.Tree{"k": "k", "p": "new", "q": "new"}
	require.Equal(t, want, w.Source.Tree())
	require.Equal(t, want, w.Destination.Tree())
}

// Of two files with the same bytes nobody knows which is which.
func TestOfTwoFilesThatMayBeWhatACallHasMadeNoneIsTaken(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	require.NoError(t, w.Poll(t.Context()))
	w.Ann.Write("p", "new")
	w.Ann.Write("q", "new")
	w.Right.OnCall(breaks("CreateFile", syncertest.After))
	full(t, w)
	w.Right.OnCall(nil)
	w.Bob.Rename("p", "x")
	w.Bob.Rename("q", "y")
	_, err := w.Hinted(t.Context())
	require.NoError(t, err)
	require.True(t, full(t, w).Settled())
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.Len(t, w.Source.Tree(), 5)
}
