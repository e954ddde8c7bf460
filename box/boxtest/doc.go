// Package boxtest is a fake of the Box service, for tests of whatever speaks Box's API.
//
// It speaks HTTP and nothing else: it shares no type with any client, so it finds requests that are
// wrong. A [Box] is an [http.Handler]; [Start] serves one on real ports, one for each host that Box
// has, and [Box.HTTPClient] reaches it through memory:
//
//	box, err := boxtest.New(boxtest.Options{})
//	...
//	defer box.Close()
//	request.Header.Set("Authorization", "Bearer "+box.Token())
//	answer, err := box.HTTPClient().Do(request) // to box.URLs().API + "/2.0/folders/0/items"
//
// People edit what is in it behind the client's back:
//
//	ann := box.AddUser("Ann", "ann@x.example")
//	folder, err := ann.CreateFolder("0", "Drawings")
//	err = ann.Collaborate(folder, box.Home(), "editor") // now the client sees it, too
//	err = ann.Uncollaborate(folder, box.Home())         // and now it is gone: no delete, but 404s
//
// Things go wrong on demand, call by call ([Box.Inject]) or by chance (Options.FaultRate): a status, a
// connection that ends before or after the effect, an effect that lands late, a body that is cut off or
// too short, a slow answer. Chance draws from all of them, and [Box.Accidents] says what it drew.
// Calls that come too fast are refused as Box refuses them, on a [Clock] that a test can move.
// [Box.Calls] says how often each route was called.
//
// What is not known about Box, or told in two ways, is one of the [Switches]. A client that holds
// whichever way each of them stands has not guessed.
//
// The fake is built from a fact sheet, to whose sections the tests point; the sheet itself is not published with
// the code. How real clients of Box fare with it is told in internal/docs/fake-box.md.
package boxtest
