package syncer

import (
	"context"
	"fmt"
)

// censusFrom is how many known files a plan must update or delete before everything that is known is
// counted for it: that reads all Records, which a run on a few hints must not do.
const censusFrom = 100

// know counts an item that is Present.
func (t *Tally) know(id RecordID, file bool) {
	switch {
	case id == RootRecord:
		return
	case file:
		t.Files++
	}
	t.Known++
}

// census counts what is known for the Guards of a big plan, where no full scan has done so.
func (r *run) census(ctx context.Context, p *Plan) error {
	if len(r.e.opts.Policies.Guards) == 0 || r.w.tally != [2]Tally{} || p.changedFiles() < censusFrom {
		return nil
	}
	for rec, err := range r.view.Records(ctx) {
		if err != nil {
			return fmt.Errorf("count records: %w", err)
		}
		for _, side := range sides {
			if rec.Half(side).Presence == Present {
				r.w.tally[side].know(rec.ID, rec.Kind == File)
			}
		}
	}
	p.Source, p.Destination = r.w.tally[Source], r.w.tally[Destination]
	return nil
}

// changedFiles counts the known files that a plan updates, deletes or finds in conflict.
func (p *Plan) changedFiles() int {
	n := len(p.Conflicts)
	for i := range p.Actions {
		if a := &p.Actions[i]; a.Kind == File && (a.Op == OpUpdate || a.Op == OpDelete) {
			n++
		}
	}
	return n
}
