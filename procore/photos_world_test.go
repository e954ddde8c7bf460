package procore_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
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
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// darkroom is a studio in which calls fail, processes die at any call, and people do as they like.
type darkroom struct {
	*studio

	random *rand.Rand
	edits  int
	// alive holds the contents that nobody has deleted or replaced; no run may lose one.
	alive  map[string]bool
	killed int
}

func newDarkroom(t *testing.T, seed uint64) *darkroom {
	t.Helper()
	var switches procoretest.Switches
	for i, s := range switches.All() {
		if uint64(i%2) == seed%2 {
			s.Set(&switches, true)
		}
	}
	g := newGallery(t, procoretest.Options{Limits: procoretest.NoLimits, FaultRate: []float64{0.03, 0.1}[seed/2%2], Seed: seed, Switches: switches})
	s := &studio{t: t, gallery: g, project: g.Project().ID, store: memory.New(memory.Options{})}
	s.disk = syncertest.New(syncertest.Options{Now: time.Now}, nil)
	s.bob = s.disk.User("bob")
	d := &darkroom{studio: s, random: rand.New(rand.NewPCG(seed, 1)), alive: map[string]bool{"stays": true}}
	s.add("Stays", "stays.jpg", "stays")
	return d
}

// death ends a process at one of its calls, before it is sent or after.
type death struct {
	next http.RoundTripper
	at   int64
	late bool
	kill func()
	seen atomic.Int64
}

func (d *death) RoundTrip(r *http.Request) (*http.Response, error) {
	last := d.at > 0 && d.seen.Add(1) == d.at
	if last && !d.late {
		d.kill()
	}
	answer, err := d.next.RoundTrip(r)
	if last {
		d.kill()
	}
	return answer, err
}

// process is one run in a process of its own, which dies at its n-th call to Procore unless n is 0.
func (d *darkroom) process(n int) (*syncer.Report, error) {
	ctx, kill := context.WithCancel(d.t.Context())
	defer kill()
	end := &death{next: d.HTTPClient().Transport, at: int64(n), late: d.random.IntN(2) == 0, kill: kill}
	d.handle = d.disk.Connect()
	engine, err := syncer.New(d.store, syncer.Pair{
		Name:        "photos",
		Source:      syncer.Endpoint{FS: d.open(d.t, d.project, procore.Options{HTTP: end}), Root: procore.RootID},
		Destination: syncer.Endpoint{FS: d.handle.FileSystem(), Root: d.handle.Root()},
	}, &syncer.Options{Policies: d.policies})
	require.NoError(d.t, err)
	report, err := engine.Run(ctx, &syncer.RunOptions{Full: true})
	if ctx.Err() != nil {
		d.killed++
	}
	return report, err
}

// edit lets somebody change something. What cannot be done is passed over.
func (d *darkroom) edit() {
	d.edits++
	body := fmt.Sprint("photo ", d.edits)
	if d.random.IntN(2) == 0 {
		d.editPhotos(body)
		return
	}
	d.editFolder(body)
}

func (d *darkroom) editPhotos(body string) {
	albums := d.ann.Albums(d.project)
	album := albums[d.random.IntN(len(albums))]
	photos := slices.DeleteFunc(d.ann.Photos(d.project), func(p procoretest.Photo) bool { return p.Name == "stays.jpg" })
	if k := d.random.IntN(7); k < 3 || len(photos) == 0 {
		if _, err := d.ann.AddPhoto(d.project, album.ID, "IMG_1.jpg", []byte(body)); err == nil {
			d.alive[body] = true
		}
		return
	}
	photo := photos[d.random.IntN(len(photos))]
	old, err := d.ann.ReadPhoto(d.project, photo.ID)
	require.NoError(d.t, err)
	switch d.random.IntN(4) {
	case 0:
		_, _ = d.ann.MovePhoto(d.project, photo.ID, album.ID)
	case 1:
		if d.ann.DeletePhoto(d.project, photo.ID) == nil {
			delete(d.alive, string(old))
		}
	case 2:
		_, _ = d.ann.DescribePhoto(d.project, photo.ID, body)
	case 3:
		if album.Name != "Stays" {
			_ = d.ann.RenameAlbum(d.project, album.ID, fmt.Sprint("Album ", d.random.IntN(6)))
		}
	}
}

func (d *darkroom) editFolder(body string) {
	tree := d.disk.Tree()
	var files, folders []string
	for _, at := range slices.Sorted(maps.Keys(tree)) {
		switch {
		case strings.HasSuffix(at, "/"):
			folders = append(folders, at)
		case !strings.HasSuffix(at, "stays.jpg"):
			files = append(files, at)
		}
	}
	if len(folders) == 0 || d.random.IntN(8) == 0 {
		if name := fmt.Sprint("Album ", d.random.IntN(6)); !d.disk.Has(name) {
			d.bob.Mkdir(name)
		}
		return
	}
	into := folders[d.random.IntN(len(folders))] + fmt.Sprintf("%c.jpg", 'a'+d.random.IntN(5))
	if len(files) == 0 || d.random.IntN(3) == 0 {
		if !d.disk.Has(into) {
			d.bob.Add(into, body)
			d.alive[body] = true
		}
		return
	}
	file := files[d.random.IntN(len(files))]
	switch d.random.IntN(3) {
	case 0:
		d.bob.Write(file, body)
		delete(d.alive, tree[file])
		d.alive[body] = true
	case 1:
		if !d.disk.Has(into) {
			d.bob.Move(file, into)
		}
	case 2:
		d.bob.Remove(file)
		delete(d.alive, tree[file])
	}
}

// settle runs until a run ends without anything left to do.
func (d *darkroom) settle() {
	d.t.Helper()
	var last string
	for range 40 {
		time.Sleep(time.Hour)
		report, err := d.process(0)
		if err == nil && len(report.Failures) == 0 && len(report.Incomplete) == 0 {
			left := report.Totals
			left.Skipped = 0 // names that photos cannot follow
			if left == (syncer.Totals{}) {
				return
			}
		}
		last = fmt.Sprintf("%v, %v", report, err)
	}
	require.Failf(d.t, "runs do not come to an end", "%s\nphotos %v\nfolder %v", last, d.photos(), d.files())
}

// togethers are the photos that stand together, wherever that is: Unclassified cannot be renamed.
func togethers(places map[string][]string) (all []string) {
	for _, photos := range places {
		if len(photos) > 0 {
			all = append(all, strings.Join(photos, ", "))
		}
	}
	slices.Sort(all)
	return all
}

func TestPhotosAndFolderEndEqualWhateverPeopleDoAndHoweverOftenRunsAreKilled(t *testing.T) {
	t.Parallel()
	var killed atomic.Int64
	t.Cleanup(func() { require.Positive(t, killed.Load(), "no run was killed") })
	seeds := 6
	if *everyPhotoSwitch {
		seeds = 100
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDarkroom(t, seed)
				for range 12 {
					for range d.random.IntN(5) {
						d.edit()
					}
					_, _ = d.process(d.random.IntN(2) * d.random.IntN(20)) // what it did not do the next one does
					time.Sleep(time.Duration(d.random.IntN(120)) * time.Second)
				}
				d.settle()
				there := bodiesOf(d.photos())
				require.Equal(t, there, bodiesOf(d.files()))
				require.Len(t, slices.Compact(slices.Clone(there)), len(there), "nothing is there twice: %v", there)
				require.Equal(t, togethers(d.places()), togethers(d.diskPlaces()), "what is in one album is in one folder")
				for body := range d.alive {
					require.Contains(t, there, body, "nobody has deleted or replaced it")
				}
				killed.Add(int64(d.killed))
			})
		})
	}
}

// Where deletes are off each side may hold what was deleted on the other. An edit is none, however its run ends.
func TestWithDeletesOffNoPhotoIsThereTwiceWhateverPeopleDoAndHoweverOftenRunsAreKilled(t *testing.T) {
	t.Parallel()
	seeds := 6
	if *everyPhotoSwitch {
		seeds = 100
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := newDarkroom(t, seed)
				d.deletesOff()
				for range 12 {
					for range d.random.IntN(5) {
						d.edit()
					}
					_, _ = d.process(d.random.IntN(2) * d.random.IntN(20))
					time.Sleep(time.Duration(d.random.IntN(120)) * time.Second)
				}
				d.settle()
				for _, there := range [][]string{bodiesOf(d.photos()), bodiesOf(d.files())} {
					require.Len(t, slices.Compact(slices.Clone(there)), len(there), "nothing is there twice: %v", there)
					for body := range d.alive {
						require.Contains(t, there, body, "nobody has deleted or replaced it")
					}
				}
			})
		})
	}
}
