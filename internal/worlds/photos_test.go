package worlds_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// photoWorld is the photos of a project and a folder of Box, with an engine between them that goes by the
// feeds of both. Ann works in Procore, and Bob on Box.
type photoWorld struct {
	*rand.Rand

	t       *testing.T
	fake    *procoretest.Procore
	ann     *procoretest.Person
	project int64
	box     *boxDesk
	store   *memory.Store
	edits   int
	alive   map[string]bool // contents that nobody has deleted or replaced
	killed  int
}

func newPhotoWorld(t *testing.T, seed uint64) *photoWorld {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 12))
	s := (&drawer{Rand: random}).setup()
	fake, err := procoretest.New(procoretest.Options{Limits: procoretest.NoLimits, Switches: s.Procore})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	desk, err := newBoxDesk(t, s, logTo(io.Discard))
	require.NoError(t, err)
	w := &photoWorld{
		Rand: random, t: t, fake: fake, ann: fake.AddUser("Ann", "ann@x.example"), project: fake.Project().ID, box: desk,
		store: memory.New(memory.Options{}), alive: map[string]bool{},
	}
	require.NoError(t, desk.do(edit{Do: "mkdir", Path: "Stays"}))
	require.NoError(t, desk.do(edit{Do: "write", Path: "Stays/stays.jpg", Text: "stays"}))
	w.alive["stays"] = true
	return w
}

// dying ends a process at one of its calls, before it is sent or after.
type dying struct {
	next http.RoundTripper
	seen *atomic.Int64 // of both services
	at   int64
	late bool
	kill func()
}

func (d dying) RoundTrip(r *http.Request) (*http.Response, error) {
	last := d.seen.Add(1) == d.at
	if last && !d.late {
		d.kill()
	}
	answer, err := d.next.RoundTrip(r)
	if last {
		d.kill()
	}
	return answer, err
}

// process hears of what changed and runs once. It dies at its n-th call, unless n is 0.
func (w *photoWorld) process(n int, full bool) (*syncer.Report, error) {
	ctx, kill := context.WithCancel(w.t.Context())
	defer kill()
	var seen atomic.Int64
	late := w.IntN(2) == 0
	through := func(next http.RoundTripper) http.RoundTripper { return dying{next, &seen, int64(n), late, kill} }
	urls := w.fake.URLs()
	client, err := procore.New(procore.Options{
		Bases: procore.Bases{API: urls.API, Login: urls.Login}, CompanyID: procore.ID(w.fake.Company().ID),
		Tokens: procore.Fixed(w.fake.Token()), HTTP: through(w.fake.HTTPClient().Transport),
	})
	require.NoError(w.t, err)
	photos, err := procore.NewPhotos(ctx, client, procore.InProject(procore.ID(w.project)), &procore.FileSystemOptions{
		User: &procore.Person{ID: procore.ID(w.fake.Home().ID)},
	})
	require.NoError(w.t, err)
	files, _, err := w.box.connect(ctx, through)
	require.NoError(w.t, err)
	engine, err := syncer.New(w.store, syncer.Pair{
		Name:        "photos",
		Source:      syncer.Endpoint{FS: photos, Root: procore.RootID},
		Destination: syncer.Endpoint{FS: files, Root: w.box.root()},
	}, nil)
	require.NoError(w.t, err)
	defer func() {
		if ctx.Err() != nil {
			w.killed++
		}
	}()
	for side, feed := range []syncer.Feed{photos, files.(syncer.Feed)} {
		stream := syncer.Stream{Name: fmt.Sprint(side), Feed: feed, Side: syncer.Side(side), Pairs: []string{"photos"}}
		if _, err := stream.Poll(ctx, w.store); err != nil {
			return nil, err
		}
	}
	return engine.Run(ctx, &syncer.RunOptions{Full: full})
}

// faults lets some calls of either service go wrong.
func (w *photoWorld) faults() {
	d := &drawer{Rand: w.Rand}
	for range w.IntN(5) {
		f := d.fault()
		if f.On == syncer.Destination {
			require.NoError(w.t, w.box.inject(f))
			continue
		}
		require.NoError(w.t, (&projectDesk{fake: w.fake}).inject(f))
	}
}

// edit lets somebody change something. What makes no sense does not happen.
func (w *photoWorld) edit() {
	w.edits++
	text := fmt.Sprint("photo ", w.edits)
	if w.IntN(2) == 0 {
		w.editPhotos(text)
		return
	}
	w.editFolder(text)
}

func (w *photoWorld) editPhotos(text string) {
	albums := w.ann.Albums(w.project)
	album := albums[w.IntN(len(albums))]
	photos := slices.DeleteFunc(w.ann.Photos(w.project), func(p procoretest.Photo) bool { return p.Name == "stays.jpg" })
	if len(photos) == 0 || w.IntN(2) == 0 {
		if _, err := w.ann.AddPhoto(w.project, album.ID, "IMG_1.jpg", []byte(text)); err == nil {
			w.alive[text] = true
		}
		return
	}
	photo := photos[w.IntN(len(photos))]
	old, err := w.ann.ReadPhoto(w.project, photo.ID)
	require.NoError(w.t, err)
	switch w.IntN(4) {
	case 0:
		_, _ = w.ann.MovePhoto(w.project, photo.ID, album.ID)
	case 1:
		if w.ann.DeletePhoto(w.project, photo.ID) == nil {
			delete(w.alive, string(old))
		}
	case 2:
		_, _ = w.ann.AddAlbum(w.project, fmt.Sprint("Album ", w.IntN(4)))
	case 3:
		if album.Name != "Stays" {
			_ = w.ann.RenameAlbum(w.project, album.ID, fmt.Sprint("Album ", w.IntN(6)))
		}
	}
}

func (w *photoWorld) editFolder(text string) {
	tree, err := w.box.tree()
	require.NoError(w.t, err)
	var files, folders []string
	for _, at := range slices.Sorted(maps.Keys(tree)) {
		switch {
		case tree[at].kind == syncer.Folder:
			folders = append(folders, at)
		case at != "Stays/stays.jpg":
			files = append(files, at)
		}
	}
	if w.IntN(8) == 0 {
		_ = w.box.do(edit{Do: "mkdir", Path: fmt.Sprint("Album ", w.IntN(6))})
		return
	}
	into := folders[w.IntN(len(folders))] + fmt.Sprintf("/%c.jpg", 'a'+w.IntN(5))
	if len(files) == 0 || w.IntN(3) == 0 {
		if _, taken := tree[into]; !taken && w.box.do(edit{Do: "write", Path: into, Text: text}) == nil {
			w.alive[text] = true
		}
		return
	}
	file := files[w.IntN(len(files))]
	switch w.IntN(4) {
	case 0:
		if w.box.do(edit{Do: "write", Path: file, Text: text}) == nil {
			delete(w.alive, tree[file].body)
			w.alive[text] = true
		}
	case 1:
		_ = w.box.do(edit{Do: "move", Path: file, To: into})
	case 2:
		_ = w.box.do(edit{Do: "rename", Path: file, To: fmt.Sprintf("%c.jpg", 'a'+w.IntN(5))})
	case 3:
		if w.box.do(edit{Do: "remove", Path: file}) == nil {
			delete(w.alive, tree[file].body)
		}
	}
}

// bodies are the contents of all files of each side, in order.
func (w *photoWorld) bodies() (all [2][]string) {
	for _, p := range w.ann.Photos(w.project) {
		body, err := w.ann.ReadPhoto(w.project, p.ID)
		require.NoError(w.t, err)
		all[0] = append(all[0], string(body))
	}
	tree, err := w.box.tree()
	require.NoError(w.t, err)
	for _, f := range tree {
		if f.kind == syncer.File {
			all[1] = append(all[1], f.body)
		}
	}
	slices.Sort(all[0])
	slices.Sort(all[1])
	return all
}

// together are the photos that stand in one album, and in one folder. Names are left out: Unclassified
// cannot be renamed.
func (w *photoWorld) together() (all [2][]string) {
	places := [2]map[string][]string{{}, {}}
	for _, p := range w.ann.Photos(w.project) {
		body, err := w.ann.ReadPhoto(w.project, p.ID)
		require.NoError(w.t, err)
		album := fmt.Sprint(p.AlbumID)
		places[0][album] = append(places[0][album], string(body))
	}
	tree, err := w.box.tree()
	require.NoError(w.t, err)
	for at, f := range tree {
		if f.kind == syncer.File {
			places[1][path.Dir(at)] = append(places[1][path.Dir(at)], f.body)
		}
	}
	for side := range places {
		for _, bodies := range places[side] {
			slices.Sort(bodies)
			all[side] = append(all[side], strings.Join(bodies, ", "))
		}
		slices.Sort(all[side])
	}
	return all
}

// settle runs until a run ends without anything left to do.
func (w *photoWorld) settle() {
	w.t.Helper()
	var last string
	for n := range 30 {
		time.Sleep(2 * time.Hour)
		report, err := w.process(0, n%2 == 0)
		if err == nil && report.Full && len(report.Failures) == 0 && len(report.Incomplete) == 0 {
			left := report.Totals
			left.Skipped = 0 // names that photos cannot follow
			if left == (syncer.Totals{}) {
				return
			}
		}
		last = fmt.Sprintf("%v, %v", report, err)
	}
	require.Failf(w.t, "runs do not come to an end", "%s\n%q", last, w.bodies())
}

// TestPhotosAndBox draws worlds of photos from seeds; see the flags of TestSimulation.
func TestPhotosAndBox(t *testing.T) {
	killed := 0
	for seed := *firstOf; seed < *firstOf+uint64(*seeds)/2; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newPhotoWorld(t, seed)
				for range 10 {
					for range w.IntN(5) {
						w.edit()
					}
					w.faults()
					_, _ = w.process(w.IntN(2)*w.IntN(40), w.IntN(3) == 0) // what it did not do the next one does
					w.box.clear()
					w.fake.ClearFaults()
					time.Sleep(time.Duration(w.IntN(120)) * time.Second)
				}
				w.settle()
				all := w.bodies()
				require.Equal(t, all[0], all[1])
				places := w.together()
				require.Equal(t, places[0], places[1], "what is in one album is in one folder")
				require.Len(t, slices.Compact(slices.Clone(all[0])), len(all[0]), "nothing is there twice: %q", all[0])
				for body := range w.alive {
					require.Contains(t, all[0], body, "nobody has deleted or replaced it")
				}
				require.False(t, slices.ContainsFunc(w.box.ends(), func(route string) bool { return strings.Contains(route, "trash") }))
				killed += w.killed
			})
		})
	}
	require.Positive(t, killed, "no process was killed")
}
