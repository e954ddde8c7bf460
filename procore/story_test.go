package procore_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// A write is one call that changes something, with what it needs and what shows that it was made.
type write struct {
	routes []string // of the fake, at any of which something may go wrong
	make   func(ctx context.Context, f *fake, on stage) error
	shows  func(f *fake, on stage) int // how often the effect is there
}

// stage is what is there before a write.
type stage struct {
	in                  procore.Scope
	folder, other, file procoretest.Item
	album, second       procore.ID
	photo               procoretest.Photo
}

// inFolder counts items in the folder of the stage whose names begin so.
func inFolder(name string) func(*fake, stage) int {
	return func(f *fake, on stage) (n int) {
		items, err := f.Home().List(on.folder.ID)
		require.NoError(f.t, err)
		for _, i := range items {
			if strings.HasPrefix(i.Name, name) {
				n++
			}
		}
		return n
	}
}

// photos counts those of a name in an album.
func photos(album func(stage) procore.ID, name string) func(*fake, stage) int {
	return func(f *fake, on stage) (n int) {
		for _, p := range f.Home().Photos(f.Project().ID) {
			if p.Name == name && p.AlbumID == int64(album(on)) {
				n++
			}
		}
		return n
	}
}

func writes() map[string]write {
	versions := func(f *fake, on stage) int {
		now, err := f.Home().Look(on.file.ID)
		require.NoError(f.t, err)
		return now.Number - 1
	}
	file := func(on stage) procore.ID { return procore.ID(on.file.ID) }
	upload := func(ctx context.Context, f *fake, on stage, text string) (*procore.Upload, error) {
		return f.client.Upload(ctx, on.in, "new.jpg", contents(text))
	}
	return map[string]write{
		"create folder": {[]string{"POST /rest/v1.0/folders"}, func(ctx context.Context, f *fake, on stage) error {
			_, err := f.client.PostFolders(ctx, on.in, procore.NewFolder{ParentID: procore.ID(on.folder.ID), Name: "new"})
			return err
		}, inFolder("new")},
		"create file": {
			[]string{"POST /rest/v1.0/files", "POST /rest/v1.1/projects/{project_id}/uploads", "POST /*"},
			func(ctx context.Context, f *fake, on stage) error {
				u, err := upload(ctx, f, on, "new")
				if err != nil {
					return err
				}
				_, err = f.client.PostFiles(ctx, on.in, procore.NewFile{ParentID: procore.ID(on.folder.ID), Name: "new.jpg", Upload: u})
				return err
			}, inFolder("new"),
		},
		"create file in parts": {
			[]string{"POST /rest/v1.1/projects/{project_id}/uploads", "PATCH /rest/v1.1/projects/{project_id}/uploads/{uuid}", "PUT /*"},
			func(ctx context.Context, f *fake, on stage) error {
				f.client.Limit(5, 10)
				u, err := upload(ctx, f, on, alphabet)
				if err != nil {
					return err
				}
				_, err = f.client.PostFiles(ctx, on.in, procore.NewFile{ParentID: procore.ID(on.folder.ID), Name: "new.jpg", Upload: u})
				return err
			}, inFolder("new"),
		},
		"update file": {[]string{"PATCH /rest/v1.0/files/{id}"}, func(ctx context.Context, f *fake, on stage) error {
			u, err := upload(ctx, f, on, "new")
			if err != nil {
				return err
			}
			_, err = f.client.PatchFilesID(ctx, on.in, file(on), procore.FileChange{Upload: u, Current: procore.ID(on.file.Version)})
			return err
		}, versions},
		"create version": {[]string{"POST /rest/v1.0/file_versions"}, func(ctx context.Context, f *fake, on stage) error {
			u, err := upload(ctx, f, on, "new")
			if err != nil {
				return err
			}
			_, err = f.client.PostFileVersions(ctx, on.in, procore.NewVersion{FileID: file(on), Upload: u, Current: procore.ID(on.file.Version)})
			return err
		}, versions},
		"rename file": {[]string{"PATCH /rest/v1.0/files/{id}"}, func(ctx context.Context, f *fake, on stage) error {
			_, err := f.client.PatchFilesID(ctx, on.in, file(on), procore.FileChange{Name: "new"})
			return err
		}, inFolder("new")},
		"move folder": {[]string{"PATCH /rest/v1.0/folders/{id}"}, func(ctx context.Context, f *fake, on stage) error {
			_, err := f.client.PatchFoldersID(ctx, on.in, procore.ID(on.other.ID), procore.FolderChange{Name: "new", ParentID: procore.ID(on.folder.ID)})
			return err
		}, inFolder("new")},
		"delete file": {[]string{"DELETE /rest/v1.0/files/{id}"}, func(ctx context.Context, f *fake, on stage) error {
			return f.client.DeleteFilesID(ctx, on.in, file(on))
		}, func(f *fake, on stage) int { return 1 - inFolder("file")(f, on) }},
		"delete folder": {[]string{"DELETE /rest/v1.0/folders/{id}"}, func(ctx context.Context, f *fake, on stage) error {
			return f.client.DeleteFoldersID(ctx, on.in, procore.ID(on.other.ID))
		}, func(f *fake, on stage) int {
			now, err := f.Home().Look(on.other.ID)
			if err == nil && !now.Deleted {
				return 0
			}
			return 1
		}},
		"create photo": {[]string{"POST /rest/v1.0/images"}, func(ctx context.Context, f *fake, on stage) error {
			u, err := upload(ctx, f, on, "new")
			if err != nil {
				return err
			}
			_, err = f.client.PostImages(ctx, procore.InProject(f.project), procore.NewImage{AlbumID: on.album, Filename: "new.jpg", Upload: u})
			return err
		}, photos(func(on stage) procore.ID { return on.album }, "new.jpg")},
		"move photo": {[]string{"PATCH /rest/v1.0/images/{id}"}, func(ctx context.Context, f *fake, on stage) error {
			_, err := f.client.PatchImagesID(ctx, procore.InProject(f.project), procore.ID(on.photo.ID), procore.ImageChange{AlbumID: on.second})
			return err
		}, photos(func(on stage) procore.ID { return on.second }, "old.jpg")},
		"delete photo": {[]string{"DELETE /rest/v1.0/images/{id}"}, func(ctx context.Context, f *fake, on stage) error {
			return f.client.DeleteImagesID(ctx, procore.InProject(f.project), procore.ID(on.photo.ID))
		}, func(f *fake, on stage) int {
			return 1 - photos(func(on stage) procore.ID { return on.album }, "old.jpg")(f, on)
		}},
	}
}

func (f *fake) stage() (on stage) {
	me, top := f.Home(), f.Project().RootID
	on.in = procore.InProject(f.project)
	var err error
	on.folder, err = me.CreateFolder(top, "folder")
	require.NoError(f.t, err)
	on.other, err = me.CreateFolder(top, "other")
	require.NoError(f.t, err)
	on.file, err = me.Upload(on.folder.ID, "file", []byte("older"))
	require.NoError(f.t, err)
	first, err := me.AddAlbum(f.Project().ID, "First")
	require.NoError(f.t, err)
	second, err := me.AddAlbum(f.Project().ID, "Second")
	require.NoError(f.t, err)
	on.album, on.second = procore.ID(first.ID), procore.ID(second.ID)
	on.photo, err = me.AddPhoto(f.Project().ID, first.ID, "old.jpg", []byte("older"))
	require.NoError(f.t, err)
	return on
}

// atWorst is what makes it hardest to tell what became of a call: an upload is good more than once, and
// what was deleted is not to be seen.
var atWorst = procoretest.Switches{UploadsReusable: true, BinnedNotFound: true, AlbumNamesRepeat: true, KindsApart: true}

// TestAWriteThatGoesWrongIsNeitherDoneTwiceNorDenied lets every call that changes something go wrong
// in every way, and holds what the error says against what is there.
func TestAWriteThatGoesWrongIsNeitherDoneTwiceNorDenied(t *testing.T) {
	faults := map[string]procoretest.Fault{
		"the request is lost":               {Reset: true},
		"the answer is lost":                {Reset: true, When: procoretest.AfterEffect},
		"the answer is lost, twice":         {Reset: true, When: procoretest.AfterEffect, Times: 2},
		"the answer is lost each time":      {Reset: true, When: procoretest.AfterEffect, Times: -1},
		"503 before":                        {Status: 503},
		"503 after":                         {Status: 503, When: procoretest.AfterEffect},
		"503 each time":                     {Status: 503, Times: -1},
		"502 as a page":                     {Status: 502, Plain: true, When: procoretest.AfterEffect},
		"504 and the effect comes at once":  {Status: 504, When: procoretest.LateEffect, Delay: time.Millisecond},
		"504 and the effect comes later":    {Status: 504, When: procoretest.LateEffect, Delay: 3 * time.Second},
		"504 and the effect comes too late": {Status: 504, When: procoretest.LateEffect, Delay: time.Hour, Times: -1},
		"the answer is cut":                 {Cut: 20},
		"the answer ends early":             {Short: 20},
		"429":                               {Status: 429, RetryAfter: 5 * time.Second},
		"429 each time":                     {Status: 429, Times: -1},
		"500":                               {Status: 500},
		"500 after":                         {Status: 500, When: procoretest.AfterEffect},
		"403":                               {Status: http.StatusForbidden},
		"404":                               {Status: http.StatusNotFound},
	}
	for what, w := range writes() {
		for _, route := range w.routes {
			for how, fault := range faults {
				fault.Route = route
				for at, switches := range map[string]procoretest.Switches{"": {}, ", at its worst": atWorst} {
					if fault.Delay == time.Hour && at != "" {
						continue // what comes hours late on top of what was sent again nobody can know
					}
					if testing.Short() && fault.Delay != time.Hour && at == "" { // the worst is enough then
						continue
					}
					t.Run(what+", at "+route+": "+how+at, func(t *testing.T) {
						o := quiet()
						o.SmallestSegment, o.Switches = 10, switches
						onFake(t, o, func(t *testing.T, f *fake) {
							on := f.stage()
							require.NoError(t, f.Inject(fault))
							tryWrite(f, w, on)
						})
					})
				}
			}
		}
	}
}

// tryWrite makes a write, and holds what its error says against what is there, now and when whatever
// is late has come.
func tryWrite(f *fake, w write, on stage) {
	f.t.Helper()
	err := w.make(f.t.Context(), f, on)
	f.ClearFaults()
	n := w.shows(f, on)
	require.LessOrEqual(f.t, n, 1, "done twice")
	switch {
	case err == nil:
		require.Equal(f.t, 1, n, "said to be done")
	case syncer.NotDone(err):
		require.Equal(f.t, 0, n, "said not to be done: %v", err)
	}
	time.Sleep(2 * time.Hour)
	n = w.shows(f, on)
	require.LessOrEqual(f.t, n, 1, "done twice in the end")
	if err != nil && syncer.NotDone(err) {
		require.Equal(f.t, 0, n, "said not to be done, and came: %v", err)
	}
}

// TestAWriteAmongAccidentsIsNeitherDoneTwiceNorDenied does the same where anything may go wrong at any
// call, looks included.
func TestAWriteAmongAccidentsIsNeitherDoneTwiceNorDenied(t *testing.T) {
	for what, w := range writes() {
		for seed := range uint64(12) {
			t.Run(fmt.Sprintf("%s, seed %d", what, seed), func(t *testing.T) {
				o := quiet()
				o.SmallestSegment, o.FaultRate, o.Seed = 10, 0.4, seed
				if seed%2 == 1 {
					o.Switches = atWorst
				}
				onFake(t, o, func(_ *testing.T, f *fake) { tryWrite(f, w, f.stage()) })
			})
		}
	}
}
