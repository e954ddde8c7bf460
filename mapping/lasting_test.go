package mapping_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func TestLinksAndWhatTheyRememberOutliveTheProgram(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/Documents/a.pdf": "a", "Bridge/Documents/k.pdf": "k"})
	path := filepath.Join(t.TempDir(), "procorebox.db")
	program := func(f func(links *mapping.Links)) {
		file, err := sqlite.OpenFile(t.Context(), path, sqlite.FileOptions{})
		require.NoError(t, err)
		links, err := mapping.New(mapping.Options{
			Store: file.Notes, States: file.Store,
			Box: func(context.Context, mapping.Link) (mapping.Place, error) {
				return mapping.Place{Endpoint: syncer.Endpoint{FS: w.conn}, Stream: "box"}, nil
			},
			Procore: func(context.Context, mapping.Link, mapping.Tool) (mapping.Place, error) {
				return mapping.Place{Endpoint: syncer.Endpoint{FS: w.documents().conn, Root: w.documents().Root()}, Stream: "procore"}, nil
			},
		})
		require.NoError(t, err)
		f(links)
		require.NoError(t, file.Check(t.Context()))
		require.NoError(t, file.Close())
	}
	sync := func(links *mapping.Links) *syncer.Report {
		_, err := links.Poll(t.Context())
		require.NoError(t, err)
		results, err := links.Sync(t.Context(), "bridge", mapping.SyncOptions{})
		require.NoError(t, err)
		require.True(t, results[0].Settled(), "%v %v", results[0].Report, results[0].Err)
		return results[0].Report
	}
	var made mapping.Link
	program(func(links *mapping.Links) {
		var err error
		made, err = links.Add(t.Context(), mapping.Link{
			Name: "bridge", Company: "1", Project: "7", Folder: w.box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents},
			Rules: mapping.Rules{DeleteLimit: new(3), Directions: map[mapping.Tool]mapping.Direction{mapping.Documents: mapping.Both}},
		})
		require.NoError(t, err)
		sync(links)
	})
	w.bob.Rename("Bridge", "North bridge")
	w.bob.Remove("North bridge/Documents/a.pdf")
	w.documents().Write("b.pdf", "b")
	program(func(links *mapping.Links) {
		got, err := links.Get(t.Context(), "bridge")
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), got.Made, time.Hour)
		got.Made = made.Made
		require.Equal(t, made, got)
		require.Equal(t, 1, sync(links).Totals.Deletes, "it is known that there was an a.pdf")
	})
	require.Equal(t, syncertest.Tree{"b.pdf": "b", "k.pdf": "k"}, w.documents().Tree())
	require.Equal(t, syncertest.Tree{"Documents/": "", "Documents/b.pdf": "b", "Documents/k.pdf": "k"}, w.below("North bridge"))
	program(func(links *mapping.Links) { require.Zero(t, sync(links).Totals.Writes) })
}

// readable is a side that can only be read, and neither asked for an item nor listened to: the records of
// a project are such a side.
type readable struct{ syncer.Reader }

func TestRecordsFlowToBoxFromASideThatCanOnlyBeRead(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": ""}, func(w *world) {
		w.options.Procore = func(_ context.Context, l mapping.Link, kind mapping.Tool) (mapping.Place, error) {
			rfis := w.tool(l.Company, l.Project, kind)
			return mapping.Place{Endpoint: syncer.Endpoint{FS: readable{rfis.conn}, Root: rfis.Root()}, Stream: "unheard"}, nil
		}
	})
	rfis := w.tool("1", "7", mapping.RFIs)
	w.add("Bridge", mapping.RFIs)
	rfis.Write("RFI-001/question.pdf", "1")
	for range 2 {
		w.poll()
		w.settle("bridge")
		require.Equal(t, rfis.Tree(), w.below("Bridge/RFIs"), "without a feed each run is a scan")
		rfis.Write("RFI-002/question.pdf", "2")
	}
	require.Empty(t, rfis.conn.Writes())

	w.bob.Write("Bridge/RFIs/note.txt", "n")
	w.poll()
	results := w.sync("bridge", mapping.SyncOptions{})
	require.Len(t, results[0].Report.Skips, 1, "records only flow to Box")
	require.Contains(t, results[0].Report.Skips[0].Reason, "one-way")

	rfis.Hide("id:" + rfis.Root())
	for range 2 {
		results = w.sync("bridge", mapping.SyncOptions{})
		require.Contains(t, results[0].Paused, "project 7 in Procore, or the tool in it, is not visible")
	}
	rfis.Show("id:" + rfis.Root())
	results = w.sync("bridge", mapping.SyncOptions{})
	require.Empty(t, results[0].Paused)
	require.Len(t, w.below("Bridge/RFIs"), 5)
}

// records is such a side that can be asked for an item. Its root is a list and no item: whoever looks at that
// is told nothing.
type records struct {
	readable

	of *tool
}

func (r records) Look(ctx context.Context, id string) (syncer.Entry, error) {
	if id == r.of.Root() {
		return syncer.Entry{ID: id, Kind: syncer.Folder, Name: "RFIs"}, nil
	}
	return r.of.conn.Look(ctx, id)
}

func TestRecordsThatAreNotVisibleAnyMorePauseTheirTool(t *testing.T) {
	w := newWorld(t, syncertest.Tree{"Bridge/": ""}, func(w *world) {
		w.options.Procore = func(_ context.Context, l mapping.Link, kind mapping.Tool) (mapping.Place, error) {
			rfis := w.tool(l.Company, l.Project, kind)
			return mapping.Place{Endpoint: syncer.Endpoint{FS: records{readable{rfis.conn}, rfis}, Root: rfis.Root()}}, nil
		}
	})
	w.add("Bridge", mapping.RFIs)
	rfis := w.tool("1", "7", mapping.RFIs)
	rfis.Write("RFI-001/question.pdf", "1")
	w.settle("bridge")
	rfis.Hide("id:" + rfis.Root())
	for range 2 {
		require.Contains(t, w.sync("bridge", mapping.SyncOptions{})[0].Paused, "project 7 in Procore, or the tool in it, is not visible")
	}
	rfis.Show("id:" + rfis.Root())
	w.settle("bridge")
	require.Equal(t, rfis.Tree(), w.below("Bridge/RFIs"))
}
