package box_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// A program keeps within the limits of Box and puts a file into a folder. Instead of the real Box it
// speaks to a fake one; without Bases and HTTP it would speak to the real one.
func Example() {
	fake, err := boxtest.New(boxtest.Options{})
	check(err)
	defer fake.Close()

	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: box.Windows()})
	check(err)
	client, err := box.New(box.Options{
		Bases:  box.Bases{API: fake.URLs().API, Upload: fake.URLs().Upload, Login: fake.URLs().Login},
		HTTP:   fake.HTTPClient().Transport,
		Tokens: box.Fixed(fake.Token()),
		Pace:   governor.Lane("drawings"),
	})
	check(err)

	ctx := context.Background()
	folder, err := client.PostFolders(ctx, box.RootID, "Drawings")
	check(err)
	text := "first issue"
	file, err := client.Upload(ctx, box.Target{ParentID: folder.ID, Name: "A-101.txt"}, syncer.Content{
		Size: int64(len(text)), Digest: syncer.SHA1.Of([]byte(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	})
	check(err)
	for item, err := range client.GetFoldersIDItems(ctx, folder.ID) {
		check(err)
		fmt.Println(item.Type, item.Name, item.Size)
	}
	fmt.Println(file.Digest())

	// Output:
	// file A-101.txt 11
	// sha1:c373914d4838557749a4430db50afee9dacc19b6
}

// An error says what Box answered and what that means.
func ExampleError() {
	fake, err := boxtest.New(boxtest.Options{})
	check(err)
	defer fake.Close()
	client, err := box.New(box.Options{
		Bases: box.Bases{API: fake.URLs().API}, HTTP: fake.HTTPClient().Transport, Tokens: box.Fixed(fake.Token()),
	})
	check(err)
	ctx := context.Background()
	_, err = client.PostFolders(ctx, box.RootID, "Drawings")
	check(err)

	_, err = client.PostFolders(ctx, box.RootID, "DRAWINGS")
	fmt.Println("taken:", errors.Is(err, fs.ErrExist))
	fmt.Println("nothing was done:", syncer.NotDone(err))
	if refused, ok := errors.AsType[*box.Error](err); ok {
		fmt.Println(refused.Code, "by", refused.Conflicts[0].Name)
	}

	// Output:
	// taken: true
	// nothing was done: true
	// item_name_in_use by Drawings
}

// A person signs in through a browser. From then on the Source has a token at any time, in this
// process and in all others that share the store.
func ExampleApp_SignIn() {
	fake, err := boxtest.New(boxtest.Options{})
	check(err)
	defer fake.Close()
	id, secret := fake.Client()
	bases := box.Bases{API: fake.URLs().API, Upload: fake.URLs().Upload, Login: fake.URLs().Login}
	app := box.App{ClientID: id, ClientSecret: secret, Bases: bases, HTTP: fake.HTTPClient().Transport}

	const redirect = "https://sync.example/box"
	begun, err := app.SignIn(redirect, box.ScopeReadWrite)
	check(err)
	// The browser goes to begun.URL. Box sends it back to the redirect with this:
	answer := url.Values{"code": {fake.Code(fake.Home().User, redirect)}, "state": {begun.State}}

	ctx := context.Background()
	token, err := app.Finish(ctx, begun, answer)
	check(err)
	refresh, err := app.Refresh()
	check(err)
	source, err := connect.NewSource(connect.SourceOptions{
		Store: memory.NewTokens(memory.Options{}), Credential: "box of Ann", Refresh: refresh,
	})
	check(err)
	check(source.SignIn(ctx, token))
	client, err := box.New(box.Options{Bases: bases, Tokens: source, HTTP: app.HTTP})
	check(err)
	me, err := client.GetUsersMe(ctx)
	check(err)
	fmt.Println(me.Name)

	// Output:
	// Service Account
}

// check ends an example that has failed.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
