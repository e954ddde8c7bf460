package sqlite_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
)

var benchRecords = flag.Int("records", 100_000, "how many Records the benchmarks work on; the figures of benchmarks.md are for 1,000,000")

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

// fill writes the Records of a pair, in Batches like those of a first sync.
func fill(tb testing.TB, state syncer.State, n int) {
	tb.Helper()
	for id := syncer.RecordID(1); id <= syncer.RecordID(n); {
		var b syncer.Batch
		for ; len(b.Put) < 1000 && id <= syncer.RecordID(n); id++ {
			b.Put = append(b.Put, item(id))
		}
		require.NoError(tb, state.Commit(context.Background(), b))
	}
}

// largeFile is where all benchmarks of a process find a state of many Records.
func largeFile() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("procorebox-bench-%d.db", os.Getpid()))
}

func largeStore(b *testing.B) *sqlite.Store {
	b.Helper()
	path := largeFile()
	_, err := os.Stat(path)
	store, opened := sqlite.Open(b.Context(), path, sqlite.Options{Lease: time.Hour})
	require.NoError(b, opened)
	b.Cleanup(func() { require.NoError(b, store.Close()) })
	if err != nil {
		state, err := store.Open(b.Context(), "large")
		require.NoError(b, err)
		begun := time.Now()
		fill(b, state, *benchRecords)
		require.NoError(b, state.Commit(b.Context(), syncer.Batch{Header: &syncer.Header{
			Source:      syncer.Root{Locator: item(1).Source.ID, ID: item(1).Source.ID},
			Destination: syncer.Root{Locator: item(1).Destination.ID, ID: item(1).Destination.ID},
			Next:        syncer.RecordID(*benchRecords + 1), Generation: 1, Completed: time.Now(),
		}}))
		require.NoError(b, state.Close())
		info, err := os.Stat(path)
		require.NoError(b, err)
		b.Logf("%d records written in %v, %d bytes each", *benchRecords, time.Since(begun), info.Size()/int64(*benchRecords))
	}
	b.ResetTimer()
	return store
}

func removeLarge() {
	for _, file := range []string{largeFile(), largeFile() + "-wal", largeFile() + "-shm"} {
		os.Remove(file)
	}
}

func BenchmarkOpenAndReadAll(b *testing.B) {
	largeStore(b)
	path := largeFile()
	for b.Loop() {
		store, err := sqlite.Open(b.Context(), path, sqlite.Options{})
		require.NoError(b, err)
		view, err := store.View(b.Context(), "large")
		require.NoError(b, err)
		n := 0
		for r, err := range view.Records(b.Context()) {
			if err != nil || r.ID == 0 {
				b.Fatal(err)
			}
			n++
		}
		require.Equal(b, *benchRecords, n)
		require.NoError(b, store.Close())
	}
}

func BenchmarkLookUp(b *testing.B) {
	view, err := largeStore(b).View(b.Context(), "large")
	require.NoError(b, err)
	at := func(i int) syncer.RecordID { return syncer.RecordID(2 + i*7919%(*benchRecords-2)) }
	b.Run("Record", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			r, err := view.Record(b.Context(), at(i))
			if err != nil || r.ID != at(i) {
				b.Fatal(err)
			}
		}
	})
	b.Run("ByID", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			r, err := view.ByID(b.Context(), syncer.Source, "4"+strconv.Itoa(1_200_000_000+int(at(i))))
			if err != nil || r.ID != at(i) {
				b.Fatal(err)
			}
		}
	})
	b.Run("ByName", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			parent, n := (at(i)-2)/100*100+2, 0
			if parent == at(i) {
				parent = 1
			}
			key := syncer.Key("detail " + strconv.Itoa(int(at(i))) + ".pdf")
			for r, err := range view.ByName(b.Context(), syncer.Destination, parent, key) {
				if err != nil || r.ID != at(i) {
					b.Fatal(err)
				}
				n++
			}
			if n != 1 {
				b.Fatal(n)
			}
		}
	})
}

// BenchmarkRawSQLite reads and writes the same rows through the driver, without anything of ours: what
// SQLite itself takes on this machine.
func BenchmarkRawSQLite(b *testing.B) {
	largeStore(b)
	db, err := sql.Open("sqlite", largeFile()+"?_pragma=synchronous(FULL)&_txlock=immediate")
	require.NoError(b, err)
	defer db.Close()
	b.Run("ReadAll", func(b *testing.B) {
		for b.Loop() {
			require.Equal(b, *benchRecords, countRows(b, db))
		}
	})
	b.Run("LookUp", func(b *testing.B) {
		stmt, err := db.PrepareContext(b.Context(), "SELECT data FROM record WHERE key = ?")
		require.NoError(b, err)
		defer stmt.Close()
		for i := 0; b.Loop(); i++ {
			var data []byte
			require.NoError(b, stmt.QueryRowContext(b.Context(), 1<<43|(2+i*7919%(*benchRecords-2))).Scan(&data))
		}
	})
	b.Run("CommitOf256Rows", func(b *testing.B) {
		for round := 0; b.Loop(); round++ {
			tx, err := db.BeginTx(b.Context(), nil)
			require.NoError(b, err)
			stmt, err := tx.PrepareContext(b.Context(), "UPDATE record SET data = data WHERE key = ?")
			require.NoError(b, err)
			for i := range 256 {
				_, err := stmt.ExecContext(b.Context(), 1<<43|(2+(round*256+i)*7919%(*benchRecords-2)))
				require.NoError(b, err)
			}
			require.NoError(b, tx.Commit())
			require.NoError(b, stmt.Close()) //nolint:sqlclosecheck // a statement of each turn
		}
	})
}

func countRows(b *testing.B, db *sql.DB) (n int) {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), "SELECT data FROM record ORDER BY key")
	require.NoError(b, err)
	defer rows.Close()
	var data []byte
	for ; rows.Next(); n++ {
		require.NoError(b, rows.Scan(&data))
	}
	require.NoError(b, rows.Err())
	return n
}

// outcomes is a Batch as a group of a run is: Records that have changed, Intents that are settled,
// others that are new, and the journal.
func outcomes(n, round int) (b syncer.Batch) {
	for i := range n {
		r := item(syncer.RecordID(2 + (round*n+i)*7919%(*benchRecords-2)))
		r.Source.Content = fmt.Sprint(round)
		action := syncer.ActionID(fmt.Sprintf("%024d", round*n+i))
		b.Put = append(b.Put, r)
		b.Intents = append(b.Intents, syncer.Intent{ID: action, Op: syncer.OpUpdate, Record: r.ID, Name: r.Name, After: r, At: time.Now()})
		if round > 0 {
			b.Settled = append(b.Settled, syncer.ActionID(fmt.Sprintf("%024d", (round-1)*n+i)))
		}
		b.Outcomes = append(b.Outcomes, syncer.Outcome{At: time.Now(), Action: action, Op: syncer.OpUpdate, Record: r.ID, Path: "Drawings/" + r.Name, Result: syncer.Done})
	}
	return b
}

func BenchmarkCommitOf256Outcomes(b *testing.B) {
	state, err := largeStore(b).Open(b.Context(), "large")
	require.NoError(b, err)
	round := 0
	for ; b.Loop(); round++ {
		require.NoError(b, state.Commit(b.Context(), outcomes(256, round)))
	}
	require.NoError(b, state.Commit(b.Context(), syncer.Batch{Settled: outcomes(256, round).Settled}))
	require.NoError(b, state.Close())
}
