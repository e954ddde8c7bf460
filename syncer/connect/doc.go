// Package connect is the kit for whoever writes a connector: a client for a service's HTTP interface
// that can be trusted with writes, tokens that are never lost to a race or a crash, listings in
// pages, rates that are kept, and a place for bodies that must be read twice. It knows no brand.
//
// A connector says how its service speaks, once, and what each of its calls means. The rest is done
// here:
//
//	client, err := connect.New(connect.Options{
//		Base:      "https://api.example.com/2.0",
//		Tokens:    source,        // who we are: see Tokens below
//		Pace:      lane,          // how fast: see Rates below
//		Decode:    decodeError,   // the service's errors, which wrap the sentinels
//		RequestID: []string{"Example-Request-Id"},
//	})
//	...
//	var made folder
//	body, err := connect.JSON(map[string]any{"name": name, "parent": parent})
//	err = client.JSON(ctx, connect.Call{
//		Op: "create folder", Method: http.MethodPost, Path: connect.Path("folders"), Body: body,
//		Look: func(ctx context.Context) (bool, error) { return c.ours(ctx, parent, name, &made) },
//	}, &made)
//
// # What is sent again
//
// Answers get lost, and an engine must know what that means. After a try the [Client] knows one of
// three things. The call was carried out. It was not: there never was a connection, the token was not
// taken, or the service said no (429 and every other 4xx but 408). Or nobody knows: the connection
// broke, the answer did not begin or end, the service failed (408, 5xx).
//
// What was not carried out is sent again if the refusal is temporary: after Retry-After, or a wait
// that doubles, spread so that clients do not come back in step. Of what nobody knows only that is
// sent again which does no harm: see [Repeat]. A create gets a Look, which asks the service whether
// it is there. Without one the call fails, and the engine looks in its next run.
//
// So syncer.NotDone is true for an [*Error] only if all tries are proved to have had no effect. A
// "not found" that answers the second of two deletes is not such a proof, nor is a "name is taken"
// after a create whose answer was lost; then errors.Is finds neither, and Error.Unknown is set.
//
// # Bodies
//
// A [Body] is opened anew for each try and checked on its way: one that is longer, shorter or
// different from what it was said to be is broken off before its last byte, so that it cannot become
// a file. [Multipart] makes a form of fields and files without reading them. What can be had only once, or
// has no size, goes into a [Spool] first. A download that is cut short ends with an error.
//
// # Secrets
//
// Tokens go to Options.Base and to origins that Options.Trust names, and nowhere else: redirects are
// not followed unless Call.Follow is set, and then without what must stay here. Call.Plain is for
// signed URLs. No error and no line of a log has a token or a query in it; of a signed URL they show
// the host. What Options.Decode repeats of an answer is the connector's to choose.
//
// # Tokens
//
// A [Source] gives each try its token and replaces it before it ends. Many services take a refresh
// token once, and answer with the next one; if two processes refresh at once, or one dies before it
// has stored what it got, the account is lost and a person must sign in. So a Source refreshes under a
// lock of its [TokenStore] that all processes share and that ends with its process, marks the refresh
// token as sent before it sends it, and stores the new one before anybody uses it:
//
//	refresh, err := connect.RefreshGrant(oauthConfig, nil)
//	source, err := connect.NewSource(connect.SourceOptions{Store: store, Credential: "box:robot", Refresh: refresh})
//
// After a refresh without an answer the same refresh token is sent once more, when the first can no
// longer overtake it. If the service has exchanged it already the credential has ended: every call
// fails with [ErrSignIn] and the reason, in all processes, without asking the service, until
// Source.SignIn stores what a person's signing in gave. To an engine that is a side to be left in
// peace: it concludes nothing and touches no file.
//
// Stores are in storage/sqlite and storage/memory; connecttest holds others to the contract.
//
// # Pages
//
// [Pages] yields the items of a listing, page by page, as the loop gets there. Where the next page is
// the connector says, with [ByMarker], [ByOffset] or [ByLink].
//
// # Rates
//
// A [Governor] keeps all calls of one credential within the limits of its service. The connector
// names the limits it knows as [Window] values, and gives a function that makes [Reading] values of a
// service's headers; the rest is the Governor's. Each pair has a [Lane], which is the Pace of its
// Client and the Pacer of its Endpoint:
//
//	governor, err := connect.NewGovernor(connect.GovernorOptions{
//		Windows:    []connect.Window{{Name: "minute", Most: 1000, Every: time.Minute}},
//		Budget:     budget, // where several processes use the credential
//		Credential: "box:robot",
//	})
//	client, err := connect.New(connect.Options{Base: base, Pace: governor.Lane("drawings")})
//
// A connector that is busy with a first sync says so with [WithClass]: its calls are bulk calls then,
// and those that carry what somebody just changed go before them. What is counted in a limit of its
// own, as uploads often are, has a kind ([WithKind], Call.Kind).
package connect
