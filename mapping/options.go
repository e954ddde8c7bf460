package mapping

import (
	"context"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Options are what a program brings: where things are remembered, and how the two services are reached.
type Options struct {
	// Store keeps the Links, States what is remembered of their pairs.
	Store  Store
	States syncer.StateStore
	// Runs keeps what became of runs: see [Links.Runs]. Nil means that it is not remembered.
	Runs RunStore
	// Keep is how long runs, and the outcomes in the journals of States, are kept; 0 means DefaultKeep, 400 days, less
	// than 0 for ever.
	Keep time.Duration
	// Calls returns how many calls have been made for a Link since the program began, by service, for
	// what is remembered of runs. Nil means that nobody counts.
	Calls func(l Link) map[string]int64
	// Box returns the account in which the folder of a Link is. Its FS must be a syncer.FileSystem with
	// a syncer.Looker; Root and Follow do not matter. Links of one account are best given the same FS.
	Box func(ctx context.Context, l Link) (Place, error)
	// Procore returns what holds a tool of the Link's project or company, with its root. Where the tool
	// only flows to Box, a syncer.Reader will do.
	Procore func(ctx context.Context, l Link, t Tool) (Place, error)
	// Policies makes policies of a Link's Rules. It is also how patterns are checked. Nil means none.
	Policies func(l Link, t Tool) (syncer.Policies, error)
	// Engine are the settings of every engine, but for Policies, Adopt and Elsewhere.
	Engine syncer.Options
}

// Place is a side of a pair as a program opens it.
type Place struct {
	syncer.Endpoint
	// Stream names the cursor of FS in the state store, if FS is a syncer.Feed: places whose changes one
	// feed tells have the same Stream. If it is empty, or FS is no Feed, every run is a full scan.
	Stream string
}

// feed returns the Feed of a place, nil if it has none that can be followed.
func (p Place) feed() syncer.Feed {
	f, _ := p.FS.(syncer.Feed)
	if p.Stream == "" {
		return nil
	}
	return f
}
