package mapping_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// office is a program with two services in memory.
func office(procore, box *syncertest.Service) (*mapping.Links, error) {
	ledger := memory.NewLedger(memory.Options{})
	documents, account := procore.Connect(), box.Connect()
	return mapping.New(mapping.Options{
		Store:  memory.NewNotes(memory.Options{}), // a program that lasts takes both from one sqlite.File
		States: memory.New(memory.Options{}),
		Box: func(context.Context, mapping.Link) (mapping.Place, error) {
			return mapping.Place{Endpoint: syncer.Endpoint{FS: account}, Stream: "box"}, nil
		},
		Procore: func(_ context.Context, l mapping.Link, t mapping.Tool) (mapping.Place, error) {
			return mapping.Place{
				Endpoint: syncer.Endpoint{FS: documents, Root: documents.Root()}, Stream: "procore/" + l.Project + "/" + string(t),
			}, nil
		},
		Policies: func(l mapping.Link, t mapping.Tool) (syncer.Policies, error) {
			if !l.Rules.DeletesIn(t) {
				return policy.Recommended(policy.DeletesOff{}), nil
			}
			return policy.Recommended(policy.DeleteLimit{Ledger: ledger, Scope: l.Pair(t), Most: l.Rules.Limit()}), nil
		},
	})
}

// A Link is made and kept in step; its folder in Box is renamed, and sync follows.
func Example() {
	ctx := context.Background()
	procore := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/A-101.pdf": "first issue"})
	box := syncertest.New(syncertest.Options{}, syncertest.Tree{"Bridge/": ""})
	links, err := office(procore, box)
	if err != nil {
		log.Fatal(err)
	}
	_, err = links.Add(ctx, mapping.Link{
		Name: "bridge", Company: "1", Project: "7", Folder: box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents},
	})
	if err != nil {
		log.Fatal(err)
	}
	sync := func() {
		if _, err := links.Poll(ctx); err != nil {
			log.Fatal(err)
		}
		results, err := links.Sync(ctx, "bridge", mapping.SyncOptions{})
		if err != nil {
			log.Fatal(err)
		}
		for _, r := range results {
			fmt.Printf("%s: %d writes, settled %v\n", r.Tool, r.Report.Totals.Writes, r.Settled())
		}
	}
	sync()
	bob := box.User("bob")
	bob.Rename("Bridge", "North bridge")
	bob.Write("North bridge/Documents/Drawings/A-101.pdf", "second issue")
	sync()
	fmt.Println(procore.Tree())
	// Output:
	// documents: 2 writes, settled true
	// documents: 1 writes, settled true
	// map[Drawings/: Drawings/A-101.pdf:second issue]
}

// Two Links never have common ground.
func ExampleLinks_Add() {
	ctx := context.Background()
	box := syncertest.New(syncertest.Options{}, syncertest.Tree{"Sites/Bridge/": ""})
	links, err := office(syncertest.New(syncertest.Options{}, nil), box)
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range []mapping.Link{
		{Name: "bridge", Company: "1", Project: "7", Folder: box.ID("Sites/Bridge"), Tools: []mapping.Tool{mapping.Documents}},
		{Name: "all sites", Company: "1", Project: "8", Folder: box.ID("Sites"), Tools: []mapping.Tool{mapping.Documents}},
	} {
		_, err := links.Add(ctx, l)
		fmt.Println(l.Name, err)
	}
	// Output:
	// bridge <nil>
	// all sites add link "all sites": the folder of link "bridge" stands in the chosen folder
}

// A Part is for whoever wants to see what would be done, and to do exactly that.
func ExampleLinks_Parts() {
	ctx := context.Background()
	procore := syncertest.New(syncertest.Options{}, syncertest.Tree{"A-101.pdf": "first issue"})
	box := syncertest.New(syncertest.Options{}, syncertest.Tree{"Bridge/": ""})
	links, err := office(procore, box)
	if err != nil {
		log.Fatal(err)
	}
	l, err := links.Add(ctx, mapping.Link{Company: "1", Project: "7", Folder: box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents}})
	if err != nil {
		log.Fatal(err)
	}
	parts, err := links.Parts(ctx, l.ID)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range parts {
		engine, err := links.Engine(p, nil)
		if err != nil {
			log.Fatal(err)
		}
		plan, err := engine.Plan(ctx, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s", p.Tool, plan)
	}
	// Output:
	// documents: create file "A-101.pdf" on Box
}

// What was done is asked for later: each run with its end, and the items that it touched.
func ExampleLinks_Runs() {
	ctx := context.Background()
	procore := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/A-101.pdf": "first issue"})
	box := syncertest.New(syncertest.Options{}, syncertest.Tree{"Bridge/": ""})
	documents, account := procore.Connect(), box.Connect()
	links, err := mapping.New(mapping.Options{
		Store: memory.NewNotes(memory.Options{}), States: memory.New(memory.Options{}),
		Runs: memory.NewRuns(memory.Options{}), // a program that lasts takes all three from one sqlite.File
		Box: func(context.Context, mapping.Link) (mapping.Place, error) {
			return mapping.Place{Endpoint: syncer.Endpoint{FS: account}}, nil
		},
		Procore: func(context.Context, mapping.Link, mapping.Tool) (mapping.Place, error) {
			return mapping.Place{Endpoint: syncer.Endpoint{FS: documents, Root: documents.Root()}}, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = links.Add(ctx, mapping.Link{
		Name: "bridge", Company: "1", Project: "7", Folder: box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := links.Sync(ctx, "bridge", mapping.SyncOptions{By: "nightly"}); err != nil {
		log.Fatal(err)
	}
	for run, err := range links.Runs(ctx, "", time.Time{}, time.Time{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("run %d of %s by %s: %s, %d writes\n", run.Number, run.Name, run.By, run.State, run.Totals.Writes)
		for item, err := range links.Items(ctx, &run) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(item.Op, item.Path, item.Result)
		}
	}
	// Output:
	// run 1 of bridge by nightly: settled, 2 writes
	// create folder Drawings done
	// create file Drawings/A-101.pdf done
}
