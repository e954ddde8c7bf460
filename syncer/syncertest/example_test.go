package syncertest_test

import (
	"context"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// A colleague edits while an engine is about to write: the service refuses what is stale.
func ExampleService() {
	disk := syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/A-101.pdf": "first issue"})
	handle, ann := disk.Connect(), disk.User("ann")

	var seen syncer.Entry
	for e, err := range handle.List(context.Background(), syncer.Entry{ID: handle.Root()}, "") {
		if err != nil {
			panic(err)
		}
		seen = e
	}
	ann.Write("Drawings/A-101.pdf", "second issue")
	_, err := handle.Delete(context.Background(), seen)

	fmt.Println(err)
	fmt.Println(disk.Tree())
	// Output:
	// Delete on Memory: "A-101.pdf": item has changed since it was read
	// map[Drawings/: Drawings/A-101.pdf:second issue]
}
