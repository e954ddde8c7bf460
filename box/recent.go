package box

import (
	"context"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// givenFor is how long a name that was given away is asked about before it is given away again.
const givenFor = 10 * time.Second

// recent remembers which names this process has just taken, and lets one folder at a time be made in
// each parent: Box's own check of names may miss what was made a moment ago.
type recent struct {
	now func() time.Time

	mu    sync.Mutex
	names map[place]time.Time
	busy  map[string]*turn // by parent
}

type place struct {
	parent string
	key    syncer.Key
}

// turn is the right to make a folder in a parent, for one at a time.
type turn struct {
	free    chan struct{}
	wanting int
}

// claim waits for the parent to be free. The caller calls release when the folder is made.
func (r *recent) claim(ctx context.Context, parent string) (release func(), err error) {
	r.mu.Lock()
	if r.busy == nil {
		r.busy = map[string]*turn{}
	}
	t := r.busy[parent]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		r.busy[parent] = t
	}
	t.wanting++
	r.mu.Unlock()
	leave := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if t.wanting--; t.wanting == 0 {
			delete(r.busy, parent)
		}
	}
	select {
	case <-t.free:
		return func() {
			t.free <- struct{}{}
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// note remembers a name, and forgets those that Box must know by now.
func (r *recent) note(parent, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.names == nil {
		r.names = map[place]time.Time{}
	}
	now := r.now()
	if len(r.names) >= 256 {
		for p, at := range r.names {
			if now.Sub(at) > givenFor {
				delete(r.names, p)
			}
		}
	}
	r.names[place{parent, syncer.NameKey(name)}] = now
}

// given reports whether the name was taken a moment ago.
func (r *recent) given(parent, name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.names[place{parent, syncer.NameKey(name)}]
	return ok && r.now().Sub(at) <= givenFor
}
