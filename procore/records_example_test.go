package procore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// Each RFI is a folder with what belongs to it.
func ExampleNewRFIs() {
	ctx := context.Background()
	fake, err := procoretest.New(procoretest.Options{})
	if err != nil {
		log.Fatal(err)
	}
	project := fake.Project()
	_, err = fake.Home().AddRFI(project.ID, procoretest.RFI{
		Number: "RD-001", Subject: "Slab edge: how thick?", Question: "See the sketch.",
		Files: []procoretest.Attachment{{Name: "sketch.pdf", Content: []byte("a sketch")}},
	})
	if err != nil {
		log.Fatal(err)
	}

	client, err := procore.New(procore.Options{
		Bases: procore.Bases{API: fake.URLs().API, Login: fake.URLs().Login}, HTTP: fake.HTTPClient().Transport,
		CompanyID: procore.ID(project.CompanyID), Tokens: procore.Fixed(fake.Token()),
	})
	if err != nil {
		log.Fatal(err)
	}
	rfis, err := procore.NewRFIs(ctx, client, procore.ID(project.ID), nil)
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range rfis.List(ctx, syncer.Entry{ID: procore.RootID}, "") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Kind, e.Name)
	}
	// Output:
	// folder RFIs
	// folder RD-001 rev 0 Slab edge- how thick-
	// file RD-001 rev 0 Slab edge- how thick-.pdf
	// file record.json
	// file sketch.pdf
}
