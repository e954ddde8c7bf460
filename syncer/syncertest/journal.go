package syncertest

import (
	"context"
	"fmt"
	"testing"

	"github.com/procorebox/procorebox/syncer"
)

// TestJournal holds a store to every promise about the journal. Each case gets a StoreHarness of its
// own from open, with an empty store.
func TestJournal(t *testing.T, open func(t *testing.T) *StoreHarness) {
	t.Helper()
	testCases(t, bind(journalCases), open)
}

// CheckJournal does what TestJournal does without a testing.T, and returns a joined error of
// Failures, or nil.
func CheckJournal(ctx context.Context, open func(ctx context.Context) (*StoreHarness, error)) error {
	return checkCases(ctx, bind(journalCases), open)
}

var journalCases = []statePromise{{
	"outcome comes back as it was written",
	"The journal says what happened, with everything that a person or an undo needs.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, syncer.Batch{Outcomes: []syncer.Outcome{anOutcome("a")}})
		for _, o := range c.journal(s, syncer.Position{}) {
			o.Position = syncer.Position{}
			c.equal("outcome", o, anOutcome("a"))
		}
		c.wrote(s, syncer.Position{}, "a")
	},
}, {
	"outcomes come oldest first",
	"Journal yields what happened oldest first: in the order of the Batches, and of the Outcomes in each.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, outcomes("d", "a"))
		c.commit(s, outcomes("c"))
		c.commit(s, outcomes("b", "a"))
		c.wrote(s, syncer.Position{}, "d", "a", "c", "b", "a")
	},
}, {
	"the journal numbers its outcomes",
	"A Position is the fence of the owner who wrote and a number that grows; what a caller puts there does not count.",
	func(c *stateCheck) {
		s := c.open()
		b := outcomes("a", "b")
		b.Outcomes[0].Position = syncer.Position{Fence: 900, Seq: 9}
		b.Outcomes[1].Position = syncer.Position{Fence: 1, Seq: 1}
		c.commit(s, b)
		c.commit(s, b)
		list := c.journal(s, syncer.Position{})
		c.rising(list)
		for _, o := range list {
			c.expect(o.Position.Fence == s.Fence(), "outcome has fence %d, its owner %d", o.Position.Fence, s.Fence())
		}
	},
}, {
	"journal goes on from owner to owner",
	"Positions are ordered first by Fence, then by Seq, and so through all owners.",
	func(c *stateCheck) {
		for _, action := range []syncer.ActionID{"a", "b", "c"} {
			s := c.open()
			c.commit(s, outcomes(action))
			c.must(s.Close(), "close")
		}
		c.wrote(c.view(), syncer.Position{}, "a", "b", "c")
		c.rising(c.journal(c.view(), syncer.Position{}))
	},
}, {
	"journal is read on from any position",
	"Journal yields what happened after a position, not that one again.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, outcomes("a", "b"))
		c.must(s.Close(), "close")
		s = c.open()
		c.commit(s, outcomes("c", "d"))
		list := c.journal(s, syncer.Position{})
		for i, o := range list {
			c.equal(fmt.Sprintf("journal after outcome %d", i), c.journal(s, o.Position), list[i+1:])
		}
		c.wrote(s, syncer.Position{Fence: s.Fence()}, "c", "d")
		c.wrote(s, syncer.Position{Fence: s.Fence() + 1})
	},
}, {
	"journal longer than any page is read whole",
	"Journal yields all that happened, and reading on from each last position meets everything once.",
	func(c *stateCheck) {
		const n = 1500
		s := c.open()
		var b syncer.Batch
		for i := range n {
			b.Outcomes = append(b.Outcomes, anOutcome(syncer.ActionID(fmt.Sprint(i))))
		}
		c.commit(s, b)
		list := c.journal(s, syncer.Position{})
		c.expect(len(list) == n, "%d of %d outcomes", len(list), n)
		var paged []syncer.Outcome
		for after := (syncer.Position{}); len(paged) < n; {
			read := len(paged)
			for o, err := range s.Journal(c.ctx, after) {
				c.must(err, "read the journal")
				if paged = append(paged, o); len(paged) == read+300 {
					break
				}
			}
			if len(paged) == read {
				break
			}
			after = paged[len(paged)-1].Position
		}
		c.equal("journal read in pages", paged, list)
	},
}, {
	"journal is read beside the owner",
	"View reads the journal without a lease.",
	func(c *stateCheck) {
		c.commit(c.open(), outcomes("a"))
		c.wrote(c.view(), syncer.Position{}, "a")
		c.wrote(c.viewPair(otherPair), syncer.Position{})
	},
}, {
	"fresh batch keeps the journal and adds to it",
	"The journal stays: it tells of the old roots too.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, outcomes("a"))
		b := outcomes("b")
		b.Fresh = true
		c.commit(s, b)
		c.wrote(s, syncer.Position{}, "a", "b")
		c.rising(c.journal(s, syncer.Position{}))
	},
}, {
	"batch that is refused leaves no outcome",
	"The journal is a part of the Batches, so it cannot disagree with the state.",
	func(c *stateCheck) {
		s := c.open()
		b := outcomes("a")
		b.Put = []syncer.Record{aPlainRecord(2, 99, "lost")}
		c.wrong(s.Commit(c.ctx, b), "commit of a record whose parent does not exist", syncer.ErrInvalid)
		c.wrote(s, syncer.Position{})
		c.expire()
		c.open()
		c.wrong(s.Commit(c.ctx, outcomes("b")), "commit of the old owner", syncer.ErrFenced)
		c.wrote(c.view(), syncer.Position{})
	},
}, {
	"journal outlives the process",
	"Outcomes are durable when Commit returns.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, outcomes("a", "b"))
		c.must(s.Close(), "close")
		before := c.journal(s, syncer.Position{})
		c.reopen()
		c.equal("journal after a restart", c.journal(c.view(), syncer.Position{}), before)
	},
}}

func outcomes(actions ...syncer.ActionID) (b syncer.Batch) {
	for _, action := range actions {
		b.Outcomes = append(b.Outcomes, anOutcome(action))
	}
	return b
}

func (c *stateCheck) journal(v syncer.View, after syncer.Position) []syncer.Outcome {
	return drain(c.check, "read the journal", v.Journal(c.ctx, after))
}

// wrote notes a failure unless the journal after a position tells of just these actions.
func (c *stateCheck) wrote(v syncer.View, after syncer.Position, want ...syncer.ActionID) {
	var actions []syncer.ActionID
	for _, o := range c.journal(v, after) {
		actions = append(actions, o.Action)
	}
	c.equal("journal", actions, want)
}

// rising notes a failure unless each Position stands behind the one before.
func (c *stateCheck) rising(list []syncer.Outcome) {
	var last syncer.Position
	for _, o := range list {
		c.expect(last.Less(o.Position), "position %v after %v", o.Position, last)
		last = o.Position
	}
}
