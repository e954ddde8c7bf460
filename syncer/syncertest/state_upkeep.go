package syncertest

import (
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// upkeepCases are about what a store may offer beside its contract. A store without it skips them.
var upkeepCases = []statePromise{{
	"what happened long ago is forgotten",
	"Forget drops the oldest outcomes up to the first that happened at the instant or after it, and the others keep their Positions.",
	func(c *stateCheck) {
		f, ok := c.h.Store.(syncer.Forgetter)
		c.need(ok, "the store is no syncer.Forgetter")
		s := c.open()
		for _, b := range []syncer.Batch{happened("a", 1), happened("b", 2), happened("c", 4), happened("late", 3), happened("d", 5)} {
			c.commit(s, b)
		}
		before := c.journal(s, syncer.Position{})
		for _, step := range []struct {
			seconds int
			left    int
		}{{0, 0}, {2, 1}, {4, 2}} {
			c.must(f.Forget(c.ctx, thePair, someDay.Add(time.Duration(step.seconds)*time.Second)), "forget")
			c.equal("journal", c.journal(c.view(), syncer.Position{}), before[step.left:])
		}
		c.commit(s, happened("e", 6))
		list := c.journal(s, syncer.Position{})
		c.rising(list)
		c.equal("journal after what is left", c.journal(s, before[4].Position), list[3:])
		c.must(f.Forget(c.ctx, otherPair, someDay), "forget of a pair that was never opened")
	},
}, {
	"a whole journal is forgotten, and goes on with higher numbers",
	"A Position grows for as long as the pair is remembered, however little of its journal is.",
	func(c *stateCheck) {
		f, ok := c.h.Store.(syncer.Forgetter)
		c.need(ok, "the store is no syncer.Forgetter")
		const n = 1100
		s := c.open()
		var b syncer.Batch
		for range n {
			b.Outcomes = append(b.Outcomes, happened("a", 1).Outcomes...)
		}
		c.commit(s, b)
		before := c.journal(s, syncer.Position{})
		c.must(f.Forget(c.ctx, thePair, someDay.Add(time.Hour)), "forget")
		c.wrote(s, syncer.Position{})
		c.commit(s, happened("b", 2))
		c.wrote(s, before[n-1].Position, "b")
		c.wrote(s, syncer.Position{}, "b")
	},
}, {
	"a pair has an owner for as long as it is open",
	"Owner tells the fence of the lease that somebody has, 0 if nobody has.",
	func(c *stateCheck) {
		o, ok := c.h.Store.(syncer.Owners)
		c.need(ok, "the store is no syncer.Owners")
		owned := func(want uint64) {
			got, err := o.Owner(c.ctx, thePair)
			c.must(err, "owner")
			c.expect(got == want, "owner has fence %d, want %d", got, want)
		}
		owned(0)
		for range 2 {
			s := c.open()
			owned(s.Fence())
			owned(s.Fence())
			_, err := c.h.Store.Open(c.ctx, thePair)
			c.wrong(err, "open a pair that is open and was asked about", syncer.ErrLocked)
			c.must(s.Close(), "close")
			owned(0)
		}
	},
}, {
	"an owner that died is none",
	"On one machine, or when its lease has run out, a dead owner has the pair no longer.",
	func(c *stateCheck) {
		c.open()
		c.reopen()
		o, ok := c.h.Store.(syncer.Owners)
		c.need(ok, "the store is no syncer.Owners")
		c.expire()
		got, err := o.Owner(c.ctx, thePair)
		c.must(err, "owner")
		c.expect(got == 0, "the dead owner of fence %d has the pair", got)
		c.open()
	},
}}

// happened is a Batch with an outcome of some seconds after someDay.
func happened(action syncer.ActionID, seconds int) syncer.Batch {
	b := outcomes(action)
	b.Outcomes[0].At = someDay.Add(time.Duration(seconds) * time.Second)
	return b
}
