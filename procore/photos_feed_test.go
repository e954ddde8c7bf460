package procore_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer"
)

// follow lets a process hear of what changed and run by that.
func (s *studio) follow(files *procore.Photos) *syncer.Report {
	s.t.Helper()
	s.handle = s.disk.Connect()
	engine, err := syncer.New(s.store, syncer.Pair{
		Name:        "photos",
		Source:      syncer.Endpoint{FS: files, Root: procore.RootID},
		Destination: syncer.Endpoint{FS: s.handle.FileSystem(), Root: s.handle.Root()},
	}, nil)
	require.NoError(s.t, err)
	stream := syncer.Stream{Name: "procore photos", Feed: files, Side: syncer.Source, Pairs: []string{"photos"}}
	_, err = stream.Poll(s.t.Context(), s.store)
	require.NoError(s.t, err)
	report, err := engine.Run(s.t.Context(), nil)
	require.NoError(s.t, err)
	time.Sleep(time.Minute)
	return report
}

const (
	listAlbums = "GET /rest/v1.0/image_categories"
	listImages = "GET /rest/v1.0/images"
)

func TestAFeedInWhichNothingHappenedCostsTwoCallsAndThePagesOfTheNumbers(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		for i := range 3 {
			s.add("Site", "IMG_1.jpg", fmt.Sprint("photo ", i))
		}
		files := s.open(t, s.project, procore.Options{})
		s.follow(files)
		s.follow(files) // which hears of nothing that it has written
		s.ForgetCalls()
		report := s.follow(files)
		require.Equal(t, syncer.Totals{}, report.Totals)
		calls := s.Calls()
		maps.DeleteFunc(calls, func(_ string, n int) bool { return n == 0 })
		require.Equal(t, map[string]int{listAlbums: 1, listImages: 2}, calls)
	})
}

func TestWhatWeDoWithPhotosCostsNoLook(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		s.add("Site", "IMG_1.jpg", "one")
		s.add("Roof", "IMG_1.jpg", "two")
		files := s.open(t, s.project, procore.Options{})
		s.follow(files)
		for _, step := range []struct {
			what  string
			looks int // at those that were replaced: are they gone?
			do    func()
		}{
			{"photos are sent", 0, func() {
				for i := range 9 {
					s.bob.Add(fmt.Sprintf("Site/new %d.jpg", i), fmt.Sprint("new ", i))
				}
			}},
			{"some are moved", 0, func() {
				for i := range 3 {
					s.bob.Move(fmt.Sprintf("Site/new %d.jpg", i), fmt.Sprintf("Roof/new %d.jpg", i))
				}
			}},
			{"some are edited", 3, func() {
				for i := range 3 {
					s.bob.Write(fmt.Sprintf("Roof/new %d.jpg", i), fmt.Sprint("edited ", i))
				}
			}},
		} {
			step.do()
			require.NoError(t, s.store.Append(t.Context(), "photos", syncer.Hint{Side: syncer.Destination, Full: true}))
			require.Positive(t, s.follow(files).Totals.Writes)
			s.ForgetCalls()
			require.Zero(t, s.follow(files).Totals.Writes)
			require.Equal(t, step.looks, s.Calls()["GET /rest/v1.0/images/{id}"], step.what)
			require.Equal(t, 2, s.Calls()[listImages], step.what)
		}
	})
}

func TestWhatPeopleDoWithPhotosIsHeardOf(t *testing.T) {
	t.Parallel()
	for name, process := range map[string]func(s *studio, files *procore.Photos) *procore.Photos{
		"in one process": func(_ *studio, files *procore.Photos) *procore.Photos { return files },
		"in a process that knows nothing of before": func(s *studio, _ *procore.Photos) *procore.Photos {
			return s.open(s.t, s.project, procore.Options{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inStudio(t, unlimited(), func(t *testing.T, s *studio) {
				s.add("Site", "IMG_1.jpg", "one", "two", "three")
				s.add("Roof", "IMG_1.jpg", "four")
				files := s.open(t, s.project, procore.Options{})
				s.follow(files)
				photos := s.ann.Photos(s.project)
				for _, step := range []struct {
					what string
					do   func() error
				}{
					{"a photo is taken", func() error { s.add("Site", "IMG_1.jpg", "five"); return nil }},
					{"two photos are deleted", func() error {
						require.NoError(t, s.ann.DeletePhoto(s.project, photos[0].ID))
						return s.ann.DeletePhoto(s.project, photos[1].ID)
					}},
					{"a photo is moved", func() error {
						_, err := s.ann.MovePhoto(s.project, photos[2].ID, s.album("Roof").ID)
						return err
					}},
					{"one comes and one goes", func() error {
						s.add("Roof", "IMG_2.jpg", "six")
						return s.ann.DeletePhoto(s.project, photos[2].ID)
					}},
					{"one comes back", func() error { return s.ann.RetrievePhoto(s.project, photos[0].ID) }},
					{"an album is renamed", func() error { return s.ann.RenameAlbum(s.project, s.album("Roof").ID, "Top") }},
					{"an album is made", func() error { _, err := s.ann.AddAlbum(s.project, "New"); return err }},
					{"it is deleted", func() error { return s.ann.DeleteAlbum(s.project, s.album("New").ID) }},
				} {
					require.NoError(t, step.do(), step.what)
					files = process(s, files)
					report := s.follow(files)
					require.Empty(t, report.Failures, step.what)
					require.Equal(t, s.places(), s.diskPlaces(), step.what)
				}
			})
		})
	}
}

// places are the albums, and the contents of the photos in each.
func (s *studio) places() map[string][]string {
	out := map[string][]string{}
	for _, a := range s.ann.Albums(s.project) {
		out[a.Name] = nil
		for _, p := range s.ann.Photos(s.project) {
			if p.AlbumID == a.ID {
				body, err := s.ann.ReadPhoto(s.project, p.ID)
				require.NoError(s.t, err)
				out[a.Name] = append(out[a.Name], string(body))
			}
		}
		slices.Sort(out[a.Name])
	}
	return out
}

func (s *studio) diskPlaces() map[string][]string {
	out := map[string][]string{}
	for at, body := range s.disk.Tree() {
		for i := range at {
			if at[i] != '/' {
				continue
			}
			if _, known := out[at[:i]]; !known {
				out[at[:i]] = nil
			}
			if i < len(at)-1 {
				out[at[:i]] = append(out[at[:i]], body)
			}
		}
	}
	for _, bodies := range out {
		slices.Sort(bodies)
	}
	return out
}

func TestAPhotoIsHeardOfOnce(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		s.add("Site", "IMG_1.jpg", "one")
		files := s.open(t, s.project, procore.Options{})
		at, err := files.Now(t.Context())
		require.NoError(t, err)
		photo := s.add("Site", "IMG_1.jpg", "two")[0] // in the same second
		id := "f" + strconv.FormatInt(photo.ID, 10)
		hints, next, more, err := files.Changes(t.Context(), at)
		require.NoError(t, err)
		require.False(t, more)
		require.Len(t, hints, 1)
		require.Equal(t, []string{id, strconv.FormatInt(s.album("Site").ID, 10), procore.RootID}, append([]string{hints[0].ID}, hints[0].Within...))
		hints, _, _, err = files.Changes(t.Context(), next)
		require.NoError(t, err)
		require.Empty(t, hints)

		// Another process that reads from the first position again hears the same, and needs no full scan.
		again, _, _, err := s.open(t, s.project, procore.Options{}).Changes(t.Context(), at)
		require.NoError(t, err)
		require.Len(t, again, 1)
		require.Equal(t, id, again[0].ID)

		// If one has gone meanwhile, it does.
		require.NoError(t, s.ann.DeletePhoto(s.project, s.ann.Photos(s.project)[0].ID))
		again, _, _, err = s.open(t, s.project, procore.Options{}).Changes(t.Context(), next)
		require.NoError(t, err)
		require.Len(t, again, 1)
		require.True(t, again[0].Full)
	})
}

func TestAPositionOfPhotosThatIsTooOldOrForeignIsRefused(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		files := s.open(t, s.project, procore.Options{})
		at, err := files.Now(t.Context())
		require.NoError(t, err)
		for _, foreign := range []syncer.Cursor{"", "x", "procore1:" + at[len("procorephotos1:"):], "procorephotos1:{}", "procorephotos1:{\"at\":-1}"} {
			_, _, _, err = files.Changes(t.Context(), foreign)
			require.ErrorIs(t, err, syncer.ErrCursor, foreign)
		}
		time.Sleep(8 * 24 * time.Hour)
		_, _, _, err = files.Changes(t.Context(), at)
		require.ErrorIs(t, err, syncer.ErrCursor)
	})
}
