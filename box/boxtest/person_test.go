package boxtest

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAPersonDoesWhatPeopleDo(t *testing.T) { // issue: state that a test can read and edit as a user
	w := newWorld(t, Options{})
	home := w.box.Home()
	folder, err := home.CreateFolder("0", "A")
	require.NoError(t, err)
	file, err := home.Upload(folder.ID, "a.txt", []byte("first"))
	require.NoError(t, err)
	edited, err := home.Edit(file.ID, []byte("second"))
	require.NoError(t, err)
	require.Equal(t, file.ID, edited.ID)
	require.NotEqual(t, file.Version, edited.Version)
	require.Equal(t, "1", edited.ETag)
	_, err = home.Rename(file, "b.txt")
	require.NoError(t, err)
	moved, err := home.Move(file, "0")
	require.NoError(t, err)
	require.Equal(t, "0", moved.ParentID)
	_, err = home.Describe(file, "words")
	require.NoError(t, err)
	require.Equal(t, "words", w.get("/2.0/files/"+file.ID).at("description"))
	found, err := home.Find("b.txt")
	require.NoError(t, err)
	require.Equal(t, file.ID, found.ID)
	content, err := home.Read(file.ID)
	require.NoError(t, err)
	require.Equal(t, "second", string(content))

	_, err = home.WebLink("0", "Site", "https://x.example")
	require.NoError(t, err)
	note, err := home.Note("0", "Minutes", "we met")
	require.NoError(t, err)
	require.Equal(t, "Minutes.boxnote", note.Name)
	require.Equal(t, []string{"A", "b.txt", "Minutes.boxnote", "Site"}, w.names())

	link, err := home.Share(file)
	require.NoError(t, err)
	w.status(http.StatusOK, w.as(w.box.AddUser("Bob", "bob@x.example")).with("BoxApi", "shared_link="+link).get("/2.0/shared_items"))
	require.NoError(t, home.Freeze(folder))
	require.Error(t, home.Trash(folder))
	_, err = home.Lock(file, time.Time{})
	require.NoError(t, err)
	_, err = home.Unlock(file)
	require.NoError(t, err)

	require.NoError(t, home.Trash(note))
	require.Len(t, home.Bin(), 1)
	require.True(t, home.Bin()[0].Trashed)
	_, err = home.Restore(note)
	require.NoError(t, err)
	require.NoError(t, home.Trash(note))
	require.NoError(t, home.Purge(note))
	require.Empty(t, home.Bin())
	require.Zero(t, w.box.Calls()["POST /2.0/folders"], "people make no calls")
}

func TestWhatBoxWouldRefuseAPersonIsAnError(t *testing.T) {
	w := newWorld(t, Options{})
	home, ann := w.box.Home(), w.box.AddUser("Ann", "ann@x.example")
	file, err := home.Upload("0", "a.txt", nil)
	require.NoError(t, err)
	for says, try := range map[string]func() error{
		"item_name_in_use":  func() error { _, err := home.CreateFolder("0", "A.TXT"); return err },
		"item_name_invalid": func() error { _, err := home.Rename(file, "a/b"); return err },
		"not_trashed":       func() error { return home.Purge(file) },
		"not_found":         func() error { _, err := ann.Edit(file.ID, nil); return err },
		"404 not_found":     func() error { return home.Uncollaborate(file, ann) },
		"role":              func() error { return home.Collaborate(file, ann, "emperor") },
	} {
		require.ErrorContains(t, try(), says)
	}
	_, err = home.Find("no/such")
	require.ErrorContains(t, err, "no/such")
	require.Panics(t, func() { w.box.AddUser("Ann", "ann@x.example") })
	require.Panics(t, func() { w.box.TokenFor(User{ID: "4711"}, 0) })
}

func TestAPathLeadsNeitherThroughAFileNorIntoTheTrash(t *testing.T) {
	w := newWorld(t, Options{Switches: Switches{TrashedListed: true}})
	home := w.box.Home()
	file, err := home.Upload("0", "a.txt", nil)
	require.NoError(t, err)
	_, err = home.Find("a.txt/b.txt")
	require.ErrorContains(t, err, "a.txt/b.txt")
	require.NoError(t, home.Trash(file))
	_, err = home.Find("a.txt")
	require.ErrorContains(t, err, "a.txt")
}
