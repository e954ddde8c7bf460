// Package office is what the program procorebox does, without its command line: a web portal uses the
// same. An Office has one data directory with everything that outlives a command, one connection to
// each service, and one Governor for each, which all pairs share:
//
//	settings, err := office.FromEnvironment(os.Getenv)
//	o, err := office.Open(ctx, settings, nil)
//	defer o.Close()
//	box, err := o.Box(ctx)
package office
