package box

import (
	"context"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

const (
	// givenFor is how long a name that was given away is asked about before it is given away again.
	givenFor = 10 * time.Second
	// mostRecent is how many items are remembered.
	mostRecent = 4096
)

// recent remembers what this process has just written, and lets one at a time write where Box's own
// check of names may miss what was made a moment ago. What it forgets costs a call, no more.
type recent struct {
	now func() time.Time

	mu    sync.Mutex
	names map[place]time.Time
	etags map[string]string // by type and number: as we left it
	gone  map[string]bool   // by type and number: deleted by us
	busy  map[place]*turn
}

// place is a name in a folder; without a key it is the folder.
type place struct {
	parent string
	key    syncer.Key
}

// turn is the right to make something, for one at a time.
type turn struct {
	free    chan struct{}
	wanting int
}

func newRecent(now func() time.Time) *recent {
	return &recent{now: now, names: map[place]time.Time{}, etags: map[string]string{}, gone: map[string]bool{}, busy: map[place]*turn{}}
}

// claim waits for a place to be free. The caller calls release when it is done there.
func (r *recent) claim(ctx context.Context, p place) (release func(), err error) {
	r.mu.Lock()
	t := r.busy[p]
	if t == nil {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		r.busy[p] = t
	}
	t.wanting++
	r.mu.Unlock()
	leave := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if t.wanting--; t.wanting == 0 {
			delete(r.busy, p)
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

// note remembers an item as a call of ours left it in a folder.
func (r *recent) note(parent string, item *Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if len(r.names) >= mostRecent {
		for p, at := range r.names {
			if now.Sub(at) > givenFor {
				delete(r.names, p)
			}
		}
	}
	if len(r.etags) >= mostRecent {
		clear(r.etags)
	}
	r.names[place{parent, syncer.NameKey(item.Name)}] = now
	r.etags[path(item.Type, item.ID)] = item.ETag
	delete(r.gone, path(item.Type, item.ID))
}

// noteGone remembers an item that we have deleted.
func (r *recent) noteGone(kind, number string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.gone) >= mostRecent {
		clear(r.gone)
	}
	r.gone[path(kind, number)] = true
}

// deleted reports whether we have deleted an item, and not had it back since.
func (r *recent) deleted(kind, number string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gone[path(kind, number)]
}

// given reports whether a name was taken a moment ago.
func (r *recent) given(p place) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.names[p]
	return ok && r.now().Sub(at) <= givenFor
}

// knows reports whether we have written an item.
func (r *recent) knows(kind, number string) bool { return r.etag(kind, number, "") != "" }

// etag is that of an item as we left it, or otherwise if we did not.
func (r *recent) etag(kind, number, otherwise string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if etag, ok := r.etags[path(kind, number)]; ok {
		return etag
	}
	return otherwise
}
