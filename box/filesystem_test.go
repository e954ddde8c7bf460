package box_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// every says that the suite runs with each switch of the fake by itself. By default a few runs share
// them.
var every = flag.Bool("box.every", false, "run the suite for each switch of boxtest by itself")

// account is a fake Box, and the file system of its first user.
type account struct {
	*boxtest.Box
	fs    *box.FileSystem
	ann   *boxtest.Person
	token string
	// roots counts the folders that were handed out.
	roots int
}

func newAccount(t *testing.T, o boxtest.Options) *account {
	t.Helper()
	fake, err := boxtest.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fake.Close()) })
	a := &account{Box: fake, ann: fake.AddUser("Ann", "ann@x.example"), token: fake.Token()}
	a.fs = a.connect(t, box.Options{})
	return a
}

// connect returns another file system of the first user.
func (a *account) connect(t *testing.T, o box.Options) *box.FileSystem {
	t.Helper()
	urls := a.URLs()
	o.Bases = box.Bases{API: urls.API, Upload: urls.Upload, Login: urls.Login}
	o.Tokens = box.Fixed(a.token)
	if o.HTTP == nil {
		o.HTTP = a.HTTPClient().Transport
	}
	c, err := box.New(o)
	require.NoError(t, err)
	home := a.Home()
	files, err := box.NewFileSystem(t.Context(), c, &box.FileSystemOptions{User: &box.User{ID: home.ID, Name: home.Name}})
	require.NoError(t, err)
	return files
}

// root returns a new folder of Ann's, into which the user of the file system is invited.
func (a *account) root(t *testing.T) boxtest.Item {
	t.Helper()
	a.roots++
	folder, err := a.ann.CreateFolder("0", fmt.Sprintf("Root %d", a.roots))
	require.NoError(t, err)
	require.NoError(t, a.ann.Collaborate(folder, a.Home(), "editor"))
	return folder
}

// number is the number in an ID.
func number(id string) string { return strings.TrimLeft(id, "fw") }

func (a *account) harness(t *testing.T) *syncertest.Harness {
	t.Helper()
	elsewhere, err := a.Home().Upload("0", fmt.Sprintf("elsewhere %d", a.roots), []byte("outside"))
	require.NoError(t, err)
	item := func(id string) boxtest.Item {
		kind := map[byte]string{'f': "file", 'w': "web_link"}[id[0]]
		if kind == "" {
			kind = "folder"
		}
		return boxtest.Item{Type: kind, ID: number(id)}
	}
	return &syncertest.Harness{
		FS: a.fs, Root: a.root(t).ID, Elsewhere: "f" + elsewhere.ID,
		Close: a.ClearFaults,
		Colleague: syncertest.Colleague{
			File: func(_ context.Context, parent, name, contents string) (string, error) {
				made, err := a.ann.Upload(parent, name, []byte(contents))
				return "f" + made.ID, err
			},
			Folder: func(_ context.Context, parent, name string) (string, error) {
				made, err := a.ann.CreateFolder(parent, name)
				return made.ID, err
			},
			Other: func(_ context.Context, parent, name string) (string, error) {
				made, err := a.ann.WebLink(parent, name, "https://www.x.example")
				return "w" + made.ID, err
			},
			Edit: func(_ context.Context, id, contents string) error {
				_, err := a.ann.Edit(number(id), []byte(contents))
				return err
			},
			// Whoever sees a folder sees what is in it, so none can be barred. What is moved out of a
			// shared folder is invisible to those who do not own it.
			Hide: func(_ context.Context, id string) error {
				_, err := a.ann.Move(item(id), "0")
				return err
			},
			Lock: func(_ context.Context, id string) error {
				_, err := a.ann.Lock(item(id), item(id).Modified)
				return err
			},
			Cut: func(context.Context) error {
				return a.Inject(boxtest.Fault{Route: "GET /d/1/{ticket}/download", Cut: 100})
			},
		},
	}
}

func TestFileSystem(t *testing.T) {
	t.Parallel()
	a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
	syncertest.TestFileSystem(t, a.harness)
}

func TestFileSystemHoldsWhicheverWayEachSwitchOfTheServiceStands(t *testing.T) {
	t.Parallel()
	for name, switches := range positions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits, Switches: switches})
			syncertest.TestFileSystem(t, a.harness)
		})
	}
}

// positions returns what the switches are set to in each run: each by itself with the flag, else one
// half of them and then the other.
func positions() map[string]boxtest.Switches {
	if !*every {
		return map[string]boxtest.Switches{"the even ones are on": half(0), "the odd ones are on": half(1)}
	}
	runs := map[string]boxtest.Switches{}
	for _, s := range (boxtest.Switches{}).All() {
		var set boxtest.Switches
		s.Set(&set, true)
		runs[s.Name] = set
	}
	return runs
}

// half turns every second switch on: those that are about one thing stand side by side, and so are
// apart.
func half(first int) boxtest.Switches {
	var set boxtest.Switches
	for i, s := range (boxtest.Switches{}).All() {
		if i%2 == first {
			s.Set(&set, true)
		}
	}
	return set
}

func TestFileSystemHoldsWhenOneCallInTenFails(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1}
	if *every {
		seeds = []uint64{1, 2, 3, 4, 5, 6}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				// With limits, since without them the service does not say that there were too many calls.
				a := newAccount(t, boxtest.Options{FaultRate: 0.1, Seed: seed})
				// Of 2,000 calls some fail five times in a row, and then nobody can tell what became of them.
				a.fs = a.connect(t, box.Options{Attempts: 9})
				require.NoError(t, syncertest.CheckFileSystem(t.Context(), func(context.Context) (*syncertest.Harness, error) {
					return a.harness(t), nil
				}))
				require.ElementsMatch(t, a.AccidentKinds(), slices.Collect(maps.Keys(a.Accidents())), "each kind of fault was met")
			})
		})
	}
}
