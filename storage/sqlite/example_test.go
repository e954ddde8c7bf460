package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A program that remembers what it has done, and what it has deleted, from one start to the next.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "procorebox")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	site := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/A-101.pdf": "first issue"})
	office := syncertest.New(syncertest.Options{}, nil)
	pair := syncer.Pair{
		Name:        "harbour bridge",
		Source:      syncer.Endpoint{FS: site.Connect().FileSystem(), Root: site.Root()},
		Destination: syncer.Endpoint{FS: office.Connect().FileSystem(), Root: office.Root()},
	}

	start := func() {
		store, err := sqlite.Open(ctx, filepath.Join(folder, "state.db"), sqlite.Options{})
		if err != nil {
			log.Fatal(err)
		}
		defer store.Close()
		ledger, err := sqlite.OpenLedger(ctx, filepath.Join(folder, "ledger.db"), sqlite.LedgerOptions{})
		if err != nil {
			log.Fatal(err)
		}
		defer ledger.Close()
		limit := policy.DeleteLimit{Ledger: ledger, Scope: pair.Name, Most: 25}
		engine, err := syncer.New(store, pair, &syncer.Options{Policies: policy.Recommended(limit)})
		if err != nil {
			log.Fatal(err)
		}
		report, err := engine.Run(ctx, &syncer.RunOptions{Full: true})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(report)
	}
	start()
	office.User("bob").Write("Drawings/A-101.pdf", "second issue")
	start() // as another process would
	fmt.Println(site.Tree())

	// Output:
	// harbour bridge: 2 writes (1 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
	// harbour bridge: 1 writes (1 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
	// map[Drawings/: Drawings/A-101.pdf:second issue]
}
