// Package contract holds what this project says to a service, and what its fakes answer, against the
// document in which the service itself describes its interface. There is nothing in it but tests.
//
// Each request and each answer goes through a transport that validates both: path, origin, query,
// headers and body, and on top of what the document says that nothing is sent that it does not
// name. Where facts are known to differ from the document, a table says so, with the reason; an
// entry that no call needs any more fails the test.
//
// The documents belong to the services and are not part of this project. The environment names them:
// BOX_OPENAPI and PROCORE_OPENAPI, by default ../shared/specs/box-openapi.json.gz and
// ../shared/specs/procore-openapi.json.gz as seen from the project's root. Without a document its test
// is skipped, and says so.
package contract
