package policy

import (
	"cmp"
	"context"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// DeletesAsked is a [DeleteRule] that holds every delete until a person approves it. It stands before a
// [DeleteLimit], which counts what was approved. A program that cannot trust what it remembers, since its
// state was put back from a backup say, is safe with it: whatever it takes for a delete waits.
type DeletesAsked struct {
	// Reason is what people are told; empty means that each delete waits for a person.
	Reason string
}

// Judge implements [syncer.Guard].
func (d DeletesAsked) Judge(_ context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	var verdicts []syncer.Verdict
	for _, a := range p.Actions {
		if counts(a) && !a.Approved {
			verdicts = append(verdicts, syncer.Verdict{Action: a.ID, Reason: d.reason()})
		}
	}
	return verdicts, nil
}

// Admit implements [syncer.Gate].
func (d DeletesAsked) Admit(_ context.Context, a syncer.Action, approved bool) error {
	if counts(a) && !approved {
		return fmt.Errorf("%s: %w", d.reason(), syncer.ErrHeld)
	}
	return nil
}

// Withdraw implements [syncer.Gate].
func (DeletesAsked) Withdraw(context.Context, syncer.Action) error { return nil }

func (d DeletesAsked) reason() string { return cmp.Or(d.Reason, "each delete waits for a person") }

var _ DeleteRule = DeletesAsked{}
