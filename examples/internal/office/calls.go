package office

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Meter counts calls that count against a service's limits, tries that are repeated too. It is safe
// for use by many goroutines.
type Meter struct{ calls atomic.Int64 }

// Calls returns how many there have been.
func (m *Meter) Calls() int { return int(m.calls.Load()) }

// metered is a lane that counts what it lets go.
type metered struct {
	*connect.Lane
	meter *Meter
}

// Wait implements connect.Pace.
func (p metered) Wait(ctx context.Context, class syncer.Class, cost syncer.Cost) error {
	if err := p.Lane.Wait(ctx, class, cost); err != nil {
		return err
	}
	p.meter.calls.Add(int64(cost.Calls))
	return nil
}

// governor returns the one of a credential. Without limits it knows no windows, and does no more than
// answers ask for.
func (o *Office) governor(s Service, windows []connect.Window, read func(int, http.Header) []connect.Reading) (*connect.Governor, error) {
	paced, err := o.settings.paced(s)
	if err != nil {
		return nil, err
	}
	if !paced {
		return connect.NewGovernor(connect.GovernorOptions{})
	}
	return connect.NewGovernor(connect.GovernorOptions{
		Windows: windows, Read: read, Budget: o.file.Budget, Credential: s.credential(),
	})
}
