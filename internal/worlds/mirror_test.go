package worlds_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// mirror is a Procore and a Box, one tool of a project, and the folder of Box that it is kept in step
// with.
type mirror struct {
	*testing.T

	procore *procoretest.Procore
	project int64
	box     *boxtest.Box
	root    boxtest.Item
	tokens  [2]string
	ann     *procoretest.Person // edits Procore
	bob     *boxtest.Person     // edits Box
	store   *memory.Store
	rand    *rand.Rand
	killed  int
}

// newMirror makes both services. So many of their calls fail, and half of the switches are on.
func newMirror(t *testing.T, seed uint64, faults float64) *mirror {
	t.Helper()
	p, err := procoretest.New(procoretest.Options{
		Limits: procoretest.NoLimits, FaultRate: faults, Seed: seed, Switches: halfOfProcore(int(seed % 2)),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	b, err := boxtest.New(boxtest.Options{
		Limits: boxtest.NoLimits, FaultRate: faults, Seed: seed, ReplayEvents: true, Switches: halfOfBox(int(seed % 2)),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	w := &mirror{
		T: t, procore: p, project: p.Project().ID, box: b, tokens: [2]string{p.Token(), b.Token()},
		ann: p.AddUser("Ann", "ann@x.example"), bob: b.AddUser("Bob", "bob@x.example"),
		store: memory.New(memory.Options{Clock: time.Now}), rand: rand.New(rand.NewPCG(seed, 1)),
	}
	w.root, err = w.bob.CreateFolder("0", "Root")
	require.NoError(t, err)
	require.NoError(t, w.bob.Collaborate(w.root, b.Home(), "editor"))
	return w
}

func halfOfProcore(first int) procoretest.Switches {
	var set procoretest.Switches
	for i, s := range (procoretest.Switches{}).All() {
		s.Set(&set, i%2 == first)
	}
	return set
}

func halfOfBox(first int) boxtest.Switches {
	var set boxtest.Switches
	for i, s := range (boxtest.Switches{}).All() {
		s.Set(&set, i%2 == first)
	}
	return set
}

// clients are what one run has: clients of both services, which are cut off together at one of its calls.
type clients struct {
	procore *procore.Client
	box     *box.FileSystem
	user    *procore.FileSystemOptions
}

// start makes the clients of a process that is killed at its n-th call, unless n is 0.
func (w *mirror) start(ctx context.Context, n int, kill func()) clients {
	w.Helper()
	end := &death{at: int64(n), late: w.rand.IntN(2) == 0, kill: kill}
	at := w.procore.URLs()
	one, err := procore.New(procore.Options{
		Bases: procore.Bases{API: at.API, Login: at.Login}, CompanyID: procore.ID(w.procore.Company().ID),
		Tokens: procore.Fixed(w.tokens[0]), HTTP: end.of(w.procore.HTTPClient().Transport),
	})
	require.NoError(w, err)
	urls := w.box.URLs()
	two, err := box.New(box.Options{
		Bases:  box.Bases{API: urls.API, Upload: urls.Upload, Login: urls.Login},
		Tokens: box.Fixed(w.tokens[1]), HTTP: end.of(w.box.HTTPClient().Transport),
	})
	require.NoError(w, err)
	home := w.box.Home()
	files, err := box.NewFileSystem(ctx, two, &box.FileSystemOptions{User: &box.User{ID: home.ID, Name: home.Name}})
	require.NoError(w, err)
	return clients{one, files, &procore.FileSystemOptions{User: &procore.Person{ID: procore.ID(w.procore.Home().ID)}}}
}

// death ends a process at one of its calls, before or after it.
type death struct {
	at   int64
	late bool
	kill func()
	seen atomic.Int64
}

func (d *death) of(next http.RoundTripper) http.RoundTripper { return mortal{d, next} }

type mortal struct {
	*death

	next http.RoundTripper
}

func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	last := m.at > 0 && m.seen.Add(1) == m.at
	if last && !m.late {
		m.kill()
	}
	answer, err := m.next.RoundTrip(r)
	if last {
		m.kill()
	}
	return answer, err
}

// tool opens one side of a pair in a process.
type tool func(ctx context.Context, in clients) (source interface {
	syncer.Reader
	syncer.Feed
}, pair syncer.Pair, rules syncer.Policies)

// run is one run, in a process of its own.
func (w *mirror) run(open tool, n int) (*syncer.Report, error) {
	w.Helper()
	ctx, kill := context.WithCancel(w.Context())
	defer kill()
	defer func() {
		if ctx.Err() != nil {
			w.killed++
		}
	}()
	in := w.start(ctx, n, kill)
	source, pair, rules := open(ctx, in)
	pair.Name = "pair"
	pair.Source.FS = source
	pair.Destination = syncer.Endpoint{FS: in.box, Root: w.root.ID}
	engine, err := syncer.New(w.store, pair, &syncer.Options{Policies: rules, Clock: time.Now, SpoolDir: w.TempDir()})
	require.NoError(w, err)
	for _, s := range []syncer.Stream{
		{Name: "procore", Feed: source, Side: syncer.Source, Pairs: []string{"pair"}},
		{Name: "box", Feed: in.box, Side: syncer.Destination, Pairs: []string{"pair"}},
	} {
		if _, err := s.Poll(ctx, w.store); err != nil {
			return nil, fmt.Errorf("poll %s: %w", s.Name, err)
		}
	}
	return engine.Run(ctx, nil)
}

// settle scans until a scan ends with nothing done and nothing left but what is only in Box.
func (w *mirror) settle(open tool) {
	w.Helper()
	var last string
	for range 40 {
		time.Sleep(25 * time.Hour)
		for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
			require.NoError(w, w.store.Append(w.Context(), "pair", syncer.Hint{Side: side, Full: true}))
		}
		report, err := w.run(open, 0)
		if err == nil && report.Totals.Writes == 0 && len(report.Holds)+len(report.Failures)+len(report.Incomplete) == 0 && !report.More {
			return
		}
		last = fmt.Sprintf("%v, %v", report, err)
	}
	require.Failf(w, "runs do not come to an end", "%s\nbox %v", last, w.tree())
}

// tree is what stands in the folder of Box, by path.
func (w *mirror) tree() map[string]file {
	out := map[string]file{}
	var walk func(id, path string)
	walk = func(id, path string) {
		items, err := w.bob.List(id)
		require.NoError(w, err)
		for _, it := range items {
			switch {
			case it.Trashed: // with one of the switches it is listed nevertheless
			case it.Type == "folder":
				out[path+it.Name+"/"] = file{it, ""}
				walk(it.ID, path+it.Name+"/")
			default:
				body, err := w.bob.Read(it.ID)
				require.NoError(w, err)
				out[path+it.Name] = file{it, string(body)}
			}
		}
	}
	walk(w.root.ID, "")
	return out
}

// file is an item of Box with its contents.
type file struct {
	boxtest.Item

	contents string
}
