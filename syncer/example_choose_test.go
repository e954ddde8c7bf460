package syncer_test

import (
	"context"
	"fmt"
	"log"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// Two people change one file. Both versions are kept, until a person says which of them counts.
func ExampleEngine_Choose() {
	ctx := context.Background()
	store := memory.New(memory.Options{})
	site := syncertest.New(syncertest.Options{}, syncertest.Tree{"Contract.docx": "signed"})
	office := syncertest.New(syncertest.Options{}, nil)
	engine, err := syncer.New(store, syncer.Pair{
		Name:        "contracts",
		Source:      syncer.Endpoint{FS: site.Connect(), Root: site.Root()},
		Destination: syncer.Endpoint{FS: office.Connect(), Root: office.Root()},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	run := func() {
		if _, err := engine.Run(ctx, &syncer.RunOptions{Full: true}); err != nil {
			log.Fatal(err)
		}
	}
	run()
	site.User("ann").Write("Contract.docx", "signed by Ann")
	office.User("bob").Write("Contract.docx", "signed by Bob")
	run()

	view, err := store.View(ctx, "contracts")
	if err != nil {
		log.Fatal(err)
	}
	for c, err := range view.Clashes(ctx, false) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(c.Path, "settled by:", c.Resolution, "open:", c.Open())
		if _, err := engine.Choose(ctx, c.ID, syncer.TakeDestination, &syncer.ChooseOptions{DropCopy: true}); err != nil {
			log.Fatal(err)
		}
	}
	run()
	fmt.Println(site.Tree(), office.Tree())
	// Output:
	// Contract.docx settled by: keep both open: false
	// map[Contract.docx:signed by Bob] map[Contract.docx:signed by Bob]
}

// A folder was deleted, and it was a mistake: what the pair deleted comes back on both sides.
func ExampleEngine_Undo() {
	ctx := context.Background()
	site := syncertest.New(syncertest.Options{}, syncertest.Tree{"Old/A-101.pdf": "first issue", "A-102.pdf": "first issue"})
	office := syncertest.New(syncertest.Options{}, nil)
	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "drawings",
		Source:      syncer.Endpoint{FS: site.Connect(), Root: site.Root()},
		Destination: syncer.Endpoint{FS: office.Connect(), Root: office.Root()},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	run := func() {
		if _, err := engine.Run(ctx, &syncer.RunOptions{Full: true}); err != nil {
			log.Fatal(err)
		}
	}
	run()
	site.User("ann").Remove("Old")
	run()
	fmt.Println(office.Tree())

	done, err := engine.Undo(ctx, func(o syncer.Outcome) bool { return o.Path == "Old" || o.Path == "Old/A-101.pdf" })
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range done {
		fmt.Println(d.Delete.Path, "is back on", d.On, d.Err)
	}
	run()
	fmt.Println(site.Tree())
	// Output:
	// map[A-102.pdf:first issue]
	// Old is back on destination <nil>
	// Old/A-101.pdf is back on destination <nil>
	// map[A-102.pdf:first issue Old/: Old/A-101.pdf:first issue]
}
