package box_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// withFake runs a test against the fake Box, on virtual time and without a network.
func withFake(t *testing.T, o boxtest.Options, test func(t *testing.T, c *box.Client, fake *boxtest.Box)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake, err := boxtest.New(o)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, fake.Close()) })
		test(t, connectTo(t, fake), fake)
	})
}

func connectTo(t *testing.T, fake *boxtest.Box) *box.Client {
	t.Helper()
	c, err := box.New(box.Options{
		Bases: basesOf(fake), Tokens: box.Fixed(fake.Token()), HTTP: fake.HTTPClient().Transport, SpoolDir: t.TempDir(),
	})
	require.NoError(t, err)
	return c
}

func basesOf(fake *boxtest.Box) box.Bases {
	u := fake.URLs()
	return box.Bases{API: u.API, Upload: u.Upload, Login: u.Login}
}

// small is a fake whose upload sessions take small files.
func small(s boxtest.Switches) boxtest.Options {
	return boxtest.Options{PartSize: 4, SmallestSession: 5, CommitDelays: 2, PartsLate: true, NotReady: 1, Limits: boxtest.NoLimits, Switches: s}
}

// TestTheClientLivesWithBothPositionsOfEverySwitch tells one story against the fake Box once for each
// thing that nobody knows about the real one.
func TestTheClientLivesWithBothPositionsOfEverySwitch(t *testing.T) {
	t.Run("all off", func(t *testing.T) { withFake(t, small(boxtest.Switches{}), tellStory) })
	for _, s := range (boxtest.Switches{}).All() {
		t.Run(s.Name, func(t *testing.T) {
			var on boxtest.Switches
			s.Set(&on, true)
			withFake(t, small(on), tellStory)
		})
	}
}

// tellStory uses everything once, as somebody who keeps a folder in step would.
func tellStory(t *testing.T, c *box.Client, fake *boxtest.Box) {
	ctx := t.Context()
	must := func(item *box.Item, err error) *box.Item {
		t.Helper()
		require.NoError(t, err)
		return item
	}
	start, err := c.GetEvents(ctx, box.Events{Position: box.Now})
	require.NoError(t, err)
	require.Empty(t, start.Entries)

	// Folders and a file.
	plans := must(c.PostFolders(ctx, box.RootID, "Plans"))
	old := must(c.PostFolders(ctx, plans.ID, "Old"))
	time.Sleep(time.Second) // Box may take two that are made at once
	_, err = c.PostFolders(ctx, plans.ID, "old")
	require.ErrorIs(t, err, fs.ErrExist)
	file := must(c.Upload(ctx, box.Target{ParentID: plans.ID, Name: "a.txt"}, contents("first", true)))
	require.Equal(t, sha1Of("first"), file.Digest())
	require.Equal(t, plans.ID, file.Parent.ID)
	require.EqualValues(t, 5, file.Size)
	require.True(t, file.ContentModifiedAt.Equal(time.Date(2026, 3, 1, 16, 0, 0, 0, time.UTC)))
	_, err = c.Upload(ctx, box.Target{ParentID: plans.ID, Name: "A.TXT"}, contents("first", true))
	require.ErrorIs(t, err, fs.ErrExist)
	require.True(t, syncer.NotDone(err))

	// Another version, over the state that is known, and back to the first one.
	second := must(c.Upload(ctx, box.Target{FileID: file.ID, IfMatch: file.ETag}, contents("second version", false)))
	require.Equal(t, file.ID, second.ID)
	require.NotEqual(t, file.FileVersion.ID, second.FileVersion.ID)
	_, err = c.Upload(ctx, box.Target{FileID: file.ID, IfMatch: file.ETag}, contents("third", true))
	require.ErrorIs(t, err, syncer.ErrStale)
	versions, err := collect(c.GetFilesIDVersions(ctx, file.ID))
	require.NoError(t, err)
	require.Len(t, versions, 1)
	require.Equal(t, "second version", download(t, c, file.ID, box.Download{Digest: second.Digest()}))
	require.Equal(t, "first", download(t, c, file.ID, box.Download{VersionID: versions[0].ID}))
	_, err = c.PostFilesIDVersionsCurrent(ctx, file.ID, versions[0].ID)
	require.NoError(t, err)
	require.Equal(t, "first", download(t, c, file.ID, box.Download{}))

	// A large one, in parts.
	big := must(box.UploadParts(c, ctx, box.Target{ParentID: plans.ID, Name: "big.bin"}, contents(alphabet, false)))
	require.Equal(t, "defg", download(t, c, big.ID, box.Download{Offset: 3, Length: 4}))
	big = must(box.UploadParts(c, ctx, box.Target{FileID: big.ID, IfMatch: big.ETag}, contents(alphabet+alphabet, true)))
	require.Equal(t, alphabet+alphabet, download(t, c, big.ID, box.Download{Size: 52, Digest: big.Digest()}))

	// An empty one.
	empty := must(c.Upload(ctx, box.Target{ParentID: old.ID, Name: "empty"}, contents("", false)))
	require.Equal(t, sha1Of(""), empty.Digest())
	require.Empty(t, download(t, c, empty.ID, box.Download{Digest: empty.Digest()}))

	// Rename, move, copy.
	now := must(c.PutFilesID(ctx, file.ID, box.Change{Name: "b.txt", ParentID: old.ID}))
	require.Equal(t, []string{"b.txt", old.ID}, []string{now.Name, now.Parent.ID})
	copied := must(c.PostFilesIDCopy(ctx, file.ID, "", plans.ID, "c.txt"))
	require.NotEqual(t, file.ID, copied.ID)
	moved := must(c.PutFoldersID(ctx, old.ID, box.Change{Name: "Older", ParentID: box.RootID, IfMatch: old.ETag}))
	require.Equal(t, []string{"Older", box.RootID}, []string{moved.Name, moved.Parent.ID})
	_, err = c.PutFoldersID(ctx, plans.ID, box.Change{ParentID: plans.ID})
	require.ErrorIs(t, err, syncer.ErrStale, "a folder does not go into itself")

	// What is there.
	require.ElementsMatch(t, []string{"file big.bin", "file c.txt"}, names(t, c, plans.ID))
	require.NoError(t, c.OptionsFilesContent(ctx, plans.ID, "free.txt", 5))
	require.ErrorIs(t, c.OptionsFilesContent(ctx, plans.ID, "C.TXT", 5), fs.ErrExist)

	// Trash and back.
	require.ErrorIs(t, c.DeleteFoldersID(ctx, plans.ID, "", false), fs.ErrExist)
	require.NoError(t, c.DeleteFilesID(ctx, copied.ID, copied.ETag))
	_, err = c.GetFilesID(ctx, copied.ID)
	require.True(t, box.HasCode(err, box.CodeTrashed), "%v", err)
	trashed := must(c.GetFilesIDTrash(ctx, copied.ID))
	require.True(t, trashed.Trashed())
	bin, err := collect(c.GetFoldersTrashItems(ctx))
	require.NoError(t, err)
	require.Len(t, bin, 1)
	back := must(c.PostFilesID(ctx, copied.ID, "", ""))
	require.Equal(t, copied.ID, back.ID)
	require.NoError(t, c.DeleteFoldersID(ctx, plans.ID, "", true))
	_, err = c.GetFilesID(ctx, copied.ID)
	require.ErrorIs(t, err, fs.ErrNotExist)
	must(c.PostFoldersID(ctx, plans.ID, "", ""))
	require.ElementsMatch(t, []string{"file big.bin", "file c.txt"}, names(t, c, plans.ID))

	// Lock, metadata, webhook, people.
	must(c.PutFilesIDLock(ctx, big.ID, time.Time{}))
	require.True(t, must(c.GetFilesID(ctx, big.ID)).Lock.Held(time.Now()))
	must(c.PutFilesIDUnlock(ctx, big.ID))
	_, err = c.PostFilesIDMetadataIDID(ctx, big.ID, box.ScopeGlobal, box.TemplateProperties, map[string]any{"marker": "x"})
	require.NoError(t, err)
	meta, err := c.PutFilesIDMetadataIDID(ctx, big.ID, box.ScopeGlobal, box.TemplateProperties, []box.Patch{{Op: "replace", Path: "/marker", Value: "y"}})
	require.NoError(t, err)
	require.Equal(t, "y", meta.Values["marker"])
	hook, err := c.PostWebhooks(ctx, box.TypeFolder, plans.ID, "http://127.0.0.1:1/hook", []string{box.TriggerFileUploaded})
	require.NoError(t, err)
	require.NoError(t, c.DeleteWebhooksID(ctx, hook.ID))
	me, err := c.GetUsersMe(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1_000_000_000_000_000_000, me.SpaceAmount)
	ann := fake.AddUser("Ann", "ann@x.example")
	require.NoError(t, fake.Home().Collaborate(boxtest.Item{Type: "folder", ID: plans.ID}, ann, "editor"))
	collaborations, err := collect(c.GetFoldersIDCollaborations(ctx, plans.ID))
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(collaborations, func(o box.Collaboration) bool { return o.AccessibleBy.ID == ann.ID }))

	// What happened, as events tell it.
	require.NoError(t, c.Realtime().Wait(ctx, start.Next))
	kinds := map[string]bool{}
	for at := start.Next; ; {
		page, err := c.GetEvents(ctx, box.Events{Position: at})
		require.NoError(t, err)
		if len(page.Entries) == 0 {
			break
		}
		for _, e := range page.Entries {
			require.NoError(t, e.Err)
			kinds[e.EventType] = true
		}
		at = page.Next
	}
	for _, kind := range []string{box.EventUpload, box.EventCreate, box.EventMove, box.EventRename, box.EventCopy, box.EventTrash, box.EventRestore} {
		require.True(t, kinds[kind], "%s in %v", kind, kinds)
	}

	time.Sleep(time.Hour) // a search is late
	found, err := collect(c.GetSearch(ctx, box.Search{Query: "big"}))
	require.NoError(t, err)
	require.Len(t, found, 1)
}

func download(t *testing.T, c *box.Client, id string, d box.Download) string {
	t.Helper()
	body, err := c.GetFilesIDContent(t.Context(), id, d)
	require.NoError(t, err)
	defer body.Close()
	data, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(data)
}

// names lists what stands in a folder and is not in the trash.
func names(t *testing.T, c *box.Client, id string) []string {
	t.Helper()
	items, err := collect(c.GetFoldersIDItems(t.Context(), id))
	require.NoError(t, err)
	var list []string
	for _, i := range items {
		if !i.Trashed() {
			list = append(list, i.Type+" "+i.Name)
		}
	}
	return list
}

// A write is one call that changes something, with what it needs and what shows that it was made.
type write struct {
	routes []string // of the fake, at any of which something may go wrong
	make   func(ctx context.Context, c *box.Client, w stage) error
	shows  func(t *testing.T, fake *boxtest.Box, w stage) int // how often the effect is there
}

// stage is what is there before a write.
type stage struct{ folder, other, file, trashed boxtest.Item }

// inFolder counts items in the folder of the stage whose names begin so.
func inFolder(name string) func(*testing.T, *boxtest.Box, stage) int {
	return func(t *testing.T, fake *boxtest.Box, w stage) (n int) {
		t.Helper()
		items, err := fake.Home().List(w.folder.ID)
		require.NoError(t, err)
		for _, i := range items {
			if strings.HasPrefix(i.Name, name) {
				n++
			}
		}
		return n
	}
}

func writes() map[string]write {
	fileVersions := func(t *testing.T, fake *boxtest.Box, w stage) int {
		t.Helper()
		data, err := fake.Home().Read(w.file.ID)
		require.NoError(t, err)
		if string(data) == "new" {
			return 1
		}
		return 0
	}
	return map[string]write{
		"create folder": {[]string{"POST /2.0/folders"}, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.PostFolders(ctx, w.folder.ID, "new")
			return err
		}, inFolder("new")},
		"create file": {[]string{"POST /2.0/files/content"}, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.Upload(ctx, box.Target{ParentID: w.folder.ID, Name: "new"}, contents("new", true))
			return err
		}, inFolder("new")},
		"create file in parts": {
			[]string{"POST /2.0/files/upload_sessions", "PUT /2.0/files/upload_sessions/{session_id}", "POST /2.0/files/upload_sessions/{session_id}/commit"},
			func(ctx context.Context, c *box.Client, w stage) error {
				_, err := box.UploadParts(c, ctx, box.Target{ParentID: w.folder.ID, Name: "new"}, contents(alphabet, false))
				return err
			}, inFolder("new"),
		},
		"update file": {[]string{"POST /2.0/files/{file_id}/content"}, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.Upload(ctx, box.Target{FileID: w.file.ID, IfMatch: w.file.ETag}, contents("new", true))
			return err
		}, fileVersions},
		"rename file": {[]string{"PUT /2.0/files/{file_id}"}, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.PutFilesID(ctx, w.file.ID, box.Change{Name: "new", IfMatch: w.file.ETag})
			return err
		}, inFolder("new")},
		"move folder": {[]string{"PUT /2.0/folders/{folder_id}"}, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.PutFoldersID(ctx, w.other.ID, box.Change{Name: "new", ParentID: w.folder.ID})
			return err
		}, inFolder("new")},
		"copy file": {[]string{"POST /2.0/files/{file_id}/copy"}, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.PostFilesIDCopy(ctx, w.file.ID, "", w.folder.ID, "new")
			return err
		}, inFolder("new")},
		"delete file": {[]string{"DELETE /2.0/files/{file_id}"}, func(ctx context.Context, c *box.Client, w stage) error {
			return c.DeleteFilesID(ctx, w.file.ID, w.file.ETag)
		}, func(t *testing.T, fake *boxtest.Box, w stage) int { return 1 - inFolder("file")(t, fake, w) }},
		"restore file": {[]string{"POST /2.0/files/{file_id}"}, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.PostFilesID(ctx, w.trashed.ID, "", "")
			return err
		}, inFolder("trashed")},
	}
}

func setStage(t *testing.T, fake *boxtest.Box) (w stage) {
	t.Helper()
	me := fake.Home()
	var err error
	w.folder, err = me.CreateFolder("0", "folder")
	require.NoError(t, err)
	w.other, err = me.CreateFolder("0", "other")
	require.NoError(t, err)
	w.file, err = me.Upload(w.folder.ID, "file", []byte("old"))
	require.NoError(t, err)
	w.trashed, err = me.Upload(w.folder.ID, "trashed", []byte("old"))
	require.NoError(t, err)
	require.NoError(t, me.Trash(w.trashed))
	return w
}

// TestAWriteThatGoesWrongIsNeitherDoneTwiceNorDenied lets every call that changes something go wrong
// in every way, and holds what the error says against what is there.
func TestAWriteThatGoesWrongIsNeitherDoneTwiceNorDenied(t *testing.T) {
	faults := map[string]boxtest.Fault{
		"the request is lost":               {Reset: true},
		"the answer is lost":                {Reset: true, When: boxtest.AfterEffect},
		"the answer is lost, twice":         {Reset: true, When: boxtest.AfterEffect, Times: 2},
		"the answer is lost each time":      {Reset: true, When: boxtest.AfterEffect, Times: -1},
		"503 before":                        {Status: 503},
		"503 after":                         {Status: 503, When: boxtest.AfterEffect},
		"503 each time":                     {Status: 503, Times: -1},
		"502 as a page":                     {Status: 502, Plain: true, When: boxtest.AfterEffect},
		"504 and the effect comes at once":  {Status: 504, When: boxtest.LateEffect, Delay: time.Millisecond},
		"504 and the effect comes later":    {Status: 504, When: boxtest.LateEffect, Delay: 3 * time.Second},
		"504 and the effect comes too late": {Status: 504, When: boxtest.LateEffect, Delay: time.Hour, Times: -1},
		"the answer is cut":                 {Cut: 20},
		"the answer ends early":             {Short: 20},
		"429":                               {Status: 429, RetryAfter: 5 * time.Second},
		"429 each time":                     {Status: 429, Times: -1},
		"409 blocked for a moment":          {Status: 409, Code: box.CodeBlocked, Times: 2},
		"409 blocked each time":             {Status: 409, Code: box.CodeBlocked, Times: -1},
		"500":                               {Status: 500},
		"500 after":                         {Status: 500, When: boxtest.AfterEffect},
		"403":                               {Status: http.StatusForbidden, Code: "access_denied_insufficient_permissions"},
	}
	for what, w := range writes() {
		for _, route := range w.routes {
			for how, fault := range faults {
				t.Run(what+", at "+route+": "+how, func(t *testing.T) {
					withFake(t, boxtest.Options{PartSize: 4, SmallestSession: 5, Limits: boxtest.NoLimits}, func(t *testing.T, c *box.Client, fake *boxtest.Box) {
						on := setStage(t, fake)
						fault.Route = route
						require.NoError(t, fake.Inject(fault))
						tryWrite(t, c, fake, w, on)
					})
				})
			}
		}
	}
}

// tryWrite makes a write, and holds what its error says against what is there, now and when whatever
// is late has come.
func tryWrite(t *testing.T, c *box.Client, fake *boxtest.Box, w write, on stage) {
	t.Helper()
	err := w.make(t.Context(), c, on)
	n := w.shows(t, fake, on)
	require.LessOrEqual(t, n, 1, "done twice")
	switch {
	case err == nil:
		require.Equal(t, 1, n, "said to be done")
	case syncer.NotDone(err):
		require.Equal(t, 0, n, "said not to be done: %v", err)
	}
	time.Sleep(2 * time.Hour)
	n = w.shows(t, fake, on)
	require.LessOrEqual(t, n, 1, "done twice in the end")
	if err != nil && syncer.NotDone(err) {
		require.Equal(t, 0, n, "said not to be done, and came: %v", err)
	}
}

// TestAWriteAmongAccidentsIsNeitherDoneTwiceNorDenied does the same where anything may go wrong at any
// call, looks included.
func TestAWriteAmongAccidentsIsNeitherDoneTwiceNorDenied(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 5
	}
	for what, w := range writes() {
		for seed := range seeds {
			t.Run(fmt.Sprintf("%s, seed %d", what, seed), func(t *testing.T) {
				o := boxtest.Options{PartSize: 4, SmallestSession: 5, Limits: boxtest.NoLimits, FaultRate: 0.4, Seed: seed}
				withFake(t, o, func(t *testing.T, c *box.Client, fake *boxtest.Box) {
					tryWrite(t, c, fake, w, setStage(t, fake))
				})
			})
		}
	}
}

// TestAFolderOperationThatTakesLongIsNeitherRepeatedNorDenied is about moves, copies, deletes and
// restores of folders, with which Box goes on after it has answered, and locks the folder meanwhile.
func TestAFolderOperationThatTakesLongIsNeitherRepeatedNorDenied(t *testing.T) {
	inRoot := func(name string) func(*testing.T, *boxtest.Box, stage) int {
		return func(t *testing.T, fake *boxtest.Box, _ stage) int {
			t.Helper()
			return inFolder(name)(t, fake, stage{folder: boxtest.Item{ID: "0"}})
		}
	}
	for name, w := range map[string]write{
		"move": {nil, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.PutFoldersID(ctx, w.folder.ID, box.Change{ParentID: w.other.ID, IfMatch: w.folder.ETag})
			return err
		}, func(t *testing.T, fake *boxtest.Box, w stage) int { return 1 - inRoot("folder")(t, fake, w) }},
		"copy": {nil, func(ctx context.Context, c *box.Client, w stage) error {
			_, err := c.PostFoldersIDCopy(ctx, w.folder.ID, "0", "copy")
			return err
		}, inRoot("copy")},
		"delete": {nil, func(ctx context.Context, c *box.Client, w stage) error {
			return c.DeleteFoldersID(ctx, w.folder.ID, "", true)
		}, func(t *testing.T, fake *boxtest.Box, w stage) int { return 1 - inRoot("folder")(t, fake, w) }},
	} {
		for _, pace := range []time.Duration{time.Second, 20 * time.Second, 20 * time.Minute} {
			for _, ok := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %v an item, LongFolderOK %v", name, pace, ok), func(t *testing.T) {
					o := boxtest.Options{FolderPace: pace, Limits: boxtest.NoLimits, Switches: boxtest.Switches{LongFolderOK: ok}}
					withFake(t, o, func(t *testing.T, c *box.Client, fake *boxtest.Box) {
						tryWrite(t, c, fake, w, setStage(t, fake))
					})
				})
			}
		}
	}
}
