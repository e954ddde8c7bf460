package procore_test

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// everyPhotoSwitch says that the suite of the Photos tool runs with each switch of the fake by itself. By
// default a few runs share them.
var everyPhotoSwitch = flag.Bool("procore.photos.every", false, "run the suite of Photos for each switch of procoretest by itself")

// gallery is the Photos tool of the projects of a fake Procore.
type gallery struct {
	*procoretest.Procore
	ann   *procoretest.Person
	token string
	made  int
}

func newGallery(t *testing.T, o procoretest.Options) *gallery {
	t.Helper()
	fake, err := procoretest.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fake.Close()) })
	return &gallery{Procore: fake, ann: fake.AddUser("Ann", "ann@x.example"), token: fake.Token()}
}

// client speaks for the first user.
func (g *gallery) client(t *testing.T, o procore.Options) *procore.Client {
	t.Helper()
	urls := g.URLs()
	o.Bases = procore.Bases{API: urls.API, Login: urls.Login}
	o.Tokens = procore.Fixed(g.token)
	o.CompanyID = procore.ID(g.Company().ID)
	if o.HTTP == nil {
		o.HTTP = g.HTTPClient().Transport
	}
	c, err := procore.New(o)
	require.NoError(t, err)
	return c
}

// open returns the Photos of a project.
func (g *gallery) open(t *testing.T, project int64, o procore.Options) *procore.Photos {
	t.Helper()
	home := g.Home()
	photos, err := procore.NewPhotos(t.Context(), g.client(t, o), procore.InProject(procore.ID(project)), &procore.FileSystemOptions{
		User: &procore.Person{ID: procore.ID(home.ID), Name: home.Name},
	})
	require.NoError(t, err)
	return photos
}

// photoNumber is the number in an ID of an album or a photo.
func photoNumber(id string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(id, "f"), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// harness gives each case a project of its own.
func (g *gallery) harness(t *testing.T, o procore.Options) *syncertest.Harness {
	t.Helper()
	g.made++
	project := g.AddProject(g.Company().ID, fmt.Sprint("Tower ", g.made)).ID
	return &syncertest.Harness{
		FS: g.open(t, project, o), Root: procore.RootID, Fixed: []string{strconv.FormatInt(g.ann.Albums(project)[0].ID, 10)},
		Close: g.ClearFaults,
		Colleague: syncertest.Colleague{
			File: func(_ context.Context, parent, name, contents string) (string, error) {
				made, err := g.ann.AddPhoto(project, photoNumber(parent), name, []byte(contents))
				return "f" + strconv.FormatInt(made.ID, 10), err
			},
			Folder: func(_ context.Context, _, name string) (string, error) {
				made, err := g.ann.AddAlbum(project, name)
				return strconv.FormatInt(made.ID, 10), err
			},
			Hide: func(_ context.Context, id string) error { return g.ann.DeletePhoto(project, photoNumber(id)) },
			Cut: func(context.Context) error {
				return g.Inject(procoretest.Fault{Route: "GET /pro-core.com/files/{key}", Cut: 100})
			},
		},
	}
}

func TestPhotosAreAFileSystem(t *testing.T) {
	t.Parallel()
	g := newGallery(t, procoretest.Options{Limits: procoretest.NoLimits})
	syncertest.TestFileSystem(t, func(t *testing.T) *syncertest.Harness { return g.harness(t, procore.Options{}) })
}

func TestPhotosAreAFileSystemWhicheverWayEachSwitchOfTheServiceStands(t *testing.T) {
	t.Parallel()
	for name, switches := range photoPositions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGallery(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: switches})
			syncertest.TestFileSystem(t, func(t *testing.T) *syncertest.Harness { return g.harness(t, procore.Options{}) })
		})
	}
}

// photoPositions returns what the switches are set to in each run: each by itself with the flag, else one
// half of them and then the other.
func photoPositions() map[string]procoretest.Switches {
	all := (procoretest.Switches{}).All()
	runs := map[string]procoretest.Switches{}
	for i, s := range all {
		name := [2]string{"the even ones are on", "the odd ones are on"}[i%2]
		if *everyPhotoSwitch {
			name = s.Name
		}
		set := runs[name]
		s.Set(&set, true)
		runs[name] = set
	}
	return runs
}

func TestPhotosAreAFileSystemWhenOneCallInTenFails(t *testing.T) {
	t.Parallel()
	seeds := 1
	if *everyPhotoSwitch {
		seeds = 6
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGallery(t, procoretest.Options{Limits: procoretest.NoLimits, FaultRate: 0.1, Seed: uint64(seed)})
				require.NoError(t, syncertest.CheckFileSystem(t.Context(), func(context.Context) (*syncertest.Harness, error) {
					return g.harness(t, procore.Options{Attempts: 9}), nil
				}))
			})
		})
	}
}
