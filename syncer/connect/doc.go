// Package connect is the kit for whoever writes a connector: a client for a service's HTTP interface
// that can be trusted with writes, tokens that are never lost to a race or a crash, listings in
// pages, and a place for bodies that must be read twice. It knows no brand.
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
