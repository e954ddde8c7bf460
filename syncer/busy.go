package syncer

import (
	"context"
	"errors"
	"io/fs"
	"sync"
)

// busy remembers that a side asked to be left in peace, or lets nobody in: for the rest of the run nobody
// calls it, and nothing is concluded from its silence.
type busy struct {
	mu     sync.Mutex
	reason error
	asked  bool // whether the root may be read
}

// note takes the error of a call.
func (b *busy) note(err error) {
	if err == nil || !errors.Is(err, ErrBusy) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reason == nil {
		b.reason = err
	}
}

// heard takes the error of a call that reads. One that was not permitted may be alone in that, or all are:
// the root tells, which is asked once in a run.
func (end *endpoint) heard(ctx context.Context, err error) {
	end.busy.note(err)
	if end.looker == nil || !errors.Is(err, fs.ErrPermission) {
		return
	}
	b := end.busy
	b.mu.Lock() // until the root has answered nobody asks anything else
	defer b.mu.Unlock()
	if b.asked || b.reason != nil {
		return
	}
	b.asked = true
	if _, err := end.looker.Look(ctx, end.root); errors.Is(err, fs.ErrPermission) {
		b.reason = err
	}
}

// why returns the error that began the silence, nil if the side may be called.
func (b *busy) why() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reason
}

// anyBusy reports whether a side is left in peace, or takes no more of some kind of write.
func (r *run) anyBusy() bool {
	for _, side := range sides {
		if r.ends[side].busy.why() != nil || r.paused[side] != (pause{}) {
			return true
		}
	}
	return false
}
