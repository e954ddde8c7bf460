package procore_test

import (
	"errors"
	"io/fs"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// upload uploads a text and returns what came of it.
func (s *service) upload(c *procore.Client, in procore.Scope, text string) *procore.Upload {
	s.t.Helper()
	url := s.storage(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s.on("POST /rest/v1.1/projects/316469/uploads", says(201, `{"uuid":"01J9Z3M8Q5W2X4Y6Z8A0B1C2D3","url":"`+url+`/bucket","fields":{"key":"companies/1/01J"}}`))
	u, err := c.Upload(s.t.Context(), in, "plan.pdf", contents(text))
	require.NoError(s.t, err)
	return u
}

func TestAFileIsMadeOfAnUploadWithTwoCalls(t *testing.T) {
	s := newService(t)
	s.on("POST /rest/v1.0/files", says(201, file(12, "plan.pdf", version(88001, 1, 5, "https://storage.procore.com/x"))))
	c, in := s.client(), procore.InProject(project)
	made, err := c.PostFiles(t.Context(), in, procore.NewFile{ParentID: 2, Name: "plan.pdf", Upload: s.upload(c, in, "hello")})
	require.NoError(t, err)
	require.Equal(t, procore.ID(12), made.ID)
	require.Equal(t, procore.ID(88001), made.Current().ID)
	require.Equal(t, []string{"POST /rest/v1.1/projects/316469/uploads", "POST /rest/v1.0/files?project_id=316469"}, s.lines())
	require.Equal(t, map[string]any{"file": map[string]any{
		"parent_id": 2.0, "name": "plan.pdf", "upload_uuid": "01J9Z3M8Q5W2X4Y6Z8A0B1C2D3",
	}}, s.last())
}

func TestATakenNameIsSaidWhateverProcoreWrites(t *testing.T) {
	for name, body := range map[string]string{
		"the text that was seen":     `{"errors":{"name":["has already been taken"]}}`,
		"another text":               `{"errors":{"name":["ist schon vergeben"]}}`,
		"nothing about names at all": `{"errors":"Bad Request"}`,
		"no JSON":                    `Bad Request`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			s.on("POST /rest/v1.0/folders", says(400, body))
			s.on("GET /rest/v1.0/folders/2", says(200, `{"id":2,"folders":[{"id":5,"name":"DRAWINGS"}],"files":[{"id":6,"name":"other"}]}`))
			_, err := s.client().PostFolders(t.Context(), procore.InProject(project), procore.NewFolder{ParentID: 2, Name: "Drawings"})
			require.ErrorIs(t, err, fs.ErrExist)
			require.True(t, syncer.NotDone(err))
			refusal, ok := errors.AsType[*procore.Error](err)
			require.True(t, ok)
			require.Equal(t, &procore.Sibling{ID: 5, Folder: true, Name: "DRAWINGS"}, refusal.Taken)
		})
	}
}

func TestARefusalThatIsNotAboutATakenNameStaysOne(t *testing.T) {
	s := newService(t)
	s.on("POST /rest/v1.0/folders", says(400, `{"errors":{"name":["is too long"]}}`))
	s.on("GET /rest/v1.0/folders/2", says(200, `{"id":2,"folders":[],"files":[]}`))
	_, err := s.client().PostFolders(t.Context(), procore.InProject(project), procore.NewFolder{ParentID: 2, Name: "Drawings"})
	require.ErrorIs(t, err, syncer.ErrName)
	require.NotErrorIs(t, err, fs.ErrExist)
}

func TestACheckedOutFileIsLocked(t *testing.T) {
	for name, body := range map[string]string{
		"as documented": `{"errors":{"base":["This file is currently checked out by Jane Smith so a new revision cannot be added"]},"error_type":"FileIsCheckedOut","file":{"id":12}}`,
		"without words": ``,
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			s.on("PATCH /rest/v1.0/files/12", says(409, body))
			_, err := s.client().PatchFilesID(t.Context(), procore.InProject(project), 12, procore.FileChange{Name: "b.pdf"})
			require.ErrorIs(t, err, syncer.ErrLocked)
			require.NotErrorIs(t, err, fs.ErrExist)
			require.True(t, syncer.NotDone(err))
		})
	}
}

// A lost answer to a create is followed by a look.
func TestAFileWhoseAnswerWasLostIsKnownByItsContents(t *testing.T) {
	const listing = `{"id":2,"folders":[],"files":[{"id":12,"name":"plan.pdf"}]}`
	for name, c := range map[string]struct {
		folder string // what the look finds
		stored string // contents of the file there
		posts  int32
		err    bool
	}{
		"it is there":                     {listing, "hello", 1, false},
		"it is not there":                 {`{"id":2,"folders":[],"files":[]}`, "", 2, false},
		"somebody else has made one":      {listing, "hullo", 1, true},
		"somebody else has made a folder": {`{"id":2,"folders":[{"id":9,"name":"plan.pdf"}],"files":[]}`, "", 1, true},
		"somebody has made a longer one":  {listing, "hello, world", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			posts := atomic.Int32{}
			s.on("POST /rest/v1.0/files", func(w http.ResponseWriter, r *http.Request) {
				if posts.Add(1) == 1 {
					hangUp(w, r)
				}
				says(201, file(12, "plan.pdf", version(88001, 1, 5, "https://storage.procore.com/x")))(w, r)
			})
			s.on("GET /rest/v1.0/folders/2", says(200, c.folder))
			s.on("GET /fas/12", says(200, c.stored))
			s.on("GET /rest/v1.0/files/12", says(200, file(12, "plan.pdf", version(88001, 1, len(c.stored), s.api.URL+"/fas/12"))))
			client, in := s.client(), procore.InProject(project)
			made, err := client.PostFiles(t.Context(), in, procore.NewFile{ParentID: 2, Name: "plan.pdf", Upload: s.upload(client, in, "hello")})
			require.Equal(t, c.posts, posts.Load())
			if c.err {
				require.Error(t, err)
				require.False(t, syncer.NotDone(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, procore.ID(12), made.ID)
		})
	}
}

func TestTheBearerNeverReachesStorage(t *testing.T) {
	s := newService(t)
	url := s.storage(says(200, "hello"))
	s.on("GET /rest/v1.0/files/12", says(200, file(12, "plan.pdf", version(88001, 1, 5, s.api.URL+"/fas/12?sig=s"))))
	s.on("GET /fas/12", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, url+"/signed?x=y", http.StatusFound) })
	body, err := s.client().GetContents(t.Context(), procore.InProject(project), 12, procore.Download{Size: 5, Digest: syncer.SHA1.Of([]byte("hello"))})
	require.Equal(t, "hello", read(t, body, err))
}
