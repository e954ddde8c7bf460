package syncer

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	groupOutcomes = 256
	groupTime     = 50 * time.Millisecond
)

// committer groups what workers want to store into few Batches. A write waits for its Intent; an
// outcome may wait for the next group, because its Intent makes it harmless to lose. After a
// failed Commit nothing is accepted any more, so no external write can follow it.
type committer struct {
	state State
	clock func() time.Time

	mu     sync.Mutex
	buffer *gathering
	busy   bool
	failed error
}

// gathering is a Batch in the making, in which a later word on a thing replaces an earlier one.
type gathering struct {
	Batch
	put     map[RecordID]Record
	drop    map[RecordID]bool
	pending map[PendingKey]Pending
	cleared map[PendingKey]bool
	count   int
	since   time.Time
	done    chan struct{}
	err     error
}

func newGathering() *gathering {
	return &gathering{
		put: map[RecordID]Record{}, drop: map[RecordID]bool{},
		pending: map[PendingKey]Pending{}, cleared: map[PendingKey]bool{}, done: make(chan struct{}),
	}
}

func newCommitter(state State, clock func() time.Time) *committer {
	return &committer{state: state, clock: clock, buffer: newGathering()}
}

// now stores b, and everything gathered before, durably.
func (c *committer) now(ctx context.Context, b Batch) error { return c.push(ctx, c.gather(b), true) }

// soon stores b with the next group.
func (c *committer) soon(ctx context.Context, b Batch) error { return c.push(ctx, c.gather(b), false) }

// gather puts b into the next group and waits for nothing. Whoever makes b under a lock calls it under
// that lock: of two words on one thing the later one must count. It returns nil if nothing is
// accepted any more.
func (c *committer) gather(b Batch) *gathering {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return nil
	}
	c.buffer.take(b, c.clock())
	return c.buffer
}

// push stores the group g if it is due, or if somebody waits for it.
func (c *committer) push(ctx context.Context, g *gathering, wait bool) error {
	c.mu.Lock()
	if g == nil {
		defer c.mu.Unlock()
		return c.failed
	}
	if g != c.buffer { // somebody has taken it
		c.mu.Unlock()
		if !wait {
			return nil
		}
		<-g.done
		return g.err
	}
	if !wait && g.count < groupOutcomes && c.clock().Sub(g.since) < groupTime {
		c.mu.Unlock()
		return nil
	}
	if c.busy {
		c.mu.Unlock()
		<-g.done // whoever is committing takes this group next
		return g.err
	}
	c.busy = true
	for c.buffer.count > 0 && c.failed == nil {
		next := c.buffer
		c.buffer = newGathering()
		c.mu.Unlock()
		next.err = c.state.Commit(context.WithoutCancel(ctx), next.batch())
		c.mu.Lock()
		c.failed = next.err
		close(next.done)
	}
	if c.failed != nil && c.buffer.count > 0 {
		c.buffer.err = c.failed
		close(c.buffer.done)
		c.buffer = newGathering()
	}
	c.busy = false
	c.mu.Unlock()
	return g.err
}

// flush stores what is gathered.
func (c *committer) flush(ctx context.Context) error {
	c.mu.Lock()
	empty, failed := c.buffer.count == 0, c.failed
	c.mu.Unlock()
	if failed != nil || empty {
		return failed
	}
	return c.now(ctx, Batch{})
}

func (g *gathering) take(b Batch, now time.Time) {
	if g.count == 0 {
		g.since = now
	}
	g.count += 1 + len(b.Outcomes)
	for _, r := range b.Put {
		g.put[r.ID] = r
		delete(g.drop, r.ID)
	}
	for _, id := range b.Drop {
		delete(g.put, id)
		g.drop[id] = true
	}
	for _, p := range b.Pending {
		g.pending[p.PendingKey] = p
		delete(g.cleared, p.PendingKey)
	}
	for _, k := range b.Cleared {
		delete(g.pending, k)
		g.cleared[k] = true
	}
	if b.Header != nil {
		g.Header = b.Header
	}
	if b.Expire.After(g.Expire) {
		g.Expire = b.Expire
	}
	if b.Faded.After(g.Faded) {
		g.Faded = b.Faded
	}
	g.Fresh = g.Fresh || b.Fresh
	g.Unseen = g.Unseen || b.Unseen
	g.Intents = append(g.Intents, b.Intents...)
	g.Settled = append(g.Settled, b.Settled...)
	g.Tombstones = append(g.Tombstones, b.Tombstones...)
	g.Taken = append(g.Taken, b.Taken...)
	g.Holds = append(g.Holds, b.Holds...)
	g.Lifted = append(g.Lifted, b.Lifted...)
	g.Clashes = append(g.Clashes, b.Clashes...)
	g.Seen = append(g.Seen, b.Seen...)
	g.Outcomes = append(g.Outcomes, b.Outcomes...)
}

// batch returns what was gathered, in an order that depends on nothing but the content.
func (g *gathering) batch() Batch {
	b := g.Batch
	for _, id := range slices.Sorted(maps.Keys(g.put)) {
		b.Put = append(b.Put, g.put[id])
	}
	b.Drop = slices.Sorted(maps.Keys(g.drop))
	for _, k := range slices.SortedFunc(maps.Keys(g.pending), PendingKey.Compare) {
		b.Pending = append(b.Pending, g.pending[k])
	}
	b.Cleared = slices.SortedFunc(maps.Keys(g.cleared), PendingKey.Compare)
	return b
}
