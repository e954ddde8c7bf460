// Package procore speaks to Procore: a connector for package syncer, the client for the parts of
// Procore's interface that keeping folders in step needs, and the ways to sign in.
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
// # Call
//
// There is one file for each resource, and methods bear the names of the requests: PATCH
// /rest/v1.0/files/{id} is Client.PatchFilesID. What belongs to a project and to the company itself is
// told apart by a Scope. Every request names the company; there is no Client without one.
package procore
