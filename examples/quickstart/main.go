// Command quickstart keeps two folders in memory in step: put your own file systems in their place.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

func main() {
	site := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/A-101.pdf": "first issue"})
	office := syncertest.New(syncertest.Options{}, syncertest.Tree{"Contracts/Main.docx": "signed"})
	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "harbour bridge",
		Source:      syncer.Endpoint{FS: site.Connect().FileSystem(), Root: site.Root()},
		Destination: syncer.Endpoint{FS: office.Connect().FileSystem(), Root: office.Root()},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, issue := range []string{"second issue", "third issue"} {
		site.User("ann").Write("Drawings/A-101.pdf", issue)
		report, err := engine.Run(context.Background(), &syncer.RunOptions{Full: true})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v%v\n", report, office.Tree())
	}
}
