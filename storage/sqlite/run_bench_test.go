package sqlite_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

// computed is a side that has just what item says, made on the fly, so that a benchmark sees the
// engine and the store.
type computed struct {
	side    syncer.Side
	mu      sync.Mutex
	edited  map[string][]byte // by ID
	updates int
}

func (c *computed) Info() syncer.Info {
	all := syncer.FullAbilities()
	return syncer.Info{
		Service: "computed", File: all, Folder: all, Trash: true, Digest: syncer.SHA1,
		Guards: syncer.Guards{Update: true, Move: true, Delete: true},
	}
}

func (c *computed) id(record syncer.RecordID) string {
	r := item(record)
	return r.Half(c.side).ID
}

func (c *computed) Look(_ context.Context, id string) (syncer.Entry, error) {
	n, err := strconv.ParseUint(id[1:], 10, 64)
	if err != nil {
		return syncer.Entry{}, fs.ErrNotExist
	}
	r := item(syncer.RecordID(n - 1_200_000_000))
	h := r.Half(c.side)
	e := syncer.Entry{ID: h.ID, Kind: r.Kind, Name: h.Name, Content: h.Content, Size: h.Size, Digest: h.Digest}
	if r.ParentID != 0 {
		e.ParentID = c.id(r.ParentID)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if body, ok := c.edited[id]; ok {
		e.Content, e.Digest, e.Size = string(body), syncer.SHA1.Of(body), int64(len(body))
	}
	return e, nil
}

func (c *computed) Find(context.Context, syncer.Entry, syncer.Key) ([]syncer.Entry, error) {
	return nil, nil
}

func (c *computed) Open(_ context.Context, file syncer.Entry) (io.ReadCloser, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return io.NopCloser(bytes.NewReader(c.edited[file.ID])), nil
}

func (c *computed) UpdateFile(ctx context.Context, old syncer.Entry, content syncer.Content) (syncer.Entry, error) {
	body, err := content.Open(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return syncer.Entry{}, err
	}
	c.mu.Lock()
	c.edited[old.ID] = data
	c.updates++
	c.mu.Unlock()
	return c.Look(ctx, old.ID)
}

func (c *computed) List(context.Context, syncer.Entry, syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) { yield(syncer.Entry{}, fs.ErrPermission) }
}

func (c *computed) CreateFolder(context.Context, syncer.Entry, string) (syncer.Entry, error) {
	return syncer.Entry{}, fs.ErrPermission
}

func (c *computed) CreateFile(context.Context, syncer.Entry, string, syncer.Content) (syncer.Entry, error) {
	return syncer.Entry{}, fs.ErrPermission
}

func (c *computed) Delete(context.Context, syncer.Entry) (syncer.Trashed, error) {
	return syncer.Trashed{}, fs.ErrPermission
}

// BenchmarkRunOf100Changes runs on a hundred hints: looking, planning, a hundred updates, recording
// them durably. Neither its time nor its B/op may depend on how many Records there are.
func BenchmarkRunOf100Changes(b *testing.B) {
	store := largeStore(b)
	s := &computed{side: syncer.Source, edited: map[string][]byte{}}
	d := &computed{side: syncer.Destination, edited: map[string][]byte{}}
	engine, err := syncer.New(store, syncer.Pair{
		Name: "large", Source: syncer.Endpoint{FS: s, Root: s.id(1)}, Destination: syncer.Endpoint{FS: d, Root: d.id(1)},
	}, nil)
	require.NoError(b, err)
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		d.updates = 0
		for i := range 100 {
			id := s.id(syncer.RecordID(3 + (round*100+i)*9_973%(*benchRecords-100)/100*100))
			s.edited[id] = fmt.Appendf(nil, "edit %d %d", round, i)
			require.NoError(b, store.Append(b.Context(), "large", syncer.Hint{Side: syncer.Source, ID: id}))
		}
		b.StartTimer()
		report, err := engine.Run(b.Context(), nil)
		if err != nil || report.Full || d.updates != 100 {
			b.Fatal(report, err, d.updates)
		}
	}
}
