package policy

import (
	"context"

	"github.com/procorebox/procorebox/syncer"
)

// DeletesOff is a [syncer.Guard] that carries no delete over. What was deleted on one side stays on
// the other, and does not come back.
type DeletesOff struct{}

var _ syncer.Guard = DeletesOff{}

// Judge implements [syncer.Guard].
func (DeletesOff) Judge(_ context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	var verdicts []syncer.Verdict
	for _, a := range p.Actions {
		if counts(a) {
			verdicts = append(verdicts, syncer.Verdict{Action: a.ID, Refuse: true, Reason: "deletes are switched off"})
		}
	}
	return verdicts, nil
}

// counts reports whether an action is a delete of something that a person may miss.
func counts(a syncer.Action) bool { return a.Op == syncer.OpDelete && !a.Free() }
