package box

import (
	"context"
	"crypto/sha256"
	"sync"
)

// message names what a delivery says: all deliveries of one message have the same.
type message = [sha256.Size]byte

// replays remembers which messages were taken. It holds the latest ones only: an older one that comes
// again leads to one more look.
type replays struct {
	mu     sync.Mutex
	taken  map[message]bool
	order  []message // a ring once it is full
	oldest int
	// open holds those that are just being taken, each with what is closed at the end.
	open map[message]chan struct{}
}

func newReplays(size int) *replays {
	return &replays{taken: map[message]bool{}, order: make([]message, 0, size), open: map[message]chan struct{}{}}
}

// begin reports whether a message is to be taken now. Who is told so must call end. Others that come
// with the same message meanwhile wait for that end, since they must not promise what may yet fail.
func (r *replays) begin(ctx context.Context, m message) (bool, error) {
	for {
		wait, fresh := r.try(m)
		if wait == nil {
			return fresh, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// try returns what to wait for, or whether the message is new.
func (r *replays) try(m message) (wait <-chan struct{}, fresh bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.taken[m] {
		return nil, false
	}
	if open, ok := r.open[m]; ok {
		return open, false
	}
	r.open[m] = make(chan struct{})
	return nil, true
}

// end says what became of a message that begin gave to the caller. One that was not taken may come
// again.
func (r *replays) end(m message, taken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.open[m])
	delete(r.open, m)
	if !taken {
		return
	}
	r.taken[m] = true
	if len(r.order) < cap(r.order) {
		r.order = append(r.order, m)
		return
	}
	delete(r.taken, r.order[r.oldest])
	r.order[r.oldest] = m
	r.oldest = (r.oldest + 1) % len(r.order)
}
