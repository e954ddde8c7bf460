package syncer

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"
)

// clashMemory is how long a conflict that was settled is remembered.
const clashMemory = 400 * 24 * time.Hour

// visitChosen looks at the items for which a person has chosen: what was left is not looked at otherwise.
func (r *run) visitChosen(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(r.clashes)) {
		c := r.clashes[id]
		if !c.Chosen {
			continue
		}
		for _, key := range c.keys() {
			r.renew(key)
			if err := r.o.revisit(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// keys are those that the item may have in the pending set.
func (c *Clash) keys() []PendingKey {
	if c.Record != 0 {
		return []PendingKey{{Record: c.Record}}
	}
	return []PendingKey{{Side: Source, ID: c.Source.ID}, {Side: Destination, ID: c.Destination.ID}}
}

// clash remembers the conflicts that were met in a round, and closes those that are open no more.
func (r *run) clash(b *Batch, acts []*executor, full bool) {
	now := map[ClashID]Clash{}
	for _, x := range acts {
		for i := range x.plan.Conflicts {
			c := r.remembered(&x.plan.Conflicts[i])
			now[c.ID] = c
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		if c, old := now[id], r.clashes[id]; !reflect.DeepEqual(c, old) {
			if old.ID == "" {
				b.Outcomes = append(b.Outcomes, r.clashed(&c))
			}
			b.Clashes = append(b.Clashes, c)
			r.clashes[id] = c
		}
		if c := r.clashes[id]; !c.Open() {
			delete(r.clashes, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.clashes)) {
		c := r.clashes[id]
		if _, met := now[id]; met {
			continue
		}
		if r.isOver(&c, full) {
			c.Settled = r.now()
			b.Clashes = append(b.Clashes, c)
			delete(r.clashes, id)
		}
	}
}

// remembered is what is kept of a conflict that was met just now.
func (r *run) remembered(c *Conflict) Clash {
	n := c.node
	out := Clash{
		ID: clashID(c.Source.Stamp(), c.Destination.Stamp()), Kind: n.rec.Kind, Path: c.Path, Since: r.now(), Run: r.state.Fence(),
		Source: r.seenAs(Source, &c.Source), Destination: r.seenAs(Destination, &c.Destination),
		Resolution: c.Resolution, Rule: c.Rule, Reason: c.Left, Copy: c.Copy,
	}
	if old, ok := r.clashes[out.ID]; ok {
		out.Since, out.Run, out.Chosen, out.Choice = old.Since, old.Run, old.Chosen, old.Choice
		for _, side := range sides {
			if v := out.Version(side); v.Digest == "" {
				v.Digest = old.Version(side).Digest
			}
			if v := out.Version(side); v.Person == "" {
				v.Person = old.Version(side).Person // another process may have met fewer people
			}
		}
	}
	if n.known {
		out.Record = n.rec.ID
	}
	if m := n.split; m != nil && m.known {
		out.CopyRecord = m.rec.ID
	}
	if c.Left != "" {
		out.Resolution = Leave
	} else if n.endedWell() && (n.split == nil || n.split.endedWell()) {
		out.Settled = r.now()
	}
	return out
}

// endedWell reports whether nothing that was planned for the item is left to do.
func (n *node) endedWell() bool {
	return n.known && n.err == nil && (n.result == 0 || n.result == Done)
}

// meetsNoMore reports whether an item was looked at, and what it is about is not two versions that meet.
func (n *node) meetsNoMore() bool {
	return !n.unlooked() && n.result != Blocked && (n.fate != leave || n.clash != nil || n.hold != nil || n.sleeps || n.silent)
}

// isOver reports whether a conflict that was not met again is one no more: its item was looked at, and the
// two versions do not meet in it, or a complete listing shows both sides as they are recorded.
func (r *run) isOver(c *Clash, full bool) bool {
	seen, waits := false, false
	for _, key := range c.keys() {
		n := r.w.nodes[key.Record]
		if key.Record == 0 {
			n = r.w.byID[key.Side][key.ID]
		}
		if r.isPassedOver(key) || n != nil && n.touched && !n.meetsNoMore() {
			return false
		}
		_, pending := r.pending[key]
		seen, waits = seen || n != nil && n.touched, waits || pending
	}
	return seen || full && !waits
}
