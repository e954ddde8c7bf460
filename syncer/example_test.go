package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A plan is shown to a person, who approves of it. Exactly that is done, or nothing.
func ExampleEngine_Apply() {
	ctx := context.Background()
	site := syncertest.New(syncertest.Options{}, syncertest.Tree{"A-101.pdf": "first issue"})
	office := syncertest.New(syncertest.Options{}, nil)
	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "drawings",
		Source:      syncer.Endpoint{FS: site.Connect(), Root: site.Root()},
		Destination: syncer.Endpoint{FS: office.Connect(), Root: office.Root()},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	plan, err := engine.Plan(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(plan)

	site.User("ann").Write("A-102.pdf", "one more") // while the person thinks it over
	_, err = engine.Apply(ctx, plan)
	fmt.Println(errors.Is(err, syncer.ErrStale), office.Tree())

	if plan, err = engine.Plan(ctx, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Print(plan)
	report, err := engine.Apply(ctx, plan)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(report)
	// Output:
	// create file "A-101.pdf" on destination
	// true map[]
	// create file "A-101.pdf" on destination
	// create file "A-102.pdf" on destination
	// drawings: 2 writes (2 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
}

// A feed says where to look, so that a run costs what has changed and not what there is.
func ExampleStream() {
	ctx := context.Background()
	store := memory.New(memory.Options{})
	site := syncertest.New(syncertest.Options{}, syncertest.Tree{"A-101.pdf": "first issue", "A-102.pdf": "first issue"})
	office := syncertest.New(syncertest.Options{}, nil)
	source := site.Connect()
	engine, err := syncer.New(store, syncer.Pair{
		Name:        "drawings",
		Source:      syncer.Endpoint{FS: source, Root: site.Root()},
		Destination: syncer.Endpoint{FS: office.Connect(), Root: office.Root()},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	// One stream for each credential: it serves all pairs of the account.
	stream := syncer.Stream{Name: "site", Feed: source, Side: syncer.Source, Pairs: []string{"drawings"}}
	pollAndRun := func() {
		if _, err := stream.Poll(ctx, store); err != nil {
			log.Fatal(err)
		}
		report, err := engine.Run(ctx, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("full scan:", report.Full, "writes:", report.Totals.Writes)
	}
	pollAndRun() // the first poll takes the present position and asks for a full scan
	site.User("ann").Write("A-102.pdf", "second issue")
	pollAndRun()
	fmt.Println(office.Tree())
	// Output:
	// full scan: true writes: 2
	// full scan: false writes: 1
	// map[A-101.pdf:first issue A-102.pdf:second issue]
}

// Who deleted that file, and where is it now? The hints of a feed name the person.
func ExampleEngine_Explain() {
	ctx := context.Background()
	world := syncertest.NewWorld(syncertest.WorldOptions{
		Store: memory.New(memory.Options{}), SourceTree: syncertest.Tree{"plan.pdf": "1", "keep.pdf": "2"},
	})
	run := func() {
		if _, err := world.Hinted(ctx); err != nil {
			log.Fatal(err)
		}
	}
	run()
	world.Ann.Remove("plan.pdf")
	run()

	engine, err := world.Engine()
	if err != nil {
		log.Fatal(err)
	}
	why, err := engine.Explain(ctx, syncer.Subject{Path: "plan.pdf"})
	if err != nil {
		log.Fatal(err)
	}
	last := why.Outcomes[len(why.Outcomes)-1]
	fmt.Printf("%s on %s, because of %s; %s on both sides\n", why.Condition, last.On, last.By, why.Source.Whereabouts)
	// Output:
	// deleted on destination, because of ann; in trash on both sides
}
