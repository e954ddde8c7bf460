package policy

import (
	"context"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// Brake is a [syncer.Guard] that halts a pair before anything is written if a complete listing
// shows one side as empty although items of it are known. An account that lost its permission, a
// service with a bad day and a person who emptied the root all look like this.
type Brake struct {
	// Confirm lets the pair go on: a person has looked, and the side is empty on purpose.
	Confirm bool
}

var _ syncer.Guard = Brake{}

// Judge implements [syncer.Guard].
func (b Brake) Judge(_ context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	if !p.Full || b.Confirm || p.Confirmed {
		return nil, nil
	}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		if t := p.Tally(side); t.Listed == 0 && t.Known > 0 {
			return nil, fmt.Errorf("%s of pair %q lists 0 items, %d are known there: %w", side, p.Pair, t.Known, syncer.ErrHalted)
		}
	}
	return nil, nil
}
