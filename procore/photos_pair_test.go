package procore_test

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// studio is a pair: the photos of a project and a folder of a service like Box, with people who edit
// both.
type studio struct {
	*gallery

	t        *testing.T
	project  int64
	disk     *syncertest.Service
	bob      *syncertest.User // edits the folder; Ann edits the photos
	store    *memory.Store
	policies syncer.Policies
	report   *syncer.Report
	handle   *syncertest.Handle // of the last run
}

// inStudio runs a test on virtual time.
func inStudio(t *testing.T, o procoretest.Options, test func(t *testing.T, s *studio)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &studio{t: t, gallery: newGallery(t, o), store: memory.New(memory.Options{})}
		s.project = s.Project().ID
		s.disk = syncertest.New(syncertest.Options{Now: time.Now}, nil)
		s.bob = s.disk.User("bob")
		test(t, s)
	})
}

func quiet() procoretest.Options { return procoretest.Options{Limits: procoretest.NoLimits} }

// run lets a new process run once, a minute later.
func (s *studio) run() *syncer.Report {
	s.t.Helper()
	time.Sleep(time.Minute)
	s.handle = s.disk.Connect()
	engine, err := syncer.New(s.store, syncer.Pair{
		Name:        "photos",
		Source:      syncer.Endpoint{FS: s.open(s.t, s.project, procore.Options{}), Root: procore.RootID},
		Destination: syncer.Endpoint{FS: s.handle.FileSystem(), Root: s.handle.Root()},
	}, &syncer.Options{Policies: s.policies})
	require.NoError(s.t, err)
	s.report, err = engine.Run(s.t.Context(), &syncer.RunOptions{Full: true})
	require.NoError(s.t, err)
	require.Empty(s.t, s.report.Incomplete)
	return s.report
}

// deletesOff keeps deletes from being carried over.
func (s *studio) deletesOff() {
	s.policies = syncer.Policies{Guards: []syncer.Guard{policy.DeletesOff{}}, Gates: []syncer.Gate{policy.DeletesOff{}}}
}

// requireIdle demands that nothing is left to do: another run writes nothing and reads no contents.
func (s *studio) requireIdle() {
	s.t.Helper()
	require.Empty(s.t, s.report.Failures)
	s.ForgetCalls()
	s.run()
	require.Empty(s.t, s.report.Failures)
	require.Empty(s.t, s.handle.Writes())
	require.Empty(s.t, s.changing())
}

// changing are the calls to Procore since the last ForgetCalls that do more than read lists and items.
func (s *studio) changing() map[string]int {
	calls := s.Calls()
	maps.DeleteFunc(calls, func(route string, n int) bool {
		return n == 0 || strings.HasPrefix(route, "GET /rest/")
	})
	return calls
}

// album returns the album of a name.
func (s *studio) album(name string) procoretest.Album {
	for _, a := range s.ann.Albums(s.project) {
		if a.Name == name {
			return a
		}
	}
	s.t.Fatalf("there is no album %q", name)
	return procoretest.Album{}
}

// add makes photos in an album, which is made if need be.
func (s *studio) add(album, name string, contents ...string) (photos []procoretest.Photo) {
	s.t.Helper()
	if !slices.ContainsFunc(s.ann.Albums(s.project), func(a procoretest.Album) bool { return a.Name == album }) {
		_, err := s.ann.AddAlbum(s.project, album)
		require.NoError(s.t, err)
	}
	for _, body := range contents {
		photo, err := s.ann.AddPhoto(s.project, s.album(album).ID, name, []byte(body))
		require.NoError(s.t, err)
		photos = append(photos, photo)
	}
	return photos
}

// photos are those of Procore as "album/name: contents", in order.
func (s *studio) photos() []string {
	s.t.Helper()
	albums := map[int64]string{}
	for _, a := range s.ann.Albums(s.project) {
		albums[a.ID] = a.Name
	}
	var all []string
	for _, p := range s.ann.Photos(s.project) {
		body, err := s.ann.ReadPhoto(s.project, p.ID)
		require.NoError(s.t, err)
		all = append(all, albums[p.AlbumID]+"/"+p.Name+": "+string(body))
	}
	slices.Sort(all)
	return all
}

// bodies are the contents of all files, in order, of either side.
func bodiesOf(tree []string) []string {
	var all []string
	for _, line := range tree {
		_, body, _ := strings.Cut(line, ": ")
		all = append(all, body)
	}
	slices.Sort(all)
	return all
}

// files are those of the folder as "path: contents", in order.
func (s *studio) files() []string {
	var all []string
	for at, body := range s.disk.Tree() {
		if !strings.HasSuffix(at, "/") {
			all = append(all, at+": "+body)
		}
	}
	slices.Sort(all)
	return all
}

// withBody is where the file with these contents stands.
func (s *studio) withBody(body string) string {
	s.t.Helper()
	for at, b := range s.disk.Tree() {
		if b == body && !strings.HasSuffix(at, "/") {
			return at
		}
	}
	s.t.Fatalf("no file holds %q", body)
	return ""
}

func TestAHundredPhotosOfOneNameHaveAHundredNamesThatStay(t *testing.T) {
	inStudio(t, quiet(), func(t *testing.T, s *studio) {
		var bodies []string
		for i := range 100 {
			bodies = append(bodies, fmt.Sprintf("photo %02d", i))
		}
		s.add("Site", "IMG_1128.jpg", bodies...)
		s.run()
		require.Equal(t, bodies, bodiesOf(s.files()))
		require.True(t, s.disk.Has("Site/IMG_1128.jpg"))
		s.requireIdle()

		// Whoever has the plain name goes, and nobody else gets it.
		names := map[string]string{}
		for at, body := range s.disk.Tree() {
			names[body] = at
		}
		first := s.disk.Tree()["Site/IMG_1128.jpg"]
		for _, p := range s.ann.Photos(s.project) {
			if body, err := s.ann.ReadPhoto(s.project, p.ID); err == nil && string(body) == first {
				require.NoError(t, s.ann.DeletePhoto(s.project, p.ID))
			}
		}
		s.run()
		require.Len(t, s.files(), 99)
		for _, line := range s.files() {
			at, body, _ := strings.Cut(line, ": ")
			require.Equal(t, names[body], at)
		}
		s.requireIdle()

		// They are told apart: one is edited, one moved, one deleted in the folder.
		edited := s.withBody("photo 41")
		s.bob.Write(edited, "photo 41, edited")
		s.bob.Mkdir("Roof")
		s.bob.Move(s.withBody("photo 42"), "Roof/IMG_1128.jpg")
		s.bob.Remove(s.withBody("photo 43"))
		s.run()
		require.Equal(t, bodiesOf(s.files()), bodiesOf(s.photos()))
		require.Contains(t, s.photos(), "Roof/IMG_1128.jpg: photo 42")
		require.Contains(t, s.photos(), "Site/IMG_1128.jpg: photo 41, edited")
		require.Equal(t, "photo 41, edited", s.disk.Tree()[edited])
		s.requireIdle()
	})
}

func TestARenameInTheFolderIsKeptThereWithoutAnErrorEachRun(t *testing.T) {
	inStudio(t, quiet(), func(t *testing.T, s *studio) {
		s.add("Site", "IMG_1.jpg", "one")
		s.run()
		s.bob.Rename("Site/IMG_1.jpg", "Slab edge.jpg")
		s.run()
		s.requireIdle()
		require.Equal(t, []string{"Site/IMG_1.jpg: one"}, s.photos())
		require.Equal(t, []string{"Site/Slab edge.jpg: one"}, s.files())

		// It keeps its name when it is moved, on either side, and when it is edited.
		s.bob.Mkdir("Roof")
		s.bob.Move("Site/Slab edge.jpg", "Roof/Slab edge.jpg")
		s.run()
		require.Equal(t, []string{"Roof/IMG_1.jpg: one"}, s.photos())
		_, err := s.ann.MovePhoto(s.project, s.ann.Photos(s.project)[0].ID, s.album("Site").ID)
		require.NoError(t, err)
		s.run()
		s.bob.Write("Site/Slab edge.jpg", "two")
		s.run()
		require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.photos())
		require.Equal(t, []string{"Site/Slab edge.jpg: two"}, s.files())
		s.requireIdle()
	})
}

func TestAnEditInTheFolderIsANewPhotoAndTheOldOneNeverComesBackAsNew(t *testing.T) {
	t.Parallel()
	for _, deletes := range []bool{true, false} {
		t.Run(fmt.Sprint("deletes on: ", deletes), func(t *testing.T) {
			inStudio(t, quiet(), func(t *testing.T, s *studio) {
				if !deletes {
					s.deletesOff()
				}
				old := s.add("Site", "IMG_1.jpg", "one")[0]
				_, err := s.ann.DescribePhoto(s.project, old.ID, "the slab edge")
				require.NoError(t, err)
				s.run()
				s.bob.Write("Site/IMG_1.jpg", "two")
				s.run()
				now := s.ann.Photos(s.project)
				require.Len(t, now, 1)
				require.NotEqual(t, old.ID, now[0].ID)
				require.Equal(t, "the slab edge", now[0].Description)
				require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.photos())
				s.requireIdle()

				// Somebody takes the old one out of the bin: it is a leftover.
				require.NoError(t, s.ann.RetrievePhoto(s.project, old.ID))
				s.run()
				require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.files())
				require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.photos())
				s.requireIdle()
			})
		})
	}
}

func TestTheOldPhotoStaysUntilTheNewOneWasReadBack(t *testing.T) {
	t.Parallel()
	for _, deletes := range []bool{true, false} {
		t.Run(fmt.Sprint("deletes on: ", deletes), func(t *testing.T) {
			inStudio(t, quiet(), func(t *testing.T, s *studio) {
				if !deletes {
					s.deletesOff()
				}
				s.add("Site", "IMG_1.jpg", "one")
				s.run()
				s.bob.Write("Site/IMG_1.jpg", "two")
				require.NoError(t, s.Inject(procoretest.Fault{Route: "GET /pro-core.com/files/{key}", Times: -1, Status: 500}))
				for range 4 {
					s.run()
					require.Equal(t, []string{"Site/IMG_1.jpg: one", "Site/IMG_1.jpg: two"}, s.photos(), "and no third one")
					require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.files())
					time.Sleep(2 * time.Hour)
				}
				s.ClearFaults()
				s.run()
				require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.photos())
				require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.files())
				s.requireIdle()
			})
		})
	}
}

func TestANewPhotoThatIsNotAsItWasSentGoesAndTheOldOneStays(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		s.add("Site", "IMG_1.jpg", "one")
		s.run()
		s.bob.Write("Site/IMG_1.jpg", "two")
		require.NoError(t, s.Inject(procoretest.Fault{Route: "GET /pro-core.com/files/{key}", Times: -1, Short: 1}))
		for range 3 {
			s.run()
			require.Equal(t, []string{"Site/IMG_1.jpg: one"}, s.photos())
			require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.files())
			require.Len(t, s.report.Failures, 1)
			require.Contains(t, s.report.String(), "procore keeps")
			time.Sleep(2 * time.Hour)
		}
		s.ClearFaults()
		s.run()
		require.Equal(t, []string{"Site/IMG_1.jpg: two"}, s.photos())
		s.requireIdle()
	})
}

func TestDeletesOfPhotosAreCarriedOverIfTheirSwitchIsOn(t *testing.T) {
	t.Parallel()
	for _, deletes := range []bool{true, false} {
		t.Run(fmt.Sprint("deletes on: ", deletes), func(t *testing.T) {
			inStudio(t, quiet(), func(t *testing.T, s *studio) {
				if !deletes {
					s.deletesOff()
				}
				s.add("Site", "a.jpg", "a")
				second := s.add("Site", "b.jpg", "b")[0]
				s.run()
				s.bob.Remove("Site/a.jpg")
				require.NoError(t, s.ann.DeletePhoto(s.project, second.ID))
				s.run()
				want := [2][]string{{"Site/a.jpg: a"}, {"Site/b.jpg: b"}}
				if deletes {
					want = [2][]string{}
				}
				require.Equal(t, want, [2][]string{s.photos(), s.files()})
				s.requireIdle()
			})
		})
	}
}

func TestAnEditStormMakesNoDuplicateAndNoTransferWithoutAChange(t *testing.T) {
	t.Parallel()
	for _, deletes := range []bool{true, false} {
		t.Run(fmt.Sprint("deletes on: ", deletes), func(t *testing.T) {
			inStudio(t, quiet(), func(t *testing.T, s *studio) {
				if !deletes {
					s.deletesOff()
				}
				random := rand.New(rand.NewPCG(8, 1))
				for i := range 12 {
					s.add(fmt.Sprint("Album ", i%3), "IMG_1.jpg", fmt.Sprint("photo ", i))
				}
				s.run()
				last := 100
				body := func() string { last++; return fmt.Sprint("photo ", last) }
				for range 25 {
					s.ForgetCalls()
					uploads, reads := 0, 0
					edited := map[string]bool{}
					for range 1 + random.IntN(5) {
						files := s.files()
						at, _, _ := strings.Cut(files[random.IntN(len(files))], ": ")
						switch random.IntN(3) {
						case 0:
							s.add(fmt.Sprint("Album ", random.IntN(3)), "IMG_1.jpg", body())
							reads++
						case 1:
							s.bob.Add(fmt.Sprintf("Album %d/new %d.jpg", random.IntN(3), last), body())
							uploads++
						default:
							if !edited[at] && s.report.Pair != "" && s.onBoth(at) {
								edited[at] = true
								s.bob.Write(at, body())
								uploads++
								reads++ // it is read back
							}
						}
					}
					s.run()
					require.Empty(t, s.report.Failures)
					require.Empty(t, s.report.Conflicts)
					calls := s.Calls()
					require.Equal(t, uploads, calls["POST /pro-core.com"], "uploads")
					require.Equal(t, reads, calls["GET /pro-core.com/files/{key}"], "downloads")
					require.Equal(t, bodiesOf(s.files()), bodiesOf(s.photos()))
				}
				s.requireIdle()
			})
		})
	}
}

// onBoth reports whether both sides have what stands there.
func (s *studio) onBoth(at string) bool {
	return slices.Contains(bodiesOf(s.photos()), s.disk.Tree()[at])
}

func TestUnclassifiedStaysAsItIs(t *testing.T) {
	inStudio(t, quiet(), func(t *testing.T, s *studio) {
		s.add("Site", "kept.jpg", "kept")
		s.add(procore.Unclassified, "a.jpg", "a")
		s.run()
		require.Equal(t, []string{"Site/kept.jpg: kept", "Unclassified/a.jpg: a"}, s.files())
		s.bob.Rename("Unclassified", "To be sorted")
		s.run()
		s.run()
		require.Equal(t, []string{"Site/kept.jpg: kept", "Unclassified/a.jpg: a"}, s.photos())
		require.Equal(t, []string{"Site/kept.jpg: kept", "To be sorted/a.jpg: a"}, s.files())
		s.requireIdle()

		// What comes into it still goes where it is kept.
		s.bob.Add("To be sorted/b.jpg", "b")
		s.add(procore.Unclassified, "c.jpg", "c")
		s.run()
		require.Equal(t, []string{"Site/kept.jpg: kept", "Unclassified/a.jpg: a", "Unclassified/b.jpg: b", "Unclassified/c.jpg: c"}, s.photos())
		require.Equal(t, []string{"a", "b", "c", "kept"}, bodiesOf(s.files()))
		s.requireIdle()

		// Deleting it deletes the photos in it, and nothing complains each run.
		s.bob.Remove("To be sorted")
		s.run()
		require.Equal(t, []string{"Site/kept.jpg: kept"}, s.photos())
		s.run()
		s.requireIdle()
		s.add(procore.Unclassified, "d.jpg", "d")
		s.run()
		require.Equal(t, []string{"d", "kept"}, bodiesOf(s.files()))
		s.requireIdle()
	})
}

func TestOnlyWhatProcoreTakesForPhotosIsSent(t *testing.T) {
	inStudio(t, quiet(), func(t *testing.T, s *studio) {
		s.bob.Add("Site/plan.pdf", "a plan")
		s.bob.Add("Site/a.jpg", "a")
		s.bob.Add("readme.txt", "read")
		s.bob.Add("b.jpg", "b")
		s.bob.Add("Site/Level 2/c.jpg", "c")
		s.run()
		require.Equal(t, []string{"Site/a.jpg: a"}, s.photos())
		why := map[string]string{}
		for _, skip := range s.report.Skips {
			why[skip.Path] = skip.Reason
		}
		require.Contains(t, why["Site/plan.pdf"], "takes no files of this type")
		require.Contains(t, why["readme.txt"], "takes no files")
		require.Contains(t, why["b.jpg"], "takes no files outside of folders")
		require.Contains(t, why["Site/Level 2"], "takes folders only 1 deep")
		s.requireIdle()
	})
}

func TestNamesOfAlbumsAreSwapped(t *testing.T) {
	inStudio(t, quiet(), func(t *testing.T, s *studio) {
		s.add("North", "a.jpg", "n")
		s.add("South", "a.jpg", "s")
		s.run()
		s.bob.Rename("North", "x")
		s.bob.Rename("South", "North")
		s.bob.Rename("x", "South")
		s.run()
		s.run()
		require.Equal(t, []string{"North/a.jpg: s", "South/a.jpg: n"}, s.photos())
		s.requireIdle()
	})
}

func TestWhatIsSaidOfAPhotoIsAFactAndStaysWhenItIsEdited(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		ctx, in := t.Context(), procore.InProject(procore.ID(s.project))
		s.add("Site", "other.jpg", "other")
		client := s.client(t, procore.Options{})
		upload, err := client.Upload(ctx, in, "a.jpg", contents("a"))
		require.NoError(t, err)
		said := &procore.Image{
			Description: "rebar", Private: true, Starred: true,
			Location: &procore.Location{ID: 5}, Trades: []procore.Trade{{ID: 7}, {ID: 8}},
		}
		photo, err := client.PostImages(ctx, in, procore.NewImage{
			Filename: "a.jpg", AlbumID: procore.ID(s.album("Site").ID), Upload: upload, Like: said,
		})
		require.NoError(t, err)

		files := s.open(t, s.project, procore.Options{})
		look := func(id procore.ID) *syncer.Facts {
			seen, err := files.Look(ctx, "f"+id.String())
			require.NoError(t, err)
			return seen.Facts
		}
		facts := look(photo.ID)
		require.Equal(t, "rebar", facts.Description)
		require.Equal(t, "Location 5", facts.Location)
		require.True(t, facts.Private)
		require.True(t, photo.TakenAt.Equal(facts.Taken) && !facts.Taken.IsZero(), facts.Taken)
		require.Equal(t, strconv.FormatInt(s.Home().ID, 10), facts.Author)

		s.run()
		s.bob.Write("Site/a.jpg", "a, brighter")
		s.run()
		var now *procore.Image
		for image, err := range client.GetImages(ctx, in, procore.ImageQuery{}) {
			require.NoError(t, err)
			if image.Filename == "a.jpg" {
				now = &image
			}
		}
		require.NotEqual(t, photo.ID, now.ID)
		require.Equal(t, []any{"rebar", true, true, procore.ID(5)}, []any{now.Description, now.Private, now.Starred, now.Location.ID})
		require.Len(t, now.Trades, 2)
		require.Equal(t, "Location 5", look(now.ID).Location)
	})
}

func TestPhotosCostNoMoreCallsThanProcoreNeeds(t *testing.T) {
	inStudio(t, quiet(), func(t *testing.T, s *studio) {
		const (
			albums, images, image = "GET /rest/v1.0/image_categories", "GET /rest/v1.0/images", "GET /rest/v1.0/images/{id}"
			upload, post          = "POST /rest/v1.1/projects/{project_id}/uploads", "POST /rest/v1.0/images"
			patch, remove         = "PATCH /rest/v1.0/images/{id}", "DELETE /rest/v1.0/images/{id}"
		)
		for i := range 3 {
			s.add(fmt.Sprint("Album ", i), "IMG_1.jpg", fmt.Sprint("photo ", i))
		}
		s.run()
		files := s.open(t, s.project, procore.Options{})
		ctx := t.Context()
		album := syncer.Entry{ID: strconv.FormatInt(s.album("Album 0").ID, 10), Kind: syncer.Folder}
		other := syncer.Entry{ID: strconv.FormatInt(s.album("Album 1").ID, 10), Kind: syncer.Folder}
		var file syncer.Entry
		must := func(e syncer.Entry, err error) syncer.Entry {
			t.Helper()
			require.NoError(t, err)
			return e
		}
		for _, step := range []struct {
			name string
			do   func()
			want map[string]int
		}{
			{"a photo is sent", func() { file = must(files.CreateFile(ctx, album, "new.jpg", contents("new"))) }, map[string]int{upload: 1, post: 1}},
			{"it is moved", func() { file = must(files.Move(ctx, file, other, "new.jpg")) }, map[string]int{image: 1, patch: 1}},
			{"it is edited", func() { file = must(files.UpdateFile(ctx, file, contents("edited"))) }, map[string]int{upload: 1, image: 2, post: 1, remove: 1}},
			{"it is read", func() {
				body, err := files.Open(ctx, file)
				require.NoError(t, err)
				_, err = io.ReadAll(body)
				require.NoError(t, err)
				require.NoError(t, body.Close())
			}, map[string]int{image: 1}},
			{"it is deleted", func() {
				_, err := files.Delete(ctx, file)
				require.NoError(t, err)
			}, map[string]int{image: 1, remove: 1}},
			{"nothing happened", func() { s.run() }, map[string]int{albums: 1, images: 1}},
		} {
			s.ForgetCalls()
			step.do()
			calls := s.Calls()
			maps.DeleteFunc(calls, func(route string, n int) bool { return n == 0 || !strings.Contains(route, " /rest/") })
			require.Equal(t, step.want, calls, step.name)
		}
	})
}
