package box_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// listing reads a listing to its end.
func (a *account) listing(t *testing.T, at string, from syncer.Token) ([]syncer.Entry, error) {
	t.Helper()
	return collect(a.fs.List(t.Context(), syncer.Entry{ID: at}, from))
}

func entryOf(t *testing.T, all []syncer.Entry, id string) syncer.Entry {
	t.Helper()
	for _, e := range all {
		if e.ID == id {
			return e
		}
	}
	require.Failf(t, "not listed", "%s is not among %v", id, all)
	return syncer.Entry{}
}

func TestAFolderThatIsRefusedIsListedWithTheReasonAndTheRestGoesOn(t *testing.T) {
	const get, items = "GET api.box.com/2.0/folders/1", "GET api.box.com/2.0/folders/1/items"
	folder := func(id string) string { return `{"type":"folder","id":"` + id + `","etag":"0","name":"n` + id + `"}` }
	file := `{"type":"file","id":"9","etag":"0","name":"a","size":1,"sha1":"aa","file_version":{"type":"file_version","id":"90"}}`
	for _, c := range []struct {
		status  int
		code    string
		goes    bool
		because error
	}{
		{http.StatusForbidden, "forbidden", true, fs.ErrPermission},
		{http.StatusNotFound, "not_found", true, fs.ErrNotExist},
		{http.StatusServiceUnavailable, "unavailable", false, nil},
		{http.StatusUnauthorized, "unauthorized", false, nil},
	} {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			with(t, routes{
				get:                                   always(200, folder("1")),
				items:                                 always(200, `{"entries":[`+folder("2")+`,`+folder("3")+`]}`),
				"GET api.box.com/2.0/folders/2/items": {refusal(c.status, c.code)},
				"GET api.box.com/2.0/folders/3/items": always(200, `{"entries":[`+file+`]}`),
			}, func(t *testing.T, client *box.Client, _ *service) {
				files, err := box.NewFileSystem(t.Context(), client, &box.FileSystemOptions{User: &box.User{ID: "22"}})
				require.NoError(t, err)
				all, err := collect(files.List(t.Context(), syncer.Entry{ID: "1"}, ""))
				if !c.goes {
					require.Error(t, err, "a listing of which a part is missing does not pass for complete")
					return
				}
				require.NoError(t, err)
				require.Len(t, all, 4)
				require.ErrorIs(t, entryOf(t, all, "2").Err, c.because)
				require.Equal(t, "3", entryOf(t, all, "f9").ParentID)
			})
		})
	}
}

func TestAListingIsNotResumedWhereFoldersHaveMoved(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	var folders []boxtest.Item
	parent := root.ID
	for i := range 3 {
		at, err := a.ann.CreateFolder(parent, fmt.Sprint("folder ", i))
		require.NoError(t, err)
		_, err = a.ann.Upload(at.ID, "file", []byte("bytes"))
		require.NoError(t, err)
		folders, parent = append(folders, at), at.ID
	}
	other, err := a.ann.CreateFolder(root.ID, "other")
	require.NoError(t, err)
	all, err := a.listing(t, root.ID, "")
	require.NoError(t, err)
	var from syncer.Token
	for _, e := range all {
		if e.ParentID == folders[1].ID && e.Kind == syncer.File {
			from = e.Resume
		}
	}
	require.NotEmpty(t, from)
	rest, err := a.listing(t, root.ID, from)
	require.NoError(t, err)
	require.Len(t, rest, 4, "the root, the innermost folder with its file, and the other one")
	_, err = a.listing(t, folders[0].ID, from)
	require.ErrorIs(t, err, syncer.ErrCursor, "it began somewhere else")
	_, err = a.ann.Move(folders[1], other.ID)
	require.NoError(t, err)
	_, err = a.listing(t, root.ID, from)
	require.ErrorIs(t, err, syncer.ErrCursor)
}

func TestAListingOfManyPagesLeavesNothingOut(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	for i := range 2100 {
		_, err := a.ann.CreateFolder(root.ID, fmt.Sprint("folder ", i))
		require.NoError(t, err)
		if i%100 == 0 {
			_, err := a.ann.Upload(root.ID, fmt.Sprint("file ", i), []byte("bytes"))
			require.NoError(t, err)
		}
	}
	seen := map[string]bool{}
	made := a.calls(func() {
		for e, err := range a.fs.List(t.Context(), syncer.Entry{ID: root.ID}, "") {
			require.NoError(t, err)
			require.False(t, seen[e.ID])
			seen[e.ID] = true
		}
	})
	require.Len(t, seen, 1+2100+21)
	require.Equal(t, map[string]int{getFolder: 1, listFolder: 3 + 2100}, made)
}

func TestWhatCannotBeSyncedIsListedWithAReasonAndBlocksItsFolder(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	note, err := a.ann.Note(root.ID, "Minutes", "text")
	require.NoError(t, err)
	link, err := a.ann.WebLink(root.ID, "Site", "https://www.x.example")
	require.NoError(t, err)
	sheet, err := a.ann.Upload(root.ID, "Costs.GSHEET", []byte("{}"))
	require.NoError(t, err)
	all, err := a.listing(t, root.ID, "")
	require.NoError(t, err)
	for _, id := range []string{"f" + note.ID, "w" + link.ID, "f" + sheet.ID} {
		e := entryOf(t, all, id)
		require.Equal(t, syncer.Other, e.Kind)
		require.NotEmpty(t, e.Skip)
		seen, err := a.fs.Look(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, e.Skip, seen.Skip)
	}
	_, err = a.fs.Delete(t.Context(), all[0])
	require.ErrorIs(t, err, fs.ErrExist)
	_, err = a.fs.CreateFile(t.Context(), all[0], "new.boxnote", text("x"))
	require.ErrorIs(t, err, syncer.ErrRefused)
	file, err := a.fs.CreateFile(t.Context(), all[0], "plan.txt", text("x"))
	require.NoError(t, err)
	_, err = a.fs.Move(t.Context(), file, all[0], "plan.gdoc")
	require.ErrorIs(t, err, syncer.ErrRefused)
	_, err = a.fs.CreateFile(t.Context(), all[0], "SITE", text("x"))
	require.ErrorIs(t, err, fs.ErrExist, "a bookmark holds its name")
}

func TestAPackageOfAMacIsSkipped(t *testing.T) {
	with(t, routes{"GET api.box.com/2.0/files/1": always(200,
		`{"type":"file","id":"1","name":"Deck.key","is_package":true,"file_version":{"type":"file_version","id":"10"}}`)},
		func(t *testing.T, client *box.Client, _ *service) {
			files, err := box.NewFileSystem(t.Context(), client, &box.FileSystemOptions{User: &box.User{ID: "22"}})
			require.NoError(t, err)
			e, err := files.Look(t.Context(), "f1")
			require.NoError(t, err)
			require.Equal(t, syncer.Other, e.Kind)
			require.Contains(t, e.Skip, "package")
		})
}

func TestALockOfOursKeepsNobodyFromBeingSynced(t *testing.T) {
	lock := func(by, expires, app string) string {
		return `{"type":"file","id":"1","name":"a","file_version":{"type":"file_version","id":"10"},"lock":{"type":"lock","id":"5",
			"created_by":{"type":"user","id":"` + by + `","name":"Ann"},"expired_at":` + expires + `,"app_type":` + app + `}}`
	}
	for name, c := range map[string]struct{ file, locked string }{
		"somebody else's":             {lock("23", "null", "null"), "Ann"},
		"our own":                     {lock("22", "null", "null"), ""},
		"somebody else's, and over":   {lock("23", `"1999-01-01T00:00:00Z"`, "null"), ""},
		"our own, in an editor":       {lock("22", "null", `"gsuite"`), "Ann in gsuite"},
		"somebody else's for a while": {lock("23", `"2000-01-02T00:00:00Z"`, "null"), "Ann"},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{"GET api.box.com/2.0/files/1": always(200, c.file)}, func(t *testing.T, client *box.Client, _ *service) {
				files, err := box.NewFileSystem(t.Context(), client, &box.FileSystemOptions{User: &box.User{ID: "22"}})
				require.NoError(t, err)
				e, err := files.Look(t.Context(), "f1")
				require.NoError(t, err)
				require.Equal(t, c.locked, e.Facts.Locked)
			})
		})
	}
}

func TestAccessThatWasLostIsInvisibleAndNotDeleted(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	file, err := a.ann.Upload(root.ID, "plan.pdf", []byte("one"))
	require.NoError(t, err)
	seen, err := a.fs.Look(t.Context(), "f"+file.ID)
	require.NoError(t, err)
	require.NoError(t, a.ann.Uncollaborate(root, a.Home()))
	for _, id := range []string{root.ID, "f" + file.ID} {
		_, err = a.fs.Look(t.Context(), id)
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
	_, err = a.listing(t, root.ID, "")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.True(t, a.fs.Info().Trash, "so that what cannot be found is not taken for deleted")
	require.NoError(t, a.ann.Collaborate(root, a.Home(), "editor"))
	again, err := a.fs.Look(t.Context(), "f"+file.ID)
	require.NoError(t, err)
	require.Equal(t, seen.Stamp(), again.Stamp())
}

func TestWhatWentToTheTrashWithItsFolderIsKnownToBeThere(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	root := a.root(t)
	folder, err := a.ann.CreateFolder(root.ID, "Drawings")
	require.NoError(t, err)
	file, err := a.ann.Upload(folder.ID, "plan.pdf", []byte("one"))
	require.NoError(t, err)
	require.NoError(t, a.ann.Trash(folder))
	e, err := a.fs.Look(t.Context(), folder.ID)
	require.NoError(t, err)
	require.True(t, e.Trashed)
	require.Equal(t, syncer.Folder, e.Kind)
	e, err = a.fs.Look(t.Context(), "f"+file.ID)
	require.NoError(t, err)
	require.True(t, e.Trashed)
	require.Equal(t, "f"+file.ID, e.ID)
	require.Equal(t, syncer.File, e.Kind)
	_, err = a.fs.Open(t.Context(), e)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestAnItemIsRestoredToAnotherFolderThanItCameFrom(t *testing.T) {
	t.Parallel()
	for name, parentGone := range map[string]bool{"its own is there": false, "its own is gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
			root := syncer.Entry{ID: a.root(t).ID}
			from, err := a.fs.CreateFolder(t.Context(), root, "from")
			require.NoError(t, err)
			to, err := a.fs.CreateFolder(t.Context(), root, "to")
			require.NoError(t, err)
			file, err := a.fs.CreateFile(t.Context(), from, "plan.pdf", text("one"))
			require.NoError(t, err)
			trashed, err := a.fs.Delete(t.Context(), file)
			require.NoError(t, err)
			if parentGone {
				_, err = a.fs.Delete(t.Context(), from)
			} else {
				_, err = a.fs.CreateFile(t.Context(), from, "plan.pdf", text("another, where it came from"))
			}
			require.NoError(t, err)
			back, err := a.fs.Restore(t.Context(), trashed, to, "plan.pdf")
			require.NoError(t, err)
			require.Equal(t, file.ID, back.ID)
			require.Equal(t, to.ID, back.ParentID)
			require.Equal(t, "plan.pdf", back.Name)
			trashed, err = a.fs.Delete(t.Context(), back)
			require.NoError(t, err)
			_, err = a.fs.CreateFile(t.Context(), root, "plan.pdf", text("another, where it shall go"))
			require.NoError(t, err)
			_, err = a.fs.Restore(t.Context(), trashed, root, "plan.pdf")
			require.ErrorIs(t, err, fs.ErrExist)
			e, err := a.fs.Look(t.Context(), back.ID)
			require.NoError(t, err)
			require.True(t, e.Trashed, "what cannot have its name stays in the trash")
		})
	}
}

func TestASpellingIsChangedWhereBoxDoesNotDoItAtOnce(t *testing.T) {
	t.Parallel()
	for name, switches := range map[string]boxtest.Switches{
		"the conflict is told":     {CaseRenameRefused: true},
		"the conflict is not told": {CaseRenameRefused: true, ConflictOmitted: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, Switches: switches})
			root := syncer.Entry{ID: a.root(t).ID}
			folder, err := a.fs.CreateFolder(t.Context(), root, "drawings")
			require.NoError(t, err)
			folder, err = a.fs.Move(t.Context(), folder, root, "Drawings")
			require.NoError(t, err)
			require.Equal(t, "Drawings", folder.Name)
			require.NoError(t, a.Inject(boxtest.Fault{Route: putFolder, Nth: 3, Status: http.StatusForbidden}))
			_, err = a.fs.Move(t.Context(), folder, root, "DRAWINGS")
			require.Error(t, err)
			require.False(t, syncer.NotDone(err), "half of it is done: %v", err)
		})
	}
}

func TestTheTopFolderIsAnotherOneInEachAccount(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	_, err := a.Home().CreateFolder("0", "Drawings")
	require.NoError(t, err)
	all, err := a.listing(t, "0", "")
	require.NoError(t, err)
	require.Equal(t, "0@"+a.Home().ID, all[0].ID)
	require.Equal(t, all[0].ID, all[1].ParentID)
	seen, err := a.fs.Look(t.Context(), all[0].ID)
	require.NoError(t, err)
	require.Equal(t, all[0].ID, seen.ID)
	_, err = a.fs.Delete(t.Context(), seen)
	require.ErrorIs(t, err, fs.ErrPermission)
	for _, id := range []string{"0@999", "", "f", "fx", "x1", "../1"} {
		_, err = a.fs.Look(t.Context(), id)
		require.ErrorIs(t, err, fs.ErrNotExist, "%q", id)
	}
}

func TestAFolderWhoseAnswerWasLostIsOursIfNobodyElseCanHaveMadeIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
		root := syncer.Entry{ID: a.root(t).ID}
		strike := func() {
			require.NoError(t, a.Inject(boxtest.Fault{Route: postFolder, Reset: true, When: boxtest.AfterEffect}))
		}
		strike()
		made, err := a.fs.CreateFolder(t.Context(), root, "Drawings")
		require.NoError(t, err)
		require.Equal(t, "Drawings", made.Name)
		_, err = a.ann.CreateFolder(root.ID, "Plans")
		require.NoError(t, err)
		_, err = a.Home().CreateFolder(root.ID, "Old")
		require.NoError(t, err)
		time.Sleep(time.Hour)
		strike()
		_, err = a.fs.CreateFolder(t.Context(), root, "Plans")
		require.ErrorIs(t, err, fs.ErrExist)
		strike()
		_, err = a.fs.CreateFolder(t.Context(), root, "Old")
		require.ErrorIs(t, err, fs.ErrExist, "it was there before, whoever made it")
	})
}

func TestACreationThatComesLateComesBeforeItIsRepeated(t *testing.T) {
	t.Parallel()
	for _, delay := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 9 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
			root := syncer.Entry{ID: a.root(t).ID, Kind: syncer.Folder}
			require.NoError(t, a.Inject(boxtest.Fault{Route: postFile, Reset: true, When: boxtest.LateEffect, Delay: delay}))
			file, err := a.fs.CreateFile(t.Context(), root, "old.pdf", text("one"))
			require.NoError(t, err)
			_, err = a.fs.Move(t.Context(), file, root, "new.pdf")
			require.NoError(t, err)
			time.Sleep(time.Hour)
			all, err := a.listing(t, root.ID, "")
			require.NoError(t, err)
			require.Len(t, all, 2, "beside the folder itself, a copy has come up under the old name")
			require.Equal(t, 1, a.Calls()[postFile])
		})
	}
}

func TestADeleteIsNotRepeatedWhateverBecomesOfTheSecondAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
		root := syncer.Entry{ID: a.root(t).ID, Kind: syncer.Folder}
		file, err := a.fs.CreateFile(t.Context(), root, "plan.pdf", text("one"))
		require.NoError(t, err)
		_, err = a.fs.Delete(t.Context(), file)
		require.NoError(t, err)
		lost := boxtest.Fault{Route: deleteFile, Reset: true, When: boxtest.AfterEffect}
		require.NoError(t, a.Inject(lost))
		_, err = a.fs.Delete(t.Context(), file)
		require.ErrorIs(t, err, fs.ErrNotExist, "what is in the trash went there by the first delete")
		back, err := a.ann.Restore(boxtest.Item{Type: "file", ID: number(file.ID)})
		require.NoError(t, err)
		file, err = a.fs.Look(t.Context(), "f"+back.ID)
		require.NoError(t, err)
		_, err = a.fs.Delete(t.Context(), file)
		require.NoError(t, err, "a user has brought it back, and this delete is another one")
	})
}

func TestAFileSystemNeedsAClientAndAnAccount(t *testing.T) {
	_, err := box.NewFileSystem(t.Context(), nil, nil)
	require.ErrorIs(t, err, syncer.ErrInvalid)
	with(t, routes{"GET api.box.com/2.0/users/me": {reply(200, `{"type":"user","id":"22"}`), refusal(403, "forbidden")}},
		func(t *testing.T, client *box.Client, _ *service) {
			files, err := box.NewFileSystem(t.Context(), client, nil)
			require.NoError(t, err)
			require.Equal(t, "22", files.Info().Account)
			_, err = box.NewFileSystem(t.Context(), client, nil)
			require.ErrorIs(t, err, fs.ErrPermission)
			_, err = box.NewFileSystem(t.Context(), client, &box.FileSystemOptions{User: &box.User{ID: "22"}, Listings: -1})
			require.ErrorIs(t, err, syncer.ErrInvalid)
		})
}
