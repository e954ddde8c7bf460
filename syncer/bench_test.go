package syncer_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

const (
	million   = 1_000_000
	perFolder = 1_000
)

func newFlat(prefix string, files int) *flat {
	f := &flat{prefix: prefix, files: files, edited: map[string]string{}}
	for i := range files {
		f.ids = append(f.ids, prefix+strconv.Itoa(i))
		f.names = append(f.names, "file "+strconv.Itoa(i)+".pdf")
	}
	return f
}

// flat is a side as cheap as a side can be, so that a benchmark sees the engine and not the fake:
// folders of a thousand files, whose entries are made on the fly.
type flat struct {
	prefix  string
	files   int
	edited  map[string]string // content by ID
	ids     []string
	names   []string
	updates int
}

func (f *flat) Info() syncer.Info {
	all := syncer.FullAbilities()
	return syncer.Info{
		Service: "flat", File: all, Folder: all, Trash: true, Digest: syncer.SHA1,
		Guards: syncer.Guards{Update: true, Move: true, Delete: true},
	}
}

func (f *flat) folder(i int) syncer.Entry {
	n := strconv.Itoa(i)
	return syncer.Entry{ID: f.prefix + "f" + n, ParentID: f.prefix + "root", Kind: syncer.Folder, Name: "folder " + n}
}

func (f *flat) file(i int, parent string) syncer.Entry {
	e := syncer.Entry{
		ID: f.ids[i], ParentID: parent, Kind: syncer.File, Name: f.names[i],
		Content: "v1", Guard: "v1", Size: 1024, Digest: "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
	}
	if len(f.edited) == 0 {
		return e
	}
	if c, ok := f.edited[e.ID]; ok {
		e.Content, e.Guard, e.Digest = c, syncer.Precondition(c), syncer.SHA1.Of([]byte(c))
		e.Size = int64(len(c))
	}
	return e
}

func (f *flat) List(context.Context, syncer.Entry, syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		if !yield(syncer.Entry{ID: f.prefix + "root", Kind: syncer.Folder}, nil) {
			return
		}
		var parent string
		for i := range f.files {
			if i%perFolder == 0 {
				folder := f.folder(i / perFolder)
				parent = folder.ID
				if !yield(folder, nil) {
					return
				}
			}
			if !yield(f.file(i, parent), nil) {
				return
			}
		}
	}
}

func (f *flat) Look(_ context.Context, id string) (syncer.Entry, error) {
	rest, ok := strings.CutPrefix(id, f.prefix)
	switch {
	case !ok:
		return syncer.Entry{}, fs.ErrNotExist
	case rest == "root":
		return syncer.Entry{ID: id, Kind: syncer.Folder}, nil
	case strings.HasPrefix(rest, "f"):
		i, err := strconv.Atoi(rest[1:])
		return f.folder(i), err
	}
	i, err := strconv.Atoi(rest)
	return f.file(i, f.folder(i/perFolder).ID), err
}

func (f *flat) Find(context.Context, syncer.Entry, syncer.Key) ([]syncer.Entry, error) {
	return nil, nil
}

func (f *flat) Open(_ context.Context, file syncer.Entry) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(f.edited[file.ID])), nil
}

func (f *flat) CreateFolder(context.Context, syncer.Entry, string) (syncer.Entry, error) {
	return syncer.Entry{}, fs.ErrPermission
}

func (f *flat) CreateFile(context.Context, syncer.Entry, string, syncer.Content) (syncer.Entry, error) {
	return syncer.Entry{}, fs.ErrPermission
}

func (f *flat) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	body, err := c.Open(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return syncer.Entry{}, err
	}
	f.edited[old.ID] = string(data)
	f.updates++
	return f.Look(ctx, old.ID)
}

func (f *flat) Delete(context.Context, syncer.Entry) (syncer.Trashed, error) {
	return syncer.Trashed{}, fs.ErrPermission
}

// settledPair returns two sides of n equal files and a store that knows all of them.
func settledPair(tb testing.TB, n int) (syncer.StateStore, syncer.Pair) {
	tb.Helper()
	store := memory.New(memory.Options{})
	s, d := newFlat("s", n), newFlat("d", n)
	pair := syncer.Pair{
		Name: "bench", Source: syncer.Endpoint{FS: s, Root: "sroot"}, Destination: syncer.Endpoint{FS: d, Root: "droot"},
	}
	fillState(tb, store, pair, s, d)
	return store, pair
}

// fillState records what a first run over the two sides would have recorded.
func fillState(tb testing.TB, store syncer.StateStore, pair syncer.Pair, s, d *flat) {
	tb.Helper()
	state, err := store.Open(tb.Context(), pair.Name)
	require.NoError(tb, err)
	next := syncer.RootRecord
	var batch syncer.Batch
	add := func(parent syncer.RecordID, a, b syncer.Entry) syncer.RecordID {
		half := func(e syncer.Entry) syncer.Half {
			return syncer.Half{
				Presence: syncer.Present, ID: e.ID, Content: e.Content, Name: e.Name, Size: e.Size, Digest: e.Digest, Guard: e.Guard,
			}
		}
		r := syncer.Record{ID: next, ParentID: parent, Kind: a.Kind, Name: a.Name, Source: half(a), Destination: half(b)}
		next++
		batch.Put = append(batch.Put, r)
		if len(batch.Put) == 10_000 {
			require.NoError(tb, state.Commit(tb.Context(), batch))
			batch = syncer.Batch{}
		}
		return r.ID
	}
	root := add(0, syncer.Entry{ID: "sroot", Kind: syncer.Folder}, syncer.Entry{ID: "droot", Kind: syncer.Folder})
	var parent syncer.RecordID
	for i := range s.files {
		if i%perFolder == 0 {
			parent = add(root, s.folder(i/perFolder), d.folder(i/perFolder))
		}
		add(parent, s.file(i, ""), d.file(i, ""))
	}
	batch.Header = &syncer.Header{
		Source: syncer.Root{Locator: "sroot", ID: "sroot"}, Destination: syncer.Root{Locator: "droot", ID: "droot"},
		Next: next, Generation: 1, Completed: time.Now(),
	}
	require.NoError(tb, state.Commit(tb.Context(), batch))
	require.NoError(tb, state.Close())
}

// BenchmarkMillionEqualItems plans over a million items that are equal on both sides: loading the
// Records, both listings, matching and planning. bytes/item/side is what the plan holds on to at
// its peak, beside the store.
func BenchmarkMillionEqualItems(b *testing.B) {
	store, pair := settledPair(b, million)
	var peak float64
	for b.Loop() {
		e, err := syncer.New(store, pair, &syncer.Options{Observe: func(ev syncer.Event) {
			if ev.Phase == syncer.PhasePlan {
				b.StopTimer()
				peak = max(peak, heap())
				b.StartTimer()
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		before := heap()
		b.StartTimer()
		p, err := e.Plan(b.Context(), &syncer.RunOptions{Full: true})
		if err != nil || !p.Full || len(p.Actions) > 0 {
			b.Fatal(p, err)
		}
		peak -= before
	}
	b.ReportMetric(peak/million/2, "bytes/item/side")
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkHundredChangesInAMillion runs on a hundred hints: looking, planning, writing and
// recording, with everything in memory.
func BenchmarkHundredChangesInAMillion(b *testing.B) {
	store, pair := settledPair(b, million)
	s, d := pair.Source.FS.(*flat), pair.Destination.FS.(*flat)
	e, err := syncer.New(store, pair, nil)
	if err != nil {
		b.Fatal(err)
	}
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		d.updates = 0
		for i := range 100 {
			id := "s" + strconv.Itoa(i*9_973)
			s.edited[id] = fmt.Sprintf("edit %d", round)
			if err := store.Append(b.Context(), pair.Name, syncer.Hint{Side: syncer.Source, ID: id}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		rep, err := e.Run(b.Context(), nil)
		if err != nil || rep.Full || d.updates != 100 {
			b.Fatal(rep, err, d.updates)
		}
	}
}
