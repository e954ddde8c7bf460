package procore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// every says that the suite runs with each switch of the fake by itself. By default a few runs share
// them.
var every = flag.Bool("procore.every", false, "run the suite for each switch of procoretest by itself")

// tower is a fake Procore, and the documents of its first project as its first user has them.
type tower struct {
	*procoretest.Procore

	fs    *procore.Documents
	ann   *procoretest.Person
	token string
	names *syncer.Names
	// roots counts the folders that were handed out.
	roots int
}

// exactly are names as the fake has them: unless it is told otherwise case counts there.
func exactly(s procoretest.Switches) *syncer.Names {
	names := procore.StrictNames()
	if !s.NamesFolded {
		names.Unique = syncer.UniqueExact
	}
	return &names
}

func newTower(t *testing.T, o procoretest.Options) *tower {
	t.Helper()
	fake, err := procoretest.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fake.Close()) })
	p := &tower{Procore: fake, ann: fake.AddUser("Ann", "ann@x.example"), token: fake.Token(), names: exactly(o.Switches)}
	p.fs = p.connect(t, procore.Options{})
	return p
}

// client returns another client of the first user.
func (p *tower) client(t *testing.T, o procore.Options) *procore.Client {
	t.Helper()
	urls := p.URLs()
	o.Bases = procore.Bases{API: urls.API, Login: urls.Login}
	o.CompanyID = procore.ID(p.Company().ID)
	o.Tokens = procore.Fixed(p.token)
	if o.HTTP == nil {
		o.HTTP = p.HTTPClient().Transport
	}
	c, err := procore.New(o)
	require.NoError(t, err)
	return c
}

// connect returns another file system of the first user.
func (p *tower) connect(t *testing.T, o procore.Options) *procore.Documents {
	t.Helper()
	files, err := procore.NewDocuments(t.Context(), p.client(t, o), procore.InProject(procore.ID(p.Project().ID)), p.options())
	require.NoError(t, err)
	return files
}

func (p *tower) options() *procore.FileSystemOptions {
	return &procore.FileSystemOptions{User: &procore.Person{ID: procore.ID(p.Home().ID)}, Names: p.names}
}

// root returns a new folder in the project.
func (p *tower) root(t *testing.T) procoretest.Item {
	t.Helper()
	p.roots++
	folder, err := p.ann.CreateFolder(p.Project().RootID, fmt.Sprintf("Root %d", p.roots))
	require.NoError(t, err)
	return folder
}

// number is the number in an ID.
func number(id string) int64 {
	n, _ := strconv.ParseInt(strings.TrimPrefix(id, "f"), 10, 64)
	return n
}

func id(n int64) string   { return strconv.FormatInt(n, 10) }
func file(n int64) string { return "f" + id(n) }

func (p *tower) harness(t *testing.T) *syncertest.Harness {
	t.Helper()
	return p.harnessAt(t, p.fs, p.Project().RootID, p.root(t))
}

// level sets what the user of the file system may do. Only administrators see what is private.
func (p *tower) level(l procoretest.Level) {
	for _, at := range []int64{p.Project().ID, p.Company().ID} {
		p.Permit(p.Home().User, at, procoretest.Documents, l)
		p.PermitBin(p.Home().User, at, true)
	}
}

// harnessAt is for the documents of a project or a company, whose top folder is top.
func (p *tower) harnessAt(t *testing.T, files syncer.FileSystem, top int64, root procoretest.Item) *syncertest.Harness {
	t.Helper()
	elsewhere, err := p.ann.Upload(top, fmt.Sprintf("elsewhere %d", p.roots), []byte("outside"))
	require.NoError(t, err)
	item := func(id string) procoretest.Item { return procoretest.Item{ID: number(id)} }
	return &syncertest.Harness{
		FS: files, Root: id(root.ID), Elsewhere: file(elsewhere.ID),
		Close: func() {
			p.ClearFaults()
			p.level(procoretest.Admin)
		},
		Colleague: syncertest.Colleague{
			File: func(_ context.Context, parent, name, contents string) (string, error) {
				made, err := p.ann.Upload(number(parent), name, []byte(contents))
				return file(made.ID), err
			},
			Folder: func(_ context.Context, parent, name string) (string, error) {
				made, err := p.ann.CreateFolder(number(parent), name)
				return id(made.ID), err
			},
			Edit: func(_ context.Context, id, contents string) error {
				_, err := p.ann.Edit(number(id), []byte(contents))
				return err
			},
			// Whoever sees a folder sees what is in it, so none can be barred, but for private ones.
			Hide: func(_ context.Context, id string) error {
				p.level(procoretest.Standard)
				private, err := p.ann.CreateFolder(top, fmt.Sprintf("private %d", p.roots))
				if err != nil {
					return err
				}
				if _, err := p.ann.Hide(private, true); err != nil {
					return err
				}
				_, err = p.ann.Move(item(id), private.ID)
				return err
			},
			Lock: func(_ context.Context, id string) error {
				_, err := p.ann.CheckOut(item(id), time.Now().Add(time.Hour))
				return err
			},
			Cut: func(context.Context) error {
				return p.Inject(procoretest.Fault{Route: "GET /pro-core.com/files/{key}", Cut: 100})
			},
		},
	}
}

func TestFileSystem(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	syncertest.TestFileSystem(t, p.harness)
}

func TestFileSystemHoldsForTheDocumentsOfACompany(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	files, err := procore.NewDocuments(t.Context(), p.client(t, procore.Options{}), procore.InCompany(), p.options())
	require.NoError(t, err)
	syncertest.TestFileSystem(t, func(t *testing.T) *syncertest.Harness {
		p.roots++
		root, err := p.ann.CreateFolder(p.Company().RootID, fmt.Sprintf("Root %d", p.roots))
		require.NoError(t, err)
		return p.harnessAt(t, files, p.Company().RootID, root)
	})
}

func TestFileSystemHoldsOnTheNewerIndex(t *testing.T) {
	t.Parallel()
	p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
	p.fs = p.connect(t, procore.Options{V2: true})
	syncertest.TestFileSystem(t, p.harness)
}

// takenAway says which promises a position of a switch takes away, because the service cannot keep them.
// Everything else holds.
var takenAway = map[string][]string{
	// The engine reads a file once more after each rename, finds that it is the same, and moves no bytes.
	"RenameMakesVersion": {"renamed file is the same file", "moved file is the same file"},
	// Empty files are refused one by one, with that reason.
	"EmptyRefused": {"empty file is a file", "entry that an update returns serves for the next one"},
	// A file and a folder of one name stand side by side; elsewhere one of them gets a tag.
	"KindsApart": {"file never replaces a folder", "folder never replaces a file"},
}

func TestFileSystemHoldsWhicheverWayEachSwitchOfTheServiceStands(t *testing.T) {
	t.Parallel()
	for name, switches := range positions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // what is tried again rests before that
				p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: switches})
				err := syncertest.CheckFileSystem(t.Context(), func(context.Context) (*syncertest.Harness, error) {
					return p.harness(t), nil
				})
				want := map[string]bool{}
				for _, s := range (procoretest.Switches{}).All() {
					with := switches
					if s.Set(&with, true); with != switches {
						continue
					}
					for _, promise := range takenAway[s.Name] {
						want[promise] = true
					}
				}
				got := broken(t, err)
				if *every {
					require.Equal(t, want, got, "%v", err)
				}
				for promise := range got { // where others are on too, one may mend what another breaks
					require.True(t, want[promise], "%v", err)
				}
			})
		})
	}
}

// broken are the promises that a suite found broken.
func broken(t *testing.T, err error) map[string]bool {
	t.Helper()
	cases := map[string]bool{}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		require.NoError(t, err)
		return cases
	}
	for _, one := range joined.Unwrap() {
		failure, ok := errors.AsType[*syncertest.Failure](one)
		require.True(t, ok, "%v", one)
		cases[failure.Case] = true
	}
	return cases
}

// positions returns what the switches are set to in each run: each by itself with the flag, else one
// half of them and then the other.
func positions() map[string]procoretest.Switches {
	if !*every {
		return map[string]procoretest.Switches{"the even ones are on": half(0), "the odd ones are on": half(1)}
	}
	runs := map[string]procoretest.Switches{}
	for _, s := range (procoretest.Switches{}).All() {
		var set procoretest.Switches
		s.Set(&set, true)
		runs[s.Name] = set
	}
	return runs
}

// half turns every second switch on: those that are about one thing stand side by side, and so are
// apart.
func half(first int) procoretest.Switches {
	var set procoretest.Switches
	for i, s := range (procoretest.Switches{}).All() {
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
				p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, FaultRate: 0.1, Seed: seed})
				// Of 2,000 calls some fail five times in a row, and then nobody can tell what became of them.
				p.fs = p.connect(t, procore.Options{Attempts: 9})
				require.NoError(t, syncertest.CheckFileSystem(t.Context(), func(context.Context) (*syncertest.Harness, error) {
					return p.harness(t), nil
				}))
			})
		})
	}
}
