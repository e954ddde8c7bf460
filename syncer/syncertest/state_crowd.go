package syncertest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

var crowdedCases = []statePromise{{
	"batch is seen whole by those who read meanwhile",
	"Commit applies a Batch whole or not at all, for readers too; run this with -race.",
	func(c *stateCheck) {
		const rounds = 50
		s, v := c.with(aPlainRecord(2, 1, "0"), aPlainRecord(3, 1, "0")), c.view()
		done := make(chan struct{})
		var group sync.WaitGroup
		errs := make([]error, 5)
		group.Go(func() {
			defer close(done)
			for i := range rounds {
				name := fmt.Sprint(i)
				b := syncer.Batch{Put: []syncer.Record{aPlainRecord(2, 1, name), aPlainRecord(3, 1, name)}}
				if errs[0] = s.Commit(c.ctx, b); errs[0] != nil {
					return
				}
			}
		})
		for i := range errs[1:] {
			group.Go(func() {
				for errs[1+i] == nil {
					errs[1+i] = c.whole(v)
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		group.Wait()
		c.must(errors.Join(errs...), "read while another commits")
		c.equal("last batch", c.record(v, 3).Name, fmt.Sprint(rounds-1))
	},
}, {
	"nothing is lost of what many write at once",
	"All methods are safe for use by many goroutines: hints, decisions and Batches do not overwrite each other.",
	func(c *stateCheck) {
		const writers, each = 4, 20
		s := c.with()
		var holds []syncer.Hold
		for i := range writers {
			holds = append(holds, aHold(syncer.ActionID(fmt.Sprint(i)), someDay))
		}
		c.commit(s, syncer.Batch{Holds: holds})
		var group sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			group.Go(func() {
				for i := range each {
					id := syncer.RecordID(2 + w*each + i)
					errs[w] = errors.Join(errs[w],
						c.h.Store.Append(c.ctx, thePair, aHint(fmt.Sprint(id))),
						s.Commit(c.ctx, syncer.Batch{Put: []syncer.Record{aPlainRecord(id, 1, "x")}, Outcomes: []syncer.Outcome{anOutcome("o")}}),
						c.h.Store.Decide(c.ctx, thePair, syncer.ActionID(fmt.Sprint(w)), syncer.Approved))
				}
			})
		}
		group.Wait()
		c.must(errors.Join(errs...), "write at the same time")
		got := c.read(s)
		const n = writers * each
		c.expect(len(got.Inbox) == n && len(got.Records) == n+1 && len(got.Journal) == n,
			"%d hints, %d records and %d outcomes of %d each", len(got.Inbox), len(got.Records)-1, len(got.Journal), n)
		seqs := map[uint64]bool{}
		for _, row := range got.Inbox {
			seqs[row.Seq] = true
		}
		c.expect(len(seqs) == len(got.Inbox), "%d hints have %d numbers", len(got.Inbox), len(seqs))
		for _, h := range got.Holds {
			c.expect(h.Decision == syncer.Approved, "decision on %s was lost", h.Action)
		}
	},
}}

var durableCases = []statePromise{{
	"committed state outlives the process",
	"What Commit, Append, Advance and Decide have written is durable on return.",
	func(c *stateCheck) {
		s := c.open()
		c.commit(s, aFullBatch())
		c.append(thePair, aHint("a"))
		c.must(c.h.Store.Advance(c.ctx, "box", "", "1", map[string][]syncer.Hint{thePair: {aHint("b")}}), "advance")
		c.must(c.h.Store.Decide(c.ctx, thePair, "h1", syncer.Approved), "approve")
		before := c.read(s)
		c.reopen()
		c.equal("state after a restart", c.read(c.view()), before)
		c.cursor("1")
		got, err := c.view().Tombstone(c.ctx, syncer.Source, "gone")
		c.must(err, "read the tombstone after a restart")
		c.equal("tombstone after a restart", got, aTombstone(syncer.Source, "gone", someDay))
		c.ids("names after a restart", c.view().ByName(c.ctx, syncer.Source, 1, "two"), 2)
		c.leadsTo(c.view(), itemID(syncer.Source, 3), 3)
		c.ids("children after a restart", c.view().Children(c.ctx, 1), 2, 3)
	},
}, {
	"lease and fence outlive the process",
	"A pair stays locked until its owner's lease has run out, and the next owner's fence is higher.",
	func(c *stateCheck) {
		s := c.open()
		c.reopen()
		_, err := c.h.Store.Open(c.ctx, thePair)
		c.wrong(err, "open a pair whose owner was killed just now", syncer.ErrLocked)
		c.expire()
		next := c.open()
		c.expect(next.Fence() > s.Fence(), "fence %d after fence %d", next.Fence(), s.Fence())
	},
}, {
	"numbers of hints and outcomes go on after a restart",
	"Seq grows with each append, and positions in the journal with each outcome, whoever writes.",
	func(c *stateCheck) {
		s := c.open()
		c.append(thePair, aHint("a"))
		rows := c.read(s).Inbox
		c.commit(s, syncer.Batch{Taken: seqs(rows), Outcomes: []syncer.Outcome{anOutcome("a")}})
		c.must(s.Close(), "close")
		c.reopen()
		c.append(thePair, aHint("b"))
		s = c.open()
		c.commit(s, syncer.Batch{Outcomes: []syncer.Outcome{anOutcome("b")}})
		got := c.read(s)
		for _, row := range got.Inbox {
			c.expect(len(rows) == 1 && row.Seq > rows[0].Seq, "hint %d was numbered before", row.Seq)
		}
		c.rising(got.Journal)
		c.expect(len(got.Inbox) == 1 && len(got.Journal) == 2, "%d hints and %d outcomes", len(got.Inbox), len(got.Journal))
	},
}}

// whole returns an error unless the Records 2 and 3 are of one Batch.
func (c *stateCheck) whole(v syncer.View) error {
	var names []string
	for r, err := range v.Records(c.ctx) {
		if err != nil {
			return err
		}
		if r.ID > 1 {
			names = append(names, r.Name)
		}
	}
	if len(names) != 2 || names[0] != names[1] {
		return fmt.Errorf("names %q are of two batches", names)
	}
	return nil
}

// patience is how long a case waits before it takes a call for stuck. A file on the slow disk of a busy
// machine may need a fifth of it.
const patience = 2 * time.Minute

// within calls f, and ends the case if it fails or does not return.
func (c *stateCheck) within(what string, f func() error) {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		c.must(err, what)
	case <-time.After(patience):
		c.halt("%s: does not end", what)
	}
}
