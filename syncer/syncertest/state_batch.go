package syncertest

import (
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

var batchCases = []statePromise{{
	"what was committed is there to the last field",
	"Commit applies a Batch whole; nothing of what it holds is rounded, cut or left out.",
	func(c *stateCheck) {
		s, b := c.open(), aFullBatch()
		c.commit(s, aFullBatch())
		got := c.read(s)
		c.equal("header", got.Header, *b.Header)
		c.equal("records", got.Records, b.Put)
		c.equal("intents", got.Intents, b.Intents)
		c.equal("holds", got.Holds, b.Holds)
		c.equal("conflicts", got.Clashes, b.Clashes)
		c.equal("pending", got.Pending, []syncer.Pending{b.Pending[1], b.Pending[0]})
		c.equal("seen on source", got.Source, b.Seen[0].Records)
		c.equal("seen on destination", got.Destination, b.Seen[1].Records)
		t, err := s.Tombstone(c.ctx, syncer.Source, "gone")
		c.must(err, "read the tombstone")
		c.equal("tombstone", t, b.Tombstones[0])
		r, err := s.Record(c.ctx, 2)
		c.must(err, "read record 2")
		c.equal("record 2", r, b.Put[1])
	},
}, {
	"what is zero stays zero",
	"A zero time, an empty text and missing Facts come back as they are.",
	func(c *stateCheck) {
		s := c.with(syncer.Record{ID: 2, ParentID: 1})
		c.equal("record", c.record(s, 2), syncer.Record{ID: 2, ParentID: 1})
		b := syncer.Batch{
			Header: &syncer.Header{}, Intents: []syncer.Intent{{ID: "i"}}, Holds: []syncer.Hold{{Action: "h"}},
			Pending: []syncer.Pending{{PendingKey: syncer.PendingKey{Record: 2}}}, Tombstones: []syncer.Tombstone{{ID: "t"}},
			Outcomes: []syncer.Outcome{{Action: "o"}}, Clashes: []syncer.Clash{{ID: "c"}},
		}
		c.commit(s, b)
		got := c.read(s)
		c.equal("conflicts", got.Clashes, b.Clashes)
		c.equal("header", got.Header, *b.Header)
		c.equal("intents", got.Intents, b.Intents)
		c.equal("holds", got.Holds, b.Holds)
		c.equal("pending", got.Pending, b.Pending)
		for i := range got.Journal {
			got.Journal[i].Position = syncer.Position{}
		}
		c.equal("journal", got.Journal, b.Outcomes)
		t, err := s.Tombstone(c.ctx, syncer.Source, "t")
		c.must(err, "read the tombstone")
		c.equal("tombstone", t, b.Tombstones[0])
	},
}, {
	"what was committed does not change with the caller's copy",
	"A store keeps values, not references: the engine goes on using what it has committed and read.",
	func(c *stateCheck) {
		s := c.with(aRecord(2, 1, "two"))
		mine := aRecord(2, 1, "two")
		c.put(s, mine)
		mine.Source.Facts.Author = "changed after Commit"
		read := c.record(s, 2)
		read.Source.Facts.Author = "changed after Record"
		for r, err := range s.Records(c.ctx) {
			c.must(err, "read the records")
			if r.Source.Facts != nil {
				r.Source.Facts.Author = "changed after Records"
			}
		}
		c.equal("record", c.record(s, 2), aRecord(2, 1, "two"))
	},
}, {
	"empty batch changes nothing",
	"What a Batch does not name stays.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, aFullBatch())
		before := c.read(s)
		c.commit(s, syncer.Batch{})
		c.equal("state", c.read(s), before)
	},
}, {
	"record is replaced by its number and dropped by it",
	"Put adds or replaces Records, Drop removes them.",
	func(c *stateCheck) {
		s := c.with(aRecord(2, 1, "two"), aRecord(3, 1, "three"))
		changed := aPlainRecord(2, 3, "renamed")
		c.put(s, changed)
		c.equal("record", c.record(s, 2), changed)
		c.commit(s, syncer.Batch{Drop: []syncer.RecordID{2}})
		_, err := s.Record(c.ctx, 2)
		c.wrong(err, "dropped record", fs.ErrNotExist)
		_, err = s.ByID(c.ctx, syncer.Source, itemID(syncer.Source, 2))
		c.wrong(err, "ID of a dropped record", fs.ErrNotExist)
		c.ids("names of a dropped record", s.ByName(c.ctx, syncer.Source, 3, "renamed"))
		c.ids("records", s.Records(c.ctx), 1, 3)
	},
}, {
	"invalid record at the end of a batch leaves nothing of it",
	"Commit applies a Batch whole or not at all: half a Batch would be a baseline that never was.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, aFullBatch())
		c.must(c.h.Store.Append(c.ctx, thePair, aHint("x")), "append")
		before := c.read(s)
		h := aHeader()
		h.Policies = "other"
		err := s.Commit(c.ctx, syncer.Batch{
			Header: &h, Put: []syncer.Record{aRecord(4, 1, "four"), aRecord(2, 1, "renamed"), aRecord(5, 99, "lost")},
			Drop: []syncer.RecordID{3}, Intents: []syncer.Intent{anIntent("i3", someDay)}, Settled: []syncer.ActionID{"i1"},
			Tombstones: []syncer.Tombstone{aTombstone(syncer.Source, "late", someDay)}, Expire: someDay.Add(time.Hour),
			Taken: seqs(before.Inbox), Pending: []syncer.Pending{aPending(syncer.PendingKey{Record: 4})},
			Cleared: []syncer.PendingKey{{Record: 2}}, Holds: []syncer.Hold{aHold("h3", someDay)}, Lifted: []syncer.ActionID{"h1"},
			Clashes: []syncer.Clash{aClash("c3", someDay)}, Faded: someDay.Add(time.Hour),
			Unseen: true, Outcomes: []syncer.Outcome{anOutcome("o3")},
		})
		c.wrong(err, "commit of a record whose parent does not exist", syncer.ErrInvalid)
		c.equal("state after the refused Batch", c.read(s), before)
		_, err = s.Tombstone(c.ctx, syncer.Source, "late")
		c.wrong(err, "tombstone of the refused Batch", fs.ErrNotExist)
		_, err = s.Tombstone(c.ctx, syncer.Source, "gone")
		c.must(err, "tombstone that the refused Batch would have expired")
		_, err = s.ByID(c.ctx, syncer.Source, itemID(syncer.Source, 4))
		c.wrong(err, "ID of the refused Batch", fs.ErrNotExist)
		c.ids("names of the refused Batch", s.ByName(c.ctx, syncer.Source, 1, "renamed"))
	},
}}

var freshCases = []statePromise{{
	"fresh batch drops what was there before it adds its own",
	"Fresh drops every Record, Intent, Tombstone, Pending, Hold and scan first: another root is another baseline.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, aFullBatch())
		put := []syncer.Record{aRoot(), aRecord(9, 1, "two")}
		put[1].Source.ID = itemID(syncer.Source, 2)
		c.commit(s, syncer.Batch{
			Fresh: true, Put: put, Intents: []syncer.Intent{anIntent("i9", someDay)},
			Tombstones: []syncer.Tombstone{aTombstone(syncer.Source, "new", someDay)},
			Pending:    []syncer.Pending{aPending(syncer.PendingKey{Record: 9})}, Holds: []syncer.Hold{aHold("h9", someDay)},
			Seen: []syncer.Seen{{Side: syncer.Source, Records: []syncer.RecordID{9}}},
		})
		got := c.read(s)
		c.equal("records", got.Records, put)
		c.equal("intents", got.Intents, []syncer.Intent{anIntent("i9", someDay)})
		c.equal("pending", got.Pending, []syncer.Pending{aPending(syncer.PendingKey{Record: 9})})
		c.equal("holds", got.Holds, []syncer.Hold{aHold("h9", someDay)})
		c.equal("seen on source", got.Source, []syncer.RecordID{9})
		c.equal("seen on destination", got.Destination, []syncer.RecordID(nil))
		_, err := s.Tombstone(c.ctx, syncer.Source, "gone")
		c.wrong(err, "tombstone from before", fs.ErrNotExist)
		_, err = s.Tombstone(c.ctx, syncer.Source, "new")
		c.must(err, "tombstone of the fresh batch")
		r, err := s.ByID(c.ctx, syncer.Source, itemID(syncer.Source, 2))
		c.must(err, "find an ID that another record had before")
		c.expect(r.ID == 9, "an ID that record 2 had before leads to record %d, not 9", r.ID)
		c.ids("children of the root", s.Children(c.ctx, 1), 9)
	},
}, {
	"fresh batch keeps the journal and the inbox",
	"The journal stays, and so do conflicts and hints: they say nothing about the old baseline.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, aFullBatch())
		c.must(c.h.Store.Append(c.ctx, thePair, aHint("x")), "append")
		before := c.read(s)
		c.commit(s, syncer.Batch{Fresh: true})
		got := c.read(s)
		c.equal("journal", got.Journal, before.Journal)
		c.equal("conflicts", got.Clashes, before.Clashes)
		c.equal("inbox", got.Inbox, before.Inbox)
		c.ids("records", s.Records(c.ctx))
	},
}, {
	"fresh batch without a header drops the scan only",
	"Fresh drops the unfinished scan, and what could not be listed. Next stays: a RecordID is never used again.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, aFullBatch())
		c.commit(s, syncer.Batch{Fresh: true})
		want := aHeader()
		want.Scan, want.Unlisted = syncer.Scan{}, nil
		c.equal("header", c.read(s).Header, want)
		want = aHeader()
		c.commit(s, syncer.Batch{Fresh: true, Header: &want})
		c.equal("header of the fresh batch", c.read(s).Header, want)
	},
}, {
	"fresh batch forgets decisions",
	"A Decision goes with its Hold: the action is judged anew against another baseline.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, syncer.Batch{Holds: []syncer.Hold{aHold("h", someDay)}})
		c.must(c.h.Store.Decide(c.ctx, thePair, "h", syncer.Approved), "approve")
		c.commit(s, syncer.Batch{Fresh: true, Holds: []syncer.Hold{aHold("h", someDay)}})
		c.equal("holds", c.read(s).Holds, []syncer.Hold{aHold("h", someDay)})
	},
}, {
	"fresh batch that is refused drops nothing",
	"Commit applies a Batch whole or not at all, Fresh too.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, aFullBatch())
		c.invalid(s, "fresh batch with a record whose parent was dropped", syncer.Batch{
			Fresh: true, Put: []syncer.Record{aRoot(), aRecord(9, 3, "nine")},
		})
	},
}}

var parentCases = []statePromise{{
	"no two records have one ID on one side",
	"A Batch after which two Records would have one ID on one side fails with ErrInvalid: the ID would lead to either.",
	func(c *stateCheck) {
		for side := syncer.Source; side <= syncer.Destination; side++ {
			s := c.openPair("pair of " + side.String())
			c.put(s, aRoot(), aRecord(2, 1, "two"))
			twin := aRecord(3, 1, "three")
			twin.Half(side).ID = itemID(side, 2)
			c.invalid(s, "ID that a stored record has on "+side.String(), syncer.Batch{Put: []syncer.Record{twin}})
			twin.Half(side).Presence = syncer.Gone
			c.invalid(s, "ID of a half that is gone on "+side.String(), syncer.Batch{Put: []syncer.Record{twin}})
			first := aRecord(4, 1, "four")
			first.Half(side).ID = twin.Half(side).ID + " new"
			twin.Half(side).ID += " new"
			c.invalid(s, "ID that two records of the batch have on "+side.String(), syncer.Batch{Put: []syncer.Record{first, twin}})
		}
	},
}, {
	"one ID on both sides is two items",
	"IDs are unique on a side, and two sides may use the same numbers; an empty ID is none.",
	func(c *stateCheck) {
		two, three, four := aRecord(2, 1, "two"), aRecord(3, 1, "three"), aRecord(4, 1, "four")
		two.Source.ID, two.Destination.ID = "7", "8"
		three.Source.ID, three.Destination.ID = "8", ""
		four.Source.ID, four.Destination.ID = "", ""
		s := c.with(two, three, four)
		for _, want := range []struct {
			side   syncer.Side
			id     string
			record syncer.RecordID
		}{{syncer.Source, "7", 2}, {syncer.Source, "8", 3}, {syncer.Destination, "8", 2}} {
			r, err := s.ByID(c.ctx, want.side, want.id)
			c.must(err, "find an ID")
			c.expect(r.ID == want.record, "ID %q on %s leads to record %d, not %d", want.id, want.side, r.ID, want.record)
		}
	},
}, {
	"ID moves from one record to another in one batch",
	"The parts of a Batch are applied as if at once, so their order within it does not matter.",
	func(c *stateCheck) {
		for name, order := range map[string][2]int{"giver first": {0, 1}, "taker first": {1, 0}} {
			s := c.openPair(name)
			c.put(s, aRoot(), aRecord(2, 1, "two"), aRecord(3, 1, "three"))
			two, three := aRecord(2, 1, "two"), aRecord(3, 1, "three")
			two.Source.ID, three.Source.ID = three.Source.ID, two.Source.ID
			both := []syncer.Record{two, three}
			c.put(s, both[order[0]], both[order[1]])
			c.leadsTo(s, two.Source.ID, 2)
			c.leadsTo(s, three.Source.ID, 3)

			four := aRecord(4, 1, "four")
			four.Source.ID = two.Source.ID
			c.commit(s, syncer.Batch{Put: []syncer.Record{four}, Drop: []syncer.RecordID{2}})
			c.leadsTo(s, four.Source.ID, 4)
		}
	},
}, {
	"every record stands in one that exists",
	"A Batch after which a Record's parent would not exist fails with ErrInvalid, be it the parent on one side only.",
	func(c *stateCheck) {
		s := c.with(aPlainRecord(2, 1, "two"), aPlainRecord(3, 2, "three"), aPlainRecord(4, 1, "four"))
		c.invalid(s, "parent that never was", syncer.Batch{Put: []syncer.Record{aPlainRecord(5, 99, "five")}})
		for side := syncer.Source; side <= syncer.Destination; side++ {
			r := aPlainRecord(5, 1, "five")
			r.Half(side).Parent = 99
			c.invalid(s, "parent that never was, on "+side.String(), syncer.Batch{Put: []syncer.Record{r}})
		}
		c.invalid(s, "drop of a folder that holds something", syncer.Batch{Drop: []syncer.RecordID{2}})
		c.invalid(s, "child of a folder dropped with it", syncer.Batch{
			Put: []syncer.Record{aPlainRecord(5, 4, "five")}, Drop: []syncer.RecordID{4},
		})
		r := aPlainRecord(5, 1, "five")
		r.Destination.Parent = 4
		c.put(s, r)
		c.invalid(s, "drop of a folder that holds something on one side", syncer.Batch{Drop: []syncer.RecordID{4}})
	},
}, {
	"folder and its contents come and go in any order",
	"The parts of a Batch are applied as if at once: only what is there after it counts.",
	func(c *stateCheck) {
		s := c.with()
		c.put(s, aPlainRecord(4, 3, "four"), aPlainRecord(3, 2, "three"), aPlainRecord(2, 1, "two"), aPlainRecord(5, 2, "five"))
		c.commit(s, syncer.Batch{Put: []syncer.Record{aPlainRecord(4, 5, "four")}, Drop: []syncer.RecordID{3}})
		c.ids("records after a move out of a folder that goes", s.Records(c.ctx), 1, 2, 4, 5)
		c.commit(s, syncer.Batch{Drop: []syncer.RecordID{2, 4, 5}})
		c.ids("records after the whole folder went", s.Records(c.ctx), 1)
	},
}}

// leadsTo notes a failure unless a source ID is that of a Record.
func (c *stateCheck) leadsTo(v syncer.View, id string, want syncer.RecordID) {
	r, err := v.ByID(c.ctx, syncer.Source, id)
	c.must(err, "find ID "+id)
	c.expect(r.ID == want && r.Source.ID == id, "ID %q leads to record %d with ID %q, not to record %d", id, r.ID, r.Source.ID, want)
}
