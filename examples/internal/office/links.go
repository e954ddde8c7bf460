package office

import (
	"context"
	"fmt"
	"sync"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// parallel is how many files of a tool are written at once. Each waits for answers most of the time.
const parallel = 16

// newLinks puts the Links together with what they run on. Nobody is called.
func (o *Office) newLinks() (*mapping.Links, error) {
	return mapping.New(mapping.Options{
		Store:    o.file.Notes,
		States:   o.file.Store,
		Runs:     o.file.Runs,
		Keep:     o.settings.Keep,
		Calls:    o.linkCalls,
		Box:      o.boxPlace,
		Procore:  o.procorePlace,
		Policies: o.policies,
		Engine:   syncer.Options{Parallel: parallel, Logger: o.log, Backoff: o.backoff},
	})
}

// places remembers what was opened for each Link, so that all runs of one use the same connections.
type places struct {
	mu     sync.Mutex
	opened map[string]opened
}

// opened is a place, and the connection that it was opened by: a *Box or a *Procore.
type opened struct {
	mapping.Place

	by any
}

// get returns what open opened before under a name, by the same connection.
func (p *places) get(name string, by any, open func() (mapping.Place, error)) (mapping.Place, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if there, ok := p.opened[name]; ok && there.by == by {
		return there.Place, nil
	}
	fresh, err := open()
	if err != nil {
		return fresh, err
	}
	if p.opened == nil {
		p.opened = map[string]opened{}
	}
	p.opened[name] = opened{fresh, by}
	return fresh, nil
}

// forget closes nothing; what is asked for next is opened anew.
func (p *places) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened = nil
}

// boxPlace opens the account of Box for a Link: its tools share a lane.
func (o *Office) boxPlace(ctx context.Context, l mapping.Link) (mapping.Place, error) {
	b, err := o.Box(ctx)
	if err != nil {
		return mapping.Place{}, err
	}
	return o.places.get("box "+l.ID, b, func() (mapping.Place, error) {
		files, lane, err := b.lane(ctx, l.ID)
		if err != nil {
			return mapping.Place{}, err
		}
		var side syncer.FileSystem = files
		if o.settings.Settle != nil {
			side = quickBox{files, o}
		}
		return mapping.Place{Endpoint: syncer.Endpoint{FS: side, Pacer: lane}, Stream: o.stream(BoxService, b.user.ID)}, nil
	})
}

// stream names the cursor of a feed: another account, or another Box, has another one.
func (o *Office) stream(s Service, account string) string {
	origin := boxOrigin(o.settings.Box.Bases)
	if s == ProcoreService {
		origin = procoreOrigin(o.settings.Procore.Bases)
	}
	return fmt.Sprintf("%s %s %s", s, origin, account)
}
