package procore_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// tripper is a network that a test has in its hand.
type tripper func(r *http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// albumEntry is an album as a listing shows it.
func (s *studio) albumEntry(files *procore.Photos, name string) syncer.Entry {
	s.t.Helper()
	e, err := files.Look(s.t.Context(), strconv.FormatInt(s.album(name).ID, 10))
	require.NoError(s.t, err)
	return e
}

func TestAnAlbumThatHoldsWhatWeDoNotSeeIsNotDeleted(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		s.add("Site", "a.jpg", "a")
		m := &meddler{next: s.HTTPClient().Transport, after: func(r *http.Request, answer *http.Response) {
			if strings.HasSuffix(r.URL.Path, "/images") {
				nothing(answer)
			}
		}}
		m.on.Store(true)
		files := s.open(t, s.project, procore.Options{HTTP: m})
		_, err := files.Delete(t.Context(), s.albumEntry(files, "Site"))
		require.ErrorIs(t, err, fs.ErrExist)
		require.Len(t, s.photos(), 1)
	})
}

func TestAnAlbumGetsNoNameThatAnotherHasEvenIfProcoreWouldLetIt(t *testing.T) {
	o := unlimited()
	o.Switches.AlbumNamesRepeat = true
	inStudio(t, o, func(t *testing.T, s *studio) {
		s.add("North", "a.jpg", "a")
		s.add("South", "b.jpg", "b")
		files := s.open(t, s.project, procore.Options{})
		root := syncer.Entry{ID: procore.RootID, Kind: syncer.Folder}
		_, err := files.Move(t.Context(), s.albumEntry(files, "North"), root, "SOUTH")
		require.ErrorIs(t, err, fs.ErrExist)
		_, err = files.CreateFolder(t.Context(), root, "north")
		require.ErrorIs(t, err, fs.ErrExist)
		require.Len(t, s.ann.Albums(s.project), 3)
	})
}

func TestUnclassifiedIsNotEvenAskedForAChange(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		files := s.open(t, s.project, procore.Options{})
		album := s.albumEntry(files, procore.Unclassified)
		require.True(t, album.Facts.Fixed)
		s.ForgetCalls()
		_, err := files.Move(t.Context(), album, syncer.Entry{ID: procore.RootID, Kind: syncer.Folder}, "Sorted")
		require.ErrorIs(t, err, syncer.ErrRefused)
		_, err = files.Delete(t.Context(), album)
		require.ErrorIs(t, err, syncer.ErrRefused)
		require.Empty(t, s.changing())
	})
}

func TestAPhotoWhoseAnswerWasLostIsMadeOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]procoretest.Fault{
		"it never came":         {Reset: true},
		"it came":               {Reset: true, When: procoretest.AfterEffect},
		"it comes late":         {Reset: true, When: procoretest.LateEffect, Delay: 5 * time.Second},
		"it came, says a proxy": {Status: 502, Plain: true, When: procoretest.AfterEffect},
	} {
		t.Run(name, func(t *testing.T) {
			o := unlimited()
			o.Switches.UploadsReusable = true
			inStudio(t, o, func(t *testing.T, s *studio) {
				s.add("Site", "b.jpg", "b")
				files := s.open(t, s.project, procore.Options{})
				site := s.albumEntry(files, "Site")
				first, err := files.CreateFile(t.Context(), site, "a.jpg", contents("a"))
				require.NoError(t, err)
				time.Sleep(time.Hour)
				fault.Route = "POST /rest/v1.0/images"
				require.NoError(t, s.Inject(fault))
				second, err := files.CreateFile(t.Context(), site, "a.jpg", contents("a"))
				require.NoError(t, err)
				require.NotEqual(t, first.ID, second.ID, "the same bytes under the same name were there before")
				time.Sleep(time.Hour)
				require.Equal(t, []string{"Site/a.jpg: a", "Site/a.jpg: a", "Site/b.jpg: b"}, s.photos())
			})
		})
	}
}

func TestTwoEqualPhotosThatAreMadeAtOnceAreTwo(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]procoretest.Fault{
		"the first never came":  {Reset: true},
		"the first came":        {Reset: true, When: procoretest.AfterEffect},
		"the first comes late":  {Reset: true, When: procoretest.LateEffect, Delay: 5 * time.Second},
		"neither's answer came": {Reset: true, When: procoretest.AfterEffect, Times: 2},
	} {
		t.Run(name, func(t *testing.T) {
			o := unlimited()
			o.Switches.UploadsReusable = true
			inStudio(t, o, func(t *testing.T, s *studio) {
				s.add("Site", "b.jpg", "b")
				fault.Route = "POST /rest/v1.0/images"
				require.NoError(t, s.Inject(fault))
				files := s.open(t, s.project, procore.Options{})
				site := s.albumEntry(files, "Site")
				var made [2]syncer.Entry
				var group errgroup.Group
				for n := range made {
					group.Go(func() (err error) {
						made[n], err = files.CreateFile(t.Context(), site, "a.jpg", contents("a"))
						return err
					})
				}
				require.NoError(t, group.Wait())
				require.NotEqual(t, made[0].ID, made[1].ID)
				time.Sleep(time.Hour)
				require.Equal(t, []string{"Site/a.jpg: a", "Site/a.jpg: a", "Site/b.jpg: b"}, s.photos())
			})
		})
	}
}

func TestAPhotoThatIsReplacedByTheSameBytesNeverPassesForTheNewOne(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		s.add("Site", "b.jpg", "b")
		files := s.open(t, s.project, procore.Options{})
		first, err := files.CreateFile(t.Context(), s.albumEntry(files, "Site"), "a.jpg", contents("a"))
		require.NoError(t, err)
		require.NoError(t, s.Inject(procoretest.Fault{Route: "POST /rest/v1.0/images", Reset: true})) // it never came
		second, err := files.UpdateFile(t.Context(), first, contents("a"))
		if err == nil {
			require.NotEqual(t, first.ID, second.ID)
		}
		time.Sleep(time.Hour)
		require.Equal(t, []string{"Site/a.jpg: a", "Site/b.jpg: b"}, s.photos())
	})
}

func TestAnAlbumThatSomebodyElseHasFilledIsNotTheOneThatWasToBeMade(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		next := s.HTTPClient().Transport
		files := s.open(t, s.project, procore.Options{HTTP: tripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/image_categories") {
				s.add("Site", "a.jpg", "a")
				return nil, io.ErrUnexpectedEOF
			}
			return next.RoundTrip(r)
		})})
		_, err := files.CreateFolder(t.Context(), syncer.Entry{ID: procore.RootID, Kind: syncer.Folder}, "Site")
		require.Error(t, err)
		require.False(t, syncer.NotDone(err))
	})
}

func TestAListingShowsAPhotoOnceAndItsAlbumBeforeIt(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		s.add("Site", "a.jpg", "a")
		m := &meddler{next: s.HTTPClient().Transport}
		m.before = func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/images") {
				s.add("Roof", "b.jpg", "b") // after the albums were listed
			}
		}
		m.after = func(r *http.Request, answer *http.Response) {
			if !strings.HasSuffix(r.URL.Path, "/images") {
				return
			}
			body, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			photos := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(body)), "["), "]")
			twice := "[" + photos + "," + photos + "]" // a page slipped
			answer.Body, answer.ContentLength = io.NopCloser(strings.NewReader(twice)), int64(len(twice))
			answer.Header.Set("Content-Length", strconv.Itoa(len(twice)))
		}
		m.on.Store(true)
		files := s.open(t, s.project, procore.Options{HTTP: m})
		there := map[string]bool{}
		for e, err := range files.List(t.Context(), syncer.Entry{ID: procore.RootID}, "") {
			require.NoError(t, err)
			require.False(t, there[e.ID], "%q is listed twice", e.Name)
			there[e.ID] = true
			require.True(t, e.ID == procore.RootID || there[e.ParentID], "%q comes before what holds it", e.Name)
		}
		require.Len(t, there, 6) // the root, three albums, two photos
	})
}

// blinks makes one photo miss in the answers of listings whose turn it is, though their total counts it.
func blinks(t *testing.T, next http.RoundTripper, misses func(turn int) int) tripper {
	t.Helper()
	turn := 0
	return func(r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err != nil || r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/images") {
			return answer, err
		}
		turn++
		var photos []json.RawMessage
		require.NoError(t, json.NewDecoder(answer.Body).Decode(&photos))
		if at := misses(turn); at >= 0 {
			photos = slices.Delete(photos, at, at+1)
		}
		body, err := json.Marshal(photos)
		require.NoError(t, err)
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		answer.Header.Set("Content-Length", strconv.Itoa(len(body)))
		return answer, nil
	}
}

func TestAListingThatPassesOverAPhotoIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		misses       func(turn int) int
		shown, turns int
		fails        bool
	}{
		"the first reading misses one":        {func(turn int) int { return []int{1, -1, -1}[turn-1] }, 3, 2, false},
		"one is never for us":                 {func(int) int { return 1 }, 2, 2, false},
		"each reading misses another one":     {func(turn int) int { return turn - 1 }, 3, 3, true},
		"a reading misses what another shows": {func(turn int) int { return []int{0, 2, 2}[turn-1] }, 3, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			inStudio(t, unlimited(), func(t *testing.T, s *studio) {
				s.add("Site", "a.jpg", "one", "two", "three")
				turns := 0
				files := s.open(t, s.project, procore.Options{HTTP: blinks(t, s.HTTPClient().Transport, func(turn int) int {
					turns = turn
					return c.misses(turn)
				})})
				shown := map[string]int{}
				var failed error
				for e, err := range files.List(t.Context(), syncer.Entry{ID: procore.RootID}, "") {
					if failed = err; err == nil && e.Kind == syncer.File {
						shown[e.ID]++
					}
				}
				require.Equal(t, c.fails, failed != nil, "%v", failed)
				require.Equal(t, c.turns, turns)
				require.Len(t, shown, c.shown)
				for id, times := range shown {
					require.Equal(t, 1, times, id)
				}
			})
		})
	}
}

func TestAPhotoThatWasCutGoesOnWhereItWas(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		photo := s.add("Site", "a.jpg", strings.Repeat("pixels ", 100))[0]
		files := s.open(t, s.project, procore.Options{})
		e, err := files.Look(t.Context(), "f"+strconv.FormatInt(photo.ID, 10))
		require.NoError(t, err)
		require.NoError(t, s.Inject(procoretest.Fault{Route: "GET /pro-core.com/files/{key}", Cut: 300}))
		body, err := files.Open(t.Context(), e)
		require.NoError(t, err)
		require.Equal(t, strings.Repeat("pixels ", 100), all(t, body))
	})
}
