package syncertest

import (
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

var clashCases = []statePromise{{
	"conflicts come oldest first, and the open ones by themselves",
	"Clashes yields the conflicts that were met, oldest first, then by ID; with open only those that are not settled.",
	func(c *stateCheck) {
		s := c.open()
		later := someDay.Add(time.Second)
		want := []syncer.Clash{aClash("m", someDay), aClash("n", someDay), aClash("a", later), aClash("b", later)}
		for _, i := range []int{2, 1, 3, 0} {
			c.commit(s, syncer.Batch{Clashes: []syncer.Clash{want[i]}})
		}
		c.equal("conflicts", c.read(s).Clashes, want)
		want[1].Settled, want[1].Resolution = later, syncer.TakeSource
		c.commit(s, syncer.Batch{Clashes: []syncer.Clash{want[1]}})
		c.equal("conflicts after one was settled", c.read(s).Clashes, want)
		c.equal("open ones", drain(c.check, "read the open conflicts", s.Clashes(c.ctx, true)), []syncer.Clash{want[0], want[2], want[3]})
		c.equal("conflicts of another pair", c.read(c.viewPair(otherPair)).Clashes, []syncer.Clash(nil))
	},
}, {
	"settled conflicts fade, open ones stay",
	"Those that were settled before Faded are removed: an open one waits however old it is.",
	func(c *stateCheck) {
		s := c.open()
		open, old, young := aClash("open", someDay), aClash("old", someDay), aClash("young", someDay)
		old.Settled, young.Settled = someDay.Add(time.Hour), someDay.Add(2*time.Hour)
		c.commit(s, syncer.Batch{Clashes: []syncer.Clash{old, open, young}})
		c.commit(s, syncer.Batch{Faded: someDay.Add(2 * time.Hour)})
		c.equal("conflicts", c.read(s).Clashes, []syncer.Clash{open, young})
	},
}, {
	"choice needs no lease and lasts while the conflict is open",
	"Choose records a person's word on a Clash that is open, also while a run has the pair; what a person has chosen stays chosen while one is open.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, syncer.Batch{Clashes: []syncer.Clash{aClash("a", someDay), aClash("b", someDay)}})
		c.must(c.h.Store.Choose(c.ctx, thePair, "a", syncer.TakeDestination), "choose")
		c.must(c.h.Store.Choose(c.ctx, thePair, "b", syncer.KeepBoth), "choose")
		again := []syncer.Clash{aClash("a", someDay), aClash("b", someDay)}
		for i := range again {
			again[i].Reason = "another reason"
		}
		c.commit(s, syncer.Batch{Clashes: again})
		again[0].Chosen, again[0].Choice, again[1].Chosen = true, syncer.TakeDestination, true
		c.equal("conflicts", c.read(s).Clashes, again)
		c.must(s.Close(), "close")
		c.must(c.h.Store.Choose(c.ctx, thePair, "a", syncer.Leave), "take the word back")
		again[0].Chosen, again[0].Choice = false, 0
		c.equal("conflicts after the person changed their mind", c.read(c.view()).Clashes, again)
	},
}, {
	"nothing is chosen for what did not meet",
	"Choose fails with fs.ErrNotExist if the pair has no such Clash. Of one that is settled it notes what counts instead.",
	func(c *stateCheck) {
		s := c.open()
		settled := aClash("a", someDay)
		settled.Settled = someDay
		c.commit(s, syncer.Batch{Clashes: []syncer.Clash{settled}})
		c.must(c.h.Store.Choose(c.ctx, thePair, "a", syncer.TakeDestination), "choose for what is settled")
		settled.Chosen, settled.Choice = true, syncer.TakeDestination
		c.wrong(c.h.Store.Choose(c.ctx, thePair, "b", syncer.KeepBoth), "choose for what is not there", fs.ErrNotExist)
		c.wrong(c.h.Store.Choose(c.ctx, otherPair, "a", syncer.KeepBoth), "choose in another pair", fs.ErrNotExist)
		c.wrong(c.h.Store.Choose(c.ctx, thePair, "a", syncer.Leave+1), "choose what is no resolution", syncer.ErrInvalid)
		c.equal("conflicts", c.read(s).Clashes, []syncer.Clash{settled})
	},
}}
