package syncertest

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

var leaseCases = []statePromise{{
	"pair that was never opened is empty",
	"Open returns the state of a pair, empty for one never opened before; the Header is the zero one before the first Commit.",
	func(c *stateCheck) { c.empty(c.open()) },
}, {
	"pair is locked while it is open",
	"While another owner's lease lasts Open fails with ErrLocked: else two runs would write the same twice.",
	func(c *stateCheck) {
		c.open()
		_, err := c.h.Store.Open(c.ctx, thePair)
		c.wrong(err, "open a pair that is open", syncer.ErrLocked)
		c.openPair(otherPair)
	},
}, {
	"closed pair opens again under a higher fence",
	"Close gives the lease back, and each Open of the pair gets a higher fence.",
	func(c *stateCheck) {
		var last uint64
		for range 3 {
			s := c.open()
			c.expect(s.Fence() > last, "fence %d after fence %d", s.Fence(), last)
			last = s.Fence()
			c.must(s.Close(), "close")
		}
	},
}, {
	"closing again does nothing",
	"Calling Close again does nothing: it does not end the lease of whoever opened the pair meanwhile.",
	func(c *stateCheck) {
		old := c.open()
		c.must(old.Close(), "close")
		c.must(old.Close(), "close again")
		c.open()
		c.must(old.Close(), "close a third time")
		_, err := c.h.Store.Open(c.ctx, thePair)
		c.wrong(err, "open a pair that is open", syncer.ErrLocked)
	},
}, {
	"closed state cannot be written to",
	"Close gives the lease back; who holds none may not write.",
	func(c *stateCheck) {
		s := c.open()
		c.must(s.Close(), "close")
		c.expect(s.Commit(c.ctx, aFullBatch()) != nil, "commit after Close: no error")
		_, err := s.Renew(c.ctx)
		c.expect(err != nil, "renew after Close: no error")
		c.empty(c.view())
	},
}, {
	"pair whose owner died opens when the lease has run out",
	"A dead owner's lease is taken over without a human, under a higher fence.",
	func(c *stateCheck) {
		dead := c.open()
		c.commit(dead, aFullBatch())
		left := c.read(dead)
		c.expire()
		s := c.open()
		c.expect(s.Fence() > dead.Fence(), "fence %d after fence %d", s.Fence(), dead.Fence())
		c.equal("what the dead owner left", c.read(s), left)
	},
}, {
	"renewed lease lasts on",
	"Renew extends the lease and returns until when it lasts.",
	func(c *stateCheck) {
		s := c.open()
		first, err := s.Renew(c.ctx)
		c.must(err, "renew")
		c.need(c.h.Advance != nil && c.h.Lease > 0, "harness cannot let a lease run out")
		for range 4 {
			c.h.Advance(c.h.Lease * 3 / 4)
			until, err := s.Renew(c.ctx)
			c.must(err, "renew in time")
			c.expect(until.After(first), "renewed until %s, before that until %s", until, first)
			first = until
		}
		_, err = c.h.Store.Open(c.ctx, thePair)
		c.wrong(err, "open a pair whose lease was renewed", syncer.ErrLocked)
	},
}, {
	"owner whose lease was taken over writes nothing",
	"Commit and Renew fail with ErrFenced if the lease was taken over: a process that was asleep must not undo what the new owner did.",
	func(c *stateCheck) {
		zombie := c.with(aRecord(2, 1, "two"))
		c.expire()
		owner := c.open()
		before := c.read(owner)
		c.wrong(zombie.Commit(c.ctx, syncer.Batch{Fresh: true, Outcomes: []syncer.Outcome{anOutcome("z")}}), "commit of the old owner", syncer.ErrFenced)
		_, err := zombie.Renew(c.ctx)
		c.wrong(err, "renew of the old owner", syncer.ErrFenced)
		c.equal("state after the old owner tried", c.read(owner), before)
		c.put(owner, aRecord(3, 1, "three"))
	},
}, {
	"owner whose lease was taken over and given back writes nothing",
	"The fence decides, not whether somebody holds the lease just now.",
	func(c *stateCheck) {
		zombie := c.open()
		c.expire()
		c.must(c.open().Close(), "close")
		c.wrong(zombie.Commit(c.ctx, aFullBatch()), "commit of the old owner", syncer.ErrFenced)
		_, err := zombie.Renew(c.ctx)
		c.wrong(err, "renew of the old owner", syncer.ErrFenced)
		c.empty(c.view())
	},
}, {
	"owner whose lease was taken over does not end the new one",
	"Close gives back the lease that it was called for, and no other.",
	func(c *stateCheck) {
		zombie := c.open()
		c.expire()
		c.open()
		c.must(zombie.Close(), "close of the old owner")
		_, err := c.h.Store.Open(c.ctx, thePair)
		c.wrong(err, "open a pair that is open", syncer.ErrLocked)
	},
}, {
	"of many who open a pair at once one gets it",
	"A pair has one owner at a time, however close the calls.",
	func(c *stateCheck) {
		var group sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			group.Go(func() { _, errs[i] = c.h.Store.Open(c.ctx, thePair) })
		}
		group.Wait()
		opened := 0
		for _, err := range errs {
			if err == nil {
				opened++
			} else {
				c.wrong(err, "open at the same time", syncer.ErrLocked)
			}
		}
		c.expect(opened == 1, "%d of %d got the lease", opened, len(errs))
	},
}}

var viewCases = []statePromise{{
	"view needs no lease",
	"View reads a pair's state without a lease, also beside its owner, and a pair never opened is an empty one.",
	func(c *stateCheck) {
		c.empty(c.view())
		s := c.open()
		c.empty(c.view())
		c.commit(s, aFullBatch())
		c.equal("view beside the owner", c.read(c.view()), c.read(s))
		c.must(s.Close(), "close")
		c.equal("view after the owner has left", c.read(c.view()), c.read(s))
	},
}, {
	"pairs do not mix",
	"Every pair has its own Records, holds, inbox and journal, under numbers of its own.",
	func(c *stateCheck) {
		s, other := c.open(), c.openPair(otherPair)
		c.commit(s, aFullBatch())
		c.must(c.h.Store.Append(c.ctx, thePair, aHint("x")), "append")
		c.empty(other)
		before := c.read(s)
		c.commit(other, aFullBatch())
		c.commit(other, syncer.Batch{Fresh: true})
		c.must(c.h.Store.Append(c.ctx, otherPair, aHint("y")), "append")
		c.equal("state after another pair was written", c.read(s), before)
	},
}}

// empty notes a failure unless v shows nothing.
func (c *stateCheck) empty(v syncer.View) {
	c.equal("state of an empty pair", c.read(v), contents{})
	_, err := v.Record(c.ctx, syncer.RootRecord)
	c.wrong(err, "root of an empty pair", fs.ErrNotExist)
	for side := syncer.Source; side <= syncer.Destination; side++ {
		_, err = v.ByID(c.ctx, side, "")
		c.wrong(err, fmt.Sprintf("item without an ID on %s of an empty pair", side), fs.ErrNotExist)
		_, err = v.Tombstone(c.ctx, side, "gone")
		c.wrong(err, fmt.Sprintf("tombstone on %s of an empty pair", side), fs.ErrNotExist)
		c.ids("names in an empty pair", v.ByName(c.ctx, side, syncer.RootRecord, "two"))
	}
	c.ids("children in an empty pair", v.Children(c.ctx, syncer.RootRecord))
}

// invalid notes a failure unless the Batch is refused with ErrInvalid and changes nothing.
func (c *stateCheck) invalid(s syncer.State, why string, b syncer.Batch) {
	before := c.read(s)
	err := s.Commit(c.ctx, b)
	c.wrong(err, why, syncer.ErrInvalid)
	if errors.Is(err, syncer.ErrInvalid) {
		c.equal(why+": state after a refused Batch", c.read(s), before)
	}
}
