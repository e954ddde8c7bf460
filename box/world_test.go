package box_test

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

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// world is a pair of a folder of Box and one of a service in memory, with people who edit both.
type world struct {
	t      *testing.T
	a      *account
	root   boxtest.Item
	source *syncertest.Service
	bob    *syncertest.User
	store  *memory.Store
	rand   *rand.Rand
	edits  int
	// alive holds the contents that nobody has deleted or replaced; no run may lose one.
	alive map[string]bool
	// killed counts the runs that did not come to their end.
	killed int
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	a := newAccount(t, boxtest.Options{
		Limits: boxtest.NoLimits, FaultRate: 0.03, Seed: seed, ReplayEvents: true, ShuffleEvents: seed%2 == 0,
		Switches: half(int(seed % 2)),
	})
	w := &world{
		t: t, a: a, root: a.root(t), source: syncertest.New(syncertest.Options{}, nil), store: memory.New(memory.Options{}),
		rand: rand.New(rand.NewPCG(seed, 1)),
	}
	w.bob = w.source.User("bob")
	w.bob.Add("stays.pdf", "stays")
	w.alive = map[string]bool{"stays": true}
	return w
}

// run is one run, in a process of its own. It is killed at its n-th call to Box, unless n is 0: before
// the call or after it.
func (w *world) run(n int) (*syncer.Report, error) {
	ctx, kill := context.WithCancel(w.t.Context())
	defer kill()
	death := &death{next: w.a.HTTPClient().Transport, at: int64(n), late: w.rand.IntN(2) == 0, kill: kill}
	files := w.a.connect(w.t, box.Options{HTTP: death})
	handle := w.source.Connect()
	engine, err := syncer.New(w.store, syncer.Pair{
		Name:        "pair",
		Source:      syncer.Endpoint{FS: handle.FileSystem(), Root: handle.Root()},
		Destination: syncer.Endpoint{FS: files, Root: w.root.ID},
	}, nil)
	require.NoError(w.t, err)
	stream := syncer.Stream{Name: "box", Feed: files, Side: syncer.Destination, Pairs: []string{"pair"}}
	if _, err := stream.Poll(ctx, w.store); err != nil {
		return nil, err
	}
	require.NoError(w.t, w.store.Append(w.t.Context(), "pair", syncer.Hint{Side: syncer.Source, Full: w.rand.IntN(4) == 0, ID: handle.Root()}))
	report, err := engine.Run(ctx, nil)
	if ctx.Err() != nil {
		w.killed++
	}
	return report, err
}

// death ends a process at one of its calls.
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

// tree is what stands in the folder of Box, by path.
func (w *world) tree() map[string]string {
	out := map[string]string{}
	var walk func(id, path string)
	walk = func(id, path string) {
		items, err := w.a.ann.List(id)
		require.NoError(w.t, err)
		for _, it := range items {
			switch {
			case it.Trashed: // with one of the switches it is listed nevertheless
			case it.Type == "folder":
				out[path+it.Name+"/"] = ""
				walk(it.ID, path+it.Name+"/")
			case it.Type == "file":
				body, err := w.a.ann.Read(it.ID)
				require.NoError(w.t, err)
				out[path+it.Name] = string(body)
			}
		}
	}
	walk(w.root.ID, "")
	return out
}

// edit makes one change on one side. A path that is gone or taken by now is passed over.
func (w *world) edit() {
	w.edits++
	body := fmt.Sprint("contents ", w.edits)
	name := func() string { return string(rune('a'+w.rand.IntN(5))) + ".txt" }
	if w.rand.IntN(2) == 0 {
		w.editSource(body, name())
		return
	}
	w.editBox(body, name())
}

func (w *world) editSource(body, name string) {
	tree := w.source.Tree()
	paths := slices.DeleteFunc(slices.Sorted(maps.Keys(tree)), func(p string) bool { return p == "stays.pdf" })
	folder := ""
	if folders := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return !strings.HasSuffix(p, "/") }); len(folders) > 0 && w.rand.IntN(2) == 0 {
		folder = folders[w.rand.IntN(len(folders))]
	}
	free := !w.source.Has(folder + name)
	var at string
	if len(paths) > 0 {
		at = paths[w.rand.IntN(len(paths))]
	}
	isFile := at != "" && !strings.HasSuffix(at, "/")
	switch k := w.rand.IntN(6); {
	case k == 0 && w.edits < 30 && !w.source.Has("folder "+name):
		w.bob.Mkdir("folder " + name)
	case k <= 2 && free:
		w.bob.Add(folder+name, body)
		w.alive[body] = true
	case k == 3 && isFile:
		w.bob.Write(at, body)
		w.replaced(tree[at], body)
	case k == 4 && isFile && free:
		w.bob.Move(at, folder+name)
	case k == 5 && isFile:
		w.bob.Remove(at)
		delete(w.alive, tree[at])
	}
}

// editBox is the same for Ann. What Box refuses she leaves.
func (w *world) editBox(body, name string) {
	var files, folders []boxtest.Item
	folders = append(folders, w.root)
	var walk func(id string)
	walk = func(id string) {
		items, err := w.a.ann.List(id)
		require.NoError(w.t, err)
		for _, it := range items {
			switch {
			case it.Trashed:
			case it.Type == "folder":
				folders = append(folders, it)
				walk(it.ID)
			case it.Name != "stays.pdf":
				files = append(files, it)
			}
		}
	}
	walk(w.root.ID)
	folder := folders[w.rand.IntN(len(folders))]
	upload := func() {
		if _, err := w.a.ann.Upload(folder.ID, name, []byte(body)); err == nil {
			w.alive[body] = true
		}
	}
	if len(files) == 0 {
		upload()
		return
	}
	file := files[w.rand.IntN(len(files))]
	old, err := w.a.ann.Read(file.ID)
	require.NoError(w.t, err)
	switch w.rand.IntN(6) {
	case 0, 1:
		upload()
	case 2:
		if _, err := w.a.ann.Edit(file.ID, []byte(body)); err == nil {
			w.replaced(string(old), body)
		}
	case 3:
		_, _ = w.a.ann.Rename(file, name)
	case 4:
		_, _ = w.a.ann.Move(file, folder.ID)
	case 5:
		if w.a.ann.Trash(file) == nil {
			delete(w.alive, string(old))
		}
	}
}

func (w *world) replaced(old, body string) {
	delete(w.alive, old)
	w.alive[body] = true
}

func TestBothSidesEndEqualWhateverPeopleDoAndHoweverOftenRunsAreKilled(t *testing.T) {
	t.Parallel()
	var killed atomic.Int64
	t.Cleanup(func() { require.Positive(t, killed.Load(), "no run was killed") })
	seeds := 6
	if *every {
		seeds = 100
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, seed)
				for range 12 {
					for range w.rand.IntN(5) {
						w.edit()
					}
					_, _ = w.run(w.rand.IntN(2) * w.rand.IntN(20)) // what it did not do the next one does
					time.Sleep(time.Duration(w.rand.IntN(120)) * time.Second)
				}
				w.settle()
				tree := w.tree()
				require.Equal(t, map[string]string(w.source.Tree()), tree)
				there := slices.Collect(maps.Values(tree))
				for body := range w.alive {
					require.Contains(t, there, body, "nobody has deleted or replaced it")
				}
				killed.Add(int64(w.killed))
			})
		})
	}
}

// settle runs until a run ends without anything left to do.
func (w *world) settle() {
	w.t.Helper()
	var last string
	for range 40 {
		time.Sleep(time.Hour)
		require.NoError(w.t, w.store.Append(w.t.Context(), "pair", syncer.Hint{Side: syncer.Destination, Full: true}))
		report, err := w.run(0)
		if err == nil && report.Settled() && report.Totals == (syncer.Totals{}) {
			return
		}
		last = fmt.Sprintf("%v, %v", report, err)
	}
	require.Failf(w.t, "runs do not come to an end", "%s\nsource %v\nbox %v", last, w.source.Tree(), w.tree())
}
