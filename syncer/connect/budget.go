package connect

import (
	"context"
	"time"
)

// Budget keeps, for all processes that share a credential, what was spent of the credential's limits.
// It is a store and knows nothing of calls: what it keeps is the Governors' own account, a few
// kilobytes for each credential. All methods are safe for use by many goroutines and processes.
type Budget interface {
	// Update calls change with the account of credential as it was stored last, empty if there is
	// none, and stores what change returns. While change runs nobody else, in this process or
	// another, is in an Update of the same credential; a process that dies gives its place up. What
	// change returned is durable when Update returns nil, and all of it is stored or nothing.
	//
	// If change returns an error or panics nothing is stored, and Update returns an error that wraps
	// it, or panics too. A cancelled ctx starts nothing. After any other error of Update either
	// account is stored. change may be called more than once, if a store must begin again; the last
	// call counts. It may keep neither old nor what it returned, is quick, and calls no method of
	// the Budget.
	//
	// now is a time that only ever goes on. It is never earlier than in any Update of the
	// credential before, in whatever process; it goes on as fast as time really passes; and setting
	// the machine's clock, forwards or back, neither hurries nor stops it as long as the Budget is
	// open. Over a time when no process had the Budget open it may go on by what the clock says.
	// It need not be the time of day, but lies between the years 2000 and 2200.
	Update(ctx context.Context, credential string, change func(now time.Time, old []byte) ([]byte, error)) error
}
