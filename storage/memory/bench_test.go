package memory_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

const million = 1_000_000

// item returns a Record like those of a project: a folder for each hundred files.
func item(id syncer.RecordID) syncer.Record {
	r := syncer.Record{ID: id, Kind: syncer.File, ParentID: 1, Name: fmt.Sprintf("Detail %d.pdf", id)}
	switch {
	case id == 1:
		r.ParentID, r.Kind = 0, syncer.Folder
	case id%100 == 2:
		r.Kind = syncer.Folder
	default:
		r.ParentID = (id-2)/100*100 + 2
	}
	half := func(prefix string) syncer.Half {
		return syncer.Half{
			Presence: syncer.Present, ID: fmt.Sprintf("%s%d", prefix, 1_200_000_000+id), Name: r.Name,
			Content: fmt.Sprintf("%d", 1_300_000_000+id), Size: int64(id),
			Digest: "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
		}
	}
	r.Source, r.Destination = half("4"), half("7")
	return r
}

// large returns the state of a pair of a million Records, made once for all benchmarks.
var large = sync.OnceValue(func() syncer.State {
	state, err := memory.New(memory.Options{Lease: time.Hour}).Open(context.Background(), "large")
	if err != nil {
		panic(err)
	}
	for id := syncer.RecordID(1); id <= million; {
		var b syncer.Batch
		for ; len(b.Put) < 1000 && id <= million; id++ {
			b.Put = append(b.Put, item(id))
		}
		if err := state.Commit(context.Background(), b); err != nil {
			panic(err)
		}
	}
	return state
})

func BenchmarkAMillionRecordsInOrder(b *testing.B) {
	state := large()
	b.ResetTimer()
	for range b.N {
		n := 0
		for r, err := range state.Records(context.Background()) {
			if err != nil || r.ID == 0 {
				b.Fatal(err)
			}
			n++
		}
		require.Equal(b, million, n)
	}
}

func BenchmarkACommitOfOneRecordAmongAMillion(b *testing.B) {
	state := large()
	b.ResetTimer()
	for i := range b.N {
		r := item(syncer.RecordID(2 + i*7919%(million-2)))
		r.Source.Content = fmt.Sprint(i)
		require.NoError(b, state.Commit(context.Background(), syncer.Batch{Put: []syncer.Record{r}}))
	}
}

func BenchmarkARenameAmongAMillionAfterAReader(b *testing.B) {
	state := large()
	b.ResetTimer()
	for i := range b.N {
		for range state.Children(context.Background(), 1) {
			break
		}
		r := item(syncer.RecordID(2 + i*7919%(million-2)))
		r.Source.Name = fmt.Sprint(i)
		require.NoError(b, state.Commit(context.Background(), syncer.Batch{Put: []syncer.Record{r}}))
	}
}

func BenchmarkByIDAmongAMillion(b *testing.B) {
	state := large()
	b.ResetTimer()
	for i := range b.N {
		_, err := state.ByID(context.Background(), syncer.Source, fmt.Sprintf("4%d", 1_200_000_001+i*7919%million))
		require.NoError(b, err)
	}
}

func BenchmarkPutAMillionRecords(b *testing.B) {
	for range b.N {
		before := heap()
		state, err := memory.New(memory.Options{Lease: time.Hour}).Open(context.Background(), "fill")
		require.NoError(b, err)
		batch := syncer.Batch{Put: make([]syncer.Record, 256)}
		for id := syncer.RecordID(1); id <= million-256; id += 256 {
			for i := range batch.Put {
				batch.Put[i] = item(id + syncer.RecordID(i))
			}
			require.NoError(b, state.Commit(context.Background(), batch))
		}
		b.ReportMetric(float64(heap()-before)/million, "B/record")
		runtime.KeepAlive(state)
	}
}

// heap returns how many bytes are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
