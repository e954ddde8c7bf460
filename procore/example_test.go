package procore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A program keeps within the limits of Procore and puts a file into a project. Instead of the real
// Procore it speaks to a fake one; without Bases and HTTP it would speak to the real one.
func Example() {
	fake, err := procoretest.New(procoretest.Options{})
	check(err)
	defer fake.Close()

	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
	check(err)
	client, err := procore.New(procore.Options{
		Bases:     procore.Bases{API: fake.URLs().API, Login: fake.URLs().Login},
		HTTP:      fake.HTTPClient().Transport,
		CompanyID: procore.ID(fake.Company().ID),
		Tokens:    procore.Fixed(fake.Token()),
		Pace:      governor.Lane("drawings"),
	})
	check(err)

	ctx, in := context.Background(), procore.InProject(procore.ID(fake.Project().ID))
	folder, err := client.PostFolders(ctx, in, procore.NewFolder{Name: "Drawings"})
	check(err)
	text := "first issue"
	upload, err := client.Upload(ctx, in, "A-101.txt", syncer.Content{
		Size: int64(len(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	})
	check(err)
	_, err = client.PostFiles(ctx, in, procore.NewFile{ParentID: folder.ID, Name: "A-101.txt", Upload: upload})
	check(err)
	for doc, err := range client.GetDocuments(ctx, in, procore.DocumentQuery{Type: procore.TypeFile}) {
		check(err)
		fmt.Println(doc.NameWithPath, doc.File.CurrentVersion.Size)
	}
	fmt.Println(upload.SHA1)

	// Output:
	// Tower A/Drawings/A-101.txt 11
	// sha1:c373914d4838557749a4430db50afee9dacc19b6
}

// An error says what Procore answered and what that means.
func ExampleError() {
	fake, err := procoretest.New(procoretest.Options{})
	check(err)
	defer fake.Close()
	client, err := procore.New(procore.Options{
		Bases: procore.Bases{API: fake.URLs().API}, HTTP: fake.HTTPClient().Transport,
		CompanyID: procore.ID(fake.Company().ID), Tokens: procore.Fixed(fake.Token()),
	})
	check(err)
	ctx, in := context.Background(), procore.InProject(procore.ID(fake.Project().ID))
	_, err = client.PostFolders(ctx, in, procore.NewFolder{Name: "Drawings"})
	check(err)

	_, err = client.PostFolders(ctx, in, procore.NewFolder{Name: "Drawings"})
	fmt.Println("taken:", errors.Is(err, fs.ErrExist))
	fmt.Println("nothing was done:", syncer.NotDone(err))
	if refused, ok := errors.AsType[*procore.Error](err); ok {
		fmt.Println(refused.Status, "by", refused.Taken.Name)
	}

	// Output:
	// taken: true
	// nothing was done: true
	// 400 by Drawings
}

// A person signs in through a browser. From then on the Source has a token at any time, in this
// process and in all others that share the store; an Account tells which companies there are.
func ExampleApp_SignIn() {
	fake, err := procoretest.New(procoretest.Options{})
	check(err)
	defer fake.Close()
	id, secret := fake.Client()
	bases := procore.Bases{API: fake.URLs().API, Login: fake.URLs().Login}
	app := procore.App{ClientID: id, ClientSecret: secret, Bases: bases, HTTP: fake.HTTPClient().Transport}

	const redirect = "https://sync.example/procore"
	begun, err := app.SignIn(redirect)
	check(err)
	// The browser goes to begun.URL. Procore sends it back to the redirect with this:
	answer := url.Values{"code": {fake.Code(fake.Home().User, redirect)}, "state": {begun.State}}

	ctx := context.Background()
	token, err := app.Finish(ctx, begun, answer)
	check(err)
	refresh, err := app.Refresh()
	check(err)
	source, err := connect.NewSource(connect.SourceOptions{
		Store: memory.NewTokens(memory.Options{}), Credential: "procore", Refresh: refresh,
	})
	check(err)
	check(source.SignIn(ctx, token))

	account, err := procore.NewAccount(procore.Options{Bases: bases, HTTP: fake.HTTPClient().Transport, Tokens: source})
	check(err)
	for company, err := range account.GetCompanies(ctx) {
		check(err)
		client, err := account.Company(company.ID)
		check(err)
		for project, err := range client.GetProjects(ctx, procore.ProjectQuery{}) {
			check(err)
			fmt.Println(company.Name+":", project.Name)
		}
	}

	// Output:
	// Example Builders: Tower A
}

// A project gets one hook, whatever was there before, and a Receiver takes what it sends.
func ExampleClient_ReconcileWebhooks() {
	fake, err := procoretest.New(procoretest.Options{Limits: procoretest.NoLimits})
	check(err)
	defer fake.Close()
	client, err := procore.New(procore.Options{
		Bases: procore.Bases{API: fake.URLs().API}, HTTP: fake.HTTPClient().Transport,
		CompanyID: procore.ID(fake.Company().ID), Tokens: procore.Fixed(fake.Token()),
	})
	check(err)
	const secret = "Bearer made-of-many-random-letters"
	trust, err := procore.NewTrust(procore.TrustOptions{}) // also for FileSystemOptions
	check(err)
	set := procore.WebhookSet{
		Namespace: "office", Address: "https://sync.example/procore", Authorization: secret,
		Scopes: []procore.Scope{procore.InProject(procore.ID(fake.Project().ID))}, Trust: trust,
	}
	for range 2 {
		done, err := client.ReconcileWebhooks(context.Background(), set)
		check(err)
		fmt.Println(len(done.Made), "made,", len(done.Kept), "kept")
	}
	_, err = procore.NewReceiver(procore.ReceiverOptions{
		Client: client, Authorization: []string{secret}, Store: memory.New(memory.Options{}), Side: syncer.Source, Trust: trust,
		Pairs: func(d *procore.Delivery) []string { return []string{d.Scope().String() + " " + d.Tool()} },
	})
	check(err)

	// Output:
	// 1 made, 0 kept
	// 0 made, 1 kept
}
