package office

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Calls says how many calls went to each service that count against its limits, tries that were
// repeated too.
type Calls struct {
	Box     int64 `json:"box"`
	Procore int64 `json:"procore"`
}

// Since returns how many there have been since before.
func (c Calls) Since(before Calls) Calls {
	return Calls{c.Box - before.Box, c.Procore - before.Procore}
}

// Calls returns how many there have been since the Office was opened.
func (o *Office) Calls() Calls { return Calls{o.boxCalls.Load(), o.procoreCalls.Load()} }

// metered is a lane that counts what it lets go.
type metered struct {
	*connect.Lane
	count   *atomic.Int64
	lane    *atomic.Int64
	service Service
	traffic Traffic
}

// Wait implements connect.Pace.
func (p metered) Wait(ctx context.Context, class syncer.Class, cost syncer.Cost) error {
	began := time.Now()
	err := p.Lane.Wait(ctx, class, cost)
	if p.traffic.Waited != nil {
		p.traffic.Waited(p.service, class, time.Since(began))
	}
	if err != nil {
		return err
	}
	p.count.Add(int64(cost.Calls))
	p.lane.Add(int64(cost.Calls))
	return nil
}

// lanes count the calls of each lane: a Link has one at each service.
type lanes struct {
	mu    sync.Mutex
	calls map[string]*atomic.Int64
}

func (l *lanes) of(s Service, name string) *atomic.Int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := string(s) + " " + name
	if l.calls == nil {
		l.calls = map[string]*atomic.Int64{}
	}
	if l.calls[key] == nil {
		l.calls[key] = new(atomic.Int64)
	}
	return l.calls[key]
}

// linkCalls returns how many calls there have been for a Link since the Office was opened.
func (o *Office) linkCalls(l mapping.Link) map[string]int64 {
	calls := map[string]int64{}
	for _, s := range []Service{BoxService, ProcoreService} {
		calls[string(s)] = o.lanes.of(s, l.ID).Load()
	}
	return calls
}

// governor returns the one of a credential.
func (o *Office) governor(s Service, windows []connect.Window, read func(int, http.Header) []connect.Reading) (*connect.Governor, error) {
	if err := o.settings.fakeOnly(s); err != nil {
		return nil, err
	}
	return connect.NewGovernor(connect.GovernorOptions{
		Windows: windows, Read: read, Budget: o.file.Budget, Credential: s.credential(),
	})
}
