package boxtest

import (
	"net/http"
	"time"
)

// operationPatience is how long Box keeps a client waiting for an operation on a folder
// (section 3.5).
const operationPatience = 10 * time.Minute

// long carries out an operation on an item. On a folder it takes Options.FolderPace for each item.
// Meanwhile other operations there are refused, and a client that waited long enough is sent away
// while the work goes on. The call holds the Box's lock, before and after.
func (c *call) long(it *item, folder bool, status int, effect func() (*item, error)) (*reply, error) {
	if err := c.reaches(it); err != nil {
		return nil, err
	}
	takes := c.box.options.FolderPace * time.Duration(it.count())
	if !folder || takes == 0 {
		return c.finished(status, effect)
	}
	if err := c.box.drive.unhindered(it); err != nil {
		return nil, err
	}
	it.busyUntil = c.box.drive.now().Add(takes)
	type outcome struct {
		reply *reply
		err   error
	}
	done := make(chan outcome, 1)
	c.box.busy.Go(func() {
		if c.box.clock.wait(c.box.ctx, takes) != nil {
			return
		}
		c.box.lock()
		defer c.box.unlock()
		it.busyUntil = time.Time{}
		r, err := c.finished(status, effect)
		done <- outcome{r, err}
	})
	c.box.unlock()
	defer c.box.lock()
	if takes > operationPatience {
		if err := c.box.clock.wait(c.box.ctx, operationPatience); err != nil {
			return nil, err
		}
		return c.impatient(it)
	}
	select {
	case o := <-done:
		return o.reply, o.err
	case <-c.box.ctx.Done():
		panic(http.ErrAbortHandler)
	}
}

func (c *call) finished(status int, effect func() (*item, error)) (*reply, error) {
	it, err := effect()
	if err != nil {
		return nil, err
	}
	if it == nil {
		return answer(status, nil), nil
	}
	return c.show(status, it)
}

// impatient answers a client whose operation goes on without it. Sources differ in how.
func (c *call) impatient(it *item) (*reply, error) {
	if !c.box.options.Switches.LongFolderOK {
		return nil, refuse(http.StatusServiceUnavailable, "unavailable", "The operation takes long and goes on")
	}
	c.box.lock()
	defer c.box.unlock()
	return c.show(http.StatusOK, it)
}

// count is how many items an operation on the item concerns.
func (it *item) count() int {
	n := 0
	for range it.subtree() {
		n++
	}
	return n
}
