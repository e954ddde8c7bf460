package procore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// The documents of a project are kept in step with a service in memory. Here Procore is a fake; without
// Bases and HTTP it is the real one.
func ExampleNewDocuments() {
	ctx := context.Background()
	fake, err := procoretest.New(procoretest.Options{})
	if err != nil {
		log.Fatal(err)
	}
	project := fake.Project()

	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
	if err != nil {
		log.Fatal(err)
	}
	lane := governor.Lane("harbour bridge")
	client, err := procore.New(procore.Options{
		Bases:     procore.Bases{API: fake.URLs().API, Login: fake.URLs().Login},
		CompanyID: procore.ID(project.CompanyID),
		HTTP:      fake.HTTPClient().Transport,
		Tokens:    procore.Fixed(fake.Token()), // a connect.Source, in a program that lasts
		Pace:      lane,
	})
	if err != nil {
		log.Fatal(err)
	}
	files, err := procore.NewDocuments(ctx, client, procore.InProject(procore.ID(project.ID)), nil)
	if err != nil {
		log.Fatal(err)
	}

	source := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/plan.pdf": "ground floor"}).Connect()
	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "harbour bridge",
		Source:      syncer.Endpoint{FS: source.FileSystem(), Root: source.Root()},
		Destination: syncer.Endpoint{FS: files, Root: procore.RootID, Pacer: lane},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	report, err := engine.Run(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	plan, err := fake.Home().Find(project.RootID, "Drawings/plan.pdf")
	fmt.Println(report.Totals.Uploads, plan.Name, plan.Size, err, fake.Close())
	// Output: 1 plan.pdf 12 <nil> <nil>
}
