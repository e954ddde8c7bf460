package office

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// manyItems is how many items the history of the test has: go test ./internal/office -run ManyItems -items 1000000
// tells time and memory of a long one.
var manyItems = flag.Int("items", 20_000, "how many items a long history has")

func TestAHistoryOfManyItemsIsReadWithoutKeepingThem(t *testing.T) {
	ctx := t.Context()
	o, err := Open(ctx, Settings{Data: t.TempDir()}, nil)
	require.NoError(t, err)
	defer o.Close()
	began := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	const each = 500 // items of a run
	for i := 0; i < *manyItems; i += each {
		state, err := o.file.Store.Open(ctx, "gone/documents")
		require.NoError(t, err)
		var b syncer.Batch
		for j := range each {
			b.Outcomes = append(b.Outcomes, syncer.Outcome{
				At: began.Add(time.Duration(i+j) * time.Second), Op: syncer.OpUpdate, On: syncer.Destination, Kind: syncer.File,
				Path: fmt.Sprintf("Drawings/Level %d/A-%d.pdf", j%7, i+j), Result: syncer.Done, Bytes: 1000, Reason: "changed in Procore",
				By: syncer.Author{ID: "8675301", Name: "Ann"},
			})
		}
		require.NoError(t, state.Commit(ctx, b))
		run, err := json.Marshal(map[string]any{"version": 1, "run": mapping.Run{
			Link: "gone", Name: "tower", Tool: mapping.Documents, Started: began.Add(time.Duration(i) * time.Second),
			Ended: began.Add(time.Duration(i+each) * time.Second), State: mapping.RunSettled, Times: 1, Fences: []mapping.Fences{{First: state.Fence(), Last: state.Fence()}},
		}})
		require.NoError(t, err)
		_, err = o.file.Runs.Add(ctx, "gone", began.Add(time.Duration(i)*time.Second), run)
		require.NoError(t, err)
		require.NoError(t, state.Close())
	}
	ends := began.Add(time.Duration(*manyItems) * time.Second)
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most, n, clock := uint64(0), 0, time.Now()
	for item, err := range o.Items(ctx, HistoryOptions{Path: "Documents/**/A-*.pdf"}) {
		require.NoError(t, err)
		require.NotZero(t, item.Run)
		if n++; n%5000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	require.Equal(t, *manyItems, n)
	require.Less(t, most, before.HeapAlloc+16<<20, "it keeps none of them")
	t.Logf("%d items: %s, %d KB more than before", n, time.Since(clock).Round(time.Millisecond), (int64(most)-int64(before.HeapAlloc))>>10)

	clock, n = time.Now(), 0
	for _, err := range o.Items(ctx, HistoryOptions{Since: ends.Add(-time.Hour), Until: ends}) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 3600, n, "the last hour")
	t.Logf("the last hour: %s", time.Since(clock).Round(time.Millisecond))
	clock = time.Now()
	require.NoError(t, Export(io.Discard, "csv", HistorySheet(), o.Items(ctx, HistoryOptions{})))
	t.Logf("export: %s", time.Since(clock).Round(time.Millisecond))
}
