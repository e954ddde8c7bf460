package procore

import (
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// settle is how long an answer that got lost is waited for before the item is looked at. Listings are
// not known to lag; a call whose connection broke may land a moment later.
const settle = 10 * time.Second

func infoOf(c *Client, in Scope, name, account string, names syncer.Names) syncer.Info {
	return syncer.Info{
		Service: "Procore",
		Realm:   realm(c, in, name),
		Account: account,
		Trash:   true,
		// Procore checks nothing. Each of these calls is preceded by a read of the item, with nothing in
		// between: contents are in Procore's storage by then.
		Guards:      syncer.Guards{Update: true, Rename: true, Move: true, Delete: true},
		File:        syncer.FullAbilities(),
		Folder:      syncer.FullAbilities(),
		Names:       names,
		CleansNames: true,
		Settle:      settle,
		CallTimeout: callTimeout,
		// An item is looked at before it is read or changed; contents take a leave to send them, and are then filed.
		Calls: syncer.Calls{Open: 2, Create: 2, Update: 3, Move: 2, Delete: 2},
	}
}

// realm is one for each tool: a number of another project is not known to name the same item here.
func realm(c *Client, in Scope, name string) string {
	return "procore at " + c.options.Bases.API + ", company " + c.CompanyID().String() + ", " + in.String() + ", " + name
}
