package syncertest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

var ledgerCases = []ledgerPromise{{
	"new ledger holds nothing",
	"Used returns what scope holds, and a zero time if it is empty.",
	func(c *ledgerCheck) { c.used("pair", 0) },
}, {
	"charges add up to the limit and no further",
	"If a scope would hold more than its Limit, Charge counts nothing and fails with an error that wraps ErrHeld and names the scope.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(3))
		c.admit("b", 2, limitOf(3))
		c.held("pair", "c", 1, limitOf(3))
		c.used("pair", 3)
		c.admit("c", 1, limitOf(4))
		c.used("pair", 4)
	},
}, {
	"charge counts whole or not at all",
	"Charge counts c.Count, all or nothing: a folder's call deletes everything in it or nothing.",
	func(c *ledgerCheck) {
		c.held("pair", "folder", 901, limitOf(900))
		c.used("pair", 0)
		c.admit("folder", 900, limitOf(900))
		c.held("pair", "file", 1, limitOf(900))
		c.used("pair", 900)
	},
}, {
	"charge counts in all of its scopes or in none",
	"Charge counts in every scope of c, all or nothing.",
	func(c *ledgerCheck) {
		account := func(most int) syncer.Limit { return syncer.Limit{Scope: "account", Most: most} }
		c.admit("a", 1, limitOf(9), account(2))
		c.admit("b", 1, account(2))
		for _, limits := range [][]syncer.Limit{{limitOf(9), account(2)}, {account(2), limitOf(9)}} {
			c.held("account", "c", 1, limits...)
			c.used("pair", 1)
			c.used("account", 2)
		}
	},
}, {
	"limit of nothing admits nothing",
	"A limit of 0 is a limit.",
	func(c *ledgerCheck) {
		c.held("pair", "a", 1, limitOf(0))
		c.used("pair", 0)
	},
}, {
	"limit that was lowered admits nothing and takes nothing back",
	"What was done is done; the limit counts at the next charge.",
	func(c *ledgerCheck) {
		c.admit("a", 5, limitOf(9))
		c.held("pair", "b", 1, limitOf(3))
		c.used("pair", 5)
	},
}, {
	"action that is charged again counts once",
	"The same Action charged again within Window counts once: a call that was repeated deletes one item.",
	func(c *ledgerCheck) {
		c.admit("a", 2, limitOf(3))
		c.admit("a", 2, limitOf(3))
		c.used("pair", 2)
		c.admit("b", 1, limitOf(3))
		c.admit("a", 2, limitOf(3))
		c.used("pair", 3)
	},
}, {
	"refund takes back one action in all scopes",
	"Refund takes a charge back, so that another finds room.",
	func(c *ledgerCheck) {
		account := syncer.Limit{Scope: "account", Most: 9}
		c.admit("a", 2, limitOf(3), account)
		c.admit("b", 1, limitOf(3), account)
		c.must(c.h.Ledger.Refund(c.ctx, "a"), "refund")
		c.used("pair", 1)
		c.used("account", 1)
		c.admit("c", 2, limitOf(3), account)
		c.used("pair", 3)
	},
}, {
	"refunded action counts when it is charged again",
	"A charge that was taken back was never made.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(1))
		c.must(c.h.Ledger.Refund(c.ctx, "a"), "refund")
		c.admit("a", 1, limitOf(1))
		c.used("pair", 1)
		c.held("pair", "b", 1, limitOf(1))
	},
}, {
	"what is held can be admitted later",
	"A charge that was refused leaves no trace.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(1))
		c.held("pair", "b", 1, limitOf(1))
		c.must(c.h.Ledger.Refund(c.ctx, "a"), "refund")
		c.admit("b", 1, limitOf(1))
		c.used("pair", 1)
	},
}}

var ledgerActionCases = []ledgerPromise{{
	"ledger tells which actions a scope holds",
	"Charged yields the actions that scope holds: one that is charged already is not held back for want of room.",
	func(c *ledgerCheck) {
		c.charged("pair")
		c.admit("a", 1, limitOf(9), syncer.Limit{Scope: "account", Most: 9})
		c.admit("b", 2, limitOf(9))
		c.admit("a", 1, limitOf(9))
		c.held("pair", "c", 7, limitOf(9))
		c.charged("pair", "a", "b")
		c.charged("account", "a")
		c.must(c.h.Ledger.Refund(c.ctx, "a"), "refund")
		c.charged("pair", "b")
		c.charged("account")
	},
}, {
	"ledger forgets actions with their charges",
	"Charged yields what scope holds within the window before now, and no more.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(9))
		c.advance(14 * time.Hour)
		c.admit("b", 1, limitOf(9))
		c.advance(10 * time.Hour)
		c.charged("pair", "b")
		c.admit("b", 1, limitOf(9))
		c.advance(14 * time.Hour)
		c.charged("pair", "b")
		c.advance(10 * time.Hour)
		c.charged("pair")
	},
}, {
	"a sequence of actions can be left in the middle",
	"Charged is a sequence: whoever has seen enough stops, and the Ledger goes on working.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(9))
		c.admit("b", 1, limitOf(9))
		for _, err := range c.h.Ledger.Charged(c.ctx, "pair", window) {
			c.must(err, "read which actions the pair holds")
			break
		}
		c.admit("c", 1, limitOf(9))
		c.charged("pair", "a", "b", "c")
	},
}}

var ledgerTimeCases = []ledgerPromise{{
	"window rolls",
	"A charge leaves when it is as old as the window, not at midnight: within any 24 hours the limit holds.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(2))
		c.advance(14 * time.Hour)
		c.admit("b", 1, limitOf(2))
		c.advance(9*time.Hour + 59*time.Minute)
		c.held("pair", "c", 1, limitOf(2))
		c.advance(time.Minute)
		c.used("pair", 1)
		c.admit("c", 1, limitOf(2))
		c.held("pair", "d", 1, limitOf(2))
		c.advance(14 * time.Hour)
		c.used("pair", 1)
		c.advance(window)
		c.used("pair", 0)
	},
}, {
	"ledger says when the oldest part leaves",
	"Used returns when the oldest part of what scope holds leaves the window.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(9))
		day, until, err := c.h.Ledger.Used(c.ctx, "pair", window)
		c.must(err, "read what pair holds")
		c.advance(time.Hour)
		c.admit("b", 1, limitOf(9))
		_, same, err := c.h.Ledger.Used(c.ctx, "pair", window)
		c.must(err, "read what pair holds")
		c.expect(same.Equal(until), "the oldest part leaves at %s, and after another charge at %s", until, same)
		hour, soon, err := c.h.Ledger.Used(c.ctx, "pair", time.Hour)
		c.must(err, "read what pair holds")
		c.expect(day == 1 && hour == 1, "%d within a day before the second charge, %d within an hour after it", day, hour)
		c.expect(soon.Equal(until.Add(time.Hour-window).Add(time.Hour)), "charge an hour later leaves a window of an hour at %s", soon)
	},
}, {
	"action counts anew when the window is over",
	"The same Action counts once within Window only.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(1))
		c.advance(window)
		c.admit("a", 1, limitOf(1))
		c.used("pair", 1)
		c.held("pair", "b", 1, limitOf(1))
	},
}, {
	"clock that is put back frees nothing",
	"Time never runs backwards for a Ledger: now is no earlier than the latest charge.",
	func(c *ledgerCheck) {
		c.admit("a", 1, limitOf(2))
		c.advance(-48 * time.Hour)
		c.used("pair", 1)
		c.admit("b", 1, limitOf(2))
		c.held("pair", "c", 1, limitOf(2))
		c.advance(48*time.Hour + window - time.Minute)
		c.used("pair", 2)
		c.held("pair", "c", 1, limitOf(2))
		c.advance(time.Minute)
		c.used("pair", 0)
		c.admit("c", 1, limitOf(2))
	},
}}

var ledgerCrowdCases = []ledgerPromise{{
	"limit holds however many charge at once",
	"All methods are safe for use by many goroutines and processes: the sum of all stays within the limit. Run this with -race.",
	func(c *ledgerCheck) {
		const charges, most = 100, 30
		var group sync.WaitGroup
		errs := make([]error, charges)
		for i := range errs {
			group.Go(func() { errs[i] = c.charge(syncer.ActionID(fmt.Sprint(i)), 1, limitOf(most)) })
		}
		group.Wait()
		admitted := 0
		for _, err := range errs {
			if err == nil {
				admitted++
			} else {
				c.wrong(err, "charge at the same time", syncer.ErrHeld)
			}
		}
		c.expect(admitted == most, "%d were admitted, not %d", admitted, most)
		c.used("pair", most)
	},
}, {
	"action that many charge at once counts once",
	"The same Action counts once, whoever charges it.",
	func(c *ledgerCheck) {
		var group sync.WaitGroup
		errs := make([]error, 32)
		for i := range errs {
			group.Go(func() { errs[i] = c.charge("a", 1, limitOf(1)) })
		}
		group.Wait()
		c.must(errors.Join(errs...), "charge one action at the same time")
		c.used("pair", 1)
	},
}, {
	"charges outlive the process",
	"A charge is durable on return: the window still holds it after a restart, and a clock put back frees nothing.",
	func(c *ledgerCheck) {
		c.admit("a", 2, limitOf(3))
		c.need(c.h.Reopen != nil, "harness cannot reopen the ledger")
		ledger, err := c.h.Reopen(c.ctx)
		c.must(err, "reopen the ledger")
		c.h.Ledger = ledger
		c.used("pair", 2)
		c.admit("a", 2, limitOf(3))
		c.used("pair", 2)
		if c.h.Advance != nil {
			c.h.Advance(-48 * time.Hour)
		}
		c.admit("b", 1, limitOf(3))
		c.held("pair", "c", 1, limitOf(3))
		c.must(c.h.Ledger.Refund(c.ctx, "a"), "refund after a restart")
		c.used("pair", 1)
	},
}}
