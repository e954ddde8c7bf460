// Package box speaks to Box: a client for the parts of its interface that keeping folders in step
// needs, and the ways to sign in.
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
// A program that tests against this package finds a fake Box in package box/boxtest.
package box
