package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// DeleteRule says what becomes of deletes. It belongs in both lists, of Guards and of Gates:
// [DeletesOn], [DeletesOff], [DeletesAsked], [DeleteLimit], and [DeletesByFolder] to choose among them.
type DeleteRule interface {
	syncer.Guard
	syncer.Gate
}

// DeletesOn is the [DeleteRule] that carries every delete over, without any limit. It is what
// happens without a rule; it is there to be named in a table.
type DeletesOn struct{}

// Judge implements [syncer.Guard].
func (DeletesOn) Judge(context.Context, *syncer.Plan) ([]syncer.Verdict, error) { return nil, nil }

// Admit implements [syncer.Gate].
func (DeletesOn) Admit(context.Context, syncer.Action, bool) error { return nil }

// Withdraw implements [syncer.Gate].
func (DeletesOn) Withdraw(context.Context, syncer.Action) error { return nil }

// DeletesOff is the [DeleteRule] that carries no delete over. What was deleted on one side stays on
// the other, does not come back, and stays there when deletes are switched on again. Only what a
// person approved before deletes were switched off still goes.
type DeletesOff struct{}

const switchedOff = "deletes were switched off when it was deleted"

// Judge implements [syncer.Guard].
func (DeletesOff) Judge(_ context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	var verdicts []syncer.Verdict
	for _, a := range p.Actions {
		if counts(a) {
			verdicts = append(verdicts, syncer.Verdict{Action: a.ID, Refuse: true, Reason: switchedOff})
		}
	}
	return verdicts, nil
}

// Admit implements [syncer.Gate].
func (DeletesOff) Admit(_ context.Context, a syncer.Action, approved bool) error {
	if counts(a) && !approved {
		return fmt.Errorf("%s: %w", switchedOff, syncer.ErrHeld)
	}
	return nil
}

// Withdraw implements [syncer.Gate].
func (DeletesOff) Withdraw(context.Context, syncer.Action) error { return nil }

// counts reports whether an action is a delete of something that a person may miss.
func counts(a syncer.Action) bool { return a.Op == syncer.OpDelete && !a.Free() }

// DeletesByFolder is a [DeleteRule] that asks another one, depending on where the item stands: the
// switch of its own for a tool such as Photos.
type DeletesByFolder struct {
	folders folders[DeleteRule]
}

// NewDeletesByFolder returns a DeleteRule. The table goes from a folder's path, on the side where
// the delete would happen, to the rule for everything in it and for the folder itself; the longest
// path counts, "" is the default for all, and what no path covers is deleted without any limit.
// Limits that are to be apart need a Scope each.
func NewDeletesByFolder(table map[string]DeleteRule) (DeletesByFolder, error) {
	for folder, rule := range table {
		if rule == nil {
			return DeletesByFolder{}, fmt.Errorf("delete rule of folder %q is missing: %w", folder, syncer.ErrInvalid)
		}
	}
	f, err := newFolders(table)
	return DeletesByFolder{f}, err
}

// Judge implements [syncer.Guard].
func (d DeletesByFolder) Judge(ctx context.Context, p *syncer.Plan) ([]syncer.Verdict, error) {
	parts := map[syncer.Key]*syncer.Plan{}
	for _, a := range p.Actions {
		folder, _, found := d.folders.find(a.Path)
		if !found || !counts(a) {
			continue
		}
		if parts[folder] == nil {
			parts[folder] = &syncer.Plan{Pair: p.Pair, Full: p.Full}
		}
		parts[folder].Actions = append(parts[folder].Actions, a)
	}
	var verdicts []syncer.Verdict
	for _, folder := range slices.Sorted(maps.Keys(parts)) {
		of, err := d.folders[folder].Judge(ctx, parts[folder])
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, of...)
	}
	return verdicts, nil
}

// Admit implements [syncer.Gate].
func (d DeletesByFolder) Admit(ctx context.Context, a syncer.Action, approved bool) error {
	return d.of(a).Admit(ctx, a, approved)
}

// Withdraw implements [syncer.Gate].
func (d DeletesByFolder) Withdraw(ctx context.Context, a syncer.Action) error {
	return d.of(a).Withdraw(ctx, a)
}

func (d DeletesByFolder) of(a syncer.Action) DeleteRule {
	if _, rule, found := d.folders.find(a.Path); found {
		return rule
	}
	return DeletesOn{}
}

var (
	_ DeleteRule = DeletesOn{}
	_ DeleteRule = DeletesOff{}
	_ DeleteRule = DeletesByFolder{}
)
