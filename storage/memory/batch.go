package memory

import (
	"fmt"
	"maps"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// check returns an error that wraps ErrInvalid if the Batch would leave Records that contradict each
// other. It changes nothing.
func (p *pair) check(b syncer.Batch) error {
	c := checker{pair: p, fresh: b.Fresh, put: make(map[syncer.RecordID]*syncer.Record, len(b.Put))}
	for i := range b.Put {
		c.put[b.Put[i].ID] = &b.Put[i]
	}
	c.dropped = make(map[syncer.RecordID]bool, len(b.Drop))
	for _, id := range b.Drop {
		c.dropped[id] = true
	}
	for _, id := range b.Drop {
		if err := c.orphans(id); err != nil {
			return err
		}
	}
	ids := make(map[tombKey]syncer.RecordID, 2*len(b.Put))
	for i := range b.Put {
		r := &b.Put[i]
		if c.put[r.ID] != r || c.dropped[r.ID] {
			continue
		}
		if err := c.record(r, ids); err != nil {
			return err
		}
	}
	for _, s := range b.Seen {
		if s.Side > syncer.Destination {
			return fmt.Errorf("seen on side %d: %w", s.Side, syncer.ErrInvalid)
		}
	}
	return nil
}

// checker knows what Records there will be after a Batch.
type checker struct {
	pair    *pair
	fresh   bool
	put     map[syncer.RecordID]*syncer.Record
	dropped map[syncer.RecordID]bool
}

// changed reports whether what is stored of a Record says nothing about it after the Batch.
func (c *checker) changed(id syncer.RecordID) bool {
	return c.fresh || c.dropped[id] || c.put[id] != nil
}

func (c *checker) exists(id syncer.RecordID) bool {
	if c.dropped[id] {
		return false
	}
	return c.put[id] != nil || !c.fresh && c.pair.record(id) != nil
}

// record checks one that is put. ids collects the IDs that the Batch gives out.
func (c *checker) record(r *syncer.Record, ids map[tombKey]syncer.RecordID) error {
	switch {
	case r.ID == 0:
		return fmt.Errorf("record of %q has no number: %w", r.Name, syncer.ErrInvalid)
	case (r.ID == syncer.RootRecord) != (r.ParentID == 0):
		return fmt.Errorf("record %d stands in record %d: %w", r.ID, r.ParentID, syncer.ErrInvalid)
	}
	for _, parent := range []syncer.RecordID{r.ParentID, r.Source.Parent, r.Destination.Parent} {
		if parent != 0 && !c.exists(parent) {
			return fmt.Errorf("record %d stands in record %d, which does not exist: %w", r.ID, parent, syncer.ErrInvalid)
		}
	}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		id := r.Half(side).ID
		if id == "" {
			continue
		}
		other, taken := ids[tombKey{side, id}]
		if stored := c.pair.byID(side, id); !taken && stored != nil && !c.changed(stored.ID) {
			other, taken = stored.ID, true
		}
		if taken {
			return fmt.Errorf("records %d and %d have one ID %q on %s: %w", other, r.ID, id, side, syncer.ErrInvalid)
		}
		ids[tombKey{side, id}] = r.ID
	}
	return nil
}

// orphans returns an error if a Record stands in one that is dropped and does not change with it.
func (c *checker) orphans(id syncer.RecordID) error {
	for child := range under(&c.pair.index.parents, uint64(id)) {
		if !c.changed(child) {
			return fmt.Errorf("record %d stands in record %d, which is dropped: %w", child, id, syncer.ErrInvalid)
		}
	}
	return nil
}

// apply carries out a Batch that was checked, part by part in the order of its fields. What one
// Batch both adds and removes is therefore removed.
func (p *pair) apply(b syncer.Batch, fence uint64) {
	if b.Fresh {
		p.content = newContent()
		p.header.Scan, p.header.Unlisted = syncer.Scan{}, nil
	}
	if b.Header != nil {
		p.header = *b.Header
	}
	p.applyRecords(b)
	p.applyIntents(b)
	for _, t := range b.Tombstones {
		p.tombs[tombKey{t.Side, t.ID}] = t
		p.age(t)
	}
	p.expire(b.Expire)
	for _, seq := range b.Taken {
		p.inbox.delete(seq)
	}
	for _, item := range b.Pending {
		p.pending.put(item)
	}
	for _, key := range b.Cleared {
		p.pending.delete(key)
	}
	p.applyHolds(b)
	p.applyClashes(b)
	p.applySeen(b)
	for _, o := range b.Outcomes {
		o.Position = syncer.Position{Fence: fence, Seq: p.forgotten + uint64(len(p.journal)) + 1}
		p.journal = append(p.journal, o)
	}
}

func (p *pair) applyRecords(b syncer.Batch) {
	for i := range b.Put {
		r := compact(b.Put[i])
		p.index.put(p.record(r.ID), &r)
		p.records.put(r)
	}
	for _, id := range b.Drop {
		if r := p.record(id); r != nil {
			p.index.drop(r)
			p.records.delete(id)
		}
	}
}

func (p *pair) applyIntents(b syncer.Batch) {
	// The list is made anew, since readers may hold the one that is there.
	if len(b.Intents)+len(b.Settled) == 0 {
		return
	}
	gone := make(map[syncer.ActionID]bool, len(b.Intents)+len(b.Settled))
	for _, i := range b.Intents {
		gone[i.ID] = true
	}
	kept := slices.Clone(p.intents)
	kept = slices.DeleteFunc(kept, func(i syncer.Intent) bool { return gone[i.ID] })
	clear(gone)
	for _, i := range b.Intents {
		kept = append(kept, copyIntent(i))
	}
	for _, id := range b.Settled {
		gone[id] = true
	}
	p.intents = slices.DeleteFunc(kept, func(i syncer.Intent) bool { return gone[i.ID] })
}

func (p *pair) applyHolds(b syncer.Batch) {
	for _, h := range b.Holds {
		if old, found := p.holds[h.Action]; found {
			h.Since = old.Since
			if old.Decision != syncer.Waiting {
				h.Decision = old.Decision
			}
		}
		p.holds[h.Action] = h
	}
	for _, action := range b.Lifted {
		delete(p.holds, action)
	}
}

func (p *pair) applyClashes(b syncer.Batch) {
	for _, c := range b.Clashes {
		if old, found := p.clashes[c.ID]; found && old.Open() && old.Chosen && c.Open() {
			c.Chosen, c.Choice = true, old.Choice
		}
		p.clashes[c.ID] = c
	}
	if !b.Faded.IsZero() {
		maps.DeleteFunc(p.clashes, func(_ syncer.ClashID, c syncer.Clash) bool { return !c.Open() && c.Settled.Before(b.Faded) })
	}
}

func (p *pair) applySeen(b syncer.Batch) {
	if b.Unseen {
		p.seen = newSeen()
	}
	for _, s := range b.Seen {
		for _, id := range s.Records {
			p.seen[s.Side].put(id)
		}
	}
}
