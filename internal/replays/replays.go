// Package replays knows messages again that were taken before. The receivers of webhooks use it: a
// service sends what it is not sure of once more.
package replays

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
)

// Message names what a delivery says: all deliveries of one message have the same.
type Message = [sha256.Size]byte

// Memory remembers which messages were taken. It holds the latest ones only: an older one that comes
// again leads to one more look. It is safe for use by many goroutines.
type Memory struct {
	mu     sync.Mutex
	taken  map[Message]bool
	order  []Message // a ring once it is full
	oldest int
	// open holds those that are just being taken, each with what is closed at the end.
	open map[Message]chan struct{}
}

// New returns a Memory of so many messages, one at least.
func New(size int) *Memory {
	return &Memory{taken: map[Message]bool{}, order: make([]Message, 0, max(size, 1)), open: map[Message]chan struct{}{}}
}

// Once calls take unless the message was taken before: take says by its error that it was not, and the
// message may come again. Who comes with the same message meanwhile waits until take has ended, or ctx.
func (r *Memory) Once(ctx context.Context, m Message, take func() error) error {
	fresh, err := r.Begin(ctx, m)
	if err != nil {
		return fmt.Errorf("wait for the same webhook delivery: %w", err)
	}
	if !fresh {
		return nil
	}
	taken := false
	defer func() { r.End(m, taken) }() // also if take panics: nobody may wait for ever
	err = take()
	taken = err == nil
	return err
}

// Begin reports whether a message is to be taken now. Who is told so must call End. Others that come
// with the same message meanwhile wait for that End, since they must not promise what may yet fail.
func (r *Memory) Begin(ctx context.Context, m Message) (bool, error) {
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
func (r *Memory) try(m Message) (wait <-chan struct{}, fresh bool) {
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

// End says what became of a message that Begin gave to the caller. One that was not taken may come
// again.
func (r *Memory) End(m Message, taken bool) {
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
