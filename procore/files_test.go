package procore_test

import (
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const (
	uploads   = "POST api.procore.com/rest/v1.1/projects/598134325988700/uploads"
	toStorage = "POST bucket.s3.example/"
	newFile   = "POST " + api + "/files"
	file12    = "GET " + api + "/files/12"
	patch12   = "PATCH " + api + "/files/12"
	folder2   = "GET " + api + "/folders/2"
	ticket    = `{"uuid":"01J9Z3M8Q5W2X4Y6Z8A0B1C2D3","url":"https://bucket.s3.example/","fields":{"key":"companies/4281379/01J","policy":"SIGNED"}}`
)

var in = procore.InProject(project)

// uploadRoutes are those that contents go by, and more.
func uploadRoutes(more routes) routes {
	r := routes{uploads: always(201, ticket), toStorage: always(204, "")}
	maps.Copy(r, more)
	return r
}

func upload(t *testing.T, c *procore.Client, text string) *procore.Upload {
	t.Helper()
	u, err := c.Upload(t.Context(), in, "plan.pdf", contents(text))
	require.NoError(t, err)
	return u
}

func TestAFileIsMadeOfAnUploadWithTwoCalls(t *testing.T) {
	r := uploadRoutes(routes{newFile: always(201, fileOf(12, "plan.pdf", versionOf(88001, 1, 5)))})
	with(t, r, func(t *testing.T, c *procore.Client, s *service) {
		made, err := c.PostFiles(t.Context(), in, procore.NewFile{ParentID: 2, Name: "plan.pdf", Upload: upload(t, c, "hello")})
		require.NoError(t, err)
		require.Equal(t, procore.ID(12), made.ID)
		require.Equal(t, procore.ID(88001), made.Current().ID)
		require.Equal(t, []string{uploads, toStorage, newFile}, s.calls())
		require.Equal(t, "project_id=598134325988700", s.last().query())
		require.Equal(t, map[string]any{"file": map[string]any{
			"parent_id": 2.0, "name": "plan.pdf", "upload_uuid": "01J9Z3M8Q5W2X4Y6Z8A0B1C2D3",
		}}, s.last().json(t))
	})
}

func TestANextVersionIsOneCallAndTheCurrentOneIsThatWithTheGreatestNumber(t *testing.T) {
	r := uploadRoutes(routes{patch12: always(200, fileOf(12, "plan.pdf", versionOf(88001, 1, 9), versionOf(88002, 2, 5)))})
	with(t, r, func(t *testing.T, c *procore.Client, s *service) {
		u := upload(t, c, "hello")
		before := len(s.calls())
		now, err := c.PatchFilesID(t.Context(), in, 12, procore.FileChange{Upload: u, Current: 88001})
		require.NoError(t, err)
		require.Equal(t, procore.ID(88002), now.Current().ID)
		require.Equal(t, []string{patch12}, s.calls()[before:])
	})
}

func TestAFileThatIsStoredWithAnotherSizeIsNotTakenForOurs(t *testing.T) {
	r := uploadRoutes(routes{newFile: always(201, fileOf(12, "plan.pdf", versionOf(88001, 1, 4)))})
	with(t, r, func(t *testing.T, c *procore.Client, _ *service) {
		_, err := c.PostFiles(t.Context(), in, procore.NewFile{ParentID: 2, Name: "plan.pdf", Upload: upload(t, c, "hello")})
		require.ErrorContains(t, err, "stored 4 bytes, sent were 5")
		require.False(t, syncer.NotDone(err))
	})
}

func TestATakenNameIsSaidWhateverProcoreWrites(t *testing.T) {
	const newFolder = "POST " + api + "/folders"
	for name, body := range map[string]string{
		"the text that was seen":     `{"errors":{"name":["has already been taken"]}}`,
		"another text":               `{"errors":{"name":["ist schon vergeben"]}}`,
		"nothing about names at all": `{"errors":"Bad Request"}`,
		"no JSON":                    `Bad Request`,
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{
				newFolder: always(400, body),
				folder2:   always(200, `{"id":2,"folders":[{"id":5,"name":"DRAWINGS"}],"files":[{"id":6,"name":"other"}]}`),
			}, func(t *testing.T, c *procore.Client, _ *service) {
				_, err := c.PostFolders(t.Context(), in, procore.NewFolder{ParentID: 2, Name: "Drawings"})
				require.ErrorIs(t, err, fs.ErrExist)
				require.True(t, syncer.NotDone(err))
				refusal, ok := errors.AsType[*procore.Error](err)
				require.True(t, ok)
				require.Equal(t, &procore.Sibling{ID: 5, Folder: true, Name: "DRAWINGS"}, refusal.Taken)
			})
		})
	}
}

func TestARenameThatIsRefusedIsComparedWithTheSiblings(t *testing.T) {
	for name, c := range map[string]struct {
		change procore.FileChange
		files  string
		kind   error
	}{
		"the new name is taken":           {procore.FileChange{Name: "b.pdf"}, `{"id":12,"name":"a.pdf"},{"id":13,"name":"B.pdf"}`, fs.ErrExist},
		"the name is taken where it goes": {procore.FileChange{ParentID: 2}, `{"id":13,"name":"A.pdf"}`, fs.ErrExist},
		"only the case changes":           {procore.FileChange{Name: "A.PDF"}, `{"id":12,"name":"a.pdf"}`, syncer.ErrRefused},
		"the name is free":                {procore.FileChange{Name: "b.pdf"}, `{"id":12,"name":"a.pdf"}`, syncer.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{
				patch12: always(400, `{"errors":"no"}`),
				file12:  always(200, fileOf(12, "a.pdf", versionOf(88001, 1, 5))),
				folder2: always(200, `{"id":2,"files":[`+c.files+`]}`),
			}, func(t *testing.T, client *procore.Client, _ *service) {
				_, err := client.PatchFilesID(t.Context(), in, 12, c.change)
				require.ErrorIs(t, err, c.kind)
				require.True(t, syncer.NotDone(err))
			})
		})
	}
}

func TestARefusalThatIsAboutTheNameAndNotASiblingIsAboutTheName(t *testing.T) {
	with(t, routes{
		"POST " + api + "/folders": always(400, `{"errors":{"name":["is too long"]}}`),
		folder2:                    always(200, `{"id":2,"folders":[],"files":[]}`),
	}, func(t *testing.T, c *procore.Client, _ *service) {
		_, err := c.PostFolders(t.Context(), in, procore.NewFolder{ParentID: 2, Name: "Drawings"})
		require.ErrorIs(t, err, syncer.ErrName)
		require.NotErrorIs(t, err, fs.ErrExist)
	})
}

func TestACheckedOutFileIsLocked(t *testing.T) {
	for name, body := range map[string]string{
		"as documented": `{"errors":{"base":["This file is currently checked out by Jane Smith so a new revision cannot be added"]},
			"error_type":"FileIsCheckedOut","file":{"id":12,"name":"file.pdf"}}`,
		"without words": ``,
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{patch12: always(409, body)}, func(t *testing.T, c *procore.Client, s *service) {
				_, err := c.PatchFilesID(t.Context(), in, 12, procore.FileChange{Name: "b.pdf"})
				require.ErrorIs(t, err, syncer.ErrLocked)
				require.NotErrorIs(t, err, fs.ErrExist)
				require.True(t, syncer.NotDone(err))
				require.Len(t, s.calls(), 1, "it may be locked for days")
			})
		})
	}
}

func TestAFileWhoseAnswerWasLostIsKnownByItsContents(t *testing.T) {
	const there = `{"id":2,"folders":[],"files":[{"id":12,"name":"plan.pdf"}]}`
	made := reply(201, fileOf(12, "plan.pdf", versionOf(88001, 1, 5)))
	for name, c := range map[string]struct {
		folder string // what the look finds
		stored string // contents of the file there
		posts  int
		fails  bool
	}{
		"it is there":                     {there, "hello", 1, false},
		"it is not there":                 {`{"id":2,"folders":[],"files":[]}`, "", 2, false},
		"somebody else has made one":      {there, "hullo", 1, true},
		"somebody else has made a folder": {`{"id":2,"folders":[{"id":9,"name":"plan.pdf"}],"files":[]}`, "", 1, true},
		"somebody has made a longer one":  {there, "hello, world", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, uploadRoutes(routes{
				newFile:         {lost, made},
				folder2:         always(200, c.folder),
				file12:          always(200, fileOf(12, "plan.pdf", versionOf(88001, 1, len(c.stored)))),
				"GET " + linked: toBucket(),
				"GET " + bucket: always(200, c.stored),
			}), func(t *testing.T, client *procore.Client, s *service) {
				f, err := client.PostFiles(t.Context(), in, procore.NewFile{ParentID: 2, Name: "plan.pdf", Upload: upload(t, client, "hello")})
				posts := 0
				for _, line := range s.calls() {
					if line == newFile {
						posts++
					}
				}
				require.Equal(t, c.posts, posts)
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err))
					return
				}
				require.NoError(t, err)
				require.Equal(t, procore.ID(12), f.ID)
			})
		})
	}
}

func TestAVersionWhoseAnswerWasLostIsKnownByItsNumberAndContents(t *testing.T) {
	first, second := versionOf(88001, 1, 9), versionOf(88002, 2, 5)
	for name, c := range map[string]struct {
		seen   string
		stored string
		fails  bool
		calls  int
	}{
		"it is there":           {fileOf(12, "a.pdf", second, first), "hello", false, 1},
		"it is not there":       {fileOf(12, "a.pdf", first), "", false, 2},
		"somebody was quicker":  {fileOf(12, "a.pdf", second, first), "hullo", true, 1},
		"no version is told of": {fileOf(12, "a.pdf"), "", true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, uploadRoutes(routes{
				patch12:         {lost, reply(200, fileOf(12, "a.pdf", second, first))},
				file12:          always(200, c.seen),
				"GET " + linked: toBucket(),
				"GET " + bucket: always(200, c.stored),
			}), func(t *testing.T, client *procore.Client, s *service) {
				now, err := client.PatchFilesID(t.Context(), in, 12, procore.FileChange{Upload: upload(t, client, "hello"), Current: 88001})
				calls := 0
				for _, line := range s.calls() {
					if line == patch12 {
						calls++
					}
				}
				require.Equal(t, c.calls, calls)
				if c.fails {
					require.Error(t, err)
					require.False(t, syncer.NotDone(err))
					return
				}
				require.NoError(t, err)
				require.Equal(t, procore.ID(88002), now.Current().ID)
			})
		})
	}
}

func TestADeleteWhoseAnswerWasLostIsProvedByTheRecycleBinOnly(t *testing.T) {
	const deletion = "DELETE " + api + "/files/12"
	for name, c := range map[string]struct {
		look  http.HandlerFunc
		calls int
		done  bool
	}{
		"it lies in the bin":   {reply(200, `{"id":12,"is_deleted":true}`), 2, true},
		"it is not to be seen": {reply(404, `{"errors":"Not found"}`), 2, false},
		"it is where it was":   {reply(200, `{"id":12,"is_deleted":false}`), 4, true},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{deletion: {lost, reply(200, "")}, file12: {c.look}}, func(t *testing.T, client *procore.Client, s *service) {
				err := client.DeleteFilesID(t.Context(), in, 12)
				require.Len(t, s.calls(), c.calls)
				if c.done {
					require.NoError(t, err)
					return
				}
				require.Error(t, err)
				require.False(t, syncer.NotDone(err))
			})
		})
	}
}

func TestACheckOutIsSentAsATimeAndGivenBackAsNull(t *testing.T) {
	until := time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("", -7*3600))
	for name, c := range map[string]struct {
		until time.Time
		want  any
	}{
		"out":  {until, "2026-03-01T16:00:00Z"},
		"back": {time.Time{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{patch12: always(200, `{"id":12}`)}, func(t *testing.T, client *procore.Client, s *service) {
				_, err := client.PatchFilesID(t.Context(), in, 12, procore.FileChange{CheckedOutUntil: &c.until})
				require.NoError(t, err)
				require.Equal(t, map[string]any{"file": map[string]any{"checked_out_until": c.want}}, s.last().json(t))
			})
		})
	}
}

func TestAnAnswerThatTellsOfNothingIsAnError(t *testing.T) {
	for _, body := range []string{"", "{}", "null", `{"data":{"id":12}}`} {
		with(t, routes{file12: always(200, body), patch12: always(200, body)}, func(t *testing.T, c *procore.Client, _ *service) {
			_, err := c.GetFilesID(t.Context(), in, 12)
			require.ErrorIs(t, err, connect.ErrReply)
			_, err = c.PatchFilesID(t.Context(), in, 12, procore.FileChange{Name: "b.pdf"})
			require.Error(t, err)
			require.False(t, syncer.NotDone(err), "it may have been renamed")
		})
	}
}

func TestWhatMakesNoSenseIsNotSent(t *testing.T) {
	u := &procore.Upload{UUID: "01J"}
	for name, call := range map[string]func(*testing.T, *procore.Client) error{
		"a file without a name": func(t *testing.T, c *procore.Client) error {
			_, err := c.PostFiles(t.Context(), in, procore.NewFile{Upload: u})
			return err
		},
		"a file without contents": func(t *testing.T, c *procore.Client) error {
			_, err := c.PostFiles(t.Context(), in, procore.NewFile{Name: "a"})
			return err
		},
		"a file in no scope": func(t *testing.T, c *procore.Client) error {
			_, err := c.PostFiles(t.Context(), procore.Scope{}, procore.NewFile{Name: "a", Upload: u})
			return err
		},
		"a version that follows none": func(t *testing.T, c *procore.Client) error {
			_, err := c.PatchFilesID(t.Context(), in, 12, procore.FileChange{Upload: u})
			return err
		},
		"a change of nothing": func(t *testing.T, c *procore.Client) error {
			_, err := c.PatchFilesID(t.Context(), in, 12, procore.FileChange{})
			return err
		},
		"a file without a number": func(t *testing.T, c *procore.Client) error { return c.DeleteFilesID(t.Context(), in, 0) },
		"a folder without a name": func(t *testing.T, c *procore.Client) error {
			_, err := c.PostFolders(t.Context(), in, procore.NewFolder{})
			return err
		},
		"a change of a folder without its name": func(t *testing.T, c *procore.Client) error {
			_, err := c.PatchFoldersID(t.Context(), in, 2, procore.FolderChange{ParentID: 3})
			return err
		},
		"an upload with a path for a number": func(t *testing.T, c *procore.Client) error {
			_, err := c.GetUploadsUUID(t.Context(), in, "../files/1")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{}, func(t *testing.T, c *procore.Client, s *service) {
				require.ErrorIs(t, call(t, c), syncer.ErrInvalid)
				require.Empty(t, s.calls())
			})
		})
	}
}
