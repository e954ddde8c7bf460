package syncertest

import (
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

func (c *check) directory() syncer.Directory {
	d, ok := c.fs.(syncer.Directory)
	c.need(ok, "side has no Directory")
	return d
}

var peopleCases = []promise{{
	"nobody has a name that no answer has told",
	"Person returns \"\" for an account that no answer has named: a made-up name would accuse somebody.",
	func(c *check) {
		d := c.directory()
		c.list(c.folder("work"))
		for _, account := range []string{"", "nobody-has-this-account", "\x00"} {
			c.expect(d.Person(account) == "", "account %q is called %q", account, d.Person(account))
		}
	},
}, {
	"an account that has a name keeps it, and a number is none",
	"Person returns what people call an account, to many goroutines and while answers come in.",
	func(c *check) {
		d := c.directory()
		work := c.folder("work")
		c.file(work, "plan", "bytes")
		c.settled()
		accounts := map[string]bool{c.info.Account: true}
		var asking sync.WaitGroup
		for range 4 {
			asking.Go(func() {
				for range 100 {
					d.Person(c.info.Account)
				}
			})
		}
		for _, e := range c.list(work) {
			if e.Facts != nil {
				accounts[e.Facts.Author] = true
			}
		}
		asking.Wait()
		for account := range accounts {
			name := d.Person(account)
			c.expect(account == "" || name != account, "account %q is called by its number", account)
			c.list(work)
			again := d.Person(account)
			c.expect(name == "" || again == name, "account %q is called %q, and then %q", account, name, again)
		}
	},
}}
