package office

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

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
	return nil
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
