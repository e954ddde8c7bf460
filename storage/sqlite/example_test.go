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
	"github.com/procorebox/procorebox/syncer/connect"
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
		file, err := sqlite.OpenFile(ctx, filepath.Join(folder, "procorebox.db"), sqlite.FileOptions{})
		if err != nil {
			log.Fatal(err)
		}
		defer file.Close()
		limit := policy.DeleteLimit{Ledger: file.Ledger, Scope: pair.Name, Most: 25}
		engine, err := syncer.New(file.Store, pair, &syncer.Options{Policies: policy.Recommended(limit)})
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

// Two processes that share a credential take turns to refresh its token, and whoever comes second finds
// what the first has stored.
func ExampleTokens_Update() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "procorebox")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	refresh := func() { // as any process would
		key, err := connect.TokenKeyFile(filepath.Join(folder, "procorebox.key"))
		if err != nil {
			log.Fatal(err)
		}
		tokens, err := sqlite.OpenTokens(ctx, filepath.Join(folder, "tokens.db"), sqlite.TokenOptions{Key: key})
		if err != nil {
			log.Fatal(err)
		}
		defer tokens.Close()
		err = tokens.Update(ctx, "box", func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
			if now.Access != "" {
				fmt.Println("somebody else was faster:", now)
				return nil
			}
			return save(ctx, connect.Token{Access: "secret", Refresh: "more secret"})
		})
		if err != nil {
			log.Fatal(err)
		}
	}
	refresh()
	refresh()

	// Output: somebody else was faster: token
}
