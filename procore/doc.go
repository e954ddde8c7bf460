// Package procore speaks to Procore: a connector for package syncer, the client for the parts of
// Procore's interface that keeping folders in step needs, and the ways to sign in.
//
// # Keep folders in step
//
// Each tool of a project has a file system of its own, since rights and failures belong to the tool.
// Documents are read and written; a company has some of its own, too:
//
//	files, err := procore.NewDocuments(ctx, client, procore.InProject(316469), nil)
//	...
//	syncer.Endpoint{FS: files, Root: procore.RootID, Pacer: lane}
//
// Photos are, too (NewPhotos). RFIs and submittals are read (NewRFIs, NewSubmittals): each record is a folder.
//
// Procore has no list of what happened. A feed asks what was changed since a time and what lies in the
// recycle bin, which costs two calls, and a full scan now and then is the truth.
//
// # Be told
//
// Webhooks tell at once what a poll finds later. Client.ReconcileWebhooks makes the hooks of some projects
// what they shall be, and a Receiver takes what they send: it compares the one secret that proves a
// delivery, puts a hint into the inbox of each pair that it is about, and answers when that is durable:
//
//	done, err := client.ReconcileWebhooks(ctx, procore.WebhookSet{
//		Namespace: "office", Address: "https://sync.example/procore", Authorization: secret, Scopes: scopes,
//	})
//	...
//	receiver, err := procore.NewReceiver(procore.ReceiverOptions{
//		Client: client, Authorization: []string{secret}, Store: store, Side: syncer.Source, Pairs: pairsOf,
//	})
//	mux.Handle("/procore", receiver)
//
// Deliveries come twice, late, in any order, or never: go on to poll. A [Trust] that the WebhookSet, the Receiver
// and the file systems share lets the feeds be silent as long as the hooks are known to be right.
//
// # Sign in
//
// An App is the program as it is registered at Procore. It yields what a connect.Source needs to have
// a token at any time:
//
//	app := procore.App{ClientID: id, ClientSecret: secret}
//	refresh, err := app.ClientCredentials() // or app.Refresh
//	source, err := connect.NewSource(connect.SourceOptions{Store: store, Credential: "procore", Refresh: refresh})
//	client, err := procore.New(procore.Options{CompanyID: company, Tokens: source})
//
// A server uses the app's service account (ClientCredentials), which sees the projects that a company's
// administrator has permitted. A person signs in through a browser (App.SignIn, App.Finish) and
// connect.Source.SignIn stores the outcome; the refresh tokens of such a sign-in are good for one use,
// and the Source sees to it that it is one, across processes. An Account finds out which companies there
// are. Sandbox, MonthlySandbox and Federal are other environments, with apps and data of their own.
//
// # Call
//
// There is one file for each resource, and methods bear the names of the requests: PATCH
// /rest/v1.0/files/{id} is Client.PatchFilesID. What belongs to a project and to the company itself is
// told apart by a Scope. Client.Upload stands above that: it chooses between one request and parts.
//
// Every request names the company, since what is asked for without it is not found, which looks as if it
// were deleted. There is no Client without a company, and no way to leave it out of a request.
//
// What comes back is a Document, a File, an Image, an RFI and so on. Numbers are read whether they are
// written as such or as texts. An answer or an item of a listing that cannot be read, and an answer that
// tells of nothing, is an error and never left out.
//
// # Trust an error
//
// An *Error is what Procore answered, in whichever of its six shapes. It wraps what that means:
// fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, syncer.ErrStale, ErrLocked, ErrName, ErrRefused, ErrQuota or
// ErrBusy. A 404 proves no deletion: rights that were lost, a project that was taken from the app and a
// tool that was turned off look the same. How Procore refuses a name that is taken is not documented, so
// the client looks into the folder before it says fs.ErrExist.
//
// Procore heeds no precondition. If an answer is lost, a call that changes something is not just
// repeated: the client looks whether its effect is there, and looks once more after ten seconds, so that
// nothing comes late on top of what was done since. A file counts as ours if it holds just what was
// uploaded, which is read to find out. Where nobody can tell, the error is one for which syncer.NotDone is
// false, and whoever keeps intents (as the engine does) looks once more later.
//
// # Move bytes
//
// Contents go to Procore's storage first (Client.Upload) and become a file, a version or a photo then, by
// a second call. Contents that end early or late or are not what was announced are never sent to their
// end. Large ones go in parts that name their SHA-256, and with Options.UploadDir the next process sends
// only the parts that are missing; for that they are read twice.
//
// Procore tells no digest of anything, so whoever wants to know contents again keeps those of an Upload.
// Links to contents are secrets and end: they are read just before they are used, are never printed, and
// are asked for again when a download is cut. The token goes to hosts of Procore only, and never to
// the storage that they redirect to.
//
// # Keep the peace
//
// Windows says, as data, how many calls Procore allows, and Readings learns from each answer what is
// really allowed; a connect.Governor that is given both keeps all users of a credential within them.
// Nothing that is secret gets into an error or a log: no token, no signed URL, no query.
//
// # What is synced
//
// Files and folders of Documents: names, bytes. What Procore itself keeps (read-only), and the recycle bin,
// is left alone. Private and tracked are told as facts and never changed; people are mailed about each
// change in a folder that is tracked. A file that somebody has checked out waits. Descriptions, custom
// fields and permissions are not carried.
//
// # Photos
//
// [Photos] shows the albums of a project as folders. Photos keep names and contents for ever, so a rename
// on the other side stays there, and an edit is a new photo that takes the place of the old one:
//
//	photos, err := procore.NewPhotos(ctx, client, procore.InProject(project), nil)
//	...
//	syncer.Endpoint{FS: photos, Root: procore.RootID}
//
// # RFIs and submittals
//
// NewRFIs and NewSubmittals read those tools; nothing is ever written to them. Each record is a folder
// named by its number, revision and title, with the document that Procore renders, record.json and all
// attachments in it. They are the source of a pair that goes one way:
//
//	rfis, err := procore.NewRFIs(ctx, client, project, nil)
//	pair := syncer.Pair{
//		Name: "rfis", Mode: syncer.ToDestination,
//		Source: syncer.Endpoint{FS: rfis, Root: procore.RootID}, Destination: folder,
//	}
//
// A document has other bytes at each rendering, so its version is that of the record: when it was changed,
// its status, and what it says. A record in the recycle bin counts as deleted, and so does a file that its
// record no longer has. Whether each change of a record moves its time is not documented; a record whose
// time stands still is read again once a day.
//
// # Names
//
// Procore documents of names only that a folder does not hold two of one. StrictNames holds whatever else
// is true, and is what a file system goes by; PlainNames is what nobody disputes.
//
// # Identity
//
// A number outlives renames, moves and new versions. The ID of a folder is its number, that of a file has
// an "f" before it. RootID names the top folder, whose name is that of the project.
//
// # Versions and preconditions
//
// Entry.Content is the number of the current version, which changes exactly with the contents.
// Entry.Guard is made of version, name, folder and time. Procore checks nothing of that.
//
// # Writing
//
// New contents are a new version of a file, and a new photo. Each write comes right after a read of the item.
// A version that somebody saves between the two is put on top again; an edit in the moment of a delete goes
// to the recycle bin with the file.
//
// # Trash
//
// What is deleted goes to the tool's recycle bin, folders only when they are empty, and nobody can empty
// the bin. To see it takes a right of its own; without it a delete that a person makes is held, since
// nothing proves it.
//
// # Limits
//
// Pages are counted, so a listing that is read while people work may pass over an item: what is missing
// is missing, and not gone. Times are in whole seconds.
//
// # Testing
//
// The suite syncertest.TestFileSystem holds on the fake Procore of package procore/procoretest, whichever
// way its switches stand, and when one call in ten fails. Run with -procore.every it takes each switch by
// itself. With PROCORE_TEST_TOKEN, PROCORE_TEST_COMPANY and PROCORE_TEST_PROJECT it runs in a real
// project, a sandbox's where PROCORE_BASE says so, in a folder of its own.
package procore
