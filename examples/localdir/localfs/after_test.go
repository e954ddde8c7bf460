//go:build linux

package localfs

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/procorebox/procorebox/syncer"
	"github.com/stretchr/testify/require"
)

// latecomers are what a user may do to a file at the moment when we have put it there.
var latecomers = map[string]func(path string) error{
	"is replaced by a rename": func(path string) error {
		if err := os.WriteFile(path+".saving", []byte("later"), 0o644); err != nil {
			return err
		}
		return os.Rename(path+".saving", path)
	},
	"is written into": func(path string) error { return os.WriteFile(path, []byte("later"), 0o644) },
	"is deleted":      os.Remove,
}

// at looks at an item of the root, before something is done to it.
func at(t *testing.T, f *FS, name string) (*folder, stat) {
	t.Helper()
	d, err := f.folder(t.Context(), f.rootID)
	require.NoError(t, err)
	t.Cleanup(d.close)
	s, err := statAt(d.fd, name)
	require.NoError(t, err)
	return d, s
}

func TestWhatAUserDoesRightAfterAWriteIsNotTakenForTheWrite(t *testing.T) {
	for name, late := range latecomers {
		t.Run("the file "+name, func(t *testing.T) {
			f := newFS(t, nil)
			wrote := put(t, f, "plan", "ours")
			d, s := at(t, f, "plan")
			require.NoError(t, late(filepath.Join(f.root, "plan")))
			got, err := f.made(d, "plan", &s)
			require.NoError(t, err)
			require.Equal(t, wrote.Stamp(), got.Stamp())
			now := listed(t, f)["plan"]
			require.NotEqual(t, now.Stamp(), got.Stamp(), "the next listing shows that it was changed")
		})
	}
}

func TestAnEditRightAfterAMoveIsNotTakenForThatOfBefore(t *testing.T) {
	f := newFS(t, nil)
	old := put(t, f, "plan", "agreed")
	d, s := at(t, f, "plan")
	require.NoError(t, latecomers["is written into"](filepath.Join(f.root, "plan")))
	got, err := f.moved(old, &s, d, "plan")
	require.NoError(t, err)
	require.Equal(t, old.Stamp(), got.Stamp())
	require.NotEqual(t, listed(t, f)["plan"].Content, got.Content)

	require.NoError(t, latecomers["is replaced by a rename"](filepath.Join(f.root, "plan")))
	_, err = f.moved(old, &s, d, "plan")
	require.ErrorIs(t, err, errOther)
}

// Somebody edits the old version through an open file until after it was exchanged for the new one, so
// the exchange is undone. Somebody else has saved over the new one by then.
func TestWhatIsSavedOverAnExchangeThatIsUndoneIsKept(t *testing.T) {
	for _, trash := range []string{"", filepath.Join(t.TempDir(), "trash")} {
		f := newFS(t, &Options{Trash: trash})
		put(t, f, "plan", "of before")
		d, _ := at(t, f, "plan")
		st, in, err := f.receive(t.Context(), content("ours", nothing), nil)
		require.NoError(t, err)
		require.NoError(t, exchange(st, in.name, d, "plan"))
		require.NoError(t, latecomers["is replaced by a rename"](filepath.Join(f.root, "plan")))

		err = f.giveBack(st, in.name, d, "plan", &in.stat)
		require.Equal(t, []string{"of before"}, contents(t, f.root))
		if trash != "" {
			require.NoError(t, err)
			require.Equal(t, []string{"later"}, contents(t, trash))
			continue
		}
		require.ErrorIs(t, err, fs.ErrExist)
		require.ErrorContains(t, err, filepath.Join(st.path, in.name))
		require.Equal(t, []string{"later"}, contents(t, st.path))
		st.drop(in.name)
	}
}

func TestAnExchangeThatIsUndoneLeavesNothingOfOurs(t *testing.T) {
	f := newFS(t, &Options{Trash: filepath.Join(t.TempDir(), "trash")})
	put(t, f, "plan", "of before")
	d, _ := at(t, f, "plan")
	st, in, err := f.receive(t.Context(), content("ours", nothing), nil)
	require.NoError(t, err)
	require.NoError(t, exchange(st, in.name, d, "plan"))
	require.NoError(t, f.giveBack(st, in.name, d, "plan", &in.stat))
	require.Equal(t, []string{"of before"}, contents(t, f.root))
	require.Empty(t, contents(t, st.path))
	require.Empty(t, contents(t, f.o.Trash))
}

func TestAFolderThatIsMadeIsTheOneThatIsReturned(t *testing.T) {
	f := newFS(t, nil)
	got, err := f.CreateFolder(t.Context(), listed(t, f)[""], "new")
	require.NoError(t, err)
	require.Equal(t, syncer.Folder, got.Kind)
	require.Equal(t, listed(t, f)["new"].ID, got.ID)
}
