package memory_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// A pair has one owner at a time; whoever comes second leaves it to the first. Anybody may read.
func Example() {
	ctx := context.Background()
	store := memory.New(memory.Options{})
	state, err := store.Open(ctx, "drawings")
	if err != nil {
		log.Fatal(err)
	}
	_, err = store.Open(ctx, "drawings")
	fmt.Println("a second owner:", errors.Is(err, syncer.ErrLocked))

	root := syncer.Record{ID: syncer.RootRecord, Kind: syncer.Folder}
	if err := state.Commit(ctx, syncer.Batch{Put: []syncer.Record{root}}); err != nil {
		log.Fatal(err)
	}
	view, err := store.View(ctx, "drawings")
	if err != nil {
		log.Fatal(err)
	}
	for r, err := range view.Records(ctx) {
		fmt.Println("record", r.ID, r.Kind, err)
	}
	fmt.Println(state.Close())
	// Output:
	// a second owner: true
	// record 1 folder <nil>
	// <nil>
}
