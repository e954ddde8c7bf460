package syncertest

import (
	"fmt"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

var inboxCases = []statePromise{{
	"hints come in the order in which they were appended",
	"Inbox yields the hints in the order of their Seq, which grows with each append.",
	func(c *stateCheck) {
		c.append(thePair, aHint("b"), aHint("a"))
		c.append(thePair, syncer.Hint{Full: true})
		c.append(thePair, aHint("b"))
		c.hinted(c.view(), aHint("b"), aHint("a"), syncer.Hint{Full: true}, aHint("b"))
	},
}, {
	"hints are appended beside the owner",
	"Append needs no lease: events arrive while a run has the pair.",
	func(c *stateCheck) {
		s := c.open()
		c.append(thePair, aHint("a"))
		c.hinted(s, aHint("a"))
		c.commit(s, aFullBatch())
		c.append(thePair, aHint("b"))
		c.hinted(s, aHint("a"), aHint("b"))
	},
}, {
	"only the hints that were taken go",
	"Taken removes inbox rows by Seq; what arrived since the run looked stays for the next one.",
	func(c *stateCheck) {
		s := c.open()
		c.append(thePair, aHint("a"), aHint("b"), aHint("c"))
		rows := c.read(s).Inbox
		c.append(thePair, aHint("a"))
		for i, row := range rows {
			if i != 1 {
				c.commit(s, syncer.Batch{Taken: []uint64{row.Seq}})
			}
		}
		c.hinted(s, aHint("b"), aHint("a"))
	},
}, {
	"numbers of hints are never used again",
	"Seq grows with each append, also when the inbox was emptied: else a late Taken would remove a new hint.",
	func(c *stateCheck) {
		s := c.open()
		var last uint64
		for range 3 {
			c.append(thePair, aHint("a"), aHint("b"))
			rows := seqs(c.read(s).Inbox)
			for _, seq := range rows {
				c.expect(seq > last, "hint %d after hint %d", seq, last)
				last = seq
			}
			c.commit(s, syncer.Batch{Taken: rows})
			c.hinted(s)
		}
	},
}}

var streamCases = []statePromise{{
	"stream begins nowhere and stands where it was moved to",
	"Cursor returns the position of a stream, empty if it has none; streams do not mix.",
	func(c *stateCheck) {
		c.cursor("")
		c.must(c.h.Store.Advance(c.ctx, "box", "", "1", nil), "advance")
		c.must(c.h.Store.Advance(c.ctx, "procore", "", "x", nil), "advance another stream")
		c.cursor("1")
		c.must(c.h.Store.Advance(c.ctx, "box", "1", "2", nil), "advance")
		c.cursor("2")
	},
}, {
	"stream moves together with the hints",
	"Advance moves a stream and appends hints to inboxes, all or nothing, opened or not, owned or not: a crash at any point loses no hint.",
	func(c *stateCheck) {
		c.open()
		hints := map[string][]syncer.Hint{thePair: {aHint("a"), aHint("b")}, otherPair: {aHint("c")}}
		c.must(c.h.Store.Advance(c.ctx, "box", "", "1", hints), "advance")
		c.cursor("1")
		c.hinted(c.view(), aHint("a"), aHint("b"))
		c.hinted(c.viewPair(otherPair), aHint("c"))
	},
}, {
	"stream that has moved on is not moved back",
	"If the position is no longer from, Advance fails with ErrStale and does nothing: two pollers must not overtake each other.",
	func(c *stateCheck) {
		hints := map[string][]syncer.Hint{thePair: {aHint("a")}}
		c.must(c.h.Store.Advance(c.ctx, "box", "", "1", nil), "advance")
		c.wrong(c.h.Store.Advance(c.ctx, "box", "", "2", hints), "advance from the start again", syncer.ErrStale)
		c.wrong(c.h.Store.Advance(c.ctx, "box", "0", "2", hints), "advance from elsewhere", syncer.ErrStale)
		c.wrong(c.h.Store.Advance(c.ctx, "new", "0", "2", hints), "advance a new stream from somewhere", syncer.ErrStale)
		c.cursor("1")
		c.hinted(c.view())
		c.must(c.h.Store.Advance(c.ctx, "box", "1", "1", hints), "advance to where it is")
		c.hinted(c.view(), aHint("a"))
	},
}, {
	"of many who move a stream at once one does",
	"Advance compares and moves in one step, however close the calls.",
	func(c *stateCheck) {
		var group sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			group.Go(func() {
				to := syncer.Cursor(fmt.Sprint(i))
				errs[i] = c.h.Store.Advance(c.ctx, "box", "", to, map[string][]syncer.Hint{thePair: {aHint(string(to))}})
			})
		}
		group.Wait()
		moved := -1
		for i, err := range errs {
			if err != nil {
				c.wrong(err, "advance at the same time", syncer.ErrStale)
				continue
			}
			c.expect(moved < 0, "%d and %d both moved the stream", moved, i)
			moved = i
		}
		c.cursor(syncer.Cursor(fmt.Sprint(moved)))
		c.hinted(c.view(), aHint(fmt.Sprint(moved)))
	},
}}

func (c *stateCheck) append(pair string, hints ...syncer.Hint) {
	c.must(c.h.Store.Append(c.ctx, pair, hints...), "append to "+pair)
}

func (c *stateCheck) cursor(want syncer.Cursor) {
	got, err := c.h.Store.Cursor(c.ctx, "box")
	c.must(err, "read the cursor")
	c.expect(got == want, "cursor is %q, not %q", got, want)
}

// hinted notes a failure unless the inbox holds these hints, under growing numbers.
func (c *stateCheck) hinted(v syncer.View, want ...syncer.Hint) {
	var hints []syncer.Hint
	var last uint64
	for i, row := range drain(c.check, "read the inbox", v.Inbox(c.ctx)) {
		c.expect(i == 0 || row.Seq > last, "hint %d after hint %d", row.Seq, last)
		last = row.Seq
		hints = append(hints, row.Hint)
	}
	c.equal("inbox", hints, want)
}

func seqs(rows []syncer.Hinted) []uint64 {
	var list []uint64
	for _, row := range rows {
		list = append(list, row.Seq)
	}
	return list
}
