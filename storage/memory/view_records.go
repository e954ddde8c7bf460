package memory

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// Record implements [syncer.View].
func (v view) Record(ctx context.Context, id syncer.RecordID) (r syncer.Record, err error) {
	err = v.read(ctx, func(p *pair) error {
		found := p.record(id)
		if found == nil {
			return fmt.Errorf("record %d of pair %q: %w", id, v.name, fs.ErrNotExist)
		}
		r = copyRecord(*found)
		return nil
	})
	return r, err
}

// ByID implements [syncer.View].
func (v view) ByID(ctx context.Context, side syncer.Side, id string) (r syncer.Record, err error) {
	err = v.read(ctx, func(p *pair) error {
		found := p.byID(side, id)
		if found == nil {
			return fmt.Errorf("item %q on %s in pair %q: %w", id, side, v.name, fs.ErrNotExist)
		}
		r = copyRecord(*found)
		return nil
	})
	return r, err
}

// Children implements [syncer.View].
func (v view) Children(ctx context.Context, parent syncer.RecordID) iter.Seq2[syncer.Record, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Record] {
		index, records := p.index.parents.copy(), p.records.copy()
		return func(yield func(syncer.Record) bool) {
			for id := range under(&index, uint64(parent)) {
				r := records.get(id)
				stands := r.ParentOn(syncer.Source) == parent || r.ParentOn(syncer.Destination) == parent
				if stands && !yield(copyRecord(*r)) {
					return
				}
			}
		}
	})
}

// ByName implements [syncer.View].
func (v view) ByName(ctx context.Context, side syncer.Side, parent syncer.RecordID, key syncer.Key) iter.Seq2[syncer.Record, error] {
	return list(ctx, v, func(p *pair) iter.Seq[syncer.Record] {
		var found []syncer.Record
		for id := range under(&p.index.names, nameKey(side, parent, key)) {
			r := p.record(id)
			if r.ParentOn(side) == parent && syncer.NameKey(r.Half(side).Name) == key {
				found = append(found, copyRecord(*r))
			}
		}
		return slices.Values(found)
	})
}

// Records implements [syncer.View].
func (v view) Records(ctx context.Context) iter.Seq2[syncer.Record, error] {
	return func(yield func(syncer.Record, error) bool) {
		records, err := take(ctx, v, func(p *pair) set[syncer.RecordID, syncer.Record] { return p.records.copy() })
		for at := 0; err == nil && at < len(records.runs); at++ {
			if !yieldRun(records.runs[at].values, yield) {
				return
			}
			err = ctx.Err()
		}
		if err != nil {
			yield(syncer.Record{}, err)
		}
	}
}

// yieldRun yields copies of Records, and makes the copies of their Facts in one go.
func yieldRun(values []syncer.Record, yield func(syncer.Record, error) bool) bool {
	facts := make([]syncer.Facts, 0, countFacts(values))
	own := func(half *syncer.Half) {
		if half.Facts != nil {
			facts = append(facts, *half.Facts)
			half.Facts = &facts[len(facts)-1]
		}
	}
	for i := range values {
		r := values[i]
		own(&r.Source)
		own(&r.Destination)
		if !yield(r, nil) {
			return false
		}
	}
	return true
}

func countFacts(values []syncer.Record) (n int) {
	for i := range values {
		if values[i].Source.Facts != nil {
			n++
		}
		if values[i].Destination.Facts != nil {
			n++
		}
	}
	return n
}
