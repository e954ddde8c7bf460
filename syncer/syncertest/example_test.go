package syncertest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"time"

	"github.com/procorebox/procorebox/storage/memory"
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

// The reply to an upload is lost. The next run looks before it would repeat anything.
func ExampleWorld() {
	ctx := context.Background()
	w := syncertest.NewWorld(syncertest.WorldOptions{
		Store:      memory.New(memory.Options{}),
		SourceTree: syncertest.Tree{"A-101.pdf": "first issue"},
	})
	w.Right.OnCall(func(c syncertest.Call) error {
		if c.Op == "CreateFile" && c.Phase == syncertest.After {
			return errors.New("connection reset by peer")
		}
		return nil
	})
	if _, err := w.Full(ctx); err != nil {
		log.Fatal(err)
	}
	w.Right.OnCall(nil)
	w.Right.Clear()
	w.Later(time.Hour)
	report, err := w.Full(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("uploads:", w.Right.Count("CreateFile"), "settled:", report.Settled())
	fmt.Println(w.Destination.Tree())
	// Output:
	// uploads: 0 settled: true
	// map[A-101.pdf:first issue]
}

// The suite finds what a file system does wrong, here without a testing.T: this one makes
// a second folder where it should say that the name is taken.
func ExampleCheckFileSystem() {
	err := syncertest.CheckFileSystem(context.Background(), func(context.Context) (*syncertest.Harness, error) {
		service := syncertest.New(syncertest.Options{}, nil)
		handle := service.Connect()
		return &syncertest.Harness{FS: careless{handle}, Root: handle.Root()}, nil
	})
	if failure, ok := errors.AsType[*syncertest.Failure](err); ok {
		fmt.Println(failure.Case)
		fmt.Println(failure.Promise)
	}
	// Output:
	// folder never passes for a folder that was there
	// CreateFolder never returns a folder that was there before: the engine would take it for its own.
}

// careless makes a folder under another name if there is one of that name.
type careless struct{ *syncertest.Handle }

func (c careless) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	e, err := c.Handle.CreateFolder(ctx, parent, name)
	if errors.Is(err, fs.ErrExist) {
		return c.Handle.CreateFolder(ctx, parent, name+" (1)")
	}
	return e, err
}
