package syncertest

import (
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

var itemCases = []statePromise{{
	"intents are added and settled by their ID, oldest first",
	"An Intent is durable until its outcome: each one that is open is a question that the next run must answer.",
	func(c *stateCheck) {
		s := c.open()
		at := func(n int) time.Time { return someDay.Add(time.Duration(n) * time.Second) }
		c.commit(s, syncer.Batch{Intents: []syncer.Intent{anIntent("z", at(0)), anIntent("y", at(1))}})
		c.commit(s, syncer.Batch{Intents: []syncer.Intent{anIntent("x", at(2))}})
		c.equal("intents", c.read(s).Intents, []syncer.Intent{anIntent("z", at(0)), anIntent("y", at(1)), anIntent("x", at(2))})
		c.commit(s, syncer.Batch{Settled: []syncer.ActionID{"y"}, Intents: []syncer.Intent{anIntent("a", at(3))}})
		c.equal("intents", c.read(s).Intents, []syncer.Intent{anIntent("z", at(0)), anIntent("x", at(2)), anIntent("a", at(3))})
		c.commit(s, syncer.Batch{Settled: []syncer.ActionID{"z", "x", "a"}})
		c.equal("intents", c.read(s).Intents, []syncer.Intent(nil))
	},
}, {
	"tombstone is kept by side and ID, the last one counts",
	"Tombstones are added or replaced; one that does not exist is an error that wraps fs.ErrNotExist.",
	func(c *stateCheck) {
		s := c.open()
		first, second := aTombstone(syncer.Source, "x", someDay), aTombstone(syncer.Source, "x", someDay.Add(time.Second))
		second.Name, second.Replaced = "other", true
		c.commit(s, syncer.Batch{Tombstones: []syncer.Tombstone{first}})
		c.tombs(s, map[string]bool{"x": true})
		_, err := s.Tombstone(c.ctx, syncer.Destination, "x")
		c.wrong(err, "tombstone of the other side", fs.ErrNotExist)
		c.commit(s, syncer.Batch{Tombstones: []syncer.Tombstone{second}})
		got, err := s.Tombstone(c.ctx, syncer.Source, "x")
		c.must(err, "read the tombstone")
		c.equal("tombstone", got, second)
	},
}, {
	"old tombstones expire, but for those of replaced items",
	"Those older than Expire and not Replaced are removed: an ID that was given up for a new one never comes back as a new item.",
	func(c *stateCheck) {
		s := c.open()
		replaced := aTombstone(syncer.Source, "replaced", someDay)
		replaced.Replaced = true
		c.commit(s, syncer.Batch{Tombstones: []syncer.Tombstone{
			aTombstone(syncer.Source, "old", someDay), replaced, aTombstone(syncer.Source, "just", someDay.Add(time.Hour)),
			aTombstone(syncer.Source, "new", someDay.Add(2*time.Hour)),
		}})
		c.commit(s, syncer.Batch{})
		c.tombs(s, map[string]bool{"old": true, "replaced": true, "just": true, "new": true})
		c.commit(s, syncer.Batch{Expire: someDay.Add(time.Hour)})
		c.tombs(s, map[string]bool{"old": false, "replaced": true, "just": true, "new": true})
		c.commit(s, syncer.Batch{
			Expire: someDay.Add(3 * time.Hour), Tombstones: []syncer.Tombstone{aTombstone(syncer.Source, "late", someDay.Add(3*time.Hour))},
		})
		c.tombs(s, map[string]bool{"replaced": true, "just": false, "new": false, "late": true})
	},
}, {
	"pending items are replaced and cleared by their key, and come in its order",
	"Nothing unsettled is forgotten: a row goes away only if its very key is cleared.",
	func(c *stateCheck) {
		s := c.open()
		keys := []syncer.PendingKey{
			{Side: syncer.Source, ID: "b"},
			{Side: syncer.Source, ID: "c"},
			{Side: syncer.Destination, ID: "a"},
			{Side: syncer.Destination, ID: "b"},
			{Record: 2},
			{Record: 2, Side: syncer.Destination},
			{Record: 10},
			{Record: 10, ID: "b"},
		}
		var want []syncer.Pending
		for _, key := range keys {
			want = append(want, aPending(key))
		}
		for _, i := range []int{5, 2, 7, 0, 4, 1, 6, 3} {
			c.commit(s, syncer.Batch{Pending: []syncer.Pending{want[i]}})
		}
		c.equal("pending", c.read(s).Pending, want)
		want[3].Reason, want[3].Attempts = "still locked", 4
		c.commit(s, syncer.Batch{Pending: want[3:4]})
		c.equal("pending after one was replaced", c.read(s).Pending, want)
		c.commit(s, syncer.Batch{Cleared: []syncer.PendingKey{keys[0], keys[4]}})
		c.equal("pending after two were cleared", c.read(s).Pending, append(want[1:4:4], want[5:]...))
	},
}, {
	"what was seen adds up until it is forgotten",
	"Seen adds to what the unfinished scan has met; Unseen forgets all of it first. A scan may go on in another process.",
	func(c *stateCheck) {
		s := c.open()
		see := func(side syncer.Side, ids ...syncer.RecordID) []syncer.Seen {
			return []syncer.Seen{{Side: side, Records: ids}}
		}
		c.commit(s, syncer.Batch{Seen: see(syncer.Source, 3, 1)})
		c.commit(s, syncer.Batch{Seen: append(see(syncer.Source, 2, 3), see(syncer.Destination, 7)...)})
		c.equal("seen on source", c.seen(s, syncer.Source), []syncer.RecordID{1, 2, 3})
		c.equal("seen on destination", c.seen(s, syncer.Destination), []syncer.RecordID{7})
		c.commit(s, syncer.Batch{Unseen: true, Seen: see(syncer.Source, 9)})
		c.equal("seen on source after Unseen", c.seen(s, syncer.Source), []syncer.RecordID{9})
		c.equal("seen on destination after Unseen", c.seen(s, syncer.Destination), []syncer.RecordID(nil))
	},
}}

var holdCases = []statePromise{{
	"holds come oldest first, then by action",
	"Holds yields the held actions, oldest first, then by ActionID: who waits longest is served first.",
	func(c *stateCheck) {
		s := c.open()
		later := someDay.Add(time.Second)
		want := []syncer.Hold{aHold("m", someDay), aHold("n", someDay), aHold("a", later), aHold("b", later)}
		for _, i := range []int{2, 1, 3, 0} {
			c.commit(s, syncer.Batch{Holds: []syncer.Hold{want[i]}})
		}
		c.equal("holds", c.read(s).Holds, want)
		c.commit(s, syncer.Batch{Lifted: []syncer.ActionID{"n", "a"}})
		c.equal("holds after two were lifted", c.read(s).Holds, []syncer.Hold{want[0], want[3]})
	},
}, {
	"decision needs no lease and lasts",
	"Decide records a person's word on a Hold, also while a run has the pair, and a Decision that is stored is kept when the Hold is put again.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, syncer.Batch{Holds: []syncer.Hold{aHold("a", someDay), aHold("b", someDay), aHold("c", someDay)}})
		c.must(c.h.Store.Decide(c.ctx, thePair, "a", syncer.Approved), "approve")
		c.must(c.h.Store.Decide(c.ctx, thePair, "b", syncer.Rejected), "reject")
		again := []syncer.Hold{aHold("a", someDay), aHold("b", someDay), aHold("c", someDay)}
		for i := range again {
			again[i].Reason = "another reason"
		}
		c.commit(s, syncer.Batch{Holds: again})
		again[0].Decision, again[1].Decision = syncer.Approved, syncer.Rejected
		c.equal("holds", c.read(s).Holds, again)
		c.must(s.Close(), "close")
		c.must(c.h.Store.Decide(c.ctx, thePair, "a", syncer.Rejected), "reject without a lease")
		again[0].Decision = syncer.Rejected
		c.equal("holds after the person changed their mind", c.read(c.view()).Holds, again)
	},
}, {
	"decision goes with its hold",
	"Lifted removes a Hold, with its Decision: what is held later is a new question.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, syncer.Batch{Holds: []syncer.Hold{aHold("a", someDay)}})
		c.must(c.h.Store.Decide(c.ctx, thePair, "a", syncer.Approved), "approve")
		c.commit(s, syncer.Batch{Lifted: []syncer.ActionID{"a"}})
		c.commit(s, syncer.Batch{Holds: []syncer.Hold{aHold("a", someDay)}})
		c.equal("holds", c.read(s).Holds, []syncer.Hold{aHold("a", someDay)})
	},
}, {
	"nothing is decided about what is not held",
	"Decide fails with fs.ErrNotExist if the pair has no such Hold: an approval in stock would be one for something else.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, syncer.Batch{Holds: []syncer.Hold{aHold("a", someDay)}})
		c.wrong(c.h.Store.Decide(c.ctx, thePair, "b", syncer.Approved), "decide on another action", fs.ErrNotExist)
		c.wrong(c.h.Store.Decide(c.ctx, otherPair, "a", syncer.Approved), "decide in another pair", fs.ErrNotExist)
		c.commit(s, syncer.Batch{Lifted: []syncer.ActionID{"a"}})
		c.wrong(c.h.Store.Decide(c.ctx, thePair, "a", syncer.Approved), "decide on an action that was lifted", fs.ErrNotExist)
		c.commit(s, syncer.Batch{Holds: []syncer.Hold{aHold("a", someDay), aHold("b", someDay)}})
		c.equal("holds", c.read(s).Holds, []syncer.Hold{aHold("a", someDay), aHold("b", someDay)})
	},
}}

// tombs notes a failure unless just the source's tombstones that are true exist.
func (c *stateCheck) tombs(v syncer.View, want map[string]bool) {
	for id, exists := range want {
		t, err := v.Tombstone(c.ctx, syncer.Source, id)
		if !exists {
			c.wrong(err, "tombstone "+id, fs.ErrNotExist)
			continue
		}
		c.must(err, "read tombstone "+id)
		c.expect(t.ID == id, "tombstone of %q is that of %q", id, t.ID)
	}
}
