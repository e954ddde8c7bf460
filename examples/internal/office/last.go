package office

import (
	"context"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// LastRun is what is remembered of the last run of a tool that ended.
type LastRun struct {
	Ended  time.Time     `json:"ended"`
	Full   bool          `json:"full"`
	Totals syncer.Totals `json:"totals"`
	// Err is why it ended early, or what it could not read; Paused why there was none.
	Err    string `json:"error,omitempty"`
	Paused string `json:"paused,omitempty"`
}

// lastRun returns nil if there was none.
func (o *Office) lastRun(ctx context.Context, l mapping.Link, t mapping.Tool) (*LastRun, error) {
	r, err := o.newest(ctx, l, t)
	if r == nil || err != nil {
		return nil, err
	}
	last := &LastRun{Ended: r.Ended, Full: r.Full, Totals: r.Totals}
	switch r.State {
	case mapping.RunPaused:
		last.Paused = r.Reason
	case mapping.RunFailed, mapping.RunHalted, mapping.RunWaits:
		last.Err = r.Reason
	}
	return last, nil
}

// newest returns the last run of a tool that ended, nil if there was none.
func (o *Office) newest(ctx context.Context, l mapping.Link, t mapping.Tool) (*mapping.Run, error) {
	for r, err := range o.Links.Runs(ctx, l.ID, time.Time{}, time.Time{}) {
		if err != nil {
			return nil, err
		}
		if r.Tool == t && !r.Ended.IsZero() {
			return &r, nil
		}
	}
	return nil, nil //nolint:nilnil // none is no error
}
