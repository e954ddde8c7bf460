package box_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

// A server lets Box tell it what happens below a root, and finds the hints in the inbox of the pair.
func ExampleReceiver() {
	fake, err := boxtest.New(boxtest.Options{PrimaryKey: "one", SecondaryKey: "two"})
	check(err)
	defer fake.Close()
	root, err := fake.Home().CreateFolder("0", "Drawings")
	check(err)
	ctx := context.Background()
	client, err := box.New(box.Options{
		Bases: box.Bases{API: fake.URLs().API}, HTTP: fake.HTTPClient().Transport, Tokens: box.Fixed(fake.Token()),
	})
	check(err)
	files, err := box.NewFileSystem(ctx, client, nil)
	check(err)

	store := memory.New(memory.Options{})
	pairs := map[string][]string{root.ID: {"drawings"}}
	receiver, err := box.NewReceiver(box.ReceiverOptions{
		Files: files, Keys: box.WebhookKeys{Primary: "one", Secondary: "two"}, Store: store, Side: syncer.Destination,
		Pairs: func(root string) []string { return pairs[root] },
	})
	check(err)
	answered := make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		receiver.ServeHTTP(w, r)
		answered <- true
	}))
	defer server.Close()

	// At the start, and once a day:
	done, err := client.ReconcileWebhooks(ctx, box.WebhookSet{
		Namespace: "office", Address: server.URL + "/box", Roots: []string{root.ID},
	})
	check(err)
	fmt.Println("made:", len(done.Made))

	_, err = fake.Home().Upload(root.ID, "A-101.pdf", []byte("first issue"))
	check(err)
	<-answered
	view, err := store.View(ctx, "drawings")
	check(err)
	for hint, err := range view.Inbox(ctx) {
		check(err)
		fmt.Println("look on the", hint.Side, "in", hint.Within[0] == root.ID)
	}

	// Output:
	// made: 1
	// look on the destination in true
}
