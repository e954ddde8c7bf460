package connecttest

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

var budgetCases = append([]promise[*budgetCheck]{
	{"account that nobody stored is empty", "a new credential has spent nothing", func(c *budgetCheck) {
		c.holds(c.budget, "a", "")
	}},
	{"account comes back whole", "half an account is calls that nobody counts", func(c *budgetCheck) {
		all := make([]byte, 0, 1<<16)
		for i := range 1 << 16 {
			all = append(all, byte(i), byte(i>>8))
		}
		for _, value := range []string{"x", string(all), "", "'\";--\x00\xff"} {
			c.put(c.budget, "a", value)
			c.holds(c.budget, "a", value)
		}
	}},
	{"accounts of credentials are apart", "one credential must not spend another's calls", func(c *budgetCheck) {
		names := []string{"a", "A", "a ", "a/b", "../a", "a'b\"", "ä", "a\u0308", strings.Repeat("long", 100), "%41", "a;b"}
		for i, name := range names {
			c.put(c.budget, name, strconv.Itoa(i))
		}
		for i, name := range names {
			c.holds(c.budget, name, strconv.Itoa(i))
		}
	}},
	{"error of change comes back and nothing is stored", "an account that cannot be read must not be lost", func(c *budgetCheck) {
		c.put(c.budget, "a", "before")
		err := c.budget.Update(c.ctx, "a", func(time.Time, []byte) ([]byte, error) { return []byte("half done"), errOwn })
		c.expect(errors.Is(err, errOwn), "Update returns %v, not the error of change", err)
		c.holds(c.budget, "a", "before")
	}},
	{"panic of change passes through and nothing is stored", "one bug must not stop a credential", func(c *budgetCheck) {
		c.put(c.budget, "a", "before")
		func() {
			defer func() { c.expect(recover() == any(errOwn), "panic of change was swallowed") }()
			err := c.budget.Update(c.ctx, "a", func(time.Time, []byte) ([]byte, error) { panic(errOwn) })
			c.expect(false, "Update returned %v from a panic", err)
		}()
		c.holds(c.budget, "a", "before")
	}},
	{"cancelled context starts nothing", "whoever has gone needs no calls", func(c *budgetCheck) {
		c.put(c.budget, "a", "before")
		ctx, cancel := context.WithCancel(c.ctx)
		cancel()
		err := c.budget.Update(ctx, "a", func(time.Time, []byte) ([]byte, error) { return []byte("after"), nil })
		c.expect(errors.Is(err, context.Canceled), "Update with a cancelled context returns %v", err)
		c.holds(c.budget, "a", "before")
	}},
	{"what is stored is the caller's no more", "a buffer that is used again must not change an account", func(c *budgetCheck) {
		mine := []byte("stored")
		err := c.budget.Update(c.ctx, "a", func(time.Time, []byte) ([]byte, error) { return mine, nil })
		c.must(err, "update")
		copy(mine, "reused")
		err = c.budget.Update(c.ctx, "a", func(_ time.Time, old []byte) ([]byte, error) {
			c.expect(bytes.Equal(old, []byte("stored")), "account is %q after the caller used its buffer again", old)
			clear(old)
			return nil, errOwn
		})
		c.expect(errors.Is(err, errOwn), "Update returns %v", err)
		c.holds(c.budget, "a", "stored")
	}},
	{"updates take turns", "two that count at once count half", func(c *budgetCheck) { c.crowd(c.budget, c.budget) }},
	{"updates of all processes take turns", "two that count at once count half", func(c *budgetCheck) {
		c.crowd(c.budget, c.open(c.h.Other, "Other"))
	}},
	{"what one process stored the others see", "processes share a credential", func(c *budgetCheck) {
		other := c.open(c.h.Other, "Other")
		c.put(c.budget, "a", "one")
		c.holds(other, "a", "one")
		c.put(other, "a", "two")
		c.holds(c.budget, "a", "two")
	}},
	{"account outlives its process", "calls that were made before a crash count after it", func(c *budgetCheck) {
		c.put(c.budget, "a", "spent")
		c.holds(c.open(c.h.Reopen, "Reopen"), "a", "spent")
	}},
}, budgetTimeCases...)

var budgetTimeCases = []promise[*budgetCheck]{
	{"time lies where it can be counted", "accounts count in nanoseconds", func(c *budgetCheck) {
		year := c.now(c.budget).Year()
		c.expect(year >= 2000 && year < 2200, "the time is in the year %d", year)
	}},
	{"time goes on by what passes", "a window that does not end stops everything, one that ends early nothing", func(c *budgetCheck) {
		begin := c.now(c.budget)
		for range 3 {
			c.advance(time.Hour)
		}
		c.passed(c.budget, begin, 3*time.Hour)
	}},
	{"time goes on between updates of different credentials", "there is one time for all", func(c *budgetCheck) {
		begin := c.now(c.budget)
		c.advance(time.Hour)
		c.put(c.budget, "b", "")
		c.advance(time.Hour)
		c.passed(c.budget, begin, 2*time.Hour)
	}},
	{"time never goes back", "a call that was counted later than now never leaves", func(c *budgetCheck) {
		other := c.open(c.h.Other, "Other")
		last := c.now(c.budget)
		for i := range 20 {
			b := []connect.Budget{c.budget, other}[i%2]
			now := c.now(b)
			c.expect(!now.Before(last), "time goes back by %s", last.Sub(now))
			last = now
		}
	}},
	{"clock that is put back neither frees calls nor stops time", "a clock that is set is an accident of everyday life", func(c *budgetCheck) {
		begin := c.now(c.budget)
		c.advance(time.Minute)
		c.passed(c.budget, begin, time.Minute)
		c.set(-48 * time.Hour)
		c.passed(c.budget, begin, time.Minute)
		c.advance(time.Hour)
		c.passed(c.budget, begin, time.Hour+time.Minute)
	}},
	{"clock that is put forward frees nothing", "calls that were made a minute ago count, whatever the clock says", func(c *budgetCheck) {
		c.need(c.h.Set != nil, "Set")
		begin := c.now(c.budget)
		c.set(48 * time.Hour)
		c.passed(c.budget, begin, 0)
		c.advance(time.Hour)
		c.passed(c.budget, begin, time.Hour)
	}},
	{"time goes on after a crash", "a clock that was put back while nothing ran must not stop everything", func(c *budgetCheck) {
		c.advance(time.Hour)
		begin := c.now(c.budget)
		c.set(-48 * time.Hour)
		b := c.open(c.h.Reopen, "Reopen")
		now := c.now(b)
		c.expect(!now.Before(begin), "time goes back by %s", begin.Sub(now))
		c.advance(time.Hour)
		c.passed(b, now, time.Hour)
	}},
}

// crowd lets two views of one Budget count together.
func (c *budgetCheck) crowd(views ...connect.Budget) {
	const each, crowd = 25, 8
	var inside, most atomic.Int32 // in a change at once
	var failed atomic.Value
	var wg sync.WaitGroup
	for i := range crowd {
		wg.Go(func() {
			for range each {
				err := views[i%len(views)].Update(c.ctx, "counter", func(_ time.Time, old []byte) ([]byte, error) {
					if n := inside.Add(1); n > 1 {
						most.Store(n)
					}
					defer inside.Add(-1)
					for range 10 {
						runtime.Gosched() // whoever is let in comes in now
					}
					n, _ := strconv.Atoi(string(old))
					return strconv.AppendInt(nil, int64(n+1), 10), nil
				})
				if err != nil {
					failed.Store(err)
				}
			}
		})
	}
	wg.Wait()
	if err, _ := failed.Load().(error); err != nil {
		c.must(err, "update")
	}
	c.expect(most.Load() == 0, "%d updates of one credential at once", most.Load())
	c.holds(c.budget, "counter", strconv.Itoa(each*crowd))
}

func (c *budgetCheck) advance(d time.Duration) {
	c.need(c.h.Advance != nil, "Advance")
	c.h.Advance(d)
}

// set puts the clock forward or back. A clock that can only be moved as a whole will do for back.
func (c *budgetCheck) set(d time.Duration) {
	if c.h.Set != nil {
		c.h.Set(d)
		return
	}
	c.need(c.h.Advance != nil, "clock")
	c.h.Advance(d)
}

// passed notes a failure unless as much time has passed. What the case itself takes is not counted.
func (c *budgetCheck) passed(b connect.Budget, since time.Time, want time.Duration) {
	got := c.now(b).Sub(since)
	c.expect(got >= want && got < want+time.Minute, "%s have passed where %s should have", got, want)
}
