package box_test

import (
	"context"
	"fmt"
	"log"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A folder of Box is kept in step with a service in memory. Here Box is a fake; without Bases and HTTP
// it is the real one.
func ExampleNewFileSystem() {
	ctx := context.Background()
	fake, err := boxtest.New(boxtest.Options{})
	if err != nil {
		log.Fatal(err)
	}
	folder, _ := fake.Home().CreateFolder("0", "Harbour bridge")

	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: box.Windows()})
	if err != nil {
		log.Fatal(err)
	}
	lane := governor.Lane("harbour bridge")
	client, err := box.New(box.Options{
		Bases:  box.Bases{API: fake.URLs().API, Upload: fake.URLs().Upload, Login: fake.URLs().Login},
		HTTP:   fake.HTTPClient().Transport,
		Tokens: box.Fixed(fake.Token()), // a connect.Source, in a program that lasts
		Pace:   lane,
	})
	if err != nil {
		log.Fatal(err)
	}
	files, err := box.NewFileSystem(ctx, client, nil)
	if err != nil {
		log.Fatal(err)
	}

	source := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/plan.pdf": "ground floor"}).Connect()
	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "harbour bridge",
		Source:      syncer.Endpoint{FS: source.FileSystem(), Root: source.Root()},
		Destination: syncer.Endpoint{FS: files, Root: folder.ID, Pacer: lane},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	report, err := engine.Run(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	plan, err := fake.Home().Find("Harbour bridge/Drawings/plan.pdf")
	fmt.Println(report.Totals.Uploads, plan.Name, plan.Size, err, fake.Close())
	// Output: 1 plan.pdf 12 <nil> <nil>
}
