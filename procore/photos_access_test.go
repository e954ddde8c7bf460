package procore_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// nothing is an answer with an empty list.
func nothing(answer *http.Response) {
	_ = answer.Body.Close()
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader([]byte("[]"))), 2
	answer.Header.Set("Total", "0")
	answer.Header.Set("Content-Length", "2")
	answer.Header.Del("Link")
}

func TestNoPhotoIsDeletedWhenTheyOnlySeemToBeGone(t *testing.T) {
	t.Parallel()
	for name, loss := range map[string]func(s *studio, m *meddler) (mend func()){
		"the header with the company is missing": func(_ *studio, m *meddler) func() {
			m.before = func(r *http.Request) { r.Header.Del("Procore-Company-Id") }
			m.on.Store(true)
			return func() { m.on.Store(false) }
		},
		"the tool is not permitted any more": func(s *studio, _ *meddler) func() {
			s.Permit(s.Home().User, s.project, procoretest.Photos, procoretest.NoAccess)
			return func() { s.Permit(s.Home().User, s.project, procoretest.Photos, procoretest.Admin) }
		},
		"the tool is turned off": func(s *studio, _ *meddler) func() {
			s.SetTool(s.project, procoretest.Photos, false)
			return func() { s.SetTool(s.project, procoretest.Photos, true) }
		},
		"the list of permitted projects was reset": func(s *studio, _ *meddler) func() {
			s.PermitProjects(s.Home().User)
			return func() { s.PermitAllProjects(s.Home().User) }
		},
		"the app was taken out of the company": func(s *studio, _ *meddler) func() {
			s.SetConnected(s.Company().ID, false)
			return func() { s.SetConnected(s.Company().ID, true) }
		},
		"the list of photos is empty": func(_ *studio, m *meddler) func() {
			m.after = func(r *http.Request, answer *http.Response) {
				if strings.HasSuffix(r.URL.Path, "/images") {
					nothing(answer)
				}
			}
			m.on.Store(true)
			return func() { m.on.Store(false) }
		},
		"all lists are empty": func(_ *studio, m *meddler) func() {
			m.after = func(r *http.Request, answer *http.Response) {
				if strings.HasSuffix(r.URL.Path, "/images") || strings.HasSuffix(r.URL.Path, "/image_categories") {
					nothing(answer)
				}
			}
			m.on.Store(true)
			return func() { m.on.Store(false) }
		},
		"the photos are not for this user any more": func(_ *studio, m *meddler) func() {
			m.before = func(r *http.Request) {
				r.URL.Path = strings.Replace(r.URL.Path, "/rest/v1.0/images/", "/rest/v1.0/images/9", 1)
			}
			m.after = func(r *http.Request, answer *http.Response) {
				if strings.HasSuffix(r.URL.Path, "/images") {
					nothing(answer)
				}
			}
			m.on.Store(true)
			return func() { m.on.Store(false) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			inStudio(t, unlimited(), func(t *testing.T, s *studio) {
				m := &meddler{next: s.HTTPClient().Transport}
				s.add("Site", "a.jpg", "a")
				s.add("Roof", "b.jpg", "b", "c")
				run := func() (*syncer.Report, error) {
					time.Sleep(time.Minute)
					handle := s.disk.Connect()
					engine, err := syncer.New(s.store, syncer.Pair{
						Name:        "photos",
						Source:      syncer.Endpoint{FS: s.open(t, s.project, procore.Options{HTTP: m}), Root: procore.RootID},
						Destination: syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
					}, nil)
					require.NoError(t, err)
					return engine.Run(t.Context(), &syncer.RunOptions{Full: true})
				}
				_, err := run()
				require.NoError(t, err)
				before := s.disk.Tree()
				require.Len(t, s.files(), 3)

				mend := loss(s, m)
				for range 2 {
					_, _ = run()
					require.Equal(t, before, s.disk.Tree())
				}
				mend()
				time.Sleep(time.Hour)
				report, err := run()
				require.NoError(t, err)
				require.True(t, report.Settled(), "%v", report)
				require.Equal(t, before, s.disk.Tree())
				require.Len(t, s.photos(), 3)
			})
		})
	}
}
