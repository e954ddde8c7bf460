package boxtest

import (
	"net/http"
	"time"
)

// operationPatience is how long Box keeps a client waiting for an operation on a folder
// (section 3.5).
const operationPatience = 10 * time.Minute

// An operation is a change of an item. On a folder it takes Options.FolderPace for each item in it.
type operation struct {
	item   *item
	into   *item // where the item goes, nil if it stays
	long   bool  // it takes its time
	status int   // of the answer
	effect func() (*item, error)
}

// carryOut does an operation. While one that takes its time is under way others there are refused,
// and a client that has waited long enough is sent away while the work goes on. The call holds the
// Box's lock, before and after.
func (c *call) carryOut(o operation) (*reply, error) {
	if err := c.reaches(o.item); err != nil {
		return nil, err
	}
	takes := c.box.options.FolderPace * time.Duration(o.item.count())
	if !o.long || takes == 0 {
		return c.finished(o)
	}
	if err := c.box.drive.unhindered(o.item); err != nil {
		return nil, err
	}
	done := c.begin(o, takes)
	c.box.unlock()
	defer c.box.lock()
	if takes > operationPatience {
		if err := c.box.clock.wait(c.box.life.Context(), operationPatience); err != nil {
			return nil, err
		}
		return c.impatient(o.item)
	}
	select {
	case out := <-done:
		return out.reply, out.err
	case <-c.box.life.Context().Done():
		panic(http.ErrAbortHandler)
	}
}

// An outcome is what came of an operation.
type outcome struct {
	reply *reply
	err   error
}

// begin starts an operation that takes its time.
func (c *call) begin(o operation, takes time.Duration) <-chan outcome {
	end := c.box.drive.now().Add(takes)
	o.item.busyUntil = end
	if o.into != nil {
		o.into.target = end
	}
	done := make(chan outcome, 1)
	c.box.life.Behind(func() {
		if c.box.clock.wait(c.box.life.Context(), takes) != nil {
			return
		}
		c.box.lock()
		defer c.box.unlock()
		o.item.busyUntil = time.Time{}
		if o.into != nil {
			o.into.target = time.Time{}
		}
		r, err := c.finished(o)
		done <- outcome{r, err}
	})
	return done
}

func (c *call) finished(o operation) (*reply, error) {
	it, err := o.effect()
	if err != nil {
		return nil, err
	}
	if it == nil {
		return answer(o.status, nil), nil
	}
	return c.show(o.status, it)
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
