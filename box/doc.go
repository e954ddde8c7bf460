// Package box speaks to Box: a connector for package syncer, the client for the parts of Box's
// interface that keeping folders in step needs, and the ways to sign in.
//
// # Keep folders in step
//
// A FileSystem is the account of one user. It serves all pairs of a credential; the root of each is the
// number of a folder, as a browser shows it in its address:
//
//	files, err := box.NewFileSystem(ctx, client, nil)
//	...
//	syncer.Endpoint{FS: files, Root: "1234567", Pacer: lane}
//
// Its feed is one Stream for all pairs of the credential, from which a run without changes costs one
// call; FileSystem.Wait says when to poll it:
//
//	stream := syncer.Stream{Name: "box", Feed: files, Side: syncer.Destination, Pairs: names}
//
// # Be told
//
// Webhooks tell at once what a poll finds later. Client.ReconcileWebhooks makes the webhooks of some roots
// what they shall be, and a Receiver takes what they send: it verifies that Box has signed it, puts a
// hint into the inbox of each pair of the root, and answers when that is durable:
//
//	done, err := client.ReconcileWebhooks(ctx, box.WebhookSet{Namespace: "office", Address: "https://sync.example/box", Roots: roots})
//	...
//	receiver, err := box.NewReceiver(box.ReceiverOptions{Files: files, Keys: keys, Store: store, Side: syncer.Destination, Pairs: pairsOf})
//	mux.Handle("/box/", receiver)
//
// Box removes webhooks whose user has no token any more or that nobody answers, so reconcile them now and
// then; it gives up on a delivery after some hours, so go on to poll.
//
// # Sign in
//
// An App is the program as it is registered at Box. It yields what a connect.Source needs to have a
// token at any time:
//
//	app := box.App{ClientID: id, ClientSecret: secret}
//	refresh, err := app.ClientCredentials(box.Subject{EnterpriseID: enterprise}) // or app.JWT, or app.Refresh
//	source, err := connect.NewSource(connect.SourceOptions{Store: store, Credential: "box", Refresh: refresh})
//	client, err := box.New(box.Options{Tokens: source})
//
// A server of an enterprise uses client credentials, or a key (JWT). A person signs in through a
// browser (App.SignIn, App.Finish) and connect.Source.SignIn stores the outcome; the refresh tokens of
// such a sign-in are good for one use, and the Source sees to it that it is one, across processes.
// Options.AsUser makes calls on behalf of another user, App.Downscope makes a weaker token to be given
// away, and App.Revoke ends one.
//
// # Call
//
// There is one file for each resource, and methods bear the names that operations have in Box's own
// description: get_folders_id_items is Client.GetFoldersIDItems. Two stand above that: Client.Upload
// chooses between one request and an upload session, and Client.Realtime waits for events.
//
// What comes back is an Item, a FileVersion, an Event and so on. All fields that they have are asked
// for by name, since Box otherwise leaves some out. Numbers, times, types and states that Box may
// invent tomorrow do not make an answer unreadable.
//
// # Trust an error
//
// An *Error is what Box answered. It wraps what that means: fs.ErrNotExist, fs.ErrExist,
// fs.ErrPermission, syncer.ErrStale, ErrLocked, ErrName, ErrRefused, ErrQuota or ErrBusy. A 404 means
// "gone" or "no longer allowed", and Box does not tell which: it proves no deletion.
//
// If an answer is lost, or is one of those that Box sends while it goes on working, a call that
// changes something is not just repeated. The client looks first whether its effect is there: the file
// with its SHA-1, the item under its new name, in the trash. Only where no effect is to be seen the
// call is sent again, and since effects may be late, a refusal then proves nothing. Where nobody can
// tell, the error is one for which syncer.NotDone is false, and whoever keeps intents (as the engine
// does) looks once more later.
//
// # Move bytes
//
// Contents are verified both ways. An upload names its SHA-1 where that is known and compares it with
// the one that Box stored; contents that end early or late or are not what was announced are never
// sent to their end, and so never become a file. A download that is cut goes on where it was, under a
// new address, if it is sure to be the same contents, and is verified at its end.
//
// # Keep the peace
//
// Windows says, as data, how many calls Box allows; a connect.Governor that is given them keeps all
// users of a credential within them. Nothing that is secret gets into an error or a log: no token, no
// signed URL, no query.
//
// # What is synced
//
// Files and folders: names, bytes, the time of the contents. Versions stay as they are in Box. Bookmarks
// (web links), Box Notes, Google documents and packages of a Mac are listed with a reason, left alone,
// and keep the folder that holds them from being deleted. A file that somebody has locked is told so;
// it waits. Comments, tasks, tags, shared links, metadata and collaborations are not carried.
//
// # Names
//
// One name space in a folder for files, folders and bookmarks, in which case does not count. The sources
// of Box disagree about leading spaces, about < > : " ? * and |, about emoji and about the unit of the
// 255 that a name may be long. StrictNames holds whoever is right, and is what a FileSystem goes by;
// PlainNames is what nobody disputes. Names are sent composed (NFC), since Box lets both forms of one
// name stand side by side. What Box stores is read back, and is what the engine remembers.
//
// # Identity
//
// An ID outlives renames, moves, new versions, the trash. Files and folders count apart: the ID of a
// folder is its number, that of a file has an "f" before it, that of a bookmark a "w". The top folder is
// "0@" and the account, since it is another one in each.
//
// # Versions and preconditions
//
// Entry.Content is the ID of the file version, which changes exactly with the contents; Entry.Guard is
// the etag. Box heeds it for new versions, renames and deletes; a move to another folder it makes
// whatever the item has become, so the engine looks just before. An edit between that look and the
// call moves along. Promoting an earlier version is not guarded either.
//
// # Writing
//
// Contents are never replaced: they become a new version. Folders of one parent are made one after the
// other, since Box's check of names may miss one that was made in the same moment; another account can
// still make a twin. Where an answer is lost a FileSystem finds out what became of the call as far as
// that can be proved: a new and empty folder of this account, of which this process knows nothing, is
// the one that it was making.
//
// Where Box refuses a rename that changes only the case, the item gets another name in between, the
// wanted one with a tag; a process that dies there leaves it so.
//
// # Trash
//
// What is deleted goes to the trash, folders only when they are empty: nothing is swept along. A
// restore brings an item back to where it came from, and then to where it is wanted. An enterprise that
// has no trash loses what is deleted, and deletes that people make there are held, since nothing proves
// them.
//
// # Limits
//
// "Not found" means gone or no longer allowed, and proves nothing. Listings are not known to lag. A
// position in the events is given up after 13 days. How large a file may be depends on who owns the
// folder; Box says so before contents are sent in parts, and the item is refused then.
//
// # Testing
//
// The suite syncertest.TestFileSystem holds on the fake Box of package box/boxtest, whichever way its
// switches stand, and when one call in ten fails. Run with -box.every it takes each switch by itself.
// With BOX_TEST_TOKEN and BOX_TEST_FOLDER it runs in a real account, in a folder of its own below that.
package box
