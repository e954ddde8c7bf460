package syncer_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// errReset is a reply that leaves open whether the call had its effect.
var errReset = errors.New("connection reset by peer")

// agreed makes a world whose sides both hold tree, and know it.
func agreed(t *testing.T, tree syncertest.Tree, o syncertest.WorldOptions) *syncertest.World {
	t.Helper()
	o.SourceTree, o.DestinationTree = tree, tree
	w := newWorld(t, o)
	full(t, w)
	return w
}

// full runs with a full scan, which must not fail.
func full(t *testing.T, w *syncertest.World) *syncer.Report {
	t.Helper()
	w.Left.Clear()
	w.Right.Clear()
	report, err := w.Full(t.Context())
	require.NoError(t, err)
	return report
}

// ordinary returns a service with changes to its facts.
func ordinary(change func(i *syncer.Info)) syncertest.Options {
	o := syncertest.Options{Info: syncertest.Ordinary()}
	change(&o.Info)
	return o
}

// breaks is a hook that resets the connection before or after each call of a method.
func breaks(op string, phase syncertest.Phase) syncertest.Hook {
	return func(c syncertest.Call) error {
		if c.Op == op && c.Phase == phase {
			return errReset
		}
		return nil
	}
}

// intents returns the open Intents of a world's pair.
func intents(t *testing.T, w *syncertest.World) (open []syncer.Intent) {
	t.Helper()
	v, err := w.Store.View(t.Context(), w.Pair.Name)
	require.NoError(t, err)
	for in, err := range v.Intents(t.Context()) {
		require.NoError(t, err)
		open = append(open, in)
	}
	return open
}

func TestAnUpdateThatWasCutOffIsNoEditOfAUser(t *testing.T) {
	for name, cut := range map[string]func(w *syncertest.World) syncertest.Hook{
		"its reply is lost": func(*syncertest.World) syncertest.Hook { return breaks("UpdateFile", syncertest.After) },
		"the process dies": func(w *syncertest.World) syncertest.Hook {
			store := w.Store.(*memory.Store)
			return func(c syncertest.Call) error {
				if c.Op == "UpdateFile" && c.Phase == syncertest.After {
					w.Store = store.Clone() // what a new process finds
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "1"}, syncertest.WorldOptions{})
			w.Ann.Write("p", "2")
			w.Right.OnCall(cut(w))
			full(t, w)
			w.Right.OnCall(nil)
			require.Len(t, intents(t, w), 1)
			w.Ann.Write("p", "3")
			w.Later(2 * time.Minute)
			require.Empty(t, full(t, w).Conflicts)
			require.Equal(t, syncertest.Tree{"p": "3"}, w.Source.Tree())
			require.Equal(t, syncertest.Tree{"p": "3"}, w.Destination.Tree())
			require.Equal(t, []string{"1", "2", "3"}, w.Destination.History("p"))
			require.Empty(t, intents(t, w))
		})
	}
}

func TestAnInterruptedUpdateIsOnlyOursIfItsBytesAre(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "1"}, syncertest.WorldOptions{})
	w.Ann.Write("p", "2")
	w.Right.OnCall(breaks("UpdateFile", syncertest.Before))
	full(t, w)
	w.Right.OnCall(nil)
	w.Bob.Write("p", "b")
	w.Later(2 * time.Minute)
	require.Len(t, full(t, w).Conflicts, 1)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.ElementsMatch(t, []string{"2", "b"}, bodies(w.Source.Tree()))
}

// bodies returns the contents of the files of a tree.
func bodies(tree syncertest.Tree) (out []string) {
	for _, body := range tree {
		out = append(out, body)
	}
	return out
}

func TestAnInterruptedCreateIsOnlyOursIfItsBytesAre(t *testing.T) {
	w := newWorld(t, syncertest.WorldOptions{
		SourceTree:  syncertest.Tree{"new": "a"},
		Destination: ordinary(func(i *syncer.Info) { i.Account = "" }), // nor does it tell who made what
	})
	w.Right.OnCall(breaks("CreateFile", syncertest.Before))
	full(t, w)
	w.Right.OnCall(nil)
	w.Bob.Write("new", "b")
	w.Later(2 * time.Minute)
	require.Len(t, full(t, w).Conflicts, 1)
	require.Equal(t, w.Source.Tree(), w.Destination.Tree())
	require.ElementsMatch(t, []string{"a", "b"}, bodies(w.Source.Tree()))
}

func TestAnIntentStaysOpenUntilSomebodyHasLooked(t *testing.T) {
	w := agreed(t, syncertest.Tree{"k": "k"}, syncertest.WorldOptions{})
	w.Ann.Write("new", "n")
	w.Right.OnCall(breaks("CreateFile", syncertest.After))
	full(t, w)
	w.Right.OnCall(breaks("Find", syncertest.Before))
	w.Later(2 * time.Minute)
	report := full(t, w)
	require.Len(t, intents(t, w), 1)
	require.False(t, report.Settled(), "the report says what is open")
	w.Right.OnCall(nil)
	w.Later(2 * time.Hour)
	require.True(t, full(t, w).Settled())
	require.Empty(t, intents(t, w))
	require.Empty(t, w.Right.Writes())
}

func TestAFolderThatCannotBeReadAnyMoreDoesNotAnswerForACreateInIt(t *testing.T) {
	service := ordinary(func(i *syncer.Info) { i.CleansNames = true })
	service.Clean = func(name string) string { return strings.Join(strings.Fields(name), " ") }
	w := newWorld(t, syncertest.WorldOptions{SourceTree: syncertest.Tree{"dir/k": "k"}, Destination: service})
	full(t, w)
	w.Ann.Write("dir/plan  1", "p")
	w.Right.OnCall(breaks("CreateFile", syncertest.After))
	full(t, w)
	require.Len(t, intents(t, w), 1)

	w.Right.OnCall(func(c syncertest.Call) error {
		if c.Op == "Find" && c.Phase == syncertest.After {
			w.Bob.Bar("dir") // nothing has the name that was sent, and now nobody can look for others
		}
		return nil
	})
	w.Later(2 * time.Minute)
	full(t, w)
	require.Len(t, intents(t, w), 1)

	w.Right.OnCall(nil)
	w.Bob.Unbar("dir")
	w.Later(2 * time.Hour)
	require.True(t, full(t, w).Settled())
	require.Empty(t, intents(t, w))
	require.Empty(t, w.Right.Writes())
	require.Equal(t, syncertest.Tree{"dir/": "", "dir/k": "k", "dir/plan 1": "p"}, w.Destination.Tree())
}

func TestAWriteThatMayStillLandIsNotMadeAgain(t *testing.T) {
	for op, c := range map[string]struct {
		change func(u *syncertest.User)
		want   syncertest.Tree
	}{
		"UpdateFile": {func(u *syncertest.User) { u.Write("p", "2") }, syncertest.Tree{"p": "2", "k": "k"}},
		"Move":       {func(u *syncertest.User) { u.Rename("p", "q") }, syncertest.Tree{"q": "1", "k": "k"}},
		"Delete":     {func(u *syncertest.User) { u.Remove("p") }, syncertest.Tree{"k": "k"}},
		"CreateFile": {func(u *syncertest.User) { u.Write("new", "n") }, syncertest.Tree{"p": "1", "k": "k", "new": "n"}},
	} {
		t.Run(op, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{
				Destination: ordinary(func(i *syncer.Info) { i.Settle = 10 * time.Second }),
				Engine:      syncer.Options{Backoff: time.Second},
			})
			w.Later(time.Minute)
			c.change(w.Ann)
			w.Right.OnCall(func(call syncertest.Call) error {
				if call.Op == op && call.Phase == syncertest.Before {
					return syncertest.ErrLate
				}
				return nil
			})
			full(t, w)
			require.Len(t, w.Right.Writes(), 1)
			w.Right.OnCall(nil)
			w.Later(2 * time.Second) // a failed action would be tried again now
			require.False(t, full(t, w).Settled())
			require.Empty(t, w.Right.Writes())
			w.Later(time.Minute)
			full(t, w)
			require.Empty(t, w.Right.Writes())
			require.Equal(t, c.want, w.Destination.Tree())
		})
	}
}

func TestAnInterruptedDeleteOfAnItemThatIsNotVisibleIsNotTakenForDone(t *testing.T) {
	w := agreed(t, syncertest.Tree{"p": "p", "k": "k"}, syncertest.WorldOptions{})
	id := w.Destination.ID("p")
	w.Ann.Remove("p")
	w.Right.OnCall(breaks("Delete", syncertest.Before))
	full(t, w)
	w.Right.OnCall(nil)
	w.Bob.Hide("p")
	w.Later(2 * time.Minute)
	full(t, w)
	records, err := w.Records(t.Context())
	require.NoError(t, err)
	var known []string
	for _, r := range records {
		known = append(known, r.Destination.ID)
	}
	require.Contains(t, known, id)
}

func TestADeleteWhoseReplyWasLostIsInTheJournal(t *testing.T) {
	for name, edited := range map[string]bool{"as it was": false, "edited before it took effect": true} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{
				Destination: ordinary(func(i *syncer.Info) { i.Guards, i.Settle = syncer.Guards{}, 30*time.Second }),
			})
			w.Ann.Remove("p")
			w.Later(time.Minute)
			w.Right.OnCall(func(c syncertest.Call) error {
				if c.Op == "Delete" && c.Phase == syncertest.Before {
					return syncertest.ErrLate
				}
				return nil
			})
			full(t, w)
			if edited {
				w.Bob.Write("p", "2")
			}
			w.Right.OnCall(nil)
			w.Later(time.Minute)
			full(t, w)
			require.False(t, w.Destination.Has("p"))
			journal, err := w.Journal(t.Context())
			require.NoError(t, err)
			last := journal[len(journal)-1]
			require.Equal(t, syncer.OpDelete, last.Op)
			require.Equal(t, "p", last.Path)
			require.Contains(t, last.Reason, "found done")
			require.Equal(t, edited, strings.Contains(last.Reason, "in the trash"), last.Reason)
		})
	}
}

func TestAnEditOfWhatWasRestoredWithoutAReplyIsCarriedOver(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(bob *syncertest.User)
		want syncertest.Tree
	}{
		"nobody edits it": {func(*syncertest.User) {}, syncertest.Tree{"p": "1", "k": "k"}},
		"Bob writes it":   {func(bob *syncertest.User) { bob.Write("p", "2") }, syncertest.Tree{"p": "2", "k": "k"}},
		"Bob renames it":  {func(bob *syncertest.User) { bob.Rename("p", "q") }, syncertest.Tree{"q": "1", "k": "k"}},
		"Bob puts it in a folder": {func(bob *syncertest.User) {
			bob.Mkdir("d")
			bob.Move("p", "d/p")
		}, syncertest.Tree{"d/": "", "d/p": "1", "k": "k"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := agreed(t, syncertest.Tree{"p": "1", "k": "k"}, syncertest.WorldOptions{})
			w.Ann.Remove("p")
			full(t, w)
			require.False(t, w.Destination.Has("p"))
			w.Ann.Restore("p")
			w.Right.OnCall(breaks("Restore", syncertest.After))
			full(t, w)
			require.Len(t, intents(t, w), 1)
			w.Right.OnCall(nil)
			c.edit(w.Bob)
			w.Later(time.Minute)
			full(t, w)
			require.Equal(t, c.want, w.Source.Tree())
			require.Equal(t, c.want, w.Destination.Tree())
		})
	}
}

func TestAnInterruptedDeleteIsLookedForWhereTheItemWasSeen(t *testing.T) {
	for name, to := range map[string]string{"moved": "p", "renamed": "d/q"} {
		t.Run(name, func(t *testing.T) {
			// Nobody can look at an item of the destination by its ID, and the delete comes to nothing.
			w := agreed(t, syncertest.Tree{"d/p": "1"}, syncertest.WorldOptions{
				Destination: syncertest.Options{Info: syncertest.Ordinary(), Without: syncertest.Looking},
			})
			w.Bob.Move("d/p", to)
			w.Ann.Remove("d/p")
			w.Right.OnCall(breaks("Delete", syncertest.Before))
			full(t, w)
			w.Right.OnCall(nil)
			w.Later(time.Hour)
			report := full(t, w)
			require.Equal(t, syncertest.Tree{"d/": ""}, w.Source.Tree(), report)
			require.Equal(t, syncertest.Tree{"d/": ""}, w.Destination.Tree(), report)
		})
	}
}
