package procore

import (
	"context"
	"sync"
)

// turns let one at a time work on what a key names. The zero value is ready.
type turns struct {
	mu   sync.Mutex
	busy map[string]*turn
}

// turn is the right to work on something.
type turn struct {
	free    chan struct{}
	wanting int
}

// take waits until nobody works on key. The caller calls release when it is done.
func (t *turns) take(ctx context.Context, key string) (release func(), err error) {
	at := t.enter(key)
	select {
	case <-at.free:
		return func() {
			at.free <- struct{}{}
			t.leave(key, at)
		}, nil
	case <-ctx.Done():
		t.leave(key, at)
		return nil, ctx.Err()
	}
}

func (t *turns) enter(key string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.busy[key]
	if at == nil {
		if t.busy == nil {
			t.busy = map[string]*turn{}
		}
		at = &turn{free: make(chan struct{}, 1)}
		at.free <- struct{}{}
		t.busy[key] = at
	}
	at.wanting++
	return at
}

func (t *turns) leave(key string, at *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.wanting--; at.wanting == 0 {
		delete(t.busy, key)
	}
}
