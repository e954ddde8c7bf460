// Package procoretest is a fake of the Procore service, for tests of whatever speaks Procore's API.
//
// It speaks HTTP and nothing else: it shares no type with any client, so it finds requests that are
// wrong. A [Procore] is an [http.Handler]; [Start] serves one on real ports, one for each host that
// Procore has, and [Procore.HTTPClient] reaches it through memory:
//
//	procore, err := procoretest.New(procoretest.Options{})
//	...
//	defer procore.Close()
//	project := procore.Project()
//	request.Header.Set("Authorization", "Bearer "+procore.Token())
//	request.Header.Set("Procore-Company-Id", strconv.FormatInt(project.CompanyID, 10))
//	answer, err := procore.HTTPClient().Do(request)
//
// People edit what is in it behind the client's back:
//
//	ann := procore.AddUser("Ann", "ann@x.example")
//	folder, err := ann.CreateFolder(project.RootID, "01 Drawings")
//	_, err = ann.Hide(folder, true)
//	procore.Permit(procore.Home().User, project.ID, procoretest.Documents, procoretest.Standard)
//	// now the folder is missing for the client: no delete, but it is not listed and 404s
//
// Things go wrong on demand, call by call ([Procore.Inject]) or by chance (Options.FaultRate): a
// status, a connection that ends before or after the effect, an effect that lands late, a body that is
// cut off. Calls that come too fast are refused as Procore refuses them, by two limits at once, on a
// [Clock] that a test can move. [Procore.Calls] says how often each route was called.
//
// Procore tells nobody a hash of a file, and neither does the fake.
//
// What is not known about Procore, or told in two ways, is one of the [Switches]. A client that holds
// whichever way each of them stands has not guessed.
//
// The fake is built from a fact sheet, to whose sections the tests point; the sheet itself is not published with
// the code. How clients of Procore fare with it is told in internal/docs/fake-procore.md.
package procoretest
