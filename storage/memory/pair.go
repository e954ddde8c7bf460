package memory

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// pair is all that is kept of one pair.
type pair struct {
	fence     uint64
	until     time.Time // when the lease ends; zero if nobody has it
	hints     uint64    // the last Seq of the inbox
	inbox     set[uint64, syncer.Hinted]
	journal   []syncer.Outcome // appended to at its end, cut at its beginning
	forgotten uint64           // how many were cut
	header    syncer.Header
	clashes   map[syncer.ClashID]syncer.Clash
	content
}

// content is the part of a pair that Batch.Fresh drops.
type content struct {
	records set[syncer.RecordID, syncer.Record]
	index   index
	intents []syncer.Intent // oldest first
	tombs   map[tombKey]syncer.Tombstone
	oldest  time.Time // no Tombstone that can expire is older; zero if there is none
	pending set[syncer.PendingKey, syncer.Pending]
	holds   map[syncer.ActionID]syncer.Hold
	seen    [2]set[syncer.RecordID, syncer.RecordID]
}

type tombKey struct {
	side syncer.Side
	id   string
}

func newPair() *pair {
	return &pair{inbox: newSet(64, seqOf, cmp.Compare[uint64]), clashes: map[syncer.ClashID]syncer.Clash{}, content: newContent()}
}

func newContent() content {
	return content{
		records: newSet(64, recordOf, cmp.Compare[syncer.RecordID]),
		index:   newIndex(),
		tombs:   map[tombKey]syncer.Tombstone{},
		pending: newSet(64, pendingOf, comparePending),
		holds:   map[syncer.ActionID]syncer.Hold{},
		seen:    newSeen(),
	}
}

func newSeen() (seen [2]set[syncer.RecordID, syncer.RecordID]) {
	for side := range seen {
		seen[side] = newSet(256, self[syncer.RecordID], cmp.Compare[syncer.RecordID])
	}
	return seen
}

func seqOf(h *syncer.Hinted) uint64                 { return h.Seq }
func recordOf(r *syncer.Record) syncer.RecordID     { return r.ID }
func pendingOf(p *syncer.Pending) syncer.PendingKey { return p.PendingKey }

func comparePending(a, b syncer.PendingKey) int {
	return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Side, b.Side), cmp.Compare(a.ID, b.ID))
}

// clone returns a copy that nobody holds the lease of.
func (p *pair) clone() *pair {
	c := *p
	c.until = time.Time{}
	c.inbox = p.inbox.copy()
	c.journal = slices.Clip(p.journal)
	c.clashes = maps.Clone(p.clashes)
	c.records = p.records.copy()
	c.index = p.index.copy()
	c.intents = slices.Clone(p.intents)
	c.tombs = maps.Clone(p.tombs)
	c.pending = p.pending.copy()
	c.holds = maps.Clone(p.holds)
	for side := range p.seen {
		c.seen[side] = p.seen[side].copy()
	}
	return &c
}

// forget cuts the outcomes before the first that happened at an instant or after it.
func (p *pair) forget(before time.Time) {
	n := slices.IndexFunc(p.journal, func(o syncer.Outcome) bool { return !o.At.Before(before) })
	if n < 0 {
		n = len(p.journal)
	}
	p.journal, p.forgotten = slices.Clone(p.journal[n:]), p.forgotten+uint64(n)
}

func (p *pair) hint(hints []syncer.Hint) {
	for _, h := range hints {
		p.hints++
		h.Within = slices.Clone(h.Within)
		p.inbox.put(syncer.Hinted{Seq: p.hints, Hint: h})
	}
}

// record returns the Record called id, nil if there is none. It may not be changed.
func (c *content) record(id syncer.RecordID) *syncer.Record {
	return c.records.get(id)
}

// byID returns the Record whose Half on side has the ID, nil if there is none.
func (c *content) byID(side syncer.Side, id string) *syncer.Record {
	if id == "" {
		return nil
	}
	for found := range under(&c.index.ids, idKey(side, id)) {
		if r := c.record(found); r.Half(side).ID == id {
			return r
		}
	}
	return nil
}

// expire removes the Tombstones that are older than before, but for replaced ones. It looks through
// them only if there can be one to remove.
func (c *content) expire(before time.Time) {
	if c.oldest.IsZero() || !c.oldest.Before(before) {
		return
	}
	maps.DeleteFunc(c.tombs, func(_ tombKey, t syncer.Tombstone) bool {
		return !t.Replaced && t.At.Before(before)
	})
	c.oldest = time.Time{}
	for _, t := range c.tombs {
		c.age(t)
	}
}

// age keeps oldest true when t is added.
func (c *content) age(t syncer.Tombstone) {
	if !t.Replaced && (c.oldest.IsZero() || t.At.Before(c.oldest)) {
		c.oldest = t.At
	}
}
